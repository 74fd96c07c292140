"""Marks on a property that pydantic does not know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hint:
    """What helps a person to the right value; said when it is missing, and when it is of the right type and refused."""

    text: str
    when_refused: bool = True


@dataclass(frozen=True)
class Replaces:
    """A change of this property replaces the resource."""
