"""Kinds of values that properties have; each says what a value must be."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from veracity_provider.config_text import PLACEHOLDER_PATTERN
from veracity_provider.description.model import MaybeUnknown
from veracity_provider.description.problems import found
from veracity_provider.settings import is_uuid
from veracity_provider.texts import tell_apart
from veracity_provider.unknown import Unknown

MAX_DATASET_NAME_LENGTH: Final = 128
_UUID_PATTERN: Final = "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
# Control characters, line ends, and what shows nothing by itself. Joiners and marks of direction are left alone: emoji
# and right-to-left scripts need them.
_INVISIBLE: Final = r"\u0000-\u001f\u007f-\u009f\u00ad\u200b\u2028\u2029\u2060\ufeff"
_ONE_LINE_PATTERN: Final = rf"[^\s{_INVISIBLE}]([^{_INVISIBLE}]*[^\s{_INVISIBLE}])?"
_ONE_LINE: Final = re.compile(_ONE_LINE_PATTERN)
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def refusal(reason: str, *, item: int | str | None = None) -> PydanticCustomError:
    """The error that refuses a value, or one *item* of a list or key of a mapping, with *reason* as its whole text."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "item": item})


def _require_uuid(value: str) -> str:
    if not is_uuid(value):
        message = f"must be a UUID, not {found(value)}"
        raise refusal(message)
    return value


def _require_one_line(value: str) -> str:
    if not value.strip():
        message = "must not be empty"
        raise refusal(message)
    if not _ONE_LINE.fullmatch(value):
        message = f"must be one line without invisible characters or leading or trailing spaces, not {found(value)}"
        raise refusal(message)
    return value


def _require_colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        message = f"must be a color such as #5594aa, not {found(value)}"
        raise refusal(message)
    return value


def _require_distinct(titles: Sequence[str | Unknown]) -> Sequence[str | Unknown]:
    seen: dict[str, tuple[int, str]] = {}
    for i, title in enumerate(titles):
        if isinstance(title, Unknown):
            continue
        form = unicodedata.normalize("NFC", unicodedata.normalize("NFC", title).casefold())
        j, earlier = seen.setdefault(form, (i, title))
        if j != i:
            raise refusal(_likeness(title, earlier, j), item=i)
    return titles


def _likeness(title: str, earlier: str, j: int) -> str:
    if title == earlier:
        return f"repeats item {j}, {found(title)}"
    this, other = tell_apart(title, earlier)
    form = "the form of its characters"
    if unicodedata.normalize("NFC", title) == unicodedata.normalize("NFC", earlier):
        difference = form  # compared first: case folding decomposes some letters, such as U+01F0
    else:
        difference = "case" if title.casefold() == earlier.casefold() else f"case and {form}"
    return f"'{this}' differs from item {j}, '{other}', only by {difference}"


# In a stack file a template's `<…>` may stand in place of a UUID; preview names the command that replaces it.
Uuid = Annotated[
    str,
    AfterValidator(_require_uuid),
    WithJsonSchema({"type": "string", "pattern": f"^({_UUID_PATTERN}|{PLACEHOLDER_PATTERN})$"}),
]
Text = Annotated[
    str,
    AfterValidator(_require_one_line),
    Field(json_schema_extra={"minLength": 1, "pattern": f"^{_ONE_LINE_PATTERN}$"}),
]
"""One line with something in it, which shows all that it has. No limit of length is published."""
DatasetName = Annotated[Text, Field(max_length=MAX_DATASET_NAME_LENGTH)]
Colour = Annotated[
    str, AfterValidator(_require_colour), WithJsonSchema({"type": "string", "pattern": f"^{_COLOUR.pattern}$"})
]
DistinctTexts = Annotated[
    tuple[MaybeUnknown[Text], ...],
    AfterValidator(_require_distinct),
    Field(json_schema_extra={"uniqueItems": True}),
]
"""No text twice, and none that differs from another by case or by Unicode's forms alone."""
