"""Finds the dataset of a name, and the schema version that a dataset is to be made with."""

from veracity_provider.api.models import Dataset, SchemaVersion
from veracity_provider.errors import DatasetError, SchemaError
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.schema.plan import active_version
from veracity_provider.lifecycle.services import Services
from veracity_provider.nearest import did_you_mean
from veracity_provider.texts import shown
from veracity_provider.unknown import Unknown


def find_dataset(services: Services, workspace_id: str, name: str) -> Dataset | None:
    """
    The one dataset of exactly this name; None where there is none.

    Raises:
        DatasetError: There are two.
    """
    named = [one for one in services.clients.datasets.find_datasets(workspace_id, name) if one.name == name]
    if len(named) > 1:
        ids = ", ".join(one.id for one in named)
        message = f"must be the name of one dataset of workspace {workspace_id}, and {len(named)} have it: {ids}"
        raise DatasetError(f"{message}. Rename all but one in the portal")
    return named[0] if named else None


def find_namesakes(services: Services, workspace_id: str, name: str) -> list[Dataset]:
    """The datasets whose names differ from *name* only by case."""
    return [one for one in services.clients.datasets.find_datasets(workspace_id, name) if one.name != name]


def find_schema_version(services: Services, declared: DeclaredDataset) -> SchemaVersion:
    """
    The version that a dataset is made with: the declared one, or the active one of the declared schema.

    Raises:
        SchemaError: No schema has that name, or several, or it has no version.
        SchemaVersionNotFound: No such version in the workspace.
    """
    workspace_id, _ = declared.known_place
    name = declared.inputs.schema_name
    version_id = declared.schema_version_id
    if version_id is None and isinstance(name, str):
        version_id = _active_version_id(services, workspace_id, name)
    if version_id is None or isinstance(name, Unknown):
        message = "the schema is not known yet, where the engine gives known values only"
        raise TypeError(message)
    return services.clients.datasets.get_schema_version(workspace_id, version_id)


def _active_version_id(services: Services, workspace_id: str, name: str) -> str:
    listed = list(services.clients.schemas.list_schemas(workspace_id))
    named = [one for one in listed if one.name == name]
    if not named:
        near = did_you_mean(name, [one.name for one in listed]) or "."
        message = f'workspace {workspace_id} has no schema "{shown(name)}"{near}'
        raise SchemaError(f"{message} Where the program creates the schema, give its schema_version_id")
    if len(named) > 1:
        ids = ", ".join(one.id for one in named)
        message = f"must be the name of one schema of workspace {workspace_id}, and {len(named)} have it: {ids}"
        raise SchemaError(f"{message}. Use schema_version_id instead")
    version = active_version(services.clients.schemas.get_schema(workspace_id, named[0].id))
    if version is None:
        message = f'schema "{shown(name)}" has no active version; activate one in the portal'
        raise SchemaError(message)
    return version.id
