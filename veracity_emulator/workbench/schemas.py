"""Schemas and their versions. Source: docs/platform.md, "Schemas"."""

import json
import uuid
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator

from veracity_emulator.backend import Backend
from veracity_emulator.clock import iso
from veracity_emulator.operations import Call, Flag, Operation, Wire, endpoint
from veracity_emulator.workbench.errors import gateway_error, model_error
from veracity_emulator.workbench.paging import LARGEST_PAGE, LAST_PAGE, Paging, page_of

# ruff: noqa: N815 — members are spelled as on the wire

TABLES: Final = """
CREATE TABLE IF NOT EXISTS schemas (id TEXT PRIMARY KEY, workspace_id TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS schema_versions (
    id TEXT PRIMARY KEY, schema_id TEXT, workspace_id TEXT, number INTEGER, is_active INTEGER, is_locked INTEGER,
    body TEXT
);
"""
GATEWAY: Final = "/veracity/dw/gateway/api/v2"
WORKSPACE: Final = GATEWAY + "/workspaces/{workspace}"
PREDEFINED: Final = "00000000-0000-0000-0000-000000000000"
"""The workspace of schemas that all workspaces have."""
_TYPES: Final = ("String", "Int32", "Int64", "Decimal", "DateTime", "DateOnly", "Boolean")


class ColumnInput(BaseModel):
    """A column; members that the emulator makes no use of are kept as they are."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(min_length=1, max_length=100)
    type: str = Field(default="String", json_schema_extra={"enum": list(_TYPES)})
    isKey: Flag = False
    isRequired: Flag = False

    @field_validator("type")
    @classmethod
    def _known(cls, value: str) -> str:
        for known in _TYPES:
            if known.lower() == value.lower():
                return known
        message = f"{value} is not one of {', '.join(_TYPES)}"
        raise ValueError(message)


class SchemaInput(Wire):
    """`POST …/schemas/add`."""

    name: str = Field(min_length=1)
    shortName: str = ""
    description: str = ""
    columns: list[ColumnInput] = Field(min_length=1)


class SchemasList(Wire):
    """`GET …/schemas`, in the query."""

    includeDefaultSchemaVersion: bool = False
    pageIndex: int = Field(default=1, ge=0, le=LAST_PAGE)
    pageSize: int = Field(default=100, ge=1, le=LARGEST_PAGE)


class SchemaPatch(Wire):
    """`PATCH …/schemas/{id}`: plain JSON, no JSON Patch."""

    name: str | None = None
    description: str | None = None
    shortName: str | None = None


class VersionInput(Wire):
    """`POST …/schemas/schemaversions/add`, and the PATCH of a version. Column names are unique."""

    schemaId: str | None = None
    schemaVersionName: str = Field(min_length=1)
    description: str = ""
    columns: list[ColumnInput] = Field(min_length=1)


class Version(BaseModel):
    """A version of a schema."""

    id: str
    schemaId: str
    schemaVersionName: str
    description: str
    columns: list[ColumnInput]
    isActive: bool
    isLocked: bool
    isPredefined: bool


class SchemaInList(BaseModel):
    """A schema in a list; its versions are the default one, and there only when they are asked for."""

    id: str
    workspaceId: str
    name: str
    shortName: str
    description: str
    createdOn: str
    isPredefined: bool
    schemaVersions: list[Version] | None = None


class Schema(SchemaInList):
    """A schema."""

    schemaVersions: list[Version]  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


class SchemasPage(Paging):
    """A page of schemas."""

    result: list[SchemaInList]


def operations() -> list[Operation]:
    """The operations."""

    operation = endpoint(WORKSPACE, "workbench")
    version = "/schemas/{schema}/schemaversions/{version}"
    return [
        operation("POST", "/schemas/add", _add, "Add a schema with its first version", SchemaInput, answer=Schema),
        operation("POST", "/schemas/schemaversions/add", _add_version, "Add a version", VersionInput, answer=Version),
        operation("GET", "/schemas/schemaversions/{version}", _get_version, "Read a version", answer=Version),
        operation("GET", "/schemas", _list, "List schemas", query=SchemasList, answer=SchemasPage),
        operation("GET", "/schemas/{schema}", _get, "Read a schema with its versions", answer=Schema),
        operation(
            "PATCH", "/schemas/{schema}", _patch, "Change a schema's name or description", SchemaPatch, answer=Schema
        ),
        operation("PATCH", version, _patch_version, "Change a version's columns", VersionInput, answer=Version),
        operation("POST", f"{version}/activate", _activate, "Make a version the active one", answer=Version),
        operation("POST", f"{version}/lock", _lock, "Lock a version for good", answer=dict[str, Any]),
    ]


def version_document(backend: Backend, version_id: str) -> dict[str, Any]:
    """A version as it is told; empty for one that is gone."""
    found = backend.database.read().execute("SELECT workspace_id FROM schema_versions WHERE id = ?", (version_id,))
    row = found.fetchone()
    return _version(backend, row["workspace_id"], version_id) if row else {}


def columns_of(backend: Backend, version_id: str) -> list[dict[str, Any]]:
    """The columns of a version."""
    row = backend.database.read().execute("SELECT body FROM schema_versions WHERE id = ?", (version_id,)).fetchone()
    return json.loads(row["body"])["columns"] if row else []


def add_schema(backend: Backend, workspace: str, given: SchemaInput, *, ids: tuple[str, str] | None = None) -> str:
    """Make a schema with an active first version; returns the schema's id. *ids*: of schema and version."""
    schema_id, version_id = ids or (str(uuid.uuid4()), str(uuid.uuid4()))
    now = iso(backend.clock.time())
    body = {"name": given.name, "shortName": given.shortName, "description": given.description, "createdOn": now}
    first = VersionInput(schemaVersionName=f"{given.name} V1", description=given.description, columns=given.columns)
    with backend.database.transaction() as connection:
        connection.execute("INSERT INTO schemas VALUES (?, ?, ?)", (schema_id, workspace, json.dumps(body)))
    _insert_version(backend, workspace, schema_id, first, version_id=version_id, is_active=True)
    return schema_id


