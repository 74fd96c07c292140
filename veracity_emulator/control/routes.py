"""The control API: what is not Veracity, under `/_emulator/`."""

import sqlite3
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from veracity_emulator.backend import Backend
from veracity_emulator.clock import LATEST, iso
from veracity_emulator.config import LONGEST_S, RIGHTS, IdleStatus, NameTaken, SecondStart
from veracity_emulator.control import seed
from veracity_emulator.disk import FULL
from veracity_emulator.fabric import containers
from veracity_emulator.fabric.errors import fabric_error
from veracity_emulator.faults import FailJobEffect, FaultInput
from veracity_emulator.operations import Call, Operation, endpoint
from veracity_emulator.workbench import datasets, jobs
from veracity_emulator.workbench.errors import gateway_error

# ruff: noqa: N815 — members are spelled as on the wire

ROOT: Final = "/_emulator"
_OBJECT: Final = dict[str, Any]
_LIST: Final = list[dict[str, Any]]
_EMPTIED: Final = (
    *(
        "accounts",
        "subscription_keys",
        "workspaces",
        "settings",
        "account_datasets",
        "schemas",
        "schema_versions",
        "datasets",
        "rows",
    ),
    *("jobs", "runs", "forgotten_jobs", "containers", "relations", "tags"),
)


class Made(BaseModel):
    """The id of what was made."""

    id: str


class LikeInput(BaseModel):
    """An empty one with the shape of another."""

    model_config = ConfigDict(extra="forbid")

    like: str
    name: str = Field(min_length=1)


class DatasetInput(LikeInput):
    """An empty dataset like another, with a schema version of its own where one is given."""

    schemaVersionId: str | None = None


class NameInput(BaseModel):
    """Another name."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)


class SettingsInput(BaseModel):
    """Settings of one dataset, or of the server."""

    model_config = ConfigDict(extra="forbid")

    datasetId: str = ""
    jobSeconds: float | None = Field(default=None, ge=0, le=LONGEST_S)
    idleStatus: IdleStatus | None = None
    secondStart: SecondStart | None = None
    tokenSeconds: float | None = Field(default=None, gt=0, le=LONGEST_S)
    sasSeconds: float | None = Field(default=None, gt=0, le=LONGEST_S)
    strict: bool | None = None
    writeSas: str | None = Field(default=None, pattern=RIGHTS)
    readerSas: bool | None = None
    headerOnlyCreate: bool | None = None
    nameTaken: NameTaken | None = None


class AccountInput(BaseModel):
    """What happens to a service account."""

    model_config = ConfigDict(extra="forbid")

    id: str
    secretExpired: bool


class EndInput(BaseModel):
    """How a job that is at work ends, and whether its rows are applied."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(min_length=1)
    applies: bool
    message: str = ""


class ClockInput(BaseModel):
    """How far to move the clock."""

    model_config = ConfigDict(extra="forbid")

    advanceSeconds: float = Field(ge=0, le=LONGEST_S)


