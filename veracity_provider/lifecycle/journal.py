"""
The witness of what was done about each ingest job, beside the Pulumi home.

No status word of the platform proves that a job was started, and an answer may be lost. So each step is written down
before it is taken, one file a job, on disk (fsync) before the request goes out. One file a dataset names the job that
was started for it last, so that two of them never overlap.
"""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Generator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast, final


class JobState(StrEnum):
    """What is known of a job on this machine."""

    STAGED = "staged"
    """Its file is uploaded, and nobody has started it."""
    STARTING = "starting"
    """A start is on its way, or was: its answer was not seen."""
    STARTED = "started"
    ABANDONED = "abandoned"
    """Never started, and never to be: another one took its place."""
    COMPLETED = "completed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    """It has ended without success, and nothing says that no row was changed."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A job's last line in the journal; *at* is when it was written, ISO 8601 in UTC."""

    state: JobState
    at: str
    status: str = ""
    """The platform's own word at the end."""
    dataset_name: str = ""
    is_by_word: bool = False
    """Whether a person had said to start it; that is done once, and another time needs another word."""


@final
class Journal:
    """Entries in *folder*; safe for parallel processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, job_id: str) -> Entry | None:
        """The entry of a job; None when this machine knows nothing of it."""
        try:
            found = cast("dict[str, Any]", json.loads(self._path(job_id).read_text()))
            state = JobState(found.pop("state"))
            return Entry(state=state, **found)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # A file that cannot be read as an entry proves nothing, which is what None says.
            return None

    def put(
        self, job_id: str, state: JobState, *, status: str = "", dataset_name: str = "", is_by_word: bool = False
    ) -> Entry:
        """Write down *state*; it is on disk when this returns. Raises OSError where it cannot be."""
        entry = Entry(state=state, at=now(), status=status, dataset_name=dataset_name, is_by_word=is_by_word)
        self._write(self._path(job_id), asdict(entry))
        return entry

    def last_started(self, dataset_id: str) -> str | None:
        """The job that was started last for a dataset; None when this machine knows of none."""
        try:
            return str(json.loads(self._path(_of_dataset(dataset_id)).read_text())["job_id"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def put_last_started(self, dataset_id: str, job_id: str) -> None:
        """Write down which job is being started for a dataset; likewise."""
        self._write(self._path(_of_dataset(dataset_id)), {"job_id": job_id})

    @contextlib.contextmanager
    def dataset_locked(self, dataset_id: str) -> Generator[None]:
        """Nobody else on this machine starts a job for the dataset meanwhile."""
        with self.locked(_of_dataset(dataset_id)):
            yield

    @contextlib.contextmanager
    def locked(self, job_id: str) -> Generator[None]:
        """Nobody else on this machine looks at the job and starts it meanwhile; a killed process lets go."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{job_id}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, path: Path, document: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=self._folder, prefix=".", delete=False) as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _of_dataset(dataset_id: str) -> str:
    return f"dataset-{dataset_id.lower()}"


def now() -> str:
    """The time, ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
