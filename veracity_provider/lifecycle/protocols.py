"""What a lifecycle is asked and what it answers, without a word of Pulumi."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from veracity_provider.errors import InputProblem
from veracity_provider.unknown import UNKNOWN, Unknown

__all__ = ["UNKNOWN", "Checked", "Created", "Difference", "Found", "JsonObject", "Lifecycle", "Reporter", "Unknown"]

JsonObject = Mapping[str, Any]
"""Properties as the engine keeps them: JSON values, and `UNKNOWN` for what is not known yet."""


class Reporter(Protocol):
    """Where a lifecycle says things to the person who waits: the resource's own row on the display."""

    @property
    def urn(self) -> str:
        """The URN of that resource; empty where none is asked about."""
        ...

    def info(self, message: str) -> None:
        """Say something that stays in the log."""
        ...

    def warning(self, message: str) -> None:
        """Say something that stays in the log and wants attention."""
        ...

    def live(self, message: str) -> None:
        """Replace the text on the resource's row; nothing on a terminal that cannot show it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The inputs, completed, and everything wrong with them."""

    inputs: JsonObject
    problems: tuple[InputProblem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Whether an update is needed, and which properties force a replacement."""

    changes: bool
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Created:
    """A new resource: its id and its state."""

    id: str
    outputs: JsonObject


@dataclass(frozen=True, kw_only=True)
class Found:
    """A resource as it is now: its id, its state, and the inputs that would have made it so."""

    id: str
    outputs: JsonObject
    inputs: JsonObject


class Lifecycle(Protocol):
    """
    The life of one kind of resource. Errors are `VeracityError`; `InputError` is for create and update only,
    since `check` returns its problems.
    """

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Complete and judge the inputs; *olds* are the previous ones, empty before the first create."""
        ...

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """Compare the state *olds* with the inputs *news*."""
        ...

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Make it so."""
        ...

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; None says that the platform knows it is gone."""
        ...

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Change it; the new state is returned."""
        ...

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go; one that is gone already is a success."""
        ...
