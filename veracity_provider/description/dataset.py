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

    One of the same name is adopted, else it is made, by one ingest job. Nothing about a dataset that is there can be
    changed or deleted by a call, so a difference is reported as a warning, and another name is another dataset.

    Source: Veracity Data Platform, "Datasets".
    """

    dataset_name: Annotated[
        MaybeUnknown[DatasetName], Replaces(), Hint("it is the dataset's name in the portal", when_refused=False)
    ] = Field(description="Name of the dataset in the workspace. Another one is another dataset; the old one stays.")
    schema_version_id: Annotated[MaybeUnknown[Uuid] | None, Hint("it is in the portal's address of the schema")] = (
        Field(None, description="UUID of the schema version that the dataset is made with.")
    )
    schema_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of a schema, whose active version is taken; in place of *schema_version_id*."
    )
    source: MaybeUnknown[Source] | None = Field(
        None,
        description="Path of the CSV file with the first rows, a `FileAsset`, or a `StringAsset`; default: the header "
        "alone, which the platform may refuse.",
    )
    description: MaybeUnknown[str] | None = Field(None, description="What it holds; given when it is made.")
    tags: MaybeUnknown[Tags] | None = Field(
        None, description='Tags, such as `{"Site": ["123"]}`; given when it is made.'
    )
    workspace_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address, after `ws/`")
    ] = Field(None, description="UUID; default: stack config `veracity:workspaceId`.")
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; in place of *workspace_id*."
    )


class DatasetOutputs(Outputs):
    """What the state keeps besides the inputs."""

    dataset_id: str = Field(default="", description="UUID of the dataset.")
    columns: tuple[str, ...] = Field(default=(), description="Names of its columns.")
    schema_version_id: str = Field(default="", description="UUID of the schema version that it has.")
    job_id: str = Field(
        default="", description="UUID of the ingest job that made it; empty for one that was there before."
    )
    job_history: Mapping[str, Any] = Field(default={}, description="That job with what it was made for.")


class DatasetUploadInputs(DatasetInputs):
    """The inputs as the upload has them: with the first file's content, which `check` adds."""

    content_hash: MaybeUnknown[str] | None = Field(None, description="SHA-256 of the file's bytes, in hex.")
    size_bytes: MaybeUnknown[int] | None = Field(None, description="Size of the file, in bytes.")


class DatasetUploadOutputs(Outputs):
    """What the state of the upload keeps besides its inputs."""

    dataset_id: str = Field(
        default="", description="UUID of a dataset that was there before; empty for one to be made."
    )
    job_id: str = Field(
        default="", description="UUID of the ingest job that makes it; empty for one that was there before."
    )
    job_history: Mapping[str, Any] = Field(
        default={}, description="That job with what it was made for, and those left behind."
    )
