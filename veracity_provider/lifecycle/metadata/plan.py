"""What to do about a metadata document: what is live, what was last applied, and what is declared, compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, cast

from veracity_provider.lifecycle.metadata.fields import Document, Field
from veracity_provider.lifecycle.metadata.metadata_patch import Operation, metadata_patch, same_json

Values = Mapping[str, Any]
"""JSON values by the name of their field, as the state keeps them."""


class ChangeCause(Enum):
    """Why a field differs from what is declared; the value is shown."""

    EDITED = "edited in the program"
    DRIFTED = "changed in Veracity since the last up"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A managed field that will be written."""

    field: Field
    live: Any
    declared: Any
    applied: Any
    cause: ChangeCause


@dataclass(frozen=True, kw_only=True)
class MetadataPlan:
    """The patch, and the same field by field."""

    operations: tuple[Operation, ...]
    changes: tuple[FieldChange, ...]

    @property
    def drifted(self) -> tuple[FieldChange, ...]:
        """Fields that somebody else has changed, to neither what was applied nor what is declared."""
        return tuple(change for change in self.changes if change.cause is ChangeCause.DRIFTED)


@dataclass(frozen=True, kw_only=True)
class Managed:
    """Fields that are managed: as they were found first, and as they were last written, both by name."""

    previous: Values = field(default_factory=dict[str, Any])
    applied: Values = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """
    Who manages a container, as noted on this machine.

    Args:
        adopted_at: When *manager* adopted it, as its state has it; empty for a state of release 0.1.0, and before the
            first adoption has come to an end.
        manager: URN of the resource; empty before the first adoption has come to an end.
        managed: Its fields.
        about_to_apply: Fields that somebody was about to write; whether that was done is not known.
    """

    adopted_at: str = ""
    manager: str = ""
    managed: Managed = field(default_factory=Managed)
    about_to_apply: Values = field(default_factory=dict[str, Any])

    def is_later_than(self, adopted_at: str) -> bool:
        """Whether the container was adopted again after *adopted_at*."""
        return self.adopted_at > adopted_at


@dataclass(frozen=True, kw_only=True)
class FieldRestore:
    """A field that is put back: what was written, and what was there *before*, None for nothing."""

    field: Field
    applied: Any
    before: Any


@dataclass(frozen=True, kw_only=True)
class RestorePlan:
    """What is put back, and the patch; the fields that stay, because somebody has changed them since."""

    restored: tuple[FieldRestore, ...] = ()
    kept: tuple[Field, ...] = ()
    desired: Document = field(default_factory=dict[str, Any])
    """The members of the document as they should become."""
    operations: tuple[Operation, ...] = ()


def plan_metadata(
    live: Document,
    declared: Mapping[Field, Any],
    applied: Values,
    *,
    put_back: Document | None = None,
    guarded: bool = False,
) -> MetadataPlan:
    """
    Compare, and work out the patch.

    Args:
        live: The metadata document.
        declared: The managed fields, known ones only, as the program spells them.
        applied: The fields as last written; empty before the first time.
        put_back: Other members of the document to be written, or members of members.
        guarded: Have the server test that the changed fields are still as they were read.
    Raises:
        MetadataError: A declared tag differs from a live one only by case.
    """
    for one, value in declared.items():
        one.require_valid(live, value)
    changes = tuple(
        FieldChange(
            field=one,
            live=one.observe(live, like=value),
            declared=value,
            applied=applied.get(one.name),
            cause=ChangeCause.DRIFTED if _has_drifted(live, one, applied) else ChangeCause.EDITED,
        )
        for one, value in declared.items()
        if not one.agrees(live, value)
    )
    desired = {change.field.member: change.field.to_wire(live, change.declared) for change in changes}
    together = _merged(put_back or {}, desired)
    return MetadataPlan(operations=tuple(metadata_patch(live, together, guarded=guarded)), changes=changes)


def plan_restore(live: Document, fields: Iterable[Field], managed: Managed) -> RestorePlan:
    """Put back what was there before, of those *fields* that are managed; one that is so already stays unmentioned."""
    previous, applied = managed.previous, managed.applied
    changed = [
        one
        for one in fields
        if one.name in applied and one.name in previous and not one.is_restored(live, previous[one.name])
    ]
    ours = [one for one in changed if one.agrees(live, applied[one.name])]
    desired = {one.member: _to_wire_or_absent(live, one, previous[one.name]) for one in ours}
    return RestorePlan(
        restored=tuple(FieldRestore(field=one, applied=applied[one.name], before=previous[one.name]) for one in ours),
        kept=tuple(one for one in changed if one not in ours),
        desired=desired,
        operations=tuple(metadata_patch(live, desired)),
    )


def released(fields: Iterable[Field], managed: Managed, declared: Values) -> Managed:
    """What of *managed* is not *declared* any more."""
    previous: dict[str, Any] = {}
    applied: dict[str, Any] = {}
    for one in fields:
        if one.name in managed.applied and one.name in managed.previous:
            was = one.released(managed.applied[one.name], managed.previous[one.name], declared.get(one.name))
            if was is not None:
                applied[one.name], previous[one.name] = was
    return Managed(previous=previous, applied=applied)


def inherited(live: Document, declared: Mapping[Field, Any], note: Adoption | None) -> Values:
    """
    What was there first of the *declared* fields, by the note of whoever managed them before.

    That is known only of a field that is still as it was written then: anything else is somebody's own value.
    """
    if note is None:
        return {}
    written = (note.managed.applied, note.about_to_apply)
    return {
        one.name: note.managed.previous[one.name]
        for one in declared
        if one.name in note.managed.previous
        and any(one.agrees(live, values[one.name]) for values in written if one.name in values)
    }


def first_values(live: Document, declared: Mapping[Field, Any], previous: Values) -> Values:
    """What was there first of the *declared* fields: as far as *previous* tells, and else what is live."""
    return {
        one.name: one.first(live, value, previous[one.name]) if one.name in previous else one.before(live, value)
        for one, value in declared.items()
    }


def given_up(previous: Values, kept: Values) -> Values:
    """What of *previous* is not among the first values that are *kept*."""
    return {name: value for name, value in previous.items() if name not in kept or not _tells(kept[name], value)}


def _tells(kept: Any, value: Any) -> bool:
    if isinstance(kept, Mapping) and isinstance(value, Mapping):
        members, others = cast("Mapping[str, Any]", kept), cast("Mapping[str, Any]", value)
        return all(same_json(members[name], others[name]) for name in members if name in others)
    return same_json(cast("object", kept), cast("object", value))


def _has_drifted(live: Document, one: Field, applied: Values) -> bool:
    value = applied.get(one.name)
    return value is not None and not one.agrees(live, value)


def _to_wire_or_absent(live: Document, one: Field, before: Any) -> Any:
    return None if before is None else one.to_wire(live, before)


def _merged(one: Document, other: Document) -> Document:
    """Both, and where both have a mapping, the members of both."""
    merged = dict(one)
    for name, value in other.items():
        mine = merged.get(name)
        merged[name] = {**mine, **value} if isinstance(mine, Mapping) and isinstance(value, Mapping) else value
    return merged
