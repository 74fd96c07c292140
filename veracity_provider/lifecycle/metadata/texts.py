"""What is said about the metadata of a thing on the platform, which is called *what*: `container 3333…`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from veracity_provider.lifecycle.metadata.plan import FieldChange, RestorePlan
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


def restored_text(what: str, plan: RestorePlan) -> str:
    """What is put back, in one line."""
    return f"{what} " + "; ".join(
        f"{one.field.name}: {shown(one.applied)} → {shown(one.before)}" for one in plan.restored
    )


def kept_text(plan: RestorePlan) -> str:
    """What is not put back, and why."""
    return f"not restored, since somebody has changed it meanwhile: {', '.join(one.name for one in plan.kept)}"


def left_to_text(what: str, successor: str, urn: str) -> str:
    """That the resource *urn* leaves *what* it managed to *successor*."""
    other = "its replacement" if successor == urn else resource_name(successor, urn)
    return f"left as it is, since {other} manages the {what} now"


def values_text(values: Mapping[str, Any]) -> str:
    """`title: "A"; tags: ["x"]`, whole, since somebody may have to write them down."""
    return "; ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def already_text(names: Iterable[str]) -> str:
    """At adoption, that a restore has nothing to put back for *names*, and how a rename keeps what was there first."""
    return (
        f"already as declared, so a restore will leave as it is: {', '.join(names)}. If another resource of this "
        "stack has written it, and this is a rename or a move, declare an alias, which keeps the original values"
    )


def given_up_text(values: Mapping[str, Any]) -> str:
    """What was there first, where nobody knows it from now on."""
    return (
        f"these original values can no longer be restored: {values_text(values)}. An alias of the old name "
        "would have kept it"
    )


def resource_name(urn: str, other: str) -> str:
    """The name of the resource *urn*; with its stack and project, if they are not those of *other*."""
    place, _, name = urn.rpartition("::")
    stack, project = place.split("::")[:2] if "::" in place else ("", "")
    if other.startswith(f"{stack}::{project}::") or not stack:
        return f'"{name}"'
    return f'"{name}" (stack {stack.rpartition(":")[2]} of project {project})'


def will_stop_text(what: str, changes: Sequence[FieldChange]) -> str:
    """At preview, that an `up` will stop at what somebody else has changed."""
    return (
        f"`pulumi up` will stop here and write nothing to {what}: somebody else has changed what is declared here "
        "since the last up, and on_conflict is fail. Take their value into the program, or set on_conflict to "
        f"overwrite.\n{conflict_table(changes)}"
    )


def conflict_text(what: str, changes: Sequence[FieldChange], when: str = "since the last up") -> str:
    """That somebody else has changed what is declared, and when; with the three values side by side."""
    return (
        f"{what}: somebody else has changed what is declared here {when}, and on_conflict is fail; nothing was "
        f"written. Take their value into the program, or set on_conflict to overwrite.\n{conflict_table(changes)}"
    )


def conflict_table(changes: Sequence[FieldChange]) -> str:
    """Declared, last applied and live values, side by side."""
    rows = [("field", "declared", "last applied", "live")]
    rows += [(one.field.name, shown(one.declared), shown(one.applied), shown(one.live)) for one in changes]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"  {line.rstrip()}" for line in lines)


def not_applied_text(what: str, changes: Sequence[FieldChange]) -> str:
    """That the platform accepted the change, and *what* differs all the same."""
    differing = "; ".join(map(change_text, changes))
    return f"{what} is not as declared after the patch ({differing}); run `pulumi up` again"