def _insert_version(
    backend: Backend, workspace: str, schema_id: str, given: VersionInput, *, version_id: str, is_active: bool
) -> None:
    _require_distinct(given)
    with backend.database.transaction() as connection:
        (number,) = connection.execute(
            "SELECT count(*) + 1 FROM schema_versions WHERE schema_id = ?", (schema_id,)
        ).fetchone()
        values = (version_id, schema_id, workspace, number, int(is_active), 0, _body_of(given))
        connection.execute("INSERT INTO schema_versions VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _require_distinct(given: VersionInput) -> None:
    names = [column.name for column in given.columns]
    if len(set(names)) != len(names):
        raise model_error({"columns": ["Column names are unique in a schema."]})


def _body_of(given: VersionInput) -> str:
    columns = [{"order": i, **column.model_dump()} for i, column in enumerate(given.columns)]
    return json.dumps(
        {"schemaVersionName": given.schemaVersionName, "description": given.description, "columns": columns}
    )


def _add(backend: Backend, call: Call) -> Any:
    call.require_admin()
    schema_id = add_schema(backend, call.path("workspace"), call.model(SchemaInput))
    return _described(backend, call.path("workspace"), schema_id)


def _add_version(backend: Backend, call: Call) -> Any:
    call.require_admin()
    given = call.model(VersionInput)
    _require_schema(backend, call.path("workspace"), given.schemaId or "")
    version_id = str(uuid.uuid4())
    _insert_version(
        backend, call.path("workspace"), given.schemaId or "", given, version_id=version_id, is_active=False
    )
    return _version(backend, call.path("workspace"), version_id)


def _list(backend: Backend, call: Call) -> Any:
    rows = backend.database.read().execute(
        "SELECT id, workspace_id FROM schemas WHERE workspace_id IN (?, ?) ORDER BY workspace_id = ?",
        (call.path("workspace"), PREDEFINED, PREDEFINED),
    )
    found = [_described(backend, row["workspace_id"], row["id"]) for row in rows]
    given = call.query_model(SchemasList)
    for one in found:
        versions = one.pop("schemaVersions")
        if given.includeDefaultSchemaVersion:
            one["schemaVersions"] = [version for version in versions if version["isActive"]]
    page, paging = page_of(found, given.pageIndex, given.pageSize)
    return {"result": page, **paging}


def _get(backend: Backend, call: Call) -> Any:
    found = backend.database.read().execute("SELECT workspace_id FROM schemas WHERE id = ?", (call.path("schema"),))
    row = found.fetchone()
    is_predefined = row is not None and row["workspace_id"] == PREDEFINED
    return _described(backend, PREDEFINED if is_predefined else call.path("workspace"), call.path("schema"))


def _get_version(backend: Backend, call: Call) -> Any:
    return _version(backend, call.path("workspace"), call.path("version"))


def _patch(backend: Backend, call: Call) -> Any:
    call.require_admin()
    given = call.model(SchemaPatch)
    body = _require_schema(backend, call.path("workspace"), call.path("schema"))
    changed = {**body, **given.model_dump(exclude_none=True)}
    with backend.database.transaction() as connection:
        connection.execute("UPDATE schemas SET body = ? WHERE id = ?", (json.dumps(changed), call.path("schema")))
    return _described(backend, call.path("workspace"), call.path("schema"))


def _patch_version(backend: Backend, call: Call) -> Any:
    call.require_admin()
    given = call.model(VersionInput)
    found = _version(backend, call.path("workspace"), call.path("version"))
    if found["isPredefined"] or found["isLocked"]:
        raise gateway_error(409, "The schema version is locked.")
    _require_distinct(given)
    with backend.database.transaction() as connection:
        change = (_body_of(given), call.path("version"))
        connection.execute("UPDATE schema_versions SET body = ? WHERE id = ?", change)
    return _version(backend, call.path("workspace"), call.path("version"))


def _activate(backend: Backend, call: Call) -> Any:
    call.require_admin()
    _version(backend, call.path("workspace"), call.path("version"))
    with backend.database.transaction() as connection:
        change = (call.path("version"), call.path("schema"))
        connection.execute("UPDATE schema_versions SET is_active = (id = ?) WHERE schema_id = ?", change)
    return _version(backend, call.path("workspace"), call.path("version"))


def _lock(backend: Backend, call: Call) -> Any:
    call.require_admin()
    _version(backend, call.path("workspace"), call.path("version"))
    with backend.database.transaction() as connection:
        connection.execute("UPDATE schema_versions SET is_locked = 1 WHERE id = ?", (call.path("version"),))
    return {}


def _require_schema(backend: Backend, workspace: str, schema_id: str) -> dict[str, Any]:
    row = (
        backend.database.read()
        .execute("SELECT body FROM schemas WHERE id = ? AND workspace_id = ?", (schema_id, workspace))
        .fetchone()
    )
    if row is None:
        raise gateway_error(404, "The schema was not found.")
    return cast("dict[str, Any]", json.loads(row["body"]))


def _described(backend: Backend, workspace: str, schema_id: str) -> dict[str, Any]:
    body = _require_schema(backend, workspace, schema_id)
    rows = backend.database.read().execute(
        "SELECT id FROM schema_versions WHERE schema_id = ? ORDER BY number", (schema_id,)
    )
    versions = [_version(backend, workspace, row["id"]) for row in rows]
    is_predefined = workspace == PREDEFINED
    return {
        "id": schema_id,
        "workspaceId": workspace,
        **body,
        "isPredefined": is_predefined,
        "schemaVersions": versions,
    }


def _version(backend: Backend, workspace: str, version_id: str) -> dict[str, Any]:
    row = (
        backend.database.read()
        .execute(
            "SELECT * FROM schema_versions WHERE id = ? AND workspace_id IN (?, ?)", (version_id, workspace, PREDEFINED)
        )
        .fetchone()
    )
    if row is None:
        raise gateway_error(404, "The schema version was not found.")
    flags = {
        "isActive": bool(row["is_active"]),
        "isLocked": bool(row["is_locked"]),
        "isPredefined": row["workspace_id"] == PREDEFINED,
    }
    return {"id": version_id, "schemaId": row["schema_id"], **json.loads(row["body"]), **flags}
