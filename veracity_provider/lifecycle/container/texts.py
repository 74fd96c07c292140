"""What is said about the metadata of a container."""

import json
from collections.abc import Sequence
from typing import Final

from veracity_provider.api.models import Container
from veracity_provider.lifecycle.container.plan import FieldChange
from veracity_provider.unknown import UNKNOWN

_MAX_SHOWN: Final = 60


def shown(value: object) -> str:
    """*value* for a person, cut short."""
    if value is None:
        return "(not there)"
    if value is UNKNOWN:
        return "(known after up)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def change_text(change: FieldChange) -> str:
    """`title: "A" → "B"`; of an icon, each member that changes."""
    changes = change.field.changes(change.live, change.declared)
    return "; ".join(f"{name}: {shown(was)} → {shown(value)}" for name, was, value in changes)


def changes_text(what: str, changes: Sequence[FieldChange]) -> str:
    """One line for the resource's row, and the fields below it."""
    names = ", ".join(change.field.name for change in changes)
    return "\n".join([f"{what}: {names}", *(f"  {change_text(change)}" for change in changes)])


def not_owner_text(live: Container, account: str | None) -> str:
    """Why the account may not write."""
    return (
        f"the metadata of container {live.id} can be changed by its owner alone, {live.owner_id or 'unknown'}; "
        f"{f'account {account}' if account else 'this account'} has access level "
        f"{live.access_level or 'none'}. Use the owner's account, or ask for ownership to be handed over"
    )


def conflict_text(container_id: str, changes: Sequence[FieldChange], when: str) -> str:
    """That somebody else has changed what is declared, and when; with the three values side by side."""
    return (
        f"container {container_id}: somebody else has changed what is declared here {when}, and on_conflict is fail; "
        "nothing was written. Take their value into the program, or set on_conflict to overwrite.\n"
        f"{conflict_table(changes)}"
    )


def conflict_table(changes: Sequence[FieldChange]) -> str:
    """Declared, last applied and live values, side by side."""
    rows = [("field", "declared", "last applied", "live")]
    rows += [(one.field.name, shown(one.declared), shown(one.applied), shown(one.live)) for one in changes]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"  {line.rstrip()}" for line in lines)


def not_applied_text(container_id: str, changes: Sequence[FieldChange]) -> str:
    """That the platform accepted the patch, and the container differs all the same."""
    differing = "; ".join(map(change_text, changes))
    return f"container {container_id} is not as declared after the patch ({differing}); run `pulumi up` again"
