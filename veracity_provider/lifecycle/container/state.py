"""What the state keeps of a container."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from veracity_provider.api.models import Container
from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.lifecycle.container.fields import FIELDS, Field
from veracity_provider.lifecycle.container.plan import Values
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.values import JsonObject


@dataclass(frozen=True, kw_only=True)
class Declared:
    """The inputs, and the fields among them that are managed, as JSON; unknown values may be anywhere within."""

    inputs: ContainerMetadataInputs
    fields: Mapping[Field, Any]

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """
        Read the inputs among *properties*.

        Raises:
            InputError: Everything that is wrong, by property.
        """
        return cls._of(ContainerMetadataInputs.from_properties(properties))

    @classmethod
    def from_state(cls, properties: JsonObject) -> Self:
        """Take the inputs in the state as they are: an earlier release may have accepted them by other rules."""
        return cls._of(ContainerMetadataInputs.from_state(properties))

    @classmethod
    def _of(cls, inputs: ContainerMetadataInputs) -> Self:
        given = inputs.given()
        return cls(inputs=inputs, fields={field: given[field.name] for field in FIELDS if field.name in given})

    @property
    def known(self) -> Mapping[Field, Any]:
        """The managed fields whose values are known to the last part."""
        return {field: value for field, value in self.fields.items() if not has_unknown(value)}

    @property
    def values(self) -> Values:
        """The managed fields, as the state keeps them."""
        return {field.name: value for field, value in self.fields.items()}


@dataclass(frozen=True, kw_only=True)
class ContainerState:
    """A container as the last `up` or refresh left it; nothing is managed before the first."""

    declared: Declared
    outputs: ContainerMetadataOutputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the properties that the engine keeps."""
        return cls(declared=Declared.from_state(properties), outputs=ContainerMetadataOutputs.from_state(properties))

    def to_properties(self) -> JsonObject:
        """The properties for the engine to keep."""
        return {**self.declared.inputs.given(), **self.outputs.given()}


def live_outputs(live: Container) -> Values:
    """The outputs that only the platform has a say in."""
    return {name: value for name, value in asdict(live).items() if name in ContainerMetadataOutputs.model_fields}
