"""Registering, starting and looking up ingest jobs. Source: docs/platform.md, "Ingest jobs"."""

import json
import sqlite3
import uuid
from typing import Any, Final

from pydantic import BaseModel, Field, field_validator

from veracity_emulator import datasets, jobs, problems, workspaces
from veracity_emulator.calls import Call, Operation, Wire
from veracity_emulator.datalake.sas import folder_uri
from veracity_emulator.rows import key_columns
from veracity_emulator.schemas import WORKSPACE, columns_of
from veracity_emulator.world import World

# ruff: noqa: N815 — members are spelled as on the wire

UPDATES: Final = ("Upsert", "Delete", "Overwrite", "Append")
_LONGEST_NAME: Final = 128


class IngestFile(Wire):
    """The file that will be uploaded."""

    fileName: str = Field(min_length=1, max_length=255, pattern=r"^[^/\\]+$")
    operation: str


class UpdateInput(Wire):
    """`PUT …/ingest/dataset/{id}`."""

    files: list[IngestFile] = Field(min_length=1)
    startAutomatically: bool


class TagInput(Wire):
    """A tag of a new dataset."""

    Key: str = Field(min_length=1, max_length=20)
    Values: list[str]


class CreateInput(UpdateInput):
    """`POST …/ingest/dataset`. Tags are a list of keys and values, or a map (both are in use)."""

    datasetName: str = Field(min_length=1, max_length=_LONGEST_NAME)
    datasetDescription: str | None = None
    schemaVersionId: str
    tags: list[TagInput] | dict[str, list[str]] = Field(default_factory=list[TagInput], max_length=100)
    provider: str | None = None

    @field_validator("schemaVersionId")
    @classmethod
    def _uuid(cls, value: str) -> str:
        return str(uuid.UUID(value))


def operations() -> list[Operation]:
    """What this room answers."""

    def one(method: str, path: str, handler: Any, summary: str, body: type[BaseModel] | None = None) -> Operation:
        path = f"{WORKSPACE}/ingest{path}"
        return Operation(method=method, path=path, handler=handler, summary=summary, body=body, guard="workbench")

    return [
        one("PUT", "/dataset/{dataset}", _update, "Register a job that updates a dataset", UpdateInput),
        one("POST", "/dataset", _create, "Register a job that creates a dataset", CreateInput),
        one("POST", "/job/{job}/start", _start, "Start a job"),
        one("GET", "/job/{job}/status", _status, "Look a job up"),
    ]


def _update(world: World, call: Call) -> Any:
    call.require_admin()
    given = call.model(UpdateInput)
    dataset = datasets.require(world, call.path("dataset"), call.path("workspace"))
    operation = _operation(given.files, UPDATES)
    _require_allowed(operation, key_columns(columns_of(world, dataset["schema_version_id"])))
    return _registered(world, call, given, operation, dataset["id"], dataset["name"], None)


def _create(world: World, call: Call) -> Any:
    call.require_admin()
    given = call.model(CreateInput)
    workspaces.require(world, call.path("workspace"))
    operation = _operation(given.files, ("Create",))
    if not columns_of(world, given.schemaVersionId):
        raise problems.gateway(400, "The schema version was not found.")
    _require_new_name(world, call.path("workspace"), given.datasetName)
    tags = given.tags if isinstance(given.tags, dict) else {tag.Key: tag.Values for tag in given.tags}
    creates = {**given.model_dump(include={"datasetName", "datasetDescription", "schemaVersionId"}), "tags": tags}
    return _registered(world, call, given, operation, str(uuid.uuid4()), given.datasetName, json.dumps(creates))


def _operation(files: list[IngestFile], allowed: tuple[str, ...]) -> str:
    if len(files) > 1:
        raise problems.gateway(400, "Only one file is supported at present.")
    for operation in allowed:
        if operation.lower() == files[0].operation.lower():
            return operation
    raise problems.gateway(400, f"Operation {files[0].operation} is not one of {', '.join(allowed)}.")


def _require_allowed(operation: str, keys: list[str]) -> None:
    if operation in {"Upsert", "Delete"} and not keys:
        raise problems.gateway(400, f"{operation} requires that row keys are defined in the schema.")
    if operation == "Append" and keys:
        raise problems.gateway(400, "Append can only be used on schemas that do not have schema keys.")


def _require_new_name(world: World, workspace: str, name: str) -> None:
    found = (
        world.database.read()
        .execute("SELECT 1 FROM datasets WHERE workspace_id = ? AND lower(name) = lower(?)", (workspace, name))
        .fetchone()
    )
    if found:
        raise problems.gateway(400, f"A dataset with the name {name} exists already.")


def _registered(
    world: World, call: Call, given: UpdateInput, operation: str, dataset_id: str, name: str, creates: str | None
) -> Any:
    job_id, workspace = str(uuid.uuid4()), call.path("workspace")
    values = {
        "job_id": job_id,
        "workspace_id": workspace,
        "dataset_id": dataset_id,
        "dataset_name": name,
        "creates": creates,
        "operation": operation,
        "file_name": given.files[0].fileName,
        "is_automatic": int(given.startAutomatically),
        "status": jobs.REGISTERED,
        "created": world.clock.time(),
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    with world.database.transaction() as connection:
        connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", values)  # noqa: S608 — names of ours
    if given.startAutomatically:
        world.clock.moved.set()
    seconds = float(world.setting("sasSeconds", dataset_id))
    return {"jobId": job_id, "sasToken": folder_uri(world, workspace, jobs.folder_of(job_id), seconds=seconds)}


def _find(world: World, call: Call) -> sqlite3.Row:
    row = _registered_job(world, call)
    if jobs.is_forgotten(world, row["job_id"]):
        raise problems.gateway(404, "The job was not found.")
    return row


def _registered_job(world: World, call: Call) -> sqlite3.Row:
    """The job, forgotten or not."""
    row = (
        world.database.read()
        .execute("SELECT * FROM jobs WHERE job_id = ? AND workspace_id = ?", (call.path("job"), call.path("workspace")))
        .fetchone()
    )
    if row is None:
        raise problems.gateway(404, "The job was not found.")
    return row


def _start(world: World, call: Call) -> Any:
    call.require_admin()
    with world.database.transaction():
        jobs.note_violations(world, _registered_job(world, call))
        job = _find(world, call)
        again = world.setting("secondStart", job["dataset_id"])
        if job["start_count"] and again == "409":
            raise problems.gateway(409, "The job has been started already.")
        if not job["start_count"] or again == "again":
            effect = world.faults.take(call.request.method, call.request.url.path, of_jobs=True)
            jobs.start(world, job, effect)
    world.clock.moved.set()
    return _described(world, _find(world, call))


def _status(world: World, call: Call) -> Any:
    described = _described(world, _find(world, call))
    if described["status"] == "404":
        raise problems.gateway(404, "The job was not found.")
    return described


def _described(world: World, job: sqlite3.Row) -> dict[str, Any]:
    status = job["status"]
    if status == jobs.REGISTERED:
        status = world.setting("idleStatus", job["dataset_id"])
    found: dict[str, Any] = {
        "jobId": job["job_id"],
        "status": status,
        "operations": [job["operation"]],
        "notebookErrorMessage": job["error_message"],
    }
    if status == "Completed":
        found |= {"dataSetName": job["dataset_name"], "datasetId": job["dataset_id"]}
    return {**found, "validationError": json.loads(job["validation_error"])}
