"""Metadata of a folder or file: keys that are compared without case, of which only the declared ones are managed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from veracity_provider.description.storage_folder import MAX_METADATA_BYTES, metadata_bytes
from veracity_provider.errors import StoragePathError
from veracity_provider.lifecycle.inputs import is_known
from veracity_provider.lifecycle.metadata.fields import Document, Field
from veracity_provider.lifecycle.metadata.metadata_patch import apply_patch
from veracity_provider.lifecycle.metadata.plan import (
    Managed,
    MetadataPlan,
    RestorePlan,
    Values,
    given_up,
    plan_metadata,
    plan_restore,
)


def plan_keys(live: Document, declared: Values, applied: Values) -> MetadataPlan:
    """Compare the *declared* keys, known ones only, with the live ones, which keep their spelling."""
    known = {name: value for name, value in declared.items() if is_known(value)}
    return plan_metadata(live, _fields(known, live), respelled(applied, known))


def plan_keys_restore(live: Document, managed: Managed) -> RestorePlan:
    """Put back what was there before, of the keys that are *managed*."""
    fields = _fields(managed.applied, live)
    return plan_restore(live, fields, replace(managed, previous=respelled(managed.previous, managed.applied)))


def released_keys(managed: Managed, declared: Values) -> Managed:
    """What of *managed* is not *declared* by somebody else."""
    others = {name.lower() for name in declared}
    applied = {name: value for name, value in managed.applied.items() if name.lower() not in others}
    return Managed(previous={name: managed.previous.get(name) for name in applied}, applied=applied)


def given_up_keys(managed: Managed, declared: Values) -> Values:
    """The first values of what is *declared* by somebody else, who has found what was *managed* in their place."""
    others = {name.lower() for name in declared}
    previous = {name: managed.previous.get(name) for name in managed.applied if name.lower() in others}
    return given_up(previous, managed.applied)


def changed_metadata(live: Mapping[str, str], plan: MetadataPlan | RestorePlan, what: str) -> dict[str, str]:
    """
    All metadata as it becomes: the storage takes all keys or none.

    Raises:
        StoragePathError: That would be more than the storage keeps.
    """
    metadata: dict[str, str] = apply_patch(plan.operations, live)
    size_bytes = metadata_bytes(metadata)
    if size_bytes > MAX_METADATA_BYTES:
        raise StoragePathError(
            f"the metadata of {what} must have at most {MAX_METADATA_BYTES:,} bytes in all, and would have "
            f"{size_bytes:,} together with the keys that are not declared here. Declare less, or remove some of those"
        )
    return metadata


def first_values(found: Document, declared: Values, previous: Values) -> dict[str, Any]:
    """What was there first of the *declared* keys: as *previous* tells, else as *found*; None for nothing."""
    there, known = respelled(found, declared), respelled(previous, declared)
    return {name: known[name] if name in known else there.get(name) for name in declared}


def observed_values(live: Document, declared: Values) -> dict[str, Any]:
    """The live values of the *declared* keys that are there."""
    there = respelled(live, declared)
    return {name: there[name] for name in declared if name in there}


def respelled(values: Values, like: Values) -> dict[str, Any]:
    """*values* with each key spelled as in *like*, where it is the same key without case."""
    spelling = {name.lower(): name for name in like}
    return {spelling.get(name.lower(), name): value for name, value in values.items()}


def _fields(values: Values, live: Document) -> dict[Field, Any]:
    spelling = {name.lower(): name for name in live}
    return {Field(name, member_name=spelling.get(name.lower(), name)): value for name, value in values.items()}
