"""The inputs of a folder or file and what its state keeps, as typed values."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from veracity_provider.description.storage_file import StorageFileInputs, StorageFileOutputs
from veracity_provider.description.storage_folder import StorageFolderInputs, StorageFolderOutputs
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.metadata.plan import Values
from veracity_provider.lifecycle.protocols import JsonObject
from veracity_provider.unknown import Unknown, require_known


class Place(NamedTuple):
    """Where a path is: the workspace's id in lower case, and the path."""

    workspace_id: str
    path: str

    @property
    def id(self) -> str:
        """What the engine keeps as the resource's id."""
        return f"{self.workspace_id}/{self.path}"


@dataclass(frozen=True, kw_only=True)
class _Declared:
    """The inputs as `check` has judged and completed them."""

    inputs: StorageFolderInputs | StorageFileInputs

    @property
    def place(self) -> Place | None:
        """Where it is; None while a part of that is unknown."""
        workspace_id, path = self.inputs.workspace_id, self.inputs.path
        return Place(workspace_id.lower(), path) if isinstance(workspace_id, str) and isinstance(path, str) else None

    @property
    def known_place(self) -> Place:
        """Where it is, where the engine promises that all values are known."""
        workspace_id, path = self.inputs.workspace_id, require_known(self.inputs.path)
        return Place(str(require_known(workspace_id)).lower(), path)

    @property
    def metadata(self) -> Values:
        """The declared keys, some of them unknown in a preview."""
        given = self.inputs.metadata
        return {} if given is None or isinstance(given, Unknown) else given

    @property
    def is_metadata_unknown(self) -> bool:
        """Whether any of the metadata is unknown."""
        return self.inputs.metadata is not None and has_unknown(self.inputs.metadata)

    @property
    def settings(self) -> tuple[object, ...]:
        """What only the state has to learn."""
        return self.inputs.on_destroy, self.inputs.on_conflict

    @property
    def is_guarded(self) -> bool:
        """Whether to stop at what somebody else has changed."""
        return self.inputs.on_conflict == "fail"


@dataclass(frozen=True, kw_only=True)
class DeclaredFolder(_Declared):
    """A folder as it is declared."""

    inputs: StorageFolderInputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the inputs as they are; `check` has judged them."""
        return cls(inputs=StorageFolderInputs.from_state(properties))


@dataclass(frozen=True, kw_only=True)
class DeclaredFile(_Declared):
    """A file as it is declared; *content_hash* and *size_bytes* are None where they are not known yet."""

    inputs: StorageFileInputs
    content_hash: str | None
    size_bytes: int | None

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the inputs as they are; `check` has judged them, and found the hash."""
        content_hash, size_bytes = properties.get("content_hash"), properties.get("size_bytes")
        return cls(
            inputs=StorageFileInputs.from_state(properties),
            content_hash=content_hash if isinstance(content_hash, str) else None,
            size_bytes=int(size_bytes) if isinstance(size_bytes, int | float) else None,
        )


@dataclass(frozen=True, kw_only=True)
class FolderState:
    """A folder as the last `up` or refresh left it; nothing is managed before the first."""

    declared: DeclaredFolder
    outputs: StorageFolderOutputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the properties that the engine keeps."""
        return cls(
            declared=DeclaredFolder.from_properties(properties), outputs=StorageFolderOutputs.from_state(properties)
        )


@dataclass(frozen=True, kw_only=True)
class FileState:
    """A file as the last `up` or refresh left it; nothing is managed before the first."""

    declared: DeclaredFile
    outputs: StorageFileOutputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the properties that the engine keeps."""
        return cls(declared=DeclaredFile.from_properties(properties), outputs=StorageFileOutputs.from_state(properties))
