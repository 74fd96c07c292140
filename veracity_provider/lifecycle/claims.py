"""What two resources of one program cannot both manage."""

import os
from dataclasses import dataclass

from veracity_provider.texts import shown


@dataclass(frozen=True)
class Claim:
    """What a resource manages; *key* is the same for whoever manages the same, and *what* says it in words."""

    key: tuple[str, ...]
    what: str

    def as_well_as(self, other: str) -> str:
        """Why a second resource is refused, where the resource *other* manages the same."""
        return f'{self.what} is managed by "{shown(other)}" as well'


def claim_container(container_id: str) -> Claim:
    """A container has one manager."""
    return Claim(("container", container_id.lower()), f"container {shown(container_id)}")


def claim_schema(schema_name: str, workspace_id: str) -> Claim:
    """A schema has one manager; its name is compared as it is written."""
    return Claim(("schema", workspace_id.lower(), schema_name), f'schema "{shown(schema_name)}"')


def claim_storage_path(path: str, workspace_id: str) -> Claim:
    """A path of file storage has one manager, whether it is a folder or a file."""
    return Claim(("storage", workspace_id.lower(), path), f"path {shown(path)} of file storage")


def claim_dataset(dataset_name: str, workspace_id: str) -> Claim:
    """A dataset has one manager; its name is compared as it is written."""
    return Claim(("dataset", workspace_id.lower(), dataset_name), f'dataset "{shown(dataset_name)}"')


def claim_resource(name: str) -> Claim:
    """Two components may give their ingests one name: `noon` one for `a-b.csv`, and `noon-a` one for `b.csv`."""
    return Claim(("resource", name), f"the ingest {shown(name)}")


def claim_ingest_by_name(dataset_name: str, workspace_id: str, source: str, operation: str) -> Claim:
    """The same as `claim_ingest`, for a dataset that the program names and whose id only `up` will know."""
    key = ("ingest by name", workspace_id.lower(), dataset_name, os.path.normpath(source), operation)
    return Claim(key, f'{shown(operation)} of {shown(source)} into dataset "{shown(dataset_name)}"')


def claim_ingest(dataset_id: str, source: str, operation: str) -> Claim:
    """A file has one ingest for each operation and dataset."""
    key = ("ingest", dataset_id.lower(), os.path.normpath(source), operation)
    return Claim(key, f"{shown(operation)} of {shown(source)} into dataset {shown(dataset_id.lower())}")
