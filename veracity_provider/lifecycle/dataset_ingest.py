"""The life of a `DatasetIngest`: the job of an upload is started and awaited, exactly once."""

from typing import Any, Final, final

from veracity_provider.lifecycle.ingest_upload import REPLACE, RUN_AGAIN, read_with_dataset
from veracity_provider.lifecycle.inputs import is_known
from veracity_provider.lifecycle.job_plan import Job
from veracity_provider.lifecycle.job_runner import JobRunner
from veracity_provider.lifecycle.journal import now
from veracity_provider.lifecycle.progress import duration, size
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import (
    UNKNOWN,
    Checked,
    Created,
    Difference,
    Found,
    JsonObject,
    Reporter,
)

_INPUTS: Final = (
    *REPLACE,
    *RUN_AGAIN,
    "source",
    "size_bytes",
    "preflight",
    "job_timeout_seconds",
    "job_id",
    "supersedes",
)
_RESULT: Final = ("status", "dataset_name", "started_at", "completed_at", "effective_job_id")


@final
class DatasetIngestLifecycle:
    """Ingest jobs that are started and awaited; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Its inputs have been judged as those of its upload."""
        if news.get("workspace_id") is None:
            return Checked(inputs={**news, "workspace_id": self._services.settings.workspace_id})
        return Checked(inputs=news)

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """Another job of its upload, and nothing else, runs it again."""
        replaces = tuple(name for name in REPLACE if olds.get(name) != news.get(name))
        changes = bool(replaces) or news.get("job_id") is UNKNOWN or olds.get("job_id") != news.get("job_id")
        return Difference(changes=changes, replaces=replaces)

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Start the job, unless it was started before, and wait for its end."""
        return Created(id=news["job_id"], outputs=self._done(news, reporter))

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """The same; but when the file is again what was ingested last, and nothing else was, there is nothing to do."""
        if _is_taken_back(olds, news):
            reporter.info("the dataset has these rows already: the change in between never took effect")
            return {**news, **{name: olds[name] for name in _RESULT}}
        return self._done(news, reporter)

    def _done(self, news: JsonObject, reporter: Reporter) -> JsonObject:
        job = Job(
            workspace_id=news["workspace_id"],
            dataset_id=news["dataset_id"],
            job_id=news["job_id"],
            operation=news["operation"],
            timeout_s=float(news.get("job_timeout_seconds") or 900),
        )
        started_at, begun = now(), self._services.monotonic()
        entry = JobRunner(self._services).run(job, reporter)
        taken = duration(self._services.monotonic() - begun)
        bytes_ = size(news["size_bytes"]) if is_known(news.get("size_bytes")) else "its file"
        reporter.info(f"{job.operation} of {bytes_} into {_named(entry.dataset_name, job.dataset_id)} took {taken}")
        result: dict[str, Any] = {
            "status": entry.status,
            "dataset_name": entry.dataset_name,
            "started_at": min(started_at, entry.at),
            "completed_at": entry.at,
            "effective_job_id": job.job_id,
        }
        return {**news, **result}

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Gone only when its dataset is; rows are not looked at."""
        return read_with_dataset(self._services, id_, olds, _INPUTS, reporter)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: rows stay, since the platform has no undo."""
        reporter.info(f"forgotten; its rows stay in {_named(olds.get('dataset_name') or '', olds['dataset_id'])}")


def _named(dataset_name: str, dataset_id: str) -> str:
    return f'"{dataset_name}"' if dataset_name else f"dataset {dataset_id}"


def _is_taken_back(olds: JsonObject, news: JsonObject) -> bool:
    """Whether what is asked is what was ingested last, and no job took effect since."""
    is_same = all(olds.get(name) == news.get(name) for name in RUN_AGAIN)
    return is_same and bool(news.get("supersedes")) and news.get("supersedes") == olds.get("effective_job_id")
