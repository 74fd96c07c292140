"""`FIELDS`: what can be managed of a container, one class for each kind of field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from veracity_provider.api.container_document import Tag, icon_from_wire, icon_to_wire, new_tag, tags_from_wire
from veracity_provider.errors import MetadataError
from veracity_provider.lifecycle.metadata.fields import Document, Field
from veracity_provider.lifecycle.metadata.metadata_patch import same_json


@dataclass(frozen=True)
class ClearableText(Field):
    """A text whose empty value and absence are one and the same for everybody who reads it."""

    def agrees(self, live: Document, declared: Any) -> bool:
        return same_json(live.get(self.member) or "", declared)


@dataclass(frozen=True)
class IconField(Field):
    """An icon: a mapping of which only the declared members are managed."""

    def observe(self, live: Document, *, like: Any = None) -> Any:
        icon = live.get(self.member)
        if icon is None:
            return None
        members = icon_from_wire(icon)
        if not isinstance(like, Mapping):
            return members
        return {name: value for name, value in members.items() if name in like}

    def agrees(self, live: Document, declared: Any) -> bool:
        return same_json(self.observe(live, like=declared), declared)

    def before(self, live: Document, declared: Any) -> Any:
        icon = live.get(self.member)
        return None if icon is None else {name: icon_from_wire(icon).get(name) for name in declared}

    def first(self, live: Document, declared: Any, known: Any) -> Any:
        if known is None:
            return None
        now, members = cast("Mapping[str, Any]", self.before(live, declared) or {}), cast("Mapping[str, Any]", known)
        return {**now, **{name: value for name, value in members.items() if name in declared}}

    def released(self, applied: Any, before: Any, declared: Any) -> tuple[Any, Any] | None:
        if not isinstance(declared, Mapping):
            return super().released(applied, before, declared)
        members = {name: value for name, value in applied.items() if name not in declared}
        was = cast("Mapping[str, Any]", before or {})
        return (members, {name: was.get(name) for name in members}) if members else None

    def is_restored(self, live: Document, before: Any) -> bool:
        if before is None:
            return live.get(self.member) is None
        return same_json(self.before(live, before), before)

    def to_wire(self, live: Document, value: Any) -> Any:
        return icon_to_wire(value)

    def changes(self, live: Any, declared: Any) -> Iterator[tuple[str, Any, Any]]:
        was = cast("Mapping[str, Any]", live or {})
        for name, value in declared.items():
            if was.get(name) != value:
                yield f"{self.name}.{name}", was.get(name), value


@dataclass(frozen=True)
class TagsField(Field):
    """The titles of the tags that people gave: a set in an order. The platform's own tags are left as they are."""

    def observe(self, live: Document, *, like: Any = None) -> Any:
        if live.get(self.member) is None:
            return None
        titles = [tag.title for tag in self._tags(live) if not tag.is_system]
        ordered = list(cast("Sequence[str]", like)) if isinstance(like, list | tuple) else titles
        return ordered if set(ordered) == set(titles) else titles

    def require_valid(self, live: Document, declared: Any) -> None:
        _require_spelling({tag.title for tag in self._tags(live)}, declared)

    def agrees(self, live: Document, declared: Any) -> bool:
        tags = self._tags(live)
        people_gave = {tag.title for tag in tags if not tag.is_system}
        return people_gave == set(declared) - {tag.title for tag in tags if tag.is_system}

    def to_wire(self, live: Document, value: Any) -> Any:
        # The API replaces the whole list, so the platform's own tags are sent back as they came.
        system = [tag for tag in self._tags(live) if tag.is_system]
        kept = {tag.title for tag in system}
        return [*(new_tag(title) for title in value if title not in kept), *(tag.document for tag in system)]

    def _tags(self, live: Document) -> tuple[Tag, ...]:
        return tags_from_wire(live.get(self.member))


def _require_spelling(there: set[str], titles: Sequence[str]) -> None:
    """The platform may fold case and may not; which tag is meant is the user's to say."""
    spelled = {title.casefold(): title for title in there}
    for title in titles:
        other = spelled.get(title.casefold())
        if title not in there and other is not None:
            message = (
                f'tags: "{title}" differs only by case from the tag "{other}" that the container has. '
                f'Declare it as "{other}", or remove that tag first'
            )
            raise MetadataError(message)


FIELDS: Final = (
    Field("title"),
    ClearableText("description"),
    IconField("icon"),
    TagsField("tags"),
)
"""What can be managed of a container, in the order in which it is shown."""
