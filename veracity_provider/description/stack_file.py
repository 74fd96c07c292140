"""The lists of a stack file that declare resources. Each entry is a name and the inputs of one resource."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.description.dataset_ingest import (
    DatasetIngestInputs,
    DatasetIngestOutputs,
    Source,
    TextSource,
    require_path,
)
from veracity_provider.description.kinds import DistinctTexts, Text, Uuid
from veracity_provider.description.marks import Hint
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs
from veracity_provider.description.schema import SchemaInputs, SchemaOutputs
from veracity_provider.description.storage_file import StorageFileInputs, StorageFileOutputs, require_file_path
from veracity_provider.description.storage_folder import StorageFolderInputs, StorageFolderOutputs


def _require_one_path(value: object) -> object:
    return require_path(value, each="entry")


_PATH_IN_FILE: Final = WithJsonSchema({"type": "string", "minLength": 1})


class EntryOptions(Description):
    """What each entry has besides the inputs of its resource, as Pulumi's resource options have it."""

    name: MaybeUnknown[Text] = Field(description="Name of the resource, used once in the stack.")
    aliases: MaybeUnknown[DistinctTexts] | None = Field(
        None, description="Former names of the entry, so that Pulumi treats a rename as the same resource."
    )
    protect: MaybeUnknown[Annotated[bool, Field(strict=True)]] | None = Field(
        None, description="If `true`, Pulumi refuses to delete or replace the resource."
    )


class ContainerEntry(ContainerMetadataInputs, EntryOptions):
    """An entry of `veracity:containers`."""


class DatasetEntry(DatasetIngestInputs, EntryOptions):
    """An entry of `veracity:datasets`."""

    # A text in place of a file, as a program may give it, would be out of place in a stack file.
    source: Annotated[
        MaybeUnknown[Annotated[Source, BeforeValidator(_require_one_path)]],
        Hint("it is the path of a CSV file", when_refused=False),
    ] = Field(
        description="Path of a CSV file, or a glob pattern such as `data/noon/*.csv`, which is a `DatasetIngests`: "
        "relative "
        "to the project, absolute, or with `~`."
    )
    schema_name: MaybeUnknown[Text] | None = Field(
        None,
        description="Name of a schema, of an entry of `schemas` or any other. With *dataset_name*: if the "
        "dataset does not exist, it is created from this schema, by a `Dataset` named after the entry with "
        "`-dataset` appended.",
    )
    schema_version_id: Annotated[MaybeUnknown[Uuid] | None, Hint("it is in the portal's address of the schema")] = (
        Field(None, description="UUID of its schema version, instead of *schema_name*.")
    )
    dataset_source: MaybeUnknown[Annotated[Source, BeforeValidator(_require_one_path)]] | None = Field(
        None,
        description="Path of the CSV file that it is created with; default: a header row only, which the platform may "
        "refuse.",
    )


class SchemaEntry(SchemaInputs, EntryOptions):
    """An entry of `veracity:schemas`."""


class FolderEntry(StorageFolderInputs, EntryOptions):
    """An entry of `veracity:folders`."""


class FileEntry(StorageFileInputs, EntryOptions):
    """An entry of `veracity:files`."""

    source: Annotated[
        MaybeUnknown[Annotated[str | TextSource, BeforeValidator(require_file_path), _PATH_IN_FILE]],
        Hint("it is the path of a file", when_refused=False),
    ] = Field(
        description="Path of a file of any kind, of at most 5,000 MiB: relative to the project, absolute, or with `~`."
    )


@dataclass(frozen=True, kw_only=True)
class StackList:
    """A list of the stack file: its key without namespace, and what its entries and their resources are made of."""

    key: str
    entry: type[ContainerEntry | DatasetEntry | SchemaEntry | FolderEntry | FileEntry]
    inputs: type[Inputs]
    outputs: type[Outputs]
    words: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of an entry."""
        return tuple(alias_of(self.entry, name) for name in self.entry.model_fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that each entry has to have."""
        fields = self.entry.model_fields.items()
        return tuple(alias_of(self.entry, name) for name, field in fields if field.is_required())


CONTAINERS: Final = StackList(
    key="containers",
    entry=ContainerEntry,
    inputs=ContainerMetadataInputs,
    outputs=ContainerMetadataOutputs,
    words="Containers whose metadata is managed; each is a `ContainerMetadata`.",
)
DATASETS: Final = StackList(
    key="datasets",
    entry=DatasetEntry,
    inputs=DatasetIngestInputs,
    outputs=DatasetIngestOutputs,
    words="Files whose rows datasets should have received; each is a `DatasetIngest`.",
)
SCHEMAS: Final = StackList(
    key="schemas",
    entry=SchemaEntry,
    inputs=SchemaInputs,
    outputs=SchemaOutputs,
    words="Schemas that the workspace should have; each is a `Schema`.",
)
FOLDERS: Final = StackList(
    key="folders",
    entry=FolderEntry,
    inputs=StorageFolderInputs,
    outputs=StorageFolderOutputs,
    words="Folders that the workspace's file storage should have; each is a `StorageFolder`.",
)
FILES: Final = StackList(
    key="files",
    entry=FileEntry,
    inputs=StorageFileInputs,
    outputs=StorageFileOutputs,
    words="Files that the workspace's file storage should have; each is a `StorageFile`.",
)
STACK_LISTS: Final = (CONTAINERS, SCHEMAS, DATASETS, FOLDERS, FILES)


def alias_of(model: type[Description], name: str) -> str:
    """The property *name* as a stack file spells it."""
    return model.model_fields[name].alias or name
