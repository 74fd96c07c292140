"""What a text of a stack's config, or of the environment, can be other than the value that was meant."""

import re
from typing import Final

from veracity_provider.texts import is_invisible

PLACEHOLDER_PATTERN: Final = "<[^<>]+>"
"""The `<…>` of a template, as a whole value."""
_DATE: Final = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d(\.\d+)?) [+-]\d{4} (UTC|[+-]\d{2,4}|[A-Z]{1,5})", re.ASCII
)
"""What Pulumi makes of a date in YAML: Go's text, `2026-01-01 00:00:00 +0000 UTC`."""
_NAMES: Final = {
    "\n": "a line break",
    "\r": "a line break",
    "\t": "a tab",
    " ": "a space",
    "\xa0": "a no-break space",
    "\u200b": "a zero-width space",
    "\ufeff": "a byte order mark",
}


def is_placeholder(value: object) -> bool:
    """Whether *value* as a whole is the `<…>` of a template."""
    return isinstance(value, str) and re.fullmatch(PLACEHOLDER_PATTERN, value) is not None


def date_in(value: object) -> str | None:
    """The date, with its time where it has one, that YAML took *value* for; None where it is any other value."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    return found["day"] if found["time"] == "00:00:00" else f"{found['day']} {found['time']}"


def stray_character(text: str) -> str | None:
    """
    What must not be at the ends of a key or an address, or anywhere in it, in words that repeat nothing of *text*.

    `end in a line break (U+000A)` for a text that does; None where there is nothing of the kind.
    """
    for verb, character in (("begin with", text[:1]), ("end in", text[-1:])):
        if character and (character.isspace() or is_invisible(character)):
            return f"{verb} {_name(character)}"
    inside = next((character for character in text if is_invisible(character)), None)
    return f"have {_name(inside)} in it" if inside else None


def _name(character: str) -> str:
    return f"{_NAMES.get(character, 'an invisible character')} (U+{ord(character):04X})"
