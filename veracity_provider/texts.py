"""Text from outside (config values, headers, cells, answers), made safe to print."""

import unicodedata
from itertools import islice
from typing import Final

_MAX_NAMED: Final = 4
_CONTEXT: Final = 20
"""Characters shown before a difference that lies beyond the limit."""
_ESCAPES: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(text: object, limit: int = 60) -> str:
    """
    *text* as a message may show it, without quotes, at most *limit* characters long; never fails.

    Whatever does nothing visible by itself (control characters, line breaks, escape sequences, zero-width and
    right-to-left marks, blanks other than the plain one, halves of surrogate pairs) is written as an escape such as
    `\\x1b` or `\\u200b`. What is longer ends in `…`.
    """
    whole = _as_text(text)
    if len(whole) <= limit and whole.isprintable():
        return whole
    pieces = [_visible(character) for character in islice(whole, limit + 1)]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    while pieces and sum(map(len, pieces)) > limit - 1:
        pieces.pop()
    return "".join(pieces) + "…"


def tell_apart(a: object, b: object, limit: int = 60) -> tuple[str, str]:
    """
    Two texts that differ, each as `shown`, so that a reader sees the difference.

    Where they look the same, the characters that differ are named behind each: `måling (U+00E5)` and
    `måling (U+0061 U+030A)`. Where they differ behind the *limit* only, what stands around the difference is shown.
    """
    first, second = _as_text(a), _as_text(b)
    start, of_first, of_second = _difference(first, second)
    offset = max(0, start - _CONTEXT) if start > limit - _CONTEXT else 0
    before = "…" if offset else ""
    texts = tuple(before + shown(text[offset:], limit - len(before)) for text in (first, second))
    if first == second or (texts[0] != texts[1] and not _look_alike(of_first, of_second)):
        return texts[0], texts[1]
    return texts[0] + _named(of_first), texts[1] + _named(of_second)


def is_invisible(character: str) -> bool:
    """Whether *character* shows nothing by itself; the plain space is no such character."""
    return not character.isprintable()


def _as_text(text: object) -> str:
    try:
        return str(text)
    except ValueError:  # a number of more digits than Python writes down
        return f"{type(text).__name__} (too long to show)"


def _visible(character: str) -> str:
    if is_invisible(character):
        return _ESCAPES.get(character) or character.encode("unicode_escape").decode("ascii")
    return character


def _difference(a: str, b: str) -> tuple[int, str, str]:
    """Where two texts begin to differ, and the differing parts; a letter is not parted from its accents."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    while start and any(unicodedata.combining(text[start]) for text in (a, b) if start < len(text)):
        start -= 1
    rest_a, rest_b = a[start:], b[start:]
    pairs = zip(reversed(rest_a), reversed(rest_b), strict=False)
    end = next((i for i, (x, y) in enumerate(pairs) if x != y), min(len(rest_a), len(rest_b)))
    while end and unicodedata.combining(rest_a[len(rest_a) - end]):
        end -= 1
    return start, rest_a[: len(rest_a) - end], rest_b[: len(rest_b) - end]


def _look_alike(a: str, b: str) -> bool:
    """Whether two differing parts may look the same: equivalent in Unicode, blank, or alike letter by letter."""
    if unicodedata.normalize("NFKC", a).strip() == unicodedata.normalize("NFKC", b).strip():
        return True
    return len(a) == len(b) and all(x == y or _is_like(x, y) for x, y in zip(a, b, strict=True))


def _is_like(x: str, y: str) -> bool:
    """Letters or digits of two scripts (Latin a, Cyrillic а), or two signs of which one is not ASCII (-, −)."""
    if x.isascii() and y.isascii():
        return False
    kinds = {unicodedata.category(one)[0] for one in (x, y)}
    return _script(x) != _script(y) if kinds in ({"L"}, {"N"}) else kinds <= {"P", "S"}


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]


def _named(part: str) -> str:
    points = [f"U+{ord(character):04X}" for character in part[:_MAX_NAMED]]
    return f" ({' '.join(points)}{' …' * (len(part) > _MAX_NAMED)})" if points else ""
