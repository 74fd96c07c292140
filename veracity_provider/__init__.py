"""Declare Veracity Data Platform state with Pulumi."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veracity_provider.dynamic.arguments import (
        ColumnArgs,
        ColumnType,
        IconArgs,
        OnConflict,
        OnDestroy,
        OnDestroyFile,
        OnDestroyFolder,
        Operation,
        OperationOfFiles,
        Preflight,
    )
    from veracity_provider.dynamic.dataset import Dataset
    from veracity_provider.dynamic.dataset_ingests import DatasetIngests
    from veracity_provider.dynamic.functions import (
        GetDatasetResult,
        GetSchemaResult,
        GetWorkspaceResult,
        get_dataset,
        get_schema,
        get_workspace,
    )
    from veracity_provider.dynamic.resources import ContainerMetadata, DatasetIngest
    from veracity_provider.dynamic.schema import Schema
    from veracity_provider.dynamic.storage_file import StorageFile
    from veracity_provider.dynamic.storage_folder import StorageFolder
    from veracity_provider.stack import declare_stack

__all__ = [
    "ColumnArgs",
    "ColumnType",
    "ContainerMetadata",
    "Dataset",
    "DatasetIngest",
    "DatasetIngests",
    "GetDatasetResult",
    "GetSchemaResult",
    "GetWorkspaceResult",
    "IconArgs",
    "OnConflict",
    "OnDestroy",
    "OnDestroyFile",
    "OnDestroyFolder",
    "Operation",
    "OperationOfFiles",
    "Preflight",
    "Schema",
    "StorageFile",
    "StorageFolder",
    "declare_stack",
    "get_dataset",
    "get_schema",
    "get_workspace",
]
__version__ = "0.2.0.dev0"

_MODULES = {
    "ContainerMetadata": "veracity_provider.dynamic.resources",
    "Dataset": "veracity_provider.dynamic.dataset",
    "DatasetIngest": "veracity_provider.dynamic.resources",
    "DatasetIngests": "veracity_provider.dynamic.dataset_ingests",
    "GetDatasetResult": "veracity_provider.dynamic.functions",
    "GetSchemaResult": "veracity_provider.dynamic.functions",
    "GetWorkspaceResult": "veracity_provider.dynamic.functions",
    "Schema": "veracity_provider.dynamic.schema",
    "StorageFile": "veracity_provider.dynamic.storage_file",
    "StorageFolder": "veracity_provider.dynamic.storage_folder",
    "declare_stack": "veracity_provider.stack",
    "get_dataset": "veracity_provider.dynamic.functions",
    "get_schema": "veracity_provider.dynamic.functions",
    "get_workspace": "veracity_provider.dynamic.functions",
}
"""Where the public names are; those that are not listed are types of arguments."""


def __getattr__(name: str) -> Any:
    # Late: the command line and the lifecycles live in this package too, and must not pay for Pulumi.
    from importlib import import_module

    from veracity_provider.collector import pause_collector

    if name in __all__:
        with pause_collector():
            value = getattr(import_module(_MODULES.get(name, "veracity_provider.dynamic.arguments")), name)
        globals()[name] = value  # asked for once
        return value
    from veracity_provider.nearest import did_you_mean

    names = [*__all__, "__version__"]
    message = f"veracity_provider has no {name}{did_you_mean(name, names) or '; it has ' + ', '.join(names)}"
    raise AttributeError(message, name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
