"""The inputs of a schema and what its state keeps, as typed values."""

from dataclasses import dataclass
from typing import Any, Self

from veracity_provider.api.schema_models import SchemaColumn
from veracity_provider.description.schema import SchemaInputs, SchemaOutputs
from veracity_provider.lifecycle.protocols import JsonObject
from veracity_provider.lifecycle.schema.plan import SchemaProperties
from veracity_provider.unknown import Unknown


@dataclass(frozen=True, kw_only=True)
class DeclaredSchema:
    """The inputs as `check` has completed them: the columns are there, whether declared or from a definition."""

    inputs: SchemaInputs
    properties: JsonObject

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the inputs as they are; `check` has judged them."""
        return cls(inputs=SchemaInputs.from_state(properties), properties=properties)

    @property
    def workspace_id(self) -> str | None:
        """In lower case; None while it is unknown."""
        given = self.inputs.workspace_id
        return given.lower() if isinstance(given, str) else None

    @property
    def columns(self) -> tuple[SchemaColumn, ...] | None:
        """As JSON in snake case; None while any part is unknown."""
        given: Any = self.inputs.columns
        return None if given is None or isinstance(given, Unknown) else tuple(given)

    @property
    def managed(self) -> SchemaProperties | None:
        """What is declared of its name, short name and description; None while any is unknown."""
        name, short_name, description = self.inputs.schema_name, self.inputs.short_name, self.inputs.description
        if isinstance(name, Unknown) or isinstance(short_name, Unknown) or isinstance(description, Unknown):
            return None
        return SchemaProperties(name=name, short_name=short_name, description=description)

    @property
    def locks(self) -> bool:
        """Whether each version that is made active is to be locked."""
        return self.inputs.lock is True


@dataclass(frozen=True, kw_only=True)
class SchemaState:
    """A schema as the last `up` or refresh left it."""

    declared: DeclaredSchema
    outputs: SchemaOutputs

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the properties that the engine keeps."""
        return cls(declared=DeclaredSchema.from_properties(properties), outputs=SchemaOutputs.from_state(properties))
