"""What is said about the metadata of a container."""

from collections.abc import Iterator, Mapping
from typing import Any

from veracity_provider.api.models import Container
from veracity_provider.lifecycle.container.state import Declared
from veracity_provider.lifecycle.metadata.plan import Adoption, Managed, MetadataPlan, RestorePlan
from veracity_provider.lifecycle.metadata.texts import (
    already_text,
    changes_text,
    resource_name,
    restored_text,
    values_text,
)


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
            f"takes the container over from {resource_name(note.manager, urn)}" if note.manager not in {"", urn} else ""
        )
        keeps = f"a restore will put back the original values: {values_text(first)}" if restores else ""
        if takes_over or keeps:
            yield "; ".join(part for part in (takes_over, keeps) if part)
    if restores and already:
        yield already_text(already)


def released_texts(managed: Managed, plan: RestorePlan) -> Iterator[str]:
    """What becomes of fields that are *managed* no longer, of which *plan* puts some back."""
    if plan.restored:
        yield restored_text("no longer managed, and put back:", plan)
    back = {one.field.name for one in plan.restored}
    if left := [name for name in managed.applied if name not in back]:
        yield f"no longer managed, and left as it is: {', '.join(left)}"


def not_owner_text(live: Container, account: str | None) -> str:
    """Why the account may not write."""
    return (
        f"the metadata of container {live.id} can be changed only by its owner, {live.owner_id or 'unknown'}; "
        f"{f'account {account}' if account else 'this account'} has access level "
        f"{live.access_level or 'none'}. Use the owner's account, or ask for ownership to be handed over"
    )