def operations() -> list[Operation]:
    """The operations; nobody is asked for a token."""

    operation = endpoint(ROOT, None)
    return [
        operation("GET", "/health", _health, "Whether it serves", answer=_OBJECT),
        operation("GET", "/demo", _demo, "Ids and secrets of the demo", answer=_OBJECT),
        operation("GET", "/state", _state, "Everything, as JSON", answer=_OBJECT),
        operation("POST", "/reset", _reset, "Start from the seed again", answer=_OBJECT),
        operation("GET", "/requests", _requests, "The latest requests, secrets masked", answer=_LIST),
        operation("DELETE", "/requests", _clear_requests, "Forget the requests", answer=_OBJECT),
        operation("GET", "/faults", _faults, "Faults in force", answer=_LIST),
        operation("POST", "/faults", _add_fault, "Put a fault in force", FaultInput, answer=Made, status=201),
        operation("DELETE", "/faults", _clear_faults, "Take all faults back", answer=_OBJECT),
        operation(
            "POST",
            "/datasets",
            _add_dataset,
            "Make an empty dataset like another",
            DatasetInput,
            answer=Made,
            status=201,
        ),
        operation(
            "POST",
            "/datasets/{dataset}/rename",
            _rename_dataset,
            "Give a dataset another name, as in the portal",
            NameInput,
            answer=Made,
        ),
        operation("DELETE", "/datasets/{dataset}", _delete_dataset, "Delete a dataset, as in the portal", answer=Made),
        operation(
            "POST", "/containers", _add_container, "Make a container like another", LikeInput, answer=Made, status=201
        ),
        operation("POST", "/settings", _set, "Change settings", SettingsInput, answer=_OBJECT),
        operation(
            "POST",
            "/accounts",
            _set_account,
            "Let a service account's secret expire",
            AccountInput,
            answer=_OBJECT,
        ),
        operation("POST", "/jobs/{job}/end", _end_job, "End a job that is at work", EndInput, answer=_OBJECT),
        operation("POST", "/jobs/{job}/forget", _forget_job, "Let a job be unknown from now on", answer=_OBJECT),
        operation(
            "GET",
            "/violations",
            _violations,
            "What a strict emulator did not expect of its clients",
            answer=_LIST,
        ),
        operation("DELETE", "/violations", _clear_violations, "Forget the violations", answer=_OBJECT),
        operation("GET", "/clock", _clock, "The emulator's time", answer=_OBJECT),
        operation("POST", "/clock", _move_clock, "Move the clock forward", ClockInput, answer=_OBJECT),
    ]


def _health(backend: Backend, _: Call) -> Any:
    return JSONResponse({"status": FULL}, 503) if backend.disk.is_full() else {"status": "ok"}


def _demo(backend: Backend, _: Call) -> Any:
    return seed.demo(backend)


def _requests(backend: Backend, _: Call) -> Any:
    return backend.requests.latest()


def _faults(backend: Backend, _: Call) -> Any:
    return backend.faults.all()


def _violations(backend: Backend, _: Call) -> Any:
    return backend.violations.all()


def _clock(backend: Backend, _: Call) -> Any:
    return {"now": iso(backend.clock.time())}


def _state(backend: Backend, _: Call) -> Any:
    connection = backend.database.read()
    busy = set(jobs.at_work(backend))
    counted = connection.execute(
        "SELECT id, name, version, (SELECT count(*) FROM rows WHERE dataset = datasets.number) AS rows FROM datasets"
    )
    return {
        "jobs": [
            _job(row, is_at_work=row["job_id"] in busy)
            for row in connection.execute("SELECT * FROM jobs ORDER BY number")
        ],
        "datasets": [
            {"id": row["id"], "name": row["name"], "rowCount": row["rows"], "version": row["version"]}
            for row in counted
        ],
        "containers": [
            containers.described(backend, found, "owner")
            for one in containers.all_ids(backend)
            if (found := containers.find(backend, one))
        ],
    }


def _job(row: sqlite3.Row, *, is_at_work: bool) -> dict[str, Any]:
    return {
        "jobId": row["job_id"],
        "datasetId": row["dataset_id"],
        "operation": row["operation"],
        "status": row["status"],
        "startCount": row["start_count"],
        "atWork": is_at_work,
        "fileName": row["file_name"],
        "createdAt": iso(row["created"]),
        "startedAt": iso(row["started"]) if row["started"] else None,
        "completedAt": iso(row["completed"]) if row["completed"] else None,
    }


def _reset(backend: Backend, _: Call) -> Any:
    try:
        chosen = seed.read_seed(backend.config.seed)
    except seed.SeedRefused as refused:
        raise gateway_error(400, str(refused)) from None
    with backend.database.transaction() as connection:
        for table in _EMPTIED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 — names of ours
    backend.files.reset()
    backend.faults.clear()
    backend.requests.clear()
    backend.violations.clear()
    seed.load(backend, chosen)
    return {"status": "ok"}


