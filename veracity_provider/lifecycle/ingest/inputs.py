"""The inputs of an ingest: what is wrong with them, and the values that the rest deals in."""

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final, Self

from veracity_provider.description.dataset_ingest import DatasetIngestInputs
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.jobs.job import REPEATABLE, Job
from veracity_provider.lifecycle.naming import either_problems, workspace_problems
from veracity_provider.lifecycle.protocols import UNKNOWN, JsonObject, Unknown
from veracity_provider.lifecycle.run import COMPONENT
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S, Settings

_REFUSED_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a preflight is about: which content goes where, and how. All of it is known."""

    workspace_id: str
    dataset_id: str
    operation: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class IngestInputs:
    """
    The inputs of both resources, as `check` has completed them. Some are unknown in a preview.

    Args:
        content_hash: SHA-256 of the source's bytes, in hex; *size_bytes* is how many they are. Before `check` has found
            the hash it is unknown, unless `ignore_changes` keeps the last one.
        follows: Ids of the Overwrite jobs of this dataset that were declared before this ingest.
        ingests_before: Names of the ingests into this dataset that were declared before this one; given where it may be
            an Overwrite.
        keeps_content: Whether `ignore_changes` holds the content hash, so that other bytes are no reason to ingest.
        timeout_s: Longest wait for one job.
        job_id: The job of the upload; None for the upload itself.
        is_of_pattern: Whether a `DatasetIngests` has made it for a file of its pattern.
    """

    workspace_id: str | Unknown
    dataset_id: str | Unknown
    operation: str | Unknown
    source: Any
    content_hash: str | Unknown
    size_bytes: int | Unknown | None
    file_name: str | Unknown | None
    triggers: Any
    follows: tuple[str, ...] | Unknown
    ingests_before: tuple[str, ...] | None
    keeps_content: bool
    preflight: str | Unknown
    timeout_s: float
    job_id: str | Unknown | None
    is_of_pattern: bool = False

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """From properties in one form (see `complete`), or from a state that an earlier release wrote."""
        timeout = properties.get("job_timeout_seconds")
        before = properties.get("ingests_before")
        return cls(
            workspace_id=_in_one_form(properties.get("workspace_id")),
            dataset_id=_in_one_form(properties.get("dataset_id")),
            operation=properties.get("operation", UNKNOWN),
            source=properties.get("source"),
            content_hash=properties.get("content_hash", UNKNOWN),
            size_bytes=properties.get("size_bytes"),
            file_name=properties.get("file_name"),
            triggers=properties.get("triggers"),
            follows=_jobs_followed(properties.get("follows")),
            ingests_before=None if before is None else tuple(before),
            keeps_content=bool(properties.get("keeps_content_hash")),
            preflight=properties.get("preflight") or "header",
            timeout_s=float(timeout) if isinstance(timeout, int | float) else DEFAULT_JOB_TIMEOUT_S,
            job_id=properties.get("job_id"),
            is_of_pattern=properties.get(COMPONENT) is not None,
        )

    @property
    def is_repeatable(self) -> bool:
        """Whether running the operation a second time changes nothing."""
        return self.operation in REPEATABLE

    @property
    def target(self) -> Target | None:
        """None while a part of it is unknown."""
        parts = {
            "workspace_id": self.workspace_id,
            "dataset_id": self.dataset_id,
            "operation": self.operation,
            "content_hash": self.content_hash,
        }
        known = {name: part for name, part in parts.items() if isinstance(part, str)}
        return Target(**known) if len(known) == len(parts) else None

    def asks_the_same_as(self, other: "IngestInputs") -> bool:
        """Whether both are about the same content, in the same place, for the same reason."""
        return self.target is not None and self.target == other.target and self.triggers == other.triggers

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


def complete(inputs: JsonObject) -> dict[str, Any]:
    """*inputs* with ids in one form, and only jobs to follow."""
    completed = dict(inputs)
    if isinstance(completed.get("follows"), list | tuple):
        completed["follows"] = [job for job in completed["follows"] if job is not None] or None
    for name in ("workspace_id", "dataset_id"):
        completed[name] = _in_one_form(completed.get(name))
    return completed


def with_content(
    inputs: JsonObject, content_hash: str | Unknown, size_bytes: int | Unknown | None, *, is_kept: bool = False
) -> dict[str, Any]:
    """*inputs* with their content; *is_kept* says that `ignore_changes` holds its hash."""
    kept = {"keeps_content_hash": True} if is_kept else {}
    return {**inputs, "content_hash": content_hash, "size_bytes": size_bytes, **kept}


def check_ingest(inputs: JsonObject, settings: Settings) -> tuple[InputProblem, ...]:
    """Everything wrong with *inputs*, by property, that shows without looking at a file or asking the platform."""
    problems: tuple[InputProblem, ...] = ()
    try:
        DatasetIngestInputs.from_properties(inputs)
    except InputError as error:
        problems = error.problems
    return (*problems, *either_problems(inputs, "dataset"), *workspace_problems(inputs, settings))


def platform_file_name(source_name: str, file_name: str | None) -> str:
    """
    The name to upload under: *file_name*, else the source's, made of what the platform takes in names.

    Letters, digits, dot, dash and underscore stay; each run of anything else becomes one underscore. Dots at the end
    go, since the storage drops them, and a name with nothing before its suffix becomes `data`.
    """
    wanted = PurePath(file_name or source_name).name
    name = _REFUSED_IN_NAMES.sub("_", wanted).strip("_").rstrip("._")
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    return name if any(map(str.isalnum, stem)) else f"data{dot}{suffix}"
