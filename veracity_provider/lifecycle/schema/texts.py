"""What a schema's life says to people."""

from collections.abc import Sequence
from typing import Final

from veracity_provider.lifecycle.schema.plan import ColumnChanges, SchemaPlan, Step

_MAX_SHOWN: Final = 10


def plan_text(plan: SchemaPlan, users: Sequence[str]) -> str:
    """What `up` does, in one line a fact; empty where there is nothing to do."""
    lines: list[str] = []
    version = f'"{plan.version.name}"' if plan.version else ""
    if plan.step is Step.ACTIVATE:
        lines.append(f"makes version {version}, which has these columns, the active one")
    elif plan.step is Step.CHANGE:
        lines.append(f"changes version {version}, which no dataset uses{_columns(plan.changes)}")
    elif plan.step is Step.ADD:
        lines.append(f"creates a new version, and activates it{_columns(plan.changes)}")
        if users:
            lines.append(f"  {_listed(users)} {'stays' if len(users) == 1 else 'stay'} with version {version}")
    if plan.properties:
        lines.append("sets " + ", ".join(f'{name} "{value}"' for name, value in vars(plan.properties).items()))
    if plan.locks:
        lines.append("locks the version; there is no way back")
    return "\n".join(lines)


def _columns(changes: ColumnChanges) -> str:
    parts = [
        f"\n  {word}: {_listed(names)}"
        for word, names in (("added", changes.added), ("removed", changes.removed), ("changed", changes.changed))
        if names
    ]
    if changes.is_reordered:
        parts.append("\n  in another order")
    return "".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MAX_SHOWN
    return ", ".join(names[:_MAX_SHOWN]) + (f" … and {more} more" if more > 0 else "")
