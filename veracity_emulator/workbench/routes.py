"""The operations of Data Workbench."""

from veracity_emulator.operations import Operation
from veracity_emulator.workbench import datasets, filestorage, ingest, schemas, workspaces


def operations() -> list[Operation]:
    """The operations."""
    return [
        *workspaces.operations(),
        *schemas.operations(),
        *datasets.operations(),
        *ingest.operations(),
        *filestorage.operations(),
    ]
