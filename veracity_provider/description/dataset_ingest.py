"""`DatasetIngest`. Source of the limits: docs/platform.md, "Ingest jobs"."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from veracity_provider.description.kinds import Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs
from veracity_provider.description.problems import found
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S

MAX_FILE_NAME_LENGTH: Final = 200
MAX_JOB_TIMEOUT_S: Final = 86_400


class TextSource(Description):
    """A `StringAsset`, as both resources of an ingest carry it."""

    text: str
    name: str


def _require_one_file(value: object) -> object:
    if isinstance(value, list | tuple):
        count = len(cast("list[object]", value))
        message = f"must be one file, not {count}; declare one DatasetIngest for each (a job takes one file)"
        raise refusal(message)
    if isinstance(value, Mapping):
        return TextSource.model_validate(value, by_alias=False, by_name=True)
    if not isinstance(value, str | TextSource):
        message = f"must be the path of a CSV file, not {found(value)}"
        raise refusal(message)
    if not value:
        message = "must be the path of a CSV file, not empty"
        raise refusal(message)
    return value


def _require_usable_name(value: str) -> str:
    if not re.search(r"[A-Za-z0-9]", PurePath(value).name):
        message = f"must have a letter or digit in the file's name, not {found(value)}"
        raise refusal(message)
    return value


Source = Annotated[str | TextSource, BeforeValidator(_require_one_file), WithJsonSchema({"type": "string"})]
FileName = Annotated[str, Field(max_length=MAX_FILE_NAME_LENGTH), AfterValidator(_require_usable_name)]
Seconds = Annotated[float, Field(strict=True, ge=1, le=MAX_JOB_TIMEOUT_S)]


class DatasetIngestInputs(Inputs):
    """
    A file whose rows a dataset should have received.

    When the file's bytes change (or the operation, or a trigger), and only then, it is uploaded and an ingest job runs.
    Deleting the resource forgets it: rows stay, since the platform has no undo.

    Source: Veracity Data Platform, "Update Datasets".
    """

    dataset_id: Annotated[MaybeUnknown[Uuid], Replaces(), Hint("it is in the portal's address of the dataset")] = Field(
        description="UUID of the dataset. Another one is another ingest, as with *workspace_id*; rows stay."
    )
    source: Annotated[MaybeUnknown[Source], Hint("it is the path of a CSV file", when_refused=False)] = Field(
        description="Path of a CSV file (relative to the project, absolute, or with `~`), a `FileAsset`, or a "
        "`StringAsset` of at most 1 MiB."
    )
    operation: MaybeUnknown[Literal["Upsert", "Delete", "Overwrite", "Append"]] = Field(
        description="`Upsert` or `Delete` (the schema has key columns), `Append` (it has none), `Overwrite`."
    )
    workspace_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address, after `ws/`")
    ] = Field(None, description="UUID; default: stack config `veracity:workspaceId`.")
    file_name: MaybeUnknown[FileName] | None = Field(
        None, description="Name in the upload folder; default: the source's name."
    )
    triggers: MaybeUnknown[tuple[Any, ...]] | None = Field(
        None, description="A change of these values runs the ingest again for the same bytes."
    )
    preflight: MaybeUnknown[Literal["header", "warn", "off"]] = Field(
        "header",
        description="`header` checks the file's header against the schema before anything is sent; `warn` only reports "
        "what the platform may refuse; `off` does not look.",
    )
    job_timeout_seconds: MaybeUnknown[Seconds] = Field(
        DEFAULT_JOB_TIMEOUT_S,
        description=f"Longest wait for the job, in seconds, 1 to {MAX_JOB_TIMEOUT_S}. It is not cancelled at the end.",
    )


class DatasetIngestOutputs(Outputs):
    """What the state keeps besides the inputs."""

    content_hash: str = Field("", description="SHA-256 of the bytes, in hex.")
    size_bytes: int = Field(0, description="Size of the file, in bytes.")
    job_id: str = Field("", description="UUID of the ingest job.")
    job_history: Mapping[str, Any] = Field(
        {}, description="The job with what it was made for, and what is known of those before it."
    )
    status: str = Field("", description="The platform's word for how the job ended.")
    dataset_name: str = Field("", description="Name of the dataset, as the platform reported it.")
    started_at: str = Field("", description="When the job was started, in UTC, ISO 8601.")
    completed_at: str = Field("", description="When the job ended, in UTC, ISO 8601.")
