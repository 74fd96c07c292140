"""What is said about the metadata of a container."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from veracity_provider.api.models import Container
from veracity_provider.lifecycle.container.plan import Adoption, FieldChange, Managed, MetadataPlan, RestorePlan
from veracity_provider.lifecycle.container.state import Declared
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


def values_text(values: Mapping[str, Any]) -> str:
    """`title: "A"; tags: ["x"]`, whole, since somebody may have to write them down."""
    return "; ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in values.items())


def adoption_texts(
    plan: MetadataPlan, declared: Declared, note: Adoption | None, first: Mapping[str, Any], urn: str
) -> Iterator[str]:
    """
    What adopting a container will do.

    Args:
        plan: What will be written.
        declared: What is declared.
        note: Who managed the container last, by the note on this machine.
        first: What was there first, by that note.
        urn: The resource that adopts it.
    """
    if plan.changes:
        yield changes_text("adopts the container, and changes", plan.changes)
    restores = declared.inputs.on_destroy == "restore"
    changed = {change.field.name for change in plan.changes}
    already = [one.name for one in declared.known if one.name not in changed and one.name not in first]
    if note and first:
        takes_over = (
            f"takes the container over from {_name(note.manager, urn)}" if note.manager not in {"", urn} else ""
        )
        keeps = f"a restore will put back what was there first: {values_text(first)}" if restores else ""
        if takes_over or keeps:
            yield "; ".join(part for part in (takes_over, keeps) if part)
    if restores and already:
        yield (
            f"already as declared, so a restore will leave as it is: {', '.join(already)}. If another resource of this "
            "stack has written it, and this is a rename or a move, declare an alias, which keeps what was there first"
        )


def released_texts(managed: Managed, plan: RestorePlan) -> Iterator[str]:
    """What becomes of fields that are *managed* no longer, of which *plan* puts some back."""
    if plan.restored:
        yield restored_text("no longer managed, and put back:", plan)
    back = {one.field.name for one in plan.restored}
    if left := [name for name in managed.applied if name not in back]:
        yield f"no longer managed, and left as it is: {', '.join(left)}"


def restored_text(what: str, plan: RestorePlan) -> str:
    """What is put back, in one line."""
    return f"{what} " + "; ".join(
        f"{one.field.name}: {shown(one.applied)} → {shown(one.before)}" for one in plan.restored
    )


def kept_text(plan: RestorePlan) -> str:
    """What is not put back, and why."""
    return f"not restored, since somebody has changed it meanwhile: {', '.join(one.name for one in plan.kept)}"


def left_to_text(successor: str, urn: str) -> str:
    """That the resource *urn* leaves its container to *successor*."""
    other = "its replacement" if successor == urn else _name(successor, urn)
    return f"left as it is, since {other} manages the container now"


def given_up_text(values: Mapping[str, Any]) -> str:
    """What was there first, where nobody knows it from now on."""
    return (
        f"no restore will put back any more what was there first: {values_text(values)}. It is in no note on this "
        "machine; an alias of the old name would have kept it"
    )


def will_stop_text(container_id: str, changes: Sequence[FieldChange]) -> str:
    """At preview, that an `up` will stop at what somebody else has changed."""
    return (
        f"`pulumi up` will stop here and write nothing to container {container_id}: somebody else has changed what is "
        "declared here since the last up, and on_conflict is fail. Take their value into the program, or set "
        f"on_conflict to overwrite.\n{conflict_table(changes)}"
    )


def _name(urn: str, other: str) -> str:
    """The name of the resource *urn*; with its stack and project, if they are not those of *other*."""
    place, _, name = urn.rpartition("::")
    stack, project = place.split("::")[:2] if "::" in place else ("", "")
    if other.startswith(f"{stack}::{project}::") or not stack:
        return f'"{name}"'
    return f'"{name}" (stack {stack.rpartition(":")[2]} of project {project})'


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
