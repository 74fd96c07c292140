"""Ingest jobs at work: each start is a run that becomes due, in its dataset's order, and is applied whole or not."""

import json
import sqlite3
import threading
import traceback
import uuid
from typing import Any, Final, final

from veracity_emulator.backend import Backend
from veracity_emulator.clock import iso
from veracity_emulator.disk import is_of_full_disk
from veracity_emulator.faults import Effect, FailJobEffect, SlowJobEffect
from veracity_emulator.violations import Violation
from veracity_emulator.workbench import datasets
from veracity_emulator.workbench.rows import Table, read_table
from veracity_emulator.workbench.schemas import columns_of

TABLES: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT UNIQUE, workspace_id TEXT, dataset_id TEXT, dataset_name TEXT,
    creates TEXT, operation TEXT, file_name TEXT, is_automatic INTEGER, status TEXT, start_count INTEGER DEFAULT 0,
    created REAL, started REAL, completed REAL, error_message TEXT DEFAULT '', validation_error TEXT DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT, dataset_id TEXT, due REAL, fails TEXT,
    is_done INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS forgotten_jobs (job_id TEXT PRIMARY KEY);
CREATE INDEX IF NOT EXISTS open_runs ON runs (is_done, due);
CREATE INDEX IF NOT EXISTS runs_of_job ON runs (job_id);
"""
NEVER: Final = 1e18
REGISTERED: Final = "Registered"
_LOOK_FOR_FILES_S: Final = 0.1
_LONGEST_WAIT_S: Final = 5.0
_WAIT_FOR_SPACE_S: Final = 1.0


def folder_of(job_id: str) -> str:
    """Where a job's file is uploaded to: a UUID; the file system is the workspace."""
    return job_id


def start(backend: Backend, job: sqlite3.Row, effect: Effect | None) -> None:
    """
    Note a start: the run is due when the dataset's earlier runs are, and a job's time has passed.

    The worker sees it once it is committed; wake it then.
    """
    now = backend.clock.time()
    seconds = float(backend.setting("jobSeconds", job["dataset_id"]))
    if isinstance(effect, SlowJobEffect):
        seconds = effect.seconds
    fails = effect.model_dump_json() if isinstance(effect, FailJobEffect) else None
    hangs = effect is not None and effect.kind == "hangJob"
    with backend.database.transaction() as connection:
        (busy_until,) = connection.execute(
            "SELECT max(due) FROM runs WHERE dataset_id = ? AND is_done = 0 AND due < ?", (job["dataset_id"], NEVER)
        ).fetchone()
        due = NEVER if hangs else max(now, busy_until or 0) + seconds
        connection.execute(
            "INSERT INTO runs (job_id, dataset_id, due, fails) VALUES (?, ?, ?, ?)",
            (job["job_id"], job["dataset_id"], due, fails),
        )
        connection.execute(
            "UPDATE jobs SET status = 'Running', start_count = start_count + 1, started = coalesce(started, ?) "
            "WHERE job_id = ?",
            (now, job["job_id"]),
        )