def _clear_requests(backend: Backend, _: Call) -> Any:
    backend.requests.clear()
    return {"status": "ok"}


def _clear_violations(backend: Backend, _: Call) -> Any:
    backend.violations.clear()
    return {"status": "ok"}


def _add_fault(backend: Backend, call: Call) -> Any:
    return {"id": backend.faults.add(call.model(FaultInput))}


def _clear_faults(backend: Backend, _: Call) -> Any:
    backend.faults.clear()
    return {"status": "ok"}


def _add_dataset(backend: Backend, call: Call) -> Any:
    given = call.model(DatasetInput)
    like = datasets.find(backend, given.like)
    if like is None:
        raise gateway_error(404, "There is no such dataset to be like.")
    version_id = given.schemaVersionId or like["schema_version_id"]
    return {"id": datasets.add_dataset(backend, like["workspace_id"], given.name, version_id)}


def _rename_dataset(backend: Backend, call: Call) -> Any:
    dataset_id = _require_dataset(backend, call)
    datasets.rename(backend, dataset_id, call.model(NameInput).name)
    return {"id": dataset_id}


def _delete_dataset(backend: Backend, call: Call) -> Any:
    dataset_id = _require_dataset(backend, call)
    datasets.delete(backend, dataset_id)
    return {"id": dataset_id}


def _require_dataset(backend: Backend, call: Call) -> str:
    found = datasets.find(backend, call.path("dataset"))
    if found is None:
        raise gateway_error(404, "There is no such dataset.")
    return str(found["id"])


def _add_container(backend: Backend, call: Call) -> Any:
    given = call.model(LikeInput)
    made = containers.add_like(backend, given.like, given.name)
    if made is None:
        raise fabric_error(404, "There is no such container to be like.")
    return {"id": made}


def _set(backend: Backend, call: Call) -> Any:
    given = call.model(SettingsInput)
    if given.datasetId and datasets.find(backend, given.datasetId) is None:
        raise gateway_error(404, f"There is no dataset {given.datasetId}.")
    for name, value in given.model_dump(exclude={"datasetId"}, exclude_none=True).items():
        backend.set_setting(name, value, given.datasetId)
    return {"status": "ok"}


def _set_account(backend: Backend, call: Call) -> Any:
    given = call.model(AccountInput)
    with backend.database.transaction() as connection:
        change = (int(given.secretExpired), given.id)
        found = connection.execute("UPDATE accounts SET secret_expired = ? WHERE id = ?", change)
    if not found.rowcount:
        raise gateway_error(404, f"There is no account {given.id}.")
    return {"status": "ok"}


def _end_job(backend: Backend, call: Call) -> Any:
    given = call.model(EndInput)
    job = _require_job(backend, call)
    end = FailJobEffect(kind="failJob", status=given.status, message=given.message, applies=given.applies)
    if not jobs.end_now(backend, job["job_id"], end):
        raise gateway_error(409, "The job is not at work.")
    return _job(_require_job(backend, call), is_at_work=False)


def _forget_job(backend: Backend, call: Call) -> Any:
    job = _require_job(backend, call)
    jobs.forget(backend, job["job_id"])
    return _job(job, is_at_work=job["job_id"] in jobs.at_work(backend))


def _require_job(backend: Backend, call: Call) -> sqlite3.Row:
    row = backend.database.read().execute("SELECT * FROM jobs WHERE job_id = ?", (call.path("job"),)).fetchone()
    if row is None:
        raise gateway_error(404, "There is no such job.")
    return row


def _move_clock(backend: Backend, call: Call) -> Any:
    seconds = call.model(ClockInput).advanceSeconds
    if backend.clock.time() + seconds > LATEST:
        raise gateway_error(400, f"The clock does not go beyond {iso(LATEST)}.")
    backend.clock.advance(seconds)
    return {"now": iso(backend.clock.time())}
