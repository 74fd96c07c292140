"""The inputs of an ingest: what is wrong with them, and the values that the rest deals in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final, Self, cast

from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.inputs import choice_problems, is_known, uuid_problems
from veracity_provider.lifecycle.jobs.job import REPEATABLE, Job
from veracity_provider.lifecycle.values import UNKNOWN, JsonObject, Unknown
from veracity_provider.settings import is_uuid
from veracity_provider.storage.sources import FileSource, Source, TextSource

OPERATIONS: Final = ("Upsert", "Delete", "Overwrite", "Append")
DEFAULT_TIMEOUT_S: Final = 900
LONGEST_TIMEOUT_S: Final = 86_400
_LONGEST_NAME: Final = 200
_REFUSED_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class IngestInputs:
    """
    The inputs of both resources, as `check` has completed them. Some are unknown in a preview.

    Args:
        content_hash: SHA-256 of the source's bytes, in hex; *size_bytes* is how many they are.
        follows: Ids of the Overwrite jobs of this dataset that were declared before this ingest.
        ingests_before: Names of the ingests into this dataset that were declared before this one; given where it may be
            an Overwrite.
        keeps_content: Whether `ignore_changes` holds the content hash, so that other bytes are no reason to ingest.
        timeout_s: Longest wait for one job.
    """

    workspace_id: str | Unknown
    dataset_id: str | Unknown
    operation: str | Unknown
    source: Any
    content_hash: str | Unknown
    size_bytes: int | Unknown
    file_name: str | Unknown | None
    triggers: Any
    follows: tuple[str, ...] | Unknown
    ingests_before: tuple[str, ...] | None
    keeps_content: bool
    timeout_s: float

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """From properties that `check` has completed, or from a state that an earlier release wrote."""
        timeout = properties.get("job_timeout_seconds")
        before = properties.get("ingests_before")
        return cls(
            workspace_id=_in_one_form(properties.get("workspace_id")),
            dataset_id=_in_one_form(properties.get("dataset_id")),
            operation=properties["operation"],
            source=properties.get("source"),
            content_hash=properties.get("content_hash", UNKNOWN),
            size_bytes=properties.get("size_bytes", UNKNOWN),
            file_name=properties.get("file_name"),
            triggers=properties.get("triggers"),
            follows=_jobs_followed(properties.get("follows")),
            ingests_before=None if before is None else tuple(before),
            keeps_content=bool(properties.get("keeps_content_hash")),
            timeout_s=float(timeout) if isinstance(timeout, int | float) else DEFAULT_TIMEOUT_S,
        )

    @property
    def is_repeatable(self) -> bool:
        """Whether running the operation a second time changes nothing."""
        return self.operation in REPEATABLE

    def is_served_by(self, job: Job) -> bool:
        """Whether *job* was made for what these inputs ask; never while one of them is unknown."""
        return (
            self.dataset_id == job.dataset_id
            and self.operation == job.operation
            and (self.keeps_content or self.content_hash == job.content_hash)
            and self.triggers == job.triggers
            and not isinstance(self.follows, Unknown)
            and set(self.follows) <= set(job.follows)
        )


def _in_one_form(id_: Any) -> Any:
    """UUIDs are compared in lower case, whatever the case they were typed in."""
    return id_.lower() if isinstance(id_, str) else id_


def _jobs_followed(value: Any) -> tuple[str, ...] | Unknown:
    jobs: list[Any] = [UNKNOWN] if value is UNKNOWN else list(value or ())
    return UNKNOWN if UNKNOWN in jobs else tuple(map(str, jobs))


def complete(inputs: JsonObject, workspace_id: str | None) -> dict[str, Any]:
    """*inputs* with ids in one form, the workspace of the settings where they name none, and only jobs to follow."""
    completed = dict(inputs)
    if isinstance(completed.get("follows"), list | tuple):
        completed["follows"] = [job for job in completed["follows"] if job is not None] or None
    if completed.get("workspace_id") is None:
        completed["workspace_id"] = workspace_id
    for name in ("workspace_id", "dataset_id"):
        completed[name] = _in_one_form(completed.get(name))
    return completed


def check_ingest(inputs: JsonObject) -> tuple[InputProblem, ...]:
    """Everything wrong with *inputs*, by property, that shows without looking at a file."""
    return (
        *uuid_problems(inputs, "dataset_id", where="it is in the portal's address of the dataset"),
        *_workspace_problems(inputs.get("workspace_id")),
        *_source_problems(inputs.get("source")),
        *_operation_problems(inputs),
        *_file_name_problems(inputs.get("file_name")),
        *_triggers_problems(inputs.get("triggers")),
        *_preflight_problems(inputs),
        *_timeout_problems(inputs.get("job_timeout_seconds")),
    )


def resolve_source(source: str | Mapping[str, Any], project: Path) -> Source:
    """The file or text that *source* stands for; a relative path starts at the *project*'s folder."""
    if isinstance(source, str):
        return FileSource(project / _expanded(source))
    return TextSource(text=source["text"], name=source["name"])


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)  # `~somebody`, of whom this machine knows nothing: then it is the name of a file


