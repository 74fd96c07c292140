"""Data Workbench gateway: schemas and their versions. Source: "Schema management"."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, final

from veracity_provider.api import schema_models
from veracity_provider.api.hints import ADMIN_ROLE, LOCKED_VERSION, SCHEMA_MANAGEMENT, SELECTED_DATASETS, hints
from veracity_provider.api.paging import read_pages
from veracity_provider.api.responses import Action
from veracity_provider.api.schema_models import (
    DatasetOfVersion,
    Schema,
    SchemaColumn,
    SchemaVersionDetails,
    column_to_wire,
)
from veracity_provider.api.transport import Transport
from veracity_provider.errors import SchemaNotFound, SchemaVersionNotFound

_READ_HINTS: Final = hints(SCHEMA_MANAGEMENT, SELECTED_DATASETS)
_WRITE_HINTS: Final = hints(ADMIN_ROLE, SCHEMA_MANAGEMENT, SELECTED_DATASETS)
_CHANGE_HINTS: Final = hints(LOCKED_VERSION, ADMIN_ROLE, SCHEMA_MANAGEMENT, SELECTED_DATASETS)


@final
class SchemasClient:
    """Reads schemas with a Reader's rights, and changes them with an Admin's."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list_schemas(self, workspace_id: str) -> Iterator[Schema]:
        """All schemas of a workspace, those that the platform brings along included, without their versions."""
        action = Action(label=f"listing the schemas of workspace {workspace_id}", hints=_READ_HINTS)
        for body in read_pages(self._transport, f"/workspaces/{workspace_id}/schemas", action):
            yield schema_models.schema(body, action.label)

    def get_schema(self, workspace_id: str, schema_id: str) -> Schema:
        """
        Read a schema with its versions.

        Raises:
            SchemaNotFound: No such schema in this workspace.
        """
        action = Action(label=f"reading schema {schema_id}", not_found=SchemaNotFound, hints=_READ_HINTS)
        path = f"/workspaces/{workspace_id}/schemas/{schema_id}"
        return schema_models.schema(self._transport.read("GET", path, action), action.label)

    def add_schema(
        self, workspace_id: str, *, name: str, short_name: str, description: str, columns: Sequence[SchemaColumn]
    ) -> Schema:
        """
        Make a schema, whose first version is active.

        Raises:
            AnswerLost: It may have been made; look for it by its name.
            PermissionDenied: The account is a Reader, or the workspace has no subscription to Schema management.
            RequestRefused: The platform refuses a column.
        """
        action = Action(label=f'creating schema "{name}"', hints=_WRITE_HINTS)
        body = {
            "name": name,
            "shortName": short_name,
            "description": description,
            "columns": _to_wire(columns),
        }
        path = f"/workspaces/{workspace_id}/schemas/add"
        return schema_models.schema(self._transport.write("POST", path, action, body=body), action.label)

    def change_schema(self, workspace_id: str, schema_id: str, *, name: str, short_name: str, description: str) -> None:
        """
        Give a schema another name, short name or description; the same call may be sent twice.

        Raises:
            SchemaNotFound, PermissionDenied, RequestRefused: As for the others.
            AnswerLost: It may have been changed.
        """
        action = Action(label=f'changing schema "{name}"', not_found=SchemaNotFound, hints=_WRITE_HINTS)
        body = {"name": name, "shortName": short_name, "description": description}
        self._transport.write("PATCH", f"/workspaces/{workspace_id}/schemas/{schema_id}", action, body=body)

    def add_version(
        self, workspace_id: str, schema_id: str, *, name: str, description: str, columns: Sequence[SchemaColumn]
    ) -> str:
        """
        Add a version, which is not active yet; returns its id.

        Raises:
            AnswerLost: It may have been added; look for a version with these columns.
            SchemaNotFound, PermissionDenied, RequestRefused: As for the others.
        """
        action = Action(label=f'adding schema version "{name}"', not_found=SchemaNotFound, hints=_WRITE_HINTS)
        body = {
            "schemaId": schema_id,
            "schemaVersionName": name,
            "description": description,
            "columns": _to_wire(columns),
        }
        path = f"/workspaces/{workspace_id}/schemas/schemaversions/add"
        return schema_models.version_id(self._transport.write("POST", path, action, body=body), action.label)

    def change_version(
        self,
        workspace_id: str,
        version: SchemaVersionDetails,
        *,
        columns: Sequence[SchemaColumn],
    ) -> None:
        """
        Give a version other columns, in place.

        Raises:
            Conflict, RequestRefused: The version is locked; the status is not published.
            SchemaVersionNotFound, PermissionDenied: As for the others.
            AnswerLost: It may have been changed.
        """
        action = Action(
            label=f'changing schema version "{version.name}"', not_found=SchemaVersionNotFound, hints=_CHANGE_HINTS
        )
        body = {
            "schemaId": version.schema_id,
            "schemaVersionName": version.name,
            "description": version.description,
            "columns": _to_wire(columns),
        }
        path = f"/workspaces/{workspace_id}/schemas/{version.schema_id}/schemaversions/{version.id}"
        self._transport.write("PATCH", path, action, body=body)

    def activate_version(self, workspace_id: str, schema_id: str, version_id: str) -> None:
        """Make a version the schema's active one; the same call may be sent twice. Raises as the others."""
        self._perform(workspace_id, schema_id, version_id, "activate", "activating it")

    def lock_version(self, workspace_id: str, schema_id: str, version_id: str) -> None:
        """Lock a version for good; the same call may be sent twice. Raises as the others."""
        self._perform(workspace_id, schema_id, version_id, "lock", "locking it")

    def list_datasets(self, workspace_id: str, version_id: str) -> Iterator[DatasetOfVersion]:
        """The datasets of a workspace whose schema is this version."""
        action = Action(label=f"listing the datasets with schema version {version_id}", hints=hints(SELECTED_DATASETS))
        query = {"schemaVersionIds": [version_id]}
        for body in read_pages(self._transport, f"/workspaces/{workspace_id}/datasets/query", action, query=query):
            yield schema_models.dataset_of_version(body, action.label)

    def _perform(self, workspace_id: str, schema_id: str, version_id: str, word: str, doing: str) -> None:
        action = Action(
            label=f"schema version {version_id}: {doing}", not_found=SchemaVersionNotFound, hints=_WRITE_HINTS
        )
        path = f"/workspaces/{workspace_id}/schemas/{schema_id}/schemaversions/{version_id}/{word}"
        self._transport.write("POST", path, action)


def _to_wire(columns: Sequence[SchemaColumn]) -> list[dict[str, Any]]:
    return [column_to_wire(one) for one in columns]