@final
class Worker:
    """The thread that finishes runs when they are due; a restart goes on where it was."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)

    def begin(self) -> None:
        """Go to work."""
        self._thread.start()

    def end(self) -> None:
        """Finish what is being done, and stop."""
        self._ended.set()
        self._backend.clock.moved.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._backend.clock.moved.clear()
            try:
                self._do_next()
            except (OSError, sqlite3.OperationalError) as error:
                if not is_of_full_disk(error):
                    raise
                self._backend.disk.tell()
                self._ended.wait(_WAIT_FOR_SPACE_S)

    def _do_next(self) -> None:
        """Finish a run that is due, or wait for one."""
        waits_for_files = self._start_uploaded()
        if not self._finish_next():
            wait = min(self._seconds_to_next(), _LONGEST_WAIT_S)
            self._backend.clock.moved.wait(min(wait, _LOOK_FOR_FILES_S) if waits_for_files else wait)

    def _start_uploaded(self) -> bool:
        """Start automatic jobs whose file has arrived; whether there are some that still wait for theirs."""
        rows = self._backend.database.read().execute(
            "SELECT * FROM jobs WHERE is_automatic = 1 AND start_count = 0 AND status = ?", (REGISTERED,)
        )
        waits = False
        for job in rows.fetchall():
            found = self._backend.files.committed(job["workspace_id"], f"{folder_of(job['job_id'])}/{job['file_name']}")
            if found and found[1] > 0:
                note_violations(self._backend, job)
                start(self._backend, job, None)
            else:
                waits = True
        return waits

    def _seconds_to_next(self) -> float:
        row = self._backend.database.read().execute("SELECT min(due) AS due FROM runs WHERE is_done = 0").fetchone()
        return max((row["due"] or NEVER) - self._backend.clock.time(), 0.001)

    def _finish_next(self) -> bool:
        run = (
            self._backend.database.read()
            .execute(
                "SELECT * FROM runs WHERE is_done = 0 AND due <= ? ORDER BY due, number", (self._backend.clock.time(),)
            )
            .fetchone()
        )
        if run is None:
            return False
        try:
            finish(self._backend, run)
        except Exception as error:
            if is_of_full_disk(error):
                raise
            # A bug of ours fails its job, and those behind it go on.
            traceback.print_exc()
            with self._backend.database.transaction() as connection:
                _end(self._backend, connection, run, "Failed", f"The emulator failed: {type(error).__name__}.", [])
        return True


def finish(backend: Backend, run: sqlite3.Row, end: FailJobEffect | None = None) -> None:
    """
    Apply a run's rows, or note why not; one transaction, which leaves a run alone that has ended meanwhile.

    Args:
        end: How it ends; else as its start was told, else by its file.
    """
    job = backend.database.read().execute("SELECT * FROM jobs WHERE job_id = ?", (run["job_id"],)).fetchone()
    if end is None and run["fails"]:
        end = FailJobEffect.model_validate_json(run["fails"])
    applies = end is None or end.applies
    table, message = _table(backend, job, _columns(backend, job)) if applies else (None, "")
    with backend.database.transaction() as connection:
        if not connection.execute("SELECT 1 FROM runs WHERE number = ? AND is_done = 0", (run["number"],)).fetchone():
            return
        message = message or _refusal(backend, job, table)
        if applies and (table is None or table.errors or message):
            text = message or "The file does not fit the schema."
            _end(backend, connection, run, "Failed", text, table.errors if table else [])
            return
        if table is not None:
            _apply(backend, connection, _dataset(backend, job), job, table, run["number"])
        if end is None:
            _end(backend, connection, run, "Completed", "", [])
        else:
            _end(backend, connection, run, end.status, end.message or _unexplained(end.status), end.validationError)


def _unexplained(status: str) -> str:
    """What is told of a failure that nobody has worded: an id, as the portal shows. The wording is chosen."""
    return f"The job failed. Error ID: {uuid.uuid4()}" if status == "Failed" else ""


def at_work(backend: Backend, dataset_id: str | None = None) -> list[str]:
    """Ids of the jobs that are started and not ended, of one dataset or of all."""
    rows = backend.database.read().execute(
        "SELECT DISTINCT job_id FROM runs WHERE is_done = 0 AND dataset_id = coalesce(?, dataset_id)", (dataset_id,)
    )
    return [row["job_id"] for row in rows]


def end_now(backend: Backend, job_id: str, end: FailJobEffect) -> bool:
    """End a job that is at work; False when it is not."""
    runs = (
        backend.database.read()
        .execute("SELECT * FROM runs WHERE job_id = ? AND is_done = 0 ORDER BY number", (job_id,))
        .fetchall()
    )
    for run in runs:
        finish(backend, run, end)
    return bool(runs)


def forget(backend: Backend, job_id: str) -> None:
    """Nobody who asks for the job is told of it any more; its work goes on."""
    with backend.database.transaction() as connection:
        connection.execute("INSERT OR IGNORE INTO forgotten_jobs VALUES (?)", (job_id,))


def is_forgotten(backend: Backend, job_id: str) -> bool:
    """Whether `forget` was called for it."""
    row = backend.database.read().execute("SELECT 1 FROM forgotten_jobs WHERE job_id = ?", (job_id,)).fetchone()
    return row is not None


def note_violations(backend: Backend, job: sqlite3.Row) -> None:
    """Keep what a strict emulator does not expect of a start of *job*, which has not happened yet."""
    job_id, dataset_id = str(job["job_id"]), str(job["dataset_id"])
    if not backend.setting("strict", dataset_id):
        return
    busy = at_work(backend, dataset_id)
    found = [f"started while job {one} of the same dataset is still at work" for one in busy if one != job_id]
    if job["start_count"]:
        found.append(f"second start request; the job {'is still at work' if job_id in busy else 'has ended'}")
    now = iso(backend.clock.time())
    backend.violations.add(
        Violation(text=f"Job {job_id} of dataset {dataset_id}: {what}.", jobId=job_id, datasetId=dataset_id, at=now)
        for what in found
    )


def _refusal(backend: Backend, job: sqlite3.Row, table: Table | None) -> str:
    """Why a new dataset is not made at the end of its job, which nobody has published; empty if it is."""
    if not job["creates"] or table is None or table.errors or datasets.find(backend, job["dataset_id"]):
        return ""
    if not table.rows and not backend.setting("headerOnlyCreate"):
        return "The file has no rows."
    return datasets.TAKEN if datasets.is_taken(backend, job["workspace_id"], job["dataset_name"]) else ""


def _columns(backend: Backend, job: sqlite3.Row) -> list[dict[str, Any]]:
    if job["creates"]:
        return columns_of(backend, json.loads(job["creates"])["schemaVersionId"])
    found = datasets.find(backend, job["dataset_id"])
    return columns_of(backend, found["schema_version_id"]) if found else []


def _table(backend: Backend, job: sqlite3.Row, columns: list[dict[str, Any]]) -> tuple[Table | None, str]:
    found = backend.files.committed(job["workspace_id"], f"{folder_of(job['job_id'])}/{job['file_name']}")
    if found is None or found[1] == 0:
        return None, f"The file {job['file_name']} was not found in the upload folder."
    return read_table(*found, columns, operation=job["operation"]), ""


def _dataset(backend: Backend, job: sqlite3.Row) -> sqlite3.Row | dict[str, Any]:
    """The dataset, made now where the job is to create it."""
    if job["creates"] and datasets.find(backend, job["dataset_id"]) is None:
        given = json.loads(job["creates"])
        datasets.add_dataset(
            backend,
            job["workspace_id"],
            given["datasetName"],
            given["schemaVersionId"],
            dataset_id=job["dataset_id"],
            description=given.get("datasetDescription") or "",
            tags=given["tags"],
        )
    with backend.database.transaction() as connection:
        return connection.execute("SELECT * FROM datasets WHERE id = ?", (job["dataset_id"],)).fetchone()


def _apply(
    backend: Backend, connection: sqlite3.Connection, dataset: Any, job: sqlite3.Row, table: Table, run: int
) -> None:
    number, operation = dataset["number"], job["operation"]
    if operation == "Overwrite":
        connection.execute("DELETE FROM rows WHERE dataset = ?", (number,))
    if operation == "Delete":
        connection.executemany("DELETE FROM rows WHERE dataset = ? AND key = ?", ((number, key) for key in table.keys))
    else:
        datasets.insert_rows(backend, dataset["id"], table, run)
    change = (backend.clock.time(), number)
    connection.execute("UPDATE datasets SET version = version + 1, modified = ? WHERE number = ?", change)


def _end(
    backend: Backend, connection: sqlite3.Connection, run: sqlite3.Row, status: str, message: str, errors: list[Any]
) -> None:
    now = backend.clock.time()
    connection.execute("UPDATE runs SET is_done = 1 WHERE number = ?", (run["number"],))
    (still,) = connection.execute(
        "SELECT count(*) FROM runs WHERE job_id = ? AND is_done = 0", (run["job_id"],)
    ).fetchone()
    word = "Running" if still else status
    connection.execute(
        "UPDATE jobs SET status = ?, completed = ?, error_message = ?, validation_error = ? WHERE job_id = ?",
        (word, now, message, json.dumps(errors), run["job_id"]),
    )
