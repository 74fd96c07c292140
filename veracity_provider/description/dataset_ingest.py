"""`DatasetIngest`. Source of the limits: docs/platform.md, "Ingest jobs"."""

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from veracity_provider.description.kinds import DatasetName, Text, Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs
from veracity_provider.description.problems import found, found_in_file
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S
from veracity_provider.validation import validate

MAX_FILE_NAME_LENGTH: Final = 200
MAX_JOB_TIMEOUT_S: Final = 86_400
# The last part of a path: a letter or digit before the last dot, or without any dot, and no dot at the end.
_USABLE_NAME: Final = re.compile(r"(^|/)([^/.]*[A-Za-z0-9][^/.]*|[^/]*[A-Za-z0-9][^/]*\.[^/.]+)/*$")


class TextSource(Description):
    """A `StringAsset`, as both resources of an ingest carry it."""

    text: str
    name: str


def text_source(value: object) -> TextSource | None:
    """*value* as a `TextSource`, if it is one or what the engine keeps of one."""
    if isinstance(value, Mapping) and set(text := cast("Mapping[str, object]", value)) == {"text", "name"}:
        return validate(TextSource, text, by_alias=False, by_name=True)
    return value if isinstance(value, TextSource) else None


def _require_one_file(value: object) -> object:
    return text_source(value) or require_path(value, each="DatasetIngest")


def require_path(value: object, *, each: str) -> str:
    """*value* if it can be the path of one file; *each* is what one declares a file with."""
    if isinstance(value, list | tuple):
        count = len(cast("list[object]", value))
        message = f"must be one file, not {count}; declare one {each} for each (a job takes one file)"
        raise refusal(message)
    if not isinstance(value, str):
        message = f"must be the path of a CSV file, not {found_in_file(value)}"
        raise refusal(message)
    if not value:
        message = "must be the path of a CSV file, not empty"
        raise refusal(message)
    return value


def _require_usable_name(value: str) -> str:
    if value.rstrip("/").endswith("."):
        message = f"must not end in a dot, which the storage drops, not {found(value)}"
        raise refusal(message)
    if not _USABLE_NAME.search(value):
        message = f"must have a letter (A to Z) or digit before the suffix of the file's name, not {found(value)}"
        raise refusal(message)
    return value


def _require_settled(triggers: tuple[Any, ...]) -> tuple[Any, ...]:
    for i, trigger in enumerate(triggers):
        if _has_nan(trigger):
            message = "must be a value that is equal to itself, not NaN: it would count as changed at each `pulumi up`"
            raise refusal(message, item=i)
    return triggers


def _has_nan(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_nan, cast("Mapping[str, object]", value).values()))
    if isinstance(value, list | tuple):
        return any(map(_has_nan, cast("list[object]", value)))
    return isinstance(value, float) and math.isnan(value)


Source = Annotated[
    str | TextSource, BeforeValidator(_require_one_file), WithJsonSchema({"type": "string", "minLength": 1})
]
FileName = Annotated[
    str,
    Field(max_length=MAX_FILE_NAME_LENGTH, json_schema_extra={"pattern": _USABLE_NAME.pattern}),
    AfterValidator(_require_usable_name),
]
Triggers = Annotated[tuple[Any, ...], AfterValidator(_require_settled)]
Seconds = Annotated[float, Field(strict=True, ge=1, le=MAX_JOB_TIMEOUT_S)]


class DatasetIngestInputs(Inputs):
    """
    A file whose rows a dataset should have received.

    When the file's bytes change (or the operation, or a trigger), and only then, it is uploaded and an ingest job runs.
    Deleting the resource removes it from the state only: rows stay, since the platform has no undo.

    Source: Veracity Data Platform, "Update Datasets".
    """

    dataset_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address of the dataset")
    ] = Field(
        None,
        description="UUID of the dataset. A change, as of *workspace_id*, ingests the file into the other dataset; "
        "rows in the old one stay.",
    )
    dataset_name: MaybeUnknown[DatasetName] | None = Field(
        None, description="Name of the dataset, exactly as in the portal; instead of *dataset_id*."
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
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )
    file_name: MaybeUnknown[FileName] | None = Field(
        None, description="Name in the upload folder; default: the source's name."
    )
    triggers: MaybeUnknown[Triggers] | None = Field(
        None, description="A change of these values runs the ingest again for the same bytes."
    )
    preflight: MaybeUnknown[Literal["header", "warn", "off"]] = Field(
        "header",
        description="`header` checks the file's header against the schema before anything is sent; `warn` only reports "
        "what the platform may refuse; `off` does not check.",
    )
    job_timeout_seconds: MaybeUnknown[Seconds] = Field(
        DEFAULT_JOB_TIMEOUT_S,
        description=f"Longest wait for the job, in seconds, 1 to {MAX_JOB_TIMEOUT_S}. The job is not cancelled then.",
    )


class DatasetIngestOutputs(Outputs):
    """What the state keeps besides the inputs."""

    dataset_id: str = Field("", description="UUID of the dataset, however it was given.")
    content_hash: str = Field("", description="SHA-256 of the bytes, in hex.")
    size_bytes: int = Field(0, description="Size of the file, in bytes.")
    job_id: str = Field("", description="UUID of the ingest job.")
    job_history: Mapping[str, Any] = Field(
        {}, description="The job, the inputs it was registered for, and earlier jobs."
    )
    status: str = Field(
        "", description="Final status of the job, as the platform reports it; `applied` if `veracity:answers` says so."
    )
    dataset_name: str = Field("", description="Name of the dataset, as the platform reported it.")
    started_at: str = Field("", description="When the job was started, in UTC, ISO 8601.")
    completed_at: str = Field("", description="When the job ended, in UTC, ISO 8601.")
