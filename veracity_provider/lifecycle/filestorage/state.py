"""The inputs of a folder or file and what its state keeps, as typed values."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from veracity_provider.description.storage_folder import StorageFolderInputs, StorageFolderOutputs
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.metadata.plan import Values
from veracity_provider.lifecycle.values import JsonObject
from veracity_provider.unknown import Unknown


class Place(NamedTuple):
    """Where a path is: the workspace's id in lower case, and the path."""

    workspace_id: str
    path: str

    @property
    def id(self) -> str:
        """What the engine keeps as the resource's id."""
        return f"{self.workspace_id}/{self.path}"


def place_of(inputs: StorageFolderInputs) -> Place | None:
    """None while a part of it is unknown or missing."""
    workspace_id, path = inputs.workspace_id, inputs.path
    return Place(workspace_id.lower(), path) if isinstance(workspace_id, str) and isinstance(path, str) else None


@dataclass(frozen=True, kw_only=True)
class DeclaredFolder:
    """The inputs as `check` has completed them."""

    inputs: StorageFolderInputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the inputs as they are; `check` has judged them."""
        return cls(inputs=StorageFolderInputs.from_state(properties))

    @property
    def place(self) -> Place | None:
        """Where it is; None while that is unknown."""
        return place_of(self.inputs)

    @property
    def metadata(self) -> Values:
        """The declared keys, some of them unknown in a preview."""
        given = self.inputs.metadata
        return {} if given is None or isinstance(given, Unknown) else given

    @property
    def is_unknown(self) -> bool:
        """Whether any of the metadata is unknown."""
        return self.inputs.metadata is not None and has_unknown(self.inputs.metadata)

    @property
    def settings(self) -> tuple[object, ...]:
        """What only the state has to learn."""
        return self.inputs.on_destroy, self.inputs.on_conflict


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
