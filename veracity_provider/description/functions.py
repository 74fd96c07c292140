"""The functions that look something up: their arguments, and what they give. Neither makes nor changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import Field

from veracity_provider.description.kinds import DatasetName, Text, Uuid
from veracity_provider.description.model import Inputs, MaybeUnknown, Outputs


class GetDatasetInputs(Inputs):
    """
    An existing dataset, by its name or its id.

    Source: Veracity Data Platform, "Datasets".
    """

    dataset_name: MaybeUnknown[DatasetName] | None = Field(None, description="Name, exactly as in the portal.")
    dataset_id: MaybeUnknown[Uuid] | None = Field(None, description="UUID; instead of *dataset_name*.")
    workspace_id: MaybeUnknown[Uuid] | None = Field(
        None, description="UUID; default: stack config `veracity:workspaceId`."
    )
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )


class GetDatasetOutputs(Outputs):
    """What is known of it; its rows are another matter."""

    dataset_id: str = Field("", description="UUID of the dataset.")
    dataset_name: str = Field("", description="Name of the dataset.")
    description: str = Field("", description="What it holds.")
    schema_version_id: str = Field("", description="UUID of its schema version; empty where it has none.")
    columns: Sequence[str] = Field((), description="Names of its columns.")
    tags: Mapping[str, Sequence[str]] = Field({}, description='Tags, such as `{"Site": ["123"]}`.')
    workspace_id: str = Field("", description="UUID of the workspace.")


class GetSchemaInputs(Inputs):
    """
    An existing schema, by its name or its id, with its active version.

    Source: Veracity Data Platform, "Schema management".
    """

    schema_name: MaybeUnknown[Text] | None = Field(
        None,
        description="Name, exactly as in the portal. A schema of the workspace takes precedence over a predefined one.",
    )
    schema_id: MaybeUnknown[Uuid] | None = Field(None, description="UUID; instead of *schema_name*.")
    workspace_id: MaybeUnknown[Uuid] | None = Field(
        None, description="UUID; default: stack config `veracity:workspaceId`."
    )
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )


class GetSchemaOutputs(Outputs):
    """What is known of it."""

    schema_id: str = Field("", description="UUID of the schema.")
    schema_name: str = Field("", description="Name of the schema.")
    short_name: str = Field("", description="Short name.")
    description: str = Field("", description="What it is for.")
    is_predefined: bool = Field(default=False, description="Whether it is predefined by the platform.")
    schema_version_id: str = Field(
        "", description="UUID of its active version, for *schema_version_id* of a `Dataset`."
    )
    schema_version_name: str = Field("", description="Name of that version.")
    columns: Sequence[Mapping[str, Any]] = Field((), description="Columns of that version, as a `Schema` takes them.")
    workspace_id: str = Field("", description="UUID of the workspace that was searched.")


class GetWorkspaceInputs(Inputs):
    """
    A workspace of the account, by its name or its id; without either, the one of the stack's config.

    Source: Veracity Data Platform, release notes of April 2026.
    """

    workspace_name: MaybeUnknown[Text] | None = Field(None, description="Name, exactly as in the portal.")
    workspace_id: MaybeUnknown[Uuid] | None = Field(None, description="UUID; instead of *workspace_name*.")


class GetWorkspaceOutputs(Outputs):
    """What is known of it."""

    workspace_id: str = Field("", description="UUID of the workspace.")
    workspace_name: str = Field("", description="Name of the workspace.")
    description: str = Field("", description="What it is for.")
    region: str = Field("", description="Region, `EU` or `US`.")
    role: str = Field(
        "", description="Role of the account in it, `Reader` or `Admin`; empty if the platform does not report it."
    )
    tenant_id: str = Field("", description="UUID of the tenant.")


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function, by the name that programs call it by."""

    name: str
    inputs: type[Inputs]
    outputs: type[Outputs]


FUNCTIONS: Final = (
    Function(name="get_dataset", inputs=GetDatasetInputs, outputs=GetDatasetOutputs),
    Function(name="get_schema", inputs=GetSchemaInputs, outputs=GetSchemaOutputs),
    Function(name="get_workspace", inputs=GetWorkspaceInputs, outputs=GetWorkspaceOutputs),
)
