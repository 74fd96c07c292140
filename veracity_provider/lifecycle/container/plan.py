"""What to do about a metadata document: what is live, what was last applied, and what is declared, compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from veracity_provider.lifecycle.container.fields import Document, Field
from veracity_provider.lifecycle.container.metadata_patch import Operation, metadata_patch

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
class RestorePlan:
    """The patch; the fields that it puts back; the fields that stay, because somebody has changed them since."""

    operations: tuple[Operation, ...]
    restored: tuple[Field, ...]
    kept: tuple[Field, ...]


def plan_metadata(
    live: Document, declared: Mapping[Field, Any], applied: Values, *, guarded: bool = False
) -> MetadataPlan:
    """
    Compare, and work out the patch.

    Args:
        live: The metadata document.
        declared: The managed fields, known ones only, as the program spells them.
        applied: The fields as last written; empty before the first time.
        guarded: Have the server test that the changed fields are still as they were read.
    Raises:
        MetadataError: A declared tag differs from a live one by case alone.
    """
    changes = tuple(
        FieldChange(
            field=field,
            live=field.observe(live, like=value),
            declared=value,
            applied=applied.get(field.name),
            cause=ChangeCause.DRIFTED if _has_drifted(live, field, applied) else ChangeCause.EDITED,
        )
        for field, value in declared.items()
        if not field.agrees(live, value)
    )
    desired = {change.field.member: change.field.to_wire(live, change.declared) for change in changes}
    return MetadataPlan(operations=tuple(metadata_patch(live, desired, guarded=guarded)), changes=changes)


def plan_restore(live: Document, fields: Iterable[Field], previous: Values, applied: Values) -> RestorePlan:
    """Put back what was there before, of those *fields* that were managed."""
    managed = [field for field in fields if field.name in applied and field.name in previous]
    ours = [field for field in managed if field.agrees(live, applied[field.name])]
    back = tuple(field for field in ours if not field.is_restored(live, previous[field.name]))
    desired = {field.member: _to_wire_or_absent(live, field, previous[field.name]) for field in back}
    return RestorePlan(
        operations=tuple(metadata_patch(live, desired)),
        restored=back,
        kept=tuple(field for field in managed if field not in ours),
    )


def _has_drifted(live: Document, field: Field, applied: Values) -> bool:
    value = applied.get(field.name)
    return value is not None and not field.agrees(live, value)


def _to_wire_or_absent(live: Document, field: Field, before: Any) -> Any:
    return None if before is None else field.to_wire(live, before)
