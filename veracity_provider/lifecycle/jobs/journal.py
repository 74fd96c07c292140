"""
What this machine has done about each ingest job, written down before it is done, next to the Pulumi home.

No status word of the platform proves that a job was started, and an answer may be lost. So each step is on disk (fsync)
before its request goes out: one file a job, in one folder a dataset. States only ever gain knowledge (`_MAY_FOLLOW`).
"""

import contextlib
import json
import os
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final, cast, final

from veracity_provider.errors import DatasetBusy, JournalError
from veracity_provider.lifecycle.files import open_lock, try_lock, wait_for_lock, write_json
from veracity_provider.lifecycle.jobs.job import JobReference

VERSION: Final = 2
_LOCK_POLL_S: Final = 0.25


class JobState(StrEnum):
    """What is known of a job on this machine."""

    STAGED = "staged"
    """Its file was uploaded here, and its start request was not sent. Only this machine may ever send it."""
    NEVER_SENT = "never-sent"
    """Another job took its place before it was sent; a process left over must not send it."""
    STARTING = "starting"
    """Its start request may have been sent, by this machine or by another."""
    STARTED = "started"
    """The platform took the request."""
    COMPLETED = "completed"
    """It took effect."""
    FAILED = "failed"
    """It ended without effect, or its start was refused before the service saw it."""
    IN_DOUBT = "in-doubt"
    """It has ended, and nothing says whether it took effect."""


