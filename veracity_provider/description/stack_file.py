"""The lists of a stack file that declare resources. Each entry is a name and the inputs of one resource."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.description.dataset_ingest import DatasetIngestInputs, DatasetIngestOutputs
from veracity_provider.description.kinds import Text
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs

_NAME_WORDS: Final = "Name of the resource, used once in the stack."


class ContainerEntry(ContainerMetadataInputs):
    """An entry of `veracity:containers`."""

    name: MaybeUnknown[Text] = Field(description=_NAME_WORDS)


class DatasetEntry(DatasetIngestInputs):
    """An entry of `veracity:datasets`."""

    name: MaybeUnknown[Text] = Field(description=_NAME_WORDS)


@dataclass(frozen=True, kw_only=True)
class StackList:
    """A list of the stack file: its key without namespace, and what its entries and their resources are made of."""

    key: str
    entry: type[ContainerEntry | DatasetEntry]
    inputs: type[Inputs]
    outputs: type[Outputs]
    words: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of an entry, `name` first."""
        return ("name", *(alias_of(self.inputs, name) for name in self.inputs.model_fields))

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that each entry has to have."""
        fields = self.inputs.model_fields.items()
        return ("name", *(alias_of(self.inputs, name) for name, field in fields if field.is_required()))


CONTAINERS: Final = StackList(
    key="containers",
    entry=ContainerEntry,
    inputs=ContainerMetadataInputs,
    outputs=ContainerMetadataOutputs,
    words="Containers whose metadata is kept as declared; each is a `ContainerMetadata`.",
)
DATASETS: Final = StackList(
    key="datasets",
    entry=DatasetEntry,
    inputs=DatasetIngestInputs,
    outputs=DatasetIngestOutputs,
    words="Files whose rows datasets should have received; each is a `DatasetIngest`.",
)
STACK_LISTS: Final = (CONTAINERS, DATASETS)


def alias_of(model: type[Description], name: str) -> str:
    """The property *name* as a stack file spells it."""
    return model.model_fields[name].alias or name
