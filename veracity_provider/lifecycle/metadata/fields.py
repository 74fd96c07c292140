"""
Fields of a metadata document: how each is compared, written and put back.

A key of a document that has names of its own, such as the metadata of a folder, is a plain `Field` of that name; a
document that is replaced as a whole has one `Field`, whose value is a mapping.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from veracity_provider.lifecycle.metadata.metadata_patch import same_json

Document = Mapping[str, Any]
"""A metadata document as the platform keeps it, with only the members that are there."""


@dataclass(frozen=True)
class Field:
    """A member of the document whose value is compared and written as it is; values are JSON."""

    name: str
    """Of the input, and of the member too, unless *member_name* is another."""
    member_name: str = ""

    @property
    def member(self) -> str:
        """The member's name in the document."""
        return self.member_name or self.name

    def observe(self, live: Document, *, like: Any = None) -> Any:
        """The live value as a program would declare it, spelled *like* what is declared; None when it is not there."""
        return live.get(self.member)

    def agrees(self, live: Document, declared: Any) -> bool:
        """Whether the live value is what is declared, in what is declared of it."""
        return same_json(live.get(self.member), declared)

    def require_valid(self, live: Document, declared: Any) -> None:
        """
        See that what is declared can be written to the live document.

        Raises:
            MetadataError: It cannot, and only a person can say what is meant.
        """

    def before(self, live: Document, declared: Any) -> Any:
        """What is there now of what is *declared*, to be put back by a restore; None when it is not there."""
        return self.observe(live, like=declared)

    def first(self, live: Document, declared: Any, known: Any) -> Any:
        """What was there first of what is *declared*, where some of it, or all, is *known* from an earlier look."""
        return known

    def released(self, applied: Any, before: Any, declared: Any) -> tuple[Any, Any] | None:
        """What of *applied* is not *declared* any more, and what was there *before* it; None when all of it is."""
        return (applied, before) if declared is None else None

    def is_restored(self, live: Document, before: Any) -> bool:
        """Whether the live value is what it was *before*."""
        return live.get(self.member) is None if before is None else self.agrees(live, before)

    def to_wire(self, live: Document, value: Any) -> Any:
        """What the member should become; of a mapping, the members that should become so."""
        return value

    def changes(self, live: Any, declared: Any) -> Iterator[tuple[str, Any, Any]]:
        """What differs, for a person: name, value that was observed, value that is declared."""
        yield self.name, live, declared
