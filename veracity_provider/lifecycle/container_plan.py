"""What to do about a container: its live metadata, what was last applied, and what is declared, compared."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, cast

from veracity_provider.api.models import is_system_tag
from veracity_provider.errors import MetadataError
from veracity_provider.lifecycle.container_inputs import FIELDS, ICON_MEMBERS
from veracity_provider.lifecycle.metadata_patch import Operation, metadata_patch, same_json
from veracity_provider.lifecycle.values import UNKNOWN

_WIRE_ICON: Final = {"id": "id", "background_color": "backgroundColor"}
_LONGEST_SHOWN: Final = 60
_NOT_THERE: Final = "(not there)"


class Why(Enum):
    """Why a field differs from what is declared."""

    EDITED = "edited in the program"
    DRIFTED = "changed in Veracity since the last up"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """A managed field that will be written."""

    name: str
    live: Any
    declared: Any
    applied: Any
    why: Why

    def __str__(self) -> str:
        """`title: "A" → "B"`; of an icon, each member that changes."""
        if isinstance(self.declared, Mapping):
            live = cast("Mapping[str, Any]", self.live or {})
            members = cast("Mapping[str, Any]", self.declared).items()
            changed = [(name, live.get(name), value) for name, value in members if live.get(name) != value]
            return "; ".join(f"{self.name}.{name}: {shown(was)} → {shown(value)}" for name, was, value in changed)
        return f"{self.name}: {shown(self.live)} → {shown(self.declared)}"


@dataclass(frozen=True, kw_only=True)
class ContainerPlan:
    """The patch, and the same in words."""

    operations: tuple[Operation, ...]
    changes: tuple[FieldChange, ...]

    @property
    def drifted(self) -> tuple[FieldChange, ...]:
        """Fields that somebody else has changed, to neither what was applied nor what is declared."""
        return tuple(change for change in self.changes if change.why is Why.DRIFTED)


def plan_metadata(
    live: Mapping[str, Any], declared: Mapping[str, Any], applied: Mapping[str, Any], *, guarded: bool = False
) -> ContainerPlan:
    """
    Compare, and work out the patch.

    Args:
        live: The container's metadata document.
        declared: The managed fields, known ones only, as the program spells them.
        applied: The fields as last written; empty before the first time.
        guarded: Have the server test that the changed fields are still as they were read.
    Raises:
        MetadataError: A declared tag differs from a live one by case alone.
    """
    changes = tuple(
        FieldChange(
            name=name,
            live=observed(live, name, like=declared[name]),
            declared=declared[name],
            applied=applied.get(name),
            why=Why.DRIFTED if _is_drift(live, name, applied) else Why.EDITED,
        )
        for name in FIELDS
        if name in declared and not _agrees(live, name, declared[name])
    )
    desired = {change.name: _to_wire(live, change.name, change.declared) for change in changes}
    return ContainerPlan(operations=tuple(metadata_patch(live, desired, guarded=guarded)), changes=changes)


def plan_restore(
    live: Mapping[str, Any], previous: Mapping[str, Any], applied: Mapping[str, Any]
) -> tuple[list[Operation], list[str], list[str]]:
    """
    Put back what was there before.

    Returns:
        The patch; the fields it puts back; the fields that stay, because somebody has changed them since.
    """
    ours = [name for name in FIELDS if name in applied and name in previous and _agrees(live, name, applied[name])]
    stay = [name for name in FIELDS if name in applied and name in previous and name not in ours]
    back = [name for name in ours if not _is_as_before(live, name, previous[name])]
    desired = {name: _to_wire_or_absent(live, name, previous[name]) for name in back}
    return metadata_patch(live, desired), back, stay


def observed(live: Mapping[str, Any], name: str, *, like: Any = None) -> Any:
    """
    A live field as a program would declare it; None when it is not there.

    *like*: what is declared. An icon shows the members that it manages, and tags that are the same set keep its order.
    """
    value = live.get(name)
    if value is None:
        return None
    if name == "icon":
        members = cast("Mapping[str, Any]", like) if isinstance(like, Mapping) else dict.fromkeys(ICON_MEMBERS)
        return {member: value[wire] for member, wire in _WIRE_ICON.items() if member in members and wire in value}
    if name == "tags":
        titles = user_tags(live)
        ordered = list(cast("list[str]", like)) if isinstance(like, list | tuple) else titles
        return ordered if set(ordered) == set(titles) else titles
    return value


def before_image(live: Mapping[str, Any], name: str, declared: Any) -> Any:
    """What `restore` will put back of a field: of an icon only the members that are managed, None for absent ones."""
    if name == "icon" and live.get("icon") is not None:
        return {member: live["icon"].get(_WIRE_ICON[member]) for member in declared}
    return observed(live, name, like=declared)


def user_tags(live: Mapping[str, Any]) -> list[str]:
    """Titles of the tags that are people's; the platform's own are nobody's drift."""
    return [str(tag.get("title")) for tag in live.get("tags", []) if not is_system_tag(tag)]


