"""Looks up what a program asks for: datasets, schemas and workspaces, by their names or ids."""

from typing import TYPE_CHECKING, Any, TypeVar, final

from veracity_provider.description.functions import (
    GetDatasetInputs,
    GetDatasetOutputs,
    GetSchemaInputs,
    GetSchemaOutputs,
    GetWorkspaceInputs,
    GetWorkspaceOutputs,
)
from veracity_provider.description.model import Inputs
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.directory import Directory
from veracity_provider.lifecycle.naming import either_problems, workspace_problems
from veracity_provider.lifecycle.protocols import JsonObject
from veracity_provider.lifecycle.schema.plan import active_version
from veracity_provider.texts import shown
from veracity_provider.unknown import Unknown

if TYPE_CHECKING:
    from veracity_provider.api.clients import Clients
    from veracity_provider.settings import Settings

_Inputs = TypeVar("_Inputs", bound=Inputs)


@final
class Functions:
    """
    The functions of a program, each by its name; safe for parallel threads. All arguments are known.

    Raises:
        InputError: An argument is missing or wrong, or there is nothing, or several things, of that name.
        VeracityError: The platform refuses, or does not answer.
    """

    def __init__(self, clients: "Clients", settings: "Settings") -> None:
        self._clients = clients
        self._settings = settings
        self._directory = Directory(clients)

    def get_dataset(self, given: JsonObject) -> dict[str, Any]:
        """The outputs of `get_dataset`."""
        inputs = self._read(GetDatasetInputs, given, "dataset")
        workspace_id, name = self._workspace_id(inputs.workspace_id, inputs.workspace_name), _text(inputs.dataset_name)
        dataset_id = _text(inputs.dataset_id) or self._directory.dataset(workspace_id, name).id
        found = self._clients.datasets.get_dataset(workspace_id, dataset_id.lower())
        return GetDatasetOutputs(
            dataset_id=found.id.lower(),
            dataset_name=found.name,
            description=found.description,
            schema_version_id=(found.schema_version_id or "").lower(),
            columns=found.columns,
            tags=found.tags,
            workspace_id=workspace_id,
        ).given()

    def get_schema(self, given: JsonObject) -> dict[str, Any]:
        """The outputs of `get_schema`."""
        inputs = self._read(GetSchemaInputs, given, "schema")
        workspace_id, name = self._workspace_id(inputs.workspace_id, inputs.workspace_name), _text(inputs.schema_name)
        schema_id = _text(inputs.schema_id) or self._directory.schema(workspace_id, name).id
        found = self._clients.schemas.get_schema(workspace_id, schema_id.lower())
        version = active_version(found)
        if version is None:
            reason = f'must be a schema with an active version, and "{shown(found.name)}" has none; activate one'
            raise InputError([InputProblem("schema_name" if name else "schema_id", f"{reason} in the portal")])
        return GetSchemaOutputs(
            schema_id=found.id.lower(),
            schema_name=found.name,
            short_name=found.short_name,
            description=found.description,
            is_predefined=found.is_predefined,
            schema_version_id=version.id.lower(),
            schema_version_name=version.name,
            columns=[dict(column) for column in version.columns],
            workspace_id=workspace_id,
        ).given()

    def get_workspace(self, given: JsonObject) -> dict[str, Any]:
        """The outputs of `get_workspace`."""
        inputs = self._read(GetWorkspaceInputs, given, None)
        id_, name = _text(inputs.workspace_id), _text(inputs.workspace_name)
        if not id_ and not name:
            id_, name = self._settings.workspace_id or "", self._settings.workspace_name or ""
        found = self._directory.workspace(name) if name else self._directory.workspace_of_id(id_.lower())
        return GetWorkspaceOutputs(
            workspace_id=found.id,
            workspace_name=found.name,
            description=found.description,
            region=found.region,
            role=found.role,
            tenant_id=found.tenant_id,
        ).given()

    def _read(self, model: type[_Inputs], given: JsonObject, kind: str | None) -> _Inputs:
        problems = [*(either_problems(given, kind) if kind else ()), *workspace_problems(given, self._settings)]
        try:
            read = model.from_properties(given)
        except InputError as error:
            raise InputError([*error.problems, *problems]) from None
        if problems:
            raise InputError(problems)
        return read

    def _workspace_id(self, id_: str | Unknown | None, name: str | Unknown | None) -> str:
        if id_ is None and name is None:
            id_, name = self._settings.workspace_id, self._settings.workspace_name
        return self._directory.workspace(_text(name)).id if name else _text(id_).lower()


def _text(value: str | Unknown | None) -> str:
    return value if isinstance(value, str) else ""
