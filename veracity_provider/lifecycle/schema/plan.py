"""What has to be done so that a schema is as declared: pure functions over typed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

from veracity_provider.api.schema_models import Schema, SchemaColumn, SchemaVersionDetails

_NAMES: Final = "name"
_DEFAULTS: Final[Mapping[type, Any]] = {bool: False, str: "", list: [], tuple: []}


class Step(Enum):
    """What gives the declared columns to the active version."""

    NONE = auto()
    ACTIVATE = auto()
    """Another version of the schema has these columns."""
    CHANGE = auto()
    """The version is ours and nobody's yet, so it gets other columns."""
    ADD = auto()
    """A new version is made, and becomes the active one."""


@dataclass(frozen=True, kw_only=True)
class ColumnChanges:
    """How columns differ from those of a version, by name; *changed* says what in words."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    is_reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.is_reordered)


@dataclass(frozen=True, kw_only=True)
class SchemaProperties:
    """What a schema is called and what it is for; None for what is not managed."""

    name: str
    short_name: str | None = None
    description: str | None = None


@dataclass(frozen=True, kw_only=True)
class SchemaPlan:
    """
    Args:
        version: The one that NONE, ACTIVATE and CHANGE are about; for ADD, the one that was active or ours before.
        changes: How the declared columns differ from those of the version before.
        properties: Name, short name and description that the schema is given; None where they are right.
        locks: Whether the version is to be locked.
    """

    step: Step
    version: SchemaVersionDetails | None
    changes: ColumnChanges
    properties: SchemaProperties | None
    locks: bool

    @property
    def is_update_due(self) -> bool:
        """Whether there is anything to do."""
        return self.step is not Step.NONE or self.properties is not None or self.locks


def plan_schema(
    live: Schema,
    columns: Sequence[SchemaColumn],
    properties: SchemaProperties,
    *,
    version_id: str = "",
    is_own: bool = False,
    is_used: bool = False,
    lock: bool = False,
    is_locked: bool = False,
) -> SchemaPlan:
    """
    Args:
        columns: As declared; members that are left out are not compared.
        properties: As declared.
        version_id: The version that the state names; empty before the first `up`.
        is_own: Whether this resource made it; *is_used*: whether a dataset has it; *is_locked*: whether we locked it.
    """
    recorded = next((one for one in live.versions if one.id == version_id), None)
    before = recorded or active_version(live)
    serving = _serving(live, columns, recorded)
    if serving is not None:
        step = Step.NONE if serving.is_active is not False else Step.ACTIVATE
    else:
        may_change = recorded is not None and is_own and not is_used and not (recorded.is_locked or is_locked)
        step = Step.CHANGE if may_change else Step.ADD
    version = serving or before
    is_known_locked = serving is not None and bool(serving.is_locked or (is_locked and serving is recorded))
    return SchemaPlan(
        step=step,
        version=version,
        changes=compare_columns(before.columns if before else (), columns),
        properties=_differing(live, properties),
        locks=lock and not is_known_locked,
    )


def active_version(live: Schema) -> SchemaVersionDetails | None:
    """The one that is said to be active; where nothing is said, the last."""
    said = [one for one in live.versions if one.is_active]
    silent = [one for one in live.versions if one.is_active is None]
    return (said or silent or [None])[-1]


def compare_columns(before: Sequence[SchemaColumn], declared: Sequence[SchemaColumn]) -> ColumnChanges:
    """How *declared* differs from *before*."""
    old, new = _by_name(before), _by_name(declared)
    common = [name for name in new if name in old]
    words = (_difference(name, old[name], new[name]) for name in common)
    return ColumnChanges(
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        changed=tuple(word for word in words if word),
        is_reordered=common != [name for name in old if name in new],
    )


def next_version_name(live: Schema, schema_name: str) -> str:
    """`Noon reports V3`, the first that is not taken; the platform calls the first version `… V1`."""
    taken = {one.name.casefold() for one in live.versions}
    number = len(live.versions) + 1
    while f"{schema_name} V{number}".casefold() in taken:
        number += 1
    return f"{schema_name} V{number}"


def _serving(
    live: Schema, columns: Sequence[SchemaColumn], recorded: SchemaVersionDetails | None
) -> SchemaVersionDetails | None:
    """The version that has the declared columns: the recorded one first, then the active one, then the latest."""
    candidates = [recorded, active_version(live), *reversed(live.versions)]
    return next((one for one in candidates if one is not None and not compare_columns(one.columns, columns)), None)


def _differing(live: Schema, declared: SchemaProperties) -> SchemaProperties | None:
    """The live properties with the declared ones put in, where one of them differs."""
    has = SchemaProperties(name=live.name, short_name=live.short_name, description=live.description)
    given = {name: value for name, value in vars(declared).items() if value is not None}
    wanted = replace(has, **given)
    return None if wanted == has else wanted


def _by_name(columns: Sequence[SchemaColumn]) -> dict[str, SchemaColumn]:
    return {str(column[_NAMES]): column for column in columns}


def _difference(name: str, old: SchemaColumn, new: SchemaColumn) -> str:
    """`power (type Int32 → Decimal)`; empty where all that is declared is as it was."""
    differing = [
        f"{member} {_shown(old.get(member))} → {_shown(value)}"
        for member, value in new.items()
        if member != "order" and not _is_equal(old.get(member), value)
    ]
    return f"{name} ({', '.join(differing)})" if differing else ""


def _is_equal(old: object, new: object) -> bool:
    """What a version does not say is false or empty; words of the platform are the same in any case."""
    if old is None:
        old = _DEFAULTS.get(type(new))
    if isinstance(old, str) and isinstance(new, str):
        return old.casefold() == new.casefold()
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return list(old) == list(new)  # pyright: ignore[reportUnknownArgumentType] — JSON of any shape
    return old == new


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
