"""What the state keeps of a container."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from veracity_provider.api.models import Container
from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.lifecycle.container.fields import FIELDS
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import Managed, Values
from veracity_provider.lifecycle.protocols import JsonObject
from veracity_provider.lifecycle.run import IGNORED

_ALL: Final = "*"
"""In `ignore_changes`, all that is declared."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """
    The inputs, and the fields among them that are declared, as JSON; unknown values may be anywhere within.

    *ignored* names the fields whose changes are ignored, by whomever; the engine gives them the value they had.
    """

    inputs: ContainerMetadataInputs
    fields: Mapping[Field, Any]
    ignored: frozenset[str] = frozenset()

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """
        Read the inputs among *properties*.

        Raises:
            InputError: Everything that is wrong, by property.
        """
        return cls._of(ContainerMetadataInputs.from_properties(properties), properties.get(IGNORED) or ())

    @classmethod
    def from_state(cls, properties: JsonObject) -> Self:
        """Take the inputs in the state as they are: an earlier release may have accepted them by other rules."""
        return cls._of(ContainerMetadataInputs.from_state(properties))

    @classmethod
    def _of(cls, inputs: ContainerMetadataInputs, ignored: Iterable[str] = ()) -> Self:
        given = inputs.given()
        names = frozenset(ignored)
        return cls(
            inputs=inputs,
            fields={field: given[field.name] for field in FIELDS if field.name in given},
            ignored=names.union(field.name for field in FIELDS) if _ALL in names else names,
        )

    @property
    def to_apply(self) -> Mapping[Field, Any]:
        """The declared fields whose changes count."""
        return {field: value for field, value in self.fields.items() if field.name not in self.ignored}

    @property
    def known(self) -> Mapping[Field, Any]:
        """Those of them whose values are known to the last part."""
        return {field: value for field, value in self.to_apply.items() if not has_unknown(value)}

    @property
    def values(self) -> Values:
        """The declared fields, as the state keeps them."""
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

    @property
    def managed(self) -> Managed:
        """The fields that are managed so far."""
        return Managed(previous=self.outputs.previous, applied=self.outputs.applied)

    def to_properties(self) -> JsonObject:
        """The properties for the engine to keep."""
        return {**self.declared.inputs.given(), **self.outputs.given()}


def live_outputs(live: Container) -> Values:
    """The outputs that only the platform has a say in."""
    return {name: value for name, value in asdict(live).items() if name in ContainerMetadataOutputs.model_fields}
