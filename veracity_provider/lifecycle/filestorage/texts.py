"""What is said about folders and files of file storage."""

from collections.abc import Sequence

from veracity_provider.lifecycle.container.plan import FieldChange, RestorePlan, Values
from veracity_provider.lifecycle.container.texts import change_text, conflict_table, shown
from veracity_provider.lifecycle.filestorage.metadata import respelled


def conflict_text(what: str, changes: Sequence[FieldChange]) -> str:
    """That somebody else has changed what is declared; with the three values side by side."""
    return (
        f"{what}: somebody else has changed what is declared here since the last up, and on_conflict is fail; nothing "
        f"was written. Take their value into the program, or set on_conflict to overwrite.\n{conflict_table(changes)}"
    )


def not_applied_text(what: str, changes: Sequence[FieldChange]) -> str:
    """That the storage accepted the metadata, and it differs all the same."""
    differing = "; ".join(map(change_text, changes))
    return f"the metadata of {what} is not as declared after it was set ({differing}); run `pulumi up` again"


def restored_text(plan: RestorePlan, previous: Values, applied: Values) -> str:
    """What was put back."""
    before = respelled(previous, applied)
    restored = "; ".join(
        f"{field.name}: {shown(applied[field.name])} → {shown(before[field.name])}" for field in plan.restored
    )
    return f"restored {restored}" if restored else "nothing to restore"


def kept_text(plan: RestorePlan) -> str:
    """What was not put back, and why."""
    names = ", ".join(field.name for field in plan.kept)
    return f"not restored, since somebody has changed it meanwhile: {names}"
