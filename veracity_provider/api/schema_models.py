"""What the responses about schemas hold. Wire names stop here; a column is a mapping in snake case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import AliasChoices, Field
from pydantic.alias_generators import to_camel

from veracity_provider.api.wire import Named, Text, Wire, parse

SchemaColumn = Mapping[str, Any]
"""`{"name", "type", "is_key", "is_required", "format", …}`, with the members that are there."""

_PREDEFINED_WORKSPACE: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, kw_only=True)
class SchemaVersionDetails:
    """
    A version of a schema.

    Args:
        columns: In the order of the table.
        is_active: None where the response does not say; the member's name is not published. Likewise *is_locked*.
    """

    id: str
    schema_id: str
    name: str
    description: str
    columns: tuple[SchemaColumn, ...]
    is_active: bool | None
    is_locked: bool | None


@dataclass(frozen=True, kw_only=True)
class Schema:
    """A schema. *versions* is empty in a list."""

    id: str
    name: str
    short_name: str
    description: str
    is_predefined: bool
    versions: tuple[SchemaVersionDetails, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class DatasetOfVersion:
    """A dataset that a schema version shapes."""

    id: str
    name: str


class _Version(Wire):
    id: str
    schema_id: Text = ""
    name: Text = Field("", validation_alias=AliasChoices("schemaVersionName", "name"))
    description: Text = ""
    columns: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    is_active: bool | None = None
    is_locked: bool | None = None


class _Schema(Wire):
    id: str
    name: Text = ""
    short_name: Text = ""
    description: Text = ""
    workspace_id: Text = ""
    is_predefined: bool | None = None
    schema_versions: list[_Version] | None = None


def schema(body: object, action: str) -> Schema:
    """From the response of a schema's own GET, of its making, or from an item of the list."""
    wire = parse(_Schema, body, action)
    return Schema(
        id=wire.id,
        name=wire.name,
        short_name=wire.short_name,
        description=wire.description,
        is_predefined=bool(wire.is_predefined) or wire.workspace_id == _PREDEFINED_WORKSPACE,
        versions=tuple(_version(one, wire.id) for one in wire.schema_versions or ()),
    )


def version_id(body: object, action: str) -> str:
    """From the response of adding a version."""
    return parse(Named, body, action).id


def dataset_of_version(body: object, action: str) -> DatasetOfVersion:
    """From an item of the query of datasets."""
    wire = parse(Named, body, action)
    return DatasetOfVersion(id=wire.id, name=wire.name)


def column_from_wire(members: Mapping[str, Any]) -> SchemaColumn:
    """`{"isKey": true}` is `{"is_key": true}`; members that are null are left out."""
    return {_in_snake_case(name): value for name, value in members.items() if value is not None}


def column_to_wire(column: SchemaColumn) -> dict[str, Any]:
    """The same, the other way round."""
    return {to_camel(name): value for name, value in column.items()}


def _version(wire: _Version, schema_id: str) -> SchemaVersionDetails:
    columns = [column_from_wire(one) for one in wire.columns]
    if all(isinstance(one.get("order"), int) for one in columns):
        columns.sort(key=lambda one: one["order"])
    return SchemaVersionDetails(
        id=wire.id,
        schema_id=wire.schema_id or schema_id,
        name=wire.name,
        description=wire.description,
        columns=tuple(columns),
        is_active=wire.is_active,
        is_locked=wire.is_locked,
    )


def _in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()
