"""The one rule for a word that is nearly a known one."""

import difflib
import heapq
from collections.abc import Iterable
from typing import Final

_MAX_COMPARED: Final = 50
"""
Choices that are compared letter by letter, which takes up to 0.1 ms each: those that begin and end most like the word.
"""
_MIN_RATIO: Final = 0.6


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The one of *choices* that is near *word*, in any case; None when none is."""
    folded = word.casefold()
    spelled = {choice.casefold(): choice for choice in choices}
    compared = heapq.nlargest(_MAX_COMPARED, spelled, key=lambda choice: _shared_ends(folded, choice))
    found = difflib.get_close_matches(folded, compared, n=1, cutoff=_MIN_RATIO)
    return spelled[found[0]] if found else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`; did you mean …?` when one of *choices* is near *word*, in any case; else nothing."""
    found = nearest(word, choices)
    return f"; did you mean {found}?" if found is not None else ""


def _shared_ends(a: str, b: str) -> int:
    """How many characters two words have in common at the beginning and at the end."""
    return _shared_start(a, b) + _shared_start(a[::-1], b[::-1])


def _shared_start(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