def platform_file_name(source_name: str, file_name: str | None) -> str:
    """
    The name to upload under: *file_name*, else the source's, made of what the platform takes in names.

    Letters, digits, dot, dash and underscore stay; each run of anything else becomes one underscore.
    """
    wanted = PurePath(file_name or source_name).name
    return _REFUSED_IN_NAMES.sub("_", wanted).strip("_") or "_"


def _workspace_problems(workspace_id: object) -> Iterator[InputProblem]:
    if is_known(workspace_id) and not is_uuid(workspace_id):
        yield InputProblem(
            "workspace_id", f"{workspace_id!r} is not a UUID; it is in the portal's address, after `ws/`"
        )


def _source_problems(source: object) -> Iterator[InputProblem]:
    if source is None or source == "":
        yield InputProblem("source", "is missing; it is the path of a CSV file")
    elif isinstance(source, list | tuple):
        yield InputProblem("source", "is one file; declare one DatasetIngest for each (the platform takes one a job)")
    elif is_known(source) and not isinstance(source, str | Mapping):
        yield InputProblem("source", "is the path of a CSV file")


def _operation_problems(inputs: JsonObject) -> Iterator[InputProblem]:
    if inputs.get("operation") is None:
        yield InputProblem("operation", f"is missing; it is one of {', '.join(OPERATIONS)}")
    yield from choice_problems(inputs, "operation", OPERATIONS)


def _file_name_problems(file_name: object) -> Iterator[InputProblem]:
    if not is_known(file_name):
        return
    if not isinstance(file_name, str):
        yield InputProblem("file_name", "is a text")
    elif not re.search(r"[A-Za-z0-9]", PurePath(file_name).name):
        yield InputProblem("file_name", f"{file_name!r} has no letter or digit that the platform takes in a name")
    elif len(file_name) > _LONGEST_NAME:
        yield InputProblem("file_name", f"has {len(file_name)} characters; at most {_LONGEST_NAME} are taken")


def _triggers_problems(triggers: object) -> Iterator[InputProblem]:
    if is_known(triggers) and not isinstance(triggers, list | tuple):
        yield InputProblem("triggers", "is a list of values")


def _preflight_problems(inputs: JsonObject) -> Iterator[InputProblem]:
    if inputs.get("preflight") == "full":
        yield InputProblem("preflight", "full is not there yet; header checks the columns, off checks nothing")
    else:
        yield from choice_problems(inputs, "preflight", ("header", "off"))


def _timeout_problems(timeout: object) -> Iterator[InputProblem]:
    if not is_known(timeout):
        return
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        yield InputProblem("job_timeout_seconds", "is a number of seconds")
    elif not 1 <= cast("float", timeout) <= LONGEST_TIMEOUT_S:
        yield InputProblem("job_timeout_seconds", f"{timeout:g} is not from 1 to {LONGEST_TIMEOUT_S} (a day)")