def shown(value: object) -> str:
    """*value* for a person, cut short."""
    if value is None:
        return _NOT_THERE
    if value is UNKNOWN:
        return "(known after up)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def conflict_table(changes: Sequence[FieldChange]) -> str:
    """Declared, last applied and live values, side by side."""
    rows = [("field", "declared", "last applied", "live")]
    rows += [(one.name, shown(one.declared), shown(one.applied), shown(one.live)) for one in changes]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(f"  {line.rstrip()}" for line in lines)


def _is_drift(live: Mapping[str, Any], name: str, applied: Mapping[str, Any]) -> bool:
    return applied.get(name) is not None and not _agrees(live, name, applied[name])


def _agrees(live: Mapping[str, Any], name: str, declared: Any) -> bool:
    """Whether the live field is what is declared, in what is declared of it."""
    if name == "tags":
        _require_spelling(live, declared)
        return set(user_tags(live)) == set(declared) - _system_tags(live)
    if name == "icon":
        return same_json(observed(live, name, like=declared), dict(declared))
    # An empty description and none are one and the same for everybody who reads it.
    return same_json(live.get(name) or "", declared) if name == "description" else same_json(live.get(name), declared)


def _is_as_before(live: Mapping[str, Any], name: str, before: Any) -> bool:
    if before is None:
        return live.get(name) is None
    if name == "icon":
        return same_json(before_image(live, name, before), dict(before))
    return _agrees(live, name, before)


def _require_spelling(live: Mapping[str, Any], titles: Sequence[str]) -> None:
    """The platform may fold case and may not; which tag is meant is the user's to say."""
    there = {str(tag.get("title")) for tag in live.get("tags", [])}
    spelled = {title.casefold(): title for title in there}
    for title in titles:
        other = spelled.get(title.casefold())
        if title not in there and other is not None:
            raise MetadataError(
                f'tags: "{title}" differs by case alone from the tag "{other}" that the container has. '
                f'Declare it as "{other}", or take that tag away first'
            )


def _system_tags(live: Mapping[str, Any]) -> set[str]:
    return {str(tag.get("title")) for tag in live.get("tags", []) if is_system_tag(tag)}


def _to_wire(live: Mapping[str, Any], name: str, declared: Any) -> Any:
    if name == "icon":
        return {_WIRE_ICON[member]: value for member, value in declared.items()}
    if name == "tags":
        # The API replaces the whole list, so the platform's own tags are sent back as they came.
        system = [tag for tag in live.get("tags", []) if is_system_tag(tag)]
        return [*({"title": title} for title in declared if title not in _system_tags(live)), *system]
    return declared


def _to_wire_or_absent(live: Mapping[str, Any], name: str, before: Any) -> Any:
    return None if before is None else _to_wire(live, name, before)
