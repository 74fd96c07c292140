"""The control room: what is not Veracity, under `/_emulator/`."""

import sqlite3
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from veracity_emulator import datasets, jobs, problems, seed
from veracity_emulator.calls import Call, Operation
from veracity_emulator.clock import LATEST, iso
from veracity_emulator.config import LONGEST_S, IdleStatus, SecondStart
from veracity_emulator.fabric import containers
from veracity_emulator.faults import FailJobEffect, FaultInput
from veracity_emulator.world import World

# ruff: noqa: N815 — members are spelled as on the wire

ROOT: Final = "/_emulator"
_EMPTIED: Final = (
    *("accounts", "subscription_keys", "workspaces", "settings", "schemas", "schema_versions", "datasets", "rows"),
    *("jobs", "runs", "forgotten_jobs", "containers", "relations", "tags"),
)


class LikeInput(BaseModel):
    """An empty one with the shape of another."""

    model_config = ConfigDict(extra="forbid")

    like: str
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
    """What this room answers; nobody is asked for a token."""

    def one(
        method: str, path: str, handler: Any, summary: str, body: type[BaseModel] | None = None, status: int = 200
    ) -> Operation:
        return Operation(
            method=method, path=ROOT + path, handler=handler, summary=summary, body=body, guard=None, status=status
        )

    return [
        one("GET", "/health", _health, "Whether it serves"),
        one("GET", "/demo", _demo, "Ids and secrets of the demo"),
        one("GET", "/state", _state, "Everything, as JSON"),
        one("POST", "/reset", _reset, "Start from the demo again"),
        one("GET", "/requests", _requests, "The latest requests, secrets masked"),
        one("DELETE", "/requests", _clear_requests, "Forget the requests"),
        one("GET", "/faults", _faults, "Faults in force"),
        one("POST", "/faults", _add_fault, "Put a fault in force", FaultInput, 201),
        one("DELETE", "/faults", _clear_faults, "Take all faults back"),
        one("POST", "/datasets", _add_dataset, "Make an empty dataset like another", LikeInput, 201),
        one("POST", "/containers", _add_container, "Make a container like another", LikeInput, 201),
        one("POST", "/settings", _set, "Change settings", SettingsInput),
        one("POST", "/accounts", _set_account, "Let a service account's secret expire", AccountInput),
        one("POST", "/jobs/{job}/end", _end_job, "End a job that is at work", EndInput),
        one("POST", "/jobs/{job}/forget", _forget_job, "Let a job be unknown from now on"),
        one("GET", "/violations", _violations, "What a strict emulator did not expect of its clients"),
        one("DELETE", "/violations", _clear_violations, "Forget the violations"),
        one("GET", "/clock", _clock, "The emulator's time"),
        one("POST", "/clock", _move_clock, "Move the clock forward", ClockInput),
    ]


def _health(_world: World, _: Call) -> Any:
    return {"status": "ok"}


def _demo(world: World, _: Call) -> Any:
    return seed.demo(world)


def _requests(world: World, _: Call) -> Any:
    return world.requests.latest()


def _faults(world: World, _: Call) -> Any:
    return world.faults.all()


def _violations(world: World, _: Call) -> Any:
    return world.violations.all()


def _clock(world: World, _: Call) -> Any:
    return {"now": iso(world.clock.time())}


def _state(world: World, _: Call) -> Any:
    connection = world.database.read()
    busy = set(jobs.at_work(world))
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
            containers.described(world, found, "owner")
            for one in containers.all_ids(world)
            if (found := containers.find(world, one))
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


def _reset(world: World, _: Call) -> Any:
    with world.database.transaction() as connection:
        for table in _EMPTIED:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 — names of ours
    world.files.reset()
    world.faults.clear()
    world.requests.clear()
    world.violations.clear()
    seed.plant(world)
    return {"status": "ok"}


def _clear_requests(world: World, _: Call) -> Any:
    world.requests.clear()
    return {"status": "ok"}


def _clear_violations(world: World, _: Call) -> Any:
    world.violations.clear()
    return {"status": "ok"}


def _add_fault(world: World, call: Call) -> Any:
    return {"id": world.faults.add(call.model(FaultInput))}


def _clear_faults(world: World, _: Call) -> Any:
    world.faults.clear()
    return {"status": "ok"}


def _add_dataset(world: World, call: Call) -> Any:
    given = call.model(LikeInput)
    like = datasets.find(world, given.like)
    if like is None:
        raise problems.gateway(404, "There is no such dataset to be like.")
    return {"id": datasets.add_dataset(world, like["workspace_id"], given.name, like["schema_version_id"])}


def _add_container(world: World, call: Call) -> Any:
    given = call.model(LikeInput)
    made = containers.add_like(world, given.like, given.name)
    if made is None:
        raise problems.fabric(404, "There is no such container to be like.")
    return {"id": made}


def _set(world: World, call: Call) -> Any:
    given = call.model(SettingsInput)
    for name, value in given.model_dump(exclude={"datasetId"}, exclude_none=True).items():
        world.set_setting(name, value, given.datasetId)
    return {"status": "ok"}


def _set_account(world: World, call: Call) -> Any:
    given = call.model(AccountInput)
    with world.database.transaction() as connection:
        change = (int(given.secretExpired), given.id)
        connection.execute("UPDATE accounts SET secret_expired = ? WHERE id = ?", change)
    return {"status": "ok"}


def _end_job(world: World, call: Call) -> Any:
    given = call.model(EndInput)
    job = _require_job(world, call)
    end = FailJobEffect(kind="failJob", status=given.status, message=given.message, applies=given.applies)
    if not jobs.end_now(world, job["job_id"], end):
        raise problems.gateway(409, "The job is not at work.")
    return _job(_require_job(world, call), is_at_work=False)


def _forget_job(world: World, call: Call) -> Any:
    job = _require_job(world, call)
    jobs.forget(world, job["job_id"])
    return _job(job, is_at_work=job["job_id"] in jobs.at_work(world))


def _require_job(world: World, call: Call) -> sqlite3.Row:
    row = world.database.read().execute("SELECT * FROM jobs WHERE job_id = ?", (call.path("job"),)).fetchone()
    if row is None:
        raise problems.gateway(404, "There is no such job.")
    return row


def _move_clock(world: World, call: Call) -> Any:
    seconds = call.model(ClockInput).advanceSeconds
    if world.clock.time() + seconds > LATEST:
        raise problems.gateway(400, f"The clock does not go beyond {iso(LATEST)}.")
    world.clock.advance(seconds)
    return {"now": iso(world.clock.time())}