OPEN: Final = frozenset({JobState.STARTING, JobState.STARTED})
"""A job in one of these may be at work."""
_ENDS: Final = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.IN_DOUBT})
_MAY_FOLLOW: Final = {
    None: frozenset({JobState.STAGED, JobState.STARTING}),
    JobState.STAGED: frozenset({JobState.NEVER_SENT, JobState.STARTING}),
    JobState.NEVER_SENT: frozenset[JobState](),
    JobState.STARTING: frozenset({JobState.STARTED}) | _ENDS,
    JobState.STARTED: _ENDS,
    JobState.IN_DOUBT: frozenset({JobState.COMPLETED}),
    JobState.COMPLETED: frozenset[JobState](),
    JobState.FAILED: frozenset[JobState](),
}
# Release 0.1.0 could write each of its other words after a start request was sent.
_STATES_OF_0_1_0: Final = {
    "completed": JobState.COMPLETED,
    "failed": JobState.FAILED,
    "doubtful": JobState.IN_DOUBT,
    "staged": JobState.STARTING,
    "starting": JobState.STARTING,
    "started": JobState.STARTING,
    "abandoned": JobState.STARTING,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """
    What the journal says of a job.

    Args:
        updated_at: When this was written, seconds since 1970; likewise *starting_at*, when the start was written, which
            is None where it was not, or not here.
        concurrent_jobs: Jobs of the dataset that had not been seen to end when this one was started.
        jobs_unknown_to_platform: Jobs of the dataset whose start had been sent by then, and that the platform did not
            know; the request may have arrived later.
        status: The platform's own word at the end; likewise *dataset_name*.
        content_hash: Of the file that was uploaded for it, in hex; empty where that was not here, or not written down.
        problem: Why the file does not say what is true, for a warning; empty for an entry that does.
    """

    job: JobReference
    state: JobState
    updated_at: float | None = None
    starting_at: float | None = None
    concurrent_jobs: tuple[JobReference, ...] = ()
    jobs_unknown_to_platform: tuple[JobReference, ...] = ()
    status: str = ""
    dataset_name: str = ""
    content_hash: str = ""
    problem: str = ""


@final
class Journal:
    """
    Entries below *folder*; safe for parallel threads and processes.

    Raises:
        JournalError: Each method, where the folder cannot be read or written.
    """

    def __init__(self, folder: Path, *, time: Callable[[], float]) -> None:
        self._folder = folder
        self._time = time

    def find(self, job: JobReference) -> Entry | None:
        """The entry of *job*; None when this machine knows nothing of it."""
        with self._translated("read"):
            return self._read(self._path(job), job) or self._read(self._path_of_0_1_0(job.job_id), job)

    def find_by_id(self, job_id: str) -> Entry | None:
        """The same where its dataset is not known."""
        with self._translated("read"):
            path = next(self._folder.glob(f"*/{job_id}.json"), None)
        dataset_id = path.parent.name if path else ""
        return self.find(JobReference(job_id=job_id, workspace_id="", dataset_id=dataset_id, operation=""))

    def entries(self) -> list[Entry]:
        """Every job that this machine knows of, the latest first; those of release 0.1.0 are filed by no dataset."""
        with self._translated("read"):
            datasets = sorted(path.name for path in self._folder.glob("*/") if path.is_dir())
            found = [self.find(job) for dataset_id in datasets for job in self._jobs_of(dataset_id, "")]
        return sorted(filter(None, found), key=lambda entry: entry.updated_at or 0.0, reverse=True)

    def file_of(self, entry: Entry) -> Path:
        """The file that holds *entry*."""
        return self._path(entry.job)

    def open_jobs(self, dataset_id: str, workspace_id: str) -> list[Entry]:
        """Every job of the dataset that may be at work, of whatever resource or stack, the oldest first."""
        with self._translated("read"):
            known = self._jobs_of(dataset_id, workspace_id)
            known += self._last_started_by_0_1_0(dataset_id, workspace_id)
            found = [entry for job in known if (entry := self.find(job)) and entry.state in OPEN]
        return sorted(found, key=lambda entry: entry.starting_at or 0.0)

    def jobs_with_content(self, dataset_id: str, workspace_id: str, content_hash: str) -> list[Entry]:
        """Every job of the dataset for which this machine has uploaded a file of these bytes, the oldest first."""
        with self._translated("read"):
            found = [entry for job in self._jobs_of(dataset_id, workspace_id) if (entry := self.find(job))]
        same = (entry for entry in found if entry.content_hash == content_hash)
        return sorted(same, key=lambda entry: entry.updated_at or 0.0)

    def _jobs_of(self, dataset_id: str, workspace_id: str) -> list[JobReference]:
        return [
            JobReference(job_id=path.stem, workspace_id=workspace_id, dataset_id=dataset_id, operation="")
            for path in self._dataset_folder(dataset_id).glob("*.json")
        ]

    def write(
        self,
        job: JobReference,
        state: JobState,
        *,
        concurrent_jobs: tuple[JobReference, ...] = (),
        jobs_unknown_to_platform: tuple[JobReference, ...] = (),
        since: float | None = None,
        status: str = "",
        dataset_name: str = "",
        content_hash: str = "",
    ) -> Entry:
        """
        Write down *state*, on disk when this returns, and return the entry that stands.

        *since*: when a job that another machine may have started was first seen here, seconds since 1970.

        Where *state* would take knowledge away (another process knew more), what is there stands.
        """
        with self._translated("written"), self._file_locked(job.dataset_id, "entries"):
            known = self.find(job)
            if state not in _MAY_FOLLOW[known.state if known else None]:
                return cast("Entry", known)
            now = self._time()
            before = known or Entry(job=job.reference(), state=state)
            entry = replace(
                before,
                job=job.reference(),
                state=state,
                updated_at=now,
                starting_at=(since or now) if state is JobState.STARTING else before.starting_at,
                concurrent_jobs=tuple(one.reference() for one in concurrent_jobs) or before.concurrent_jobs,
                jobs_unknown_to_platform=tuple(one.reference() for one in jobs_unknown_to_platform)
                or before.jobs_unknown_to_platform,
                status=status or before.status,
                dataset_name=dataset_name or before.dataset_name,
                content_hash=content_hash or before.content_hash,
                problem="",
            )
            write_json(self._path(job), _to_json(entry))
            return entry

    def require_writable(self, dataset_id: str) -> None:
        """Write and remove a file, as the start of a job will have to."""
        with self._translated("written"):
            probe = self._dataset_folder(dataset_id) / f".probe-{os.getpid()}"
            write_json(probe, {})
            probe.unlink(missing_ok=True)

    @contextlib.contextmanager
    def dataset_locked(self, dataset_id: str, *, wait: Callable[[float], bool]) -> Generator[None]:
        """
        Nobody else on this machine starts or withdraws a job of the dataset meanwhile; a killed process lets go.

        Args:
            wait: Called with seconds to wait, again and again while somebody else has the lock; False gives up.
        Raises:
            DatasetBusy: *wait* gave up.
        """
        with self._translated("written"):
            lock = self._lock_file(dataset_id, "starts")
        with lock:
            while not try_lock(lock):
                if not wait(_LOCK_POLL_S):
                    raise DatasetBusy(
                        f"another `pulumi up` on this machine is about to start a job of dataset {dataset_id}, and has "
                        "not ended. Run `pulumi up` again when it has; nothing was started"
                    )
            yield

    @contextlib.contextmanager
    def _file_locked(self, dataset_id: str, what: str) -> Generator[None]:
        with self._lock_file(dataset_id, what) as lock:
            wait_for_lock(lock)
            yield

    def _lock_file(self, dataset_id: str, what: str) -> IO[str]:
        return open_lock(self._dataset_folder(dataset_id) / f"{what}.lock")

    def _read(self, path: Path, job: JobReference) -> Entry | None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return _from_json(json.loads(content), job)
        except (ValueError, KeyError, TypeError, AttributeError):
            problem = f"the journal's file {path} cannot be read as an entry"
            return Entry(job=job.reference(), state=JobState.STARTING, problem=problem)

    def _last_started_by_0_1_0(self, dataset_id: str, workspace_id: str) -> list[JobReference]:
        try:
            job_id = str(json.loads((self._folder / f"dataset-{dataset_id}.json").read_text())["job_id"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return []
        return [JobReference(job_id=job_id, workspace_id=workspace_id, dataset_id=dataset_id, operation="")]

    def _dataset_folder(self, dataset_id: str) -> Path:
        return self._folder / dataset_id

    def _path(self, job: JobReference) -> Path:
        return self._dataset_folder(job.dataset_id) / f"{job.job_id}.json"

    def _path_of_0_1_0(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.json"

    @contextlib.contextmanager
    def _translated(self, done: str) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise JournalError(
                f"the journal of ingest jobs in {self._folder} cannot be {done} ({error.strerror or error}). It "
                "records which jobs were started, so nothing is started without it. Fix the folder, free space on its "
                "disk, or set PULUMI_HOME to another folder, and run again"
            ) from None


def journal_folder(home: Path) -> Path:
    """Where the journal of this machine is, below the *home* of `Services`."""
    return home / "jobs"


def _to_json(entry: Entry) -> dict[str, Any]:
    members = asdict(entry)
    job = members.pop("job")
    members.pop("problem")
    return {"version": VERSION, **job, **members}


def _from_json(members: dict[str, Any], job: JobReference) -> Entry:
    if "version" not in members:
        return _from_0_1_0(members, job)
    if members["version"] != VERSION:
        message = "an entry of another version"
        raise ValueError(message)
    return Entry(
        job=JobReference(**{name: members[name] for name in ("job_id", "workspace_id", "dataset_id", "operation")}),
        state=JobState(members["state"]),
        updated_at=members["updated_at"],
        starting_at=members["starting_at"],
        concurrent_jobs=tuple(JobReference(**one) for one in members["concurrent_jobs"]),
        jobs_unknown_to_platform=tuple(JobReference(**one) for one in members["jobs_unknown_to_platform"]),
        status=members["status"],
        dataset_name=members["dataset_name"],
        content_hash=members.get("content_hash", ""),
    )


def _from_0_1_0(members: dict[str, Any], job: JobReference) -> Entry:
    word = str(members["state"])
    state = _STATES_OF_0_1_0[word]
    problem = f"release 0.1.0 wrote `{word}`, which does not show whether it was started"
    return Entry(
        job=job.reference(),
        state=state,
        status=str(members.get("status") or ""),
        dataset_name=str(members.get("dataset_name") or ""),
        problem=problem if state is JobState.STARTING else "",
    )
