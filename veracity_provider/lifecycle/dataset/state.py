"""The inputs of a dataset, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from veracity_provider.description.dataset import DatasetInputs, DatasetUploadInputs
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.naming import workspace_problems
from veracity_provider.lifecycle.protocols import JsonObject
from veracity_provider.settings import Settings
from veracity_provider.unknown import Unknown, require_known


@dataclass(frozen=True, kw_only=True)
class DeclaredDataset:
    """The inputs of either resource, as `check` has completed them. Some are unknown in a preview."""

    inputs: DatasetUploadInputs
    properties: JsonObject

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """Take the inputs as they are; `check` has judged them."""
        return cls(inputs=DatasetUploadInputs.from_state(properties), properties=properties)

    @property
    def workspace_id(self) -> str | None:
        """In lower case; None while it is unknown."""
        given = self.inputs.workspace_id
        return given.lower() if isinstance(given, str) else None

    @property
    def name(self) -> str | None:
        """None while it is unknown."""
        given = self.inputs.dataset_name
        return None if isinstance(given, Unknown) else given

    @property
    def place(self) -> tuple[str, str] | None:
        """Workspace and name, by which the dataset is found; None while one of them is unknown."""
        workspace_id, name = self.workspace_id, self.name
        return None if workspace_id is None or name is None else (workspace_id, name)

    @property
    def known_place(self) -> tuple[str, str]:
        """The same, where the engine gives known values only."""
        return str(self.workspace_id), require_known(self.inputs.dataset_name)

    @property
    def schema_version_id(self) -> str | None:
        """In lower case; None while it is unknown, and where the schema is given by its name."""
        given = self.inputs.schema_version_id
        return given.lower() if isinstance(given, str) else None

    @property
    def is_schema_known(self) -> bool:
        """Whether a schema is named, and which."""
        return isinstance(self.inputs.schema_version_id, str) or isinstance(self.inputs.schema_name, str)

    @property
    def description(self) -> str | None:
        """None while it is unknown, and where none is declared."""
        given = self.inputs.description
        return None if isinstance(given, Unknown) else given

    @property
    def tags(self) -> Mapping[str, tuple[str, ...]] | None:
        """None while a part of them is unknown, and where none are declared."""
        given: Any = self.inputs.tags
        if given is None or has_unknown(given):
            return None
        return {name: tuple(values) for name, values in given.items()}

    @property
    def source(self) -> str | Mapping[str, Any] | None:
        """None while it is unknown, and where none is declared."""
        given: Any = self.inputs.source
        return None if given is None or has_unknown(given) else given

    @property
    def is_fully_known(self) -> bool:
        """Whether no input is left for `up` to find out."""
        return not has_unknown(self.inputs.given())


def check_dataset(inputs: JsonObject, settings: Settings) -> tuple[InputProblem, ...]:
    """Everything wrong with *inputs*, by property, that shows without looking at a file or at the platform."""
    problems: list[InputProblem] = []
    try:
        DatasetInputs.from_properties(inputs)
    except InputError as error:
        problems += error.problems
    given = DatasetInputs.from_state(inputs)
    if given.schema_version_id is None and given.schema_name is None:
        problems.append(InputProblem("schema_version_id", "must be given, or schema_name"))
    if given.schema_version_id is not None and given.schema_name is not None:
        problems.append(InputProblem("schema_name", "must be left out where schema_version_id is given"))
    return (*problems, *workspace_problems(inputs, settings))
