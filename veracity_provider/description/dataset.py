"""`Dataset`. Source of types and limits: docs/platform.md, "Ingest jobs", "Datasets and workspaces"."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from veracity_provider.description.dataset_ingest import Source
from veracity_provider.description.kinds import DatasetName, Text, Uuid
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Inputs, MaybeUnknown, Outputs

Tags = dict[Text, MaybeUnknown[tuple[MaybeUnknown[str], ...]]]
"""The portal takes 100 tags with keys of 20 and values of 50 characters; the API's own limits are not published."""


class DatasetInputs(Inputs):
    """
    A dataset that the workspace should have.

    An existing dataset of the same name is adopted; otherwise the dataset is created, by one ingest job. The API cannot
    change or delete an existing dataset, so a difference is reported as a warning, and a changed name declares another
    dataset.

    Source: Veracity Data Platform, "Datasets".
    """

    dataset_name: Annotated[
        MaybeUnknown[DatasetName], Replaces(), Hint("it is the dataset's name in the portal", when_refused=False)
    ] = Field(
        description="Name of the dataset in the workspace. Another name declares another dataset; the old one stays."
    )
    schema_version_id: Annotated[MaybeUnknown[Uuid] | None, Hint("it is in the portal's address of the schema")] = (
        Field(None, description="UUID of the schema version that the dataset is created with.")
    )
    schema_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of a schema, whose active version is used; instead of *schema_version_id*."
    )
    source: MaybeUnknown[Source] | None = Field(
        None,
        description="Path of the CSV file with the first rows, a `FileAsset`, or a `StringAsset`; default: a header "
        "row only, which the platform may refuse.",
    )
    description: MaybeUnknown[str] | None = Field(
        None, description="Description; set only when the dataset is created."
    )
    tags: MaybeUnknown[Tags] | None = Field(
        None, description='Tags, such as `{"Site": ["123"]}`; set only when the dataset is created.'
    )
    workspace_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address, after `ws/`")
    ] = Field(None, description="UUID; default: stack config `veracity:workspaceId`.")
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )


class DatasetOutputs(Outputs):
    """What the state keeps besides the inputs."""

    dataset_id: str = Field(default="", description="UUID of the dataset.")
    columns: tuple[str, ...] = Field(default=(), description="Names of its columns.")
    schema_version_id: str = Field(default="", description="UUID of the schema version that it has.")
    job_id: str = Field(default="", description="UUID of the ingest job that created it; empty for an adopted dataset.")
    job_history: Mapping[str, Any] = Field(default={}, description="That job and the inputs it was registered for.")


class DatasetUploadInputs(DatasetInputs):
    """The inputs as the upload has them: with the first file's content, which `check` adds."""

    content_hash: MaybeUnknown[str] | None = Field(None, description="SHA-256 of the file's bytes, in hex.")
    size_bytes: MaybeUnknown[int] | None = Field(None, description="Size of the file, in bytes.")


class DatasetUploadOutputs(Outputs):
    """What the state of the upload keeps besides its inputs."""

    dataset_id: str = Field(default="", description="UUID of an adopted dataset; empty for one to be created.")
    job_id: str = Field(default="", description="UUID of the ingest job that creates it; empty for an adopted dataset.")
    job_history: Mapping[str, Any] = Field(
        default={}, description="That job, the inputs it was registered for, and earlier jobs that may still run."
    )
