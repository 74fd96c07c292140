"""Datasets and schemas that somebody names by id or by name."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol, TypeVar

from veracity_provider.api.models import Dataset
from veracity_provider.api.schema_models import Schema
from veracity_provider.cli.connection import Connection
from veracity_provider.errors import DatasetNotFound, InputError, InputProblem, SchemaNotFound
from veracity_provider.nearest import did_you_mean
from veracity_provider.settings import is_uuid
from veracity_provider.texts import shown

_NOT_FOUND: Final = 404


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


def find_dataset(connection: Connection, named: str) -> Dataset:
    """
    The dataset with that id, or with that name.

    Raises:
        DatasetNotFound: There is none; the text names one that is called nearly so.
        InputError: Several have the name.
    """
    workspace_id, datasets = connection.workspace_id, connection.clients.datasets
    if is_uuid(named):
        try:
            return datasets.get_dataset(workspace_id, named.lower())
        except DatasetNotFound as error:
            message = f"there is no dataset {named} in workspace {workspace_id}"
            raise DatasetNotFound(message, status=error.status, trace_id=error.trace_id) from None
    found = _choose(datasets.find_datasets(workspace_id, named), named, what="dataset", argument="DATASET")
    if found is None:
        near = did_you_mean(named, (one.name for one in datasets.list_datasets(workspace_id)))
        message = f'there is no dataset "{shown(named)}" in workspace {workspace_id}{near}'
        raise DatasetNotFound(message, status=_NOT_FOUND)
    return found


def find_schema(connection: Connection, named: str) -> Schema:
    """
    The schema with that id, or with that name, and its versions.

    Raises:
        SchemaNotFound, InputError: As for `find_dataset`.
    """
    workspace_id, schemas = connection.workspace_id, connection.clients.schemas
    if is_uuid(named):
        try:
            return schemas.get_schema(workspace_id, named.lower())
        except SchemaNotFound as error:
            message = f"there is no schema {named} in workspace {workspace_id}"
            raise SchemaNotFound(message, status=error.status, trace_id=error.trace_id) from None
    listed = list(schemas.list_schemas(workspace_id))
    found = _choose(listed, named, what="schema", argument="SCHEMA")
    if found is None:
        near = did_you_mean(named, (one.name for one in listed))
        message = f'there is no schema "{shown(named)}" in workspace {workspace_id}{near}'
        raise SchemaNotFound(message, status=_NOT_FOUND)
    return schemas.get_schema(workspace_id, found.id)


def _choose(listed: Iterable[_T], named: str, *, what: str, argument: str) -> _T | None:
    """The one of exactly this name, or else the only one that differs only by case."""
    alike = [one for one in listed if one.name.casefold() == named.casefold()]
    exact = [one for one in alike if one.name == named]
    candidates: Sequence[_T] = exact or alike
    if len(candidates) > 1:
        ids = ", ".join(one.id for one in candidates)
        reason = f'must name one {what}, and {len(candidates)} are called "{shown(named)}": {ids}'
        raise InputError([InputProblem(argument, reason)])
    return candidates[0] if candidates else None
