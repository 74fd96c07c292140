"""The metadata document of a container as Data Fabric spells it. Source: "Provisioning API: Update Metadata"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from veracity_provider.api.models import is_system_tag

_ICON_MEMBERS: Final = {"id": "id", "background_color": "backgroundColor"}
_TITLE: Final = "title"


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag of a container: *document* is the tag as it came, *is_system* says that the platform keeps it."""

    title: str
    is_system: bool
    document: Mapping[str, Any]


def icon_from_wire(icon: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are there, in snake case: `id`, `background_color`."""
    return {name: icon[wire] for name, wire in _ICON_MEMBERS.items() if wire in icon}


def icon_to_wire(icon: Mapping[str, Any]) -> dict[str, Any]:
    """The given members, as the platform spells them; None stands for one that should not be there."""
    return {_ICON_MEMBERS[name]: value for name, value in icon.items()}


def tags_from_wire(tags: Iterable[Mapping[str, Any]] | None) -> tuple[Tag, ...]:
    """The tags in their order; none when there is no list."""
    return tuple(Tag(title=str(tag.get(_TITLE)), is_system=is_system_tag(tag), document=tag) for tag in tags or ())


def new_tag(title: str) -> dict[str, Any]:
    """A tag to be made by the platform."""
    return {_TITLE: title}
