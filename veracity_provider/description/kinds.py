"""Kinds of values that properties have; each says what a value must be."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from veracity_provider.description.model import MaybeUnknown
from veracity_provider.description.problems import found
from veracity_provider.settings import is_uuid
from veracity_provider.unknown import Unknown

_UUID_PATTERN: Final = "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_PLACEHOLDER_PATTERN: Final = "<[^<>]+>"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def refusal(reason: str, *, item: int | None = None) -> PydanticCustomError:
    """The error that refuses a value, or one *item* of a list, with *reason* as its whole text."""
    return PydanticCustomError("refused", "{reason}", {"reason": reason, "item": item})


def _require_uuid(value: str) -> str:
    if not is_uuid(value):
        message = f"must be a UUID, not {found(value)}"
        raise refusal(message)
    return value


def _require_text(value: str) -> str:
    if not value.strip():
        message = "must not be empty"
        raise refusal(message)
    return value


def _require_colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        message = f"must be a colour such as #5594aa, not {found(value)}"
        raise refusal(message)
    return value


def _require_distinct(titles: Sequence[str | Unknown]) -> Sequence[str | Unknown]:
    known = [(i, title) for i, title in enumerate(titles) if not isinstance(title, Unknown)]
    for position, (i, title) in enumerate(known):
        for j, earlier in known[:position]:
            if earlier == title:
                message = f"repeats item {j}, {found(title)}"
                raise refusal(message, item=i)
            if earlier.casefold() == title.casefold():
                message = f"{found(title)} differs from item {j}, {found(earlier)}, by case alone"
                raise refusal(message, item=i)
    return titles


# In a stack file a template's `<…>` may stand in place of a UUID; preview names the command that replaces it.
Uuid = Annotated[
    str,
    AfterValidator(_require_uuid),
    WithJsonSchema({"type": "string", "pattern": f"^({_UUID_PATTERN}|{_PLACEHOLDER_PATTERN})$"}),
]
Text = Annotated[str, AfterValidator(_require_text), Field(json_schema_extra={"minLength": 1})]
Colour = Annotated[
    str, AfterValidator(_require_colour), WithJsonSchema({"type": "string", "pattern": f"^{_COLOUR.pattern}$"})
]
DistinctTexts = Annotated[
    tuple[MaybeUnknown[Text], ...],
    AfterValidator(_require_distinct),
    Field(json_schema_extra={"uniqueItems": True}),
]
"""No text twice, and none that differs from another by case alone."""
