"""Registering, starting and looking up ingest jobs. Source: docs/platform.md, "Ingest jobs"."""

import json
import sqlite3
import uuid
from typing import Any, Final

from pydantic import BaseModel, Field, field_validator

from veracity_emulator.backend import Backend
from veracity_emulator.operations import Call, Flag, Operation, Wire, endpoint
from veracity_emulator.storage.sas import folder_uri
from veracity_emulator.workbench import datasets, jobs, workspaces
from veracity_emulator.workbench.errors import gateway_error
from veracity_emulator.workbench.rows import key_columns
from veracity_emulator.workbench.schemas import WORKSPACE, columns_of

# ruff: noqa: N815 — members are spelled as on the wire

UPDATES: Final = ("Upsert", "Delete", "Overwrite", "Append")
_LONGEST_NAME: Final = 128


class IngestFile(Wire):
    """The file that will be uploaded."""

    fileName: str = Field(min_length=1, max_length=255, pattern=r"^[^/\\]+$")
    operation: str = Field(json_schema_extra={"enum": [*UPDATES, "Create"]})


class UpdateInput(Wire):
    """`PUT …/ingest/dataset/{id}`."""

    files: list[IngestFile] = Field(min_length=1)
    startAutomatically: Flag


class TagInput(Wire):
    """A tag of a new dataset."""

    Key: str = Field(min_length=1, max_length=20)
    Values: list[str]


class CreateInput(UpdateInput):
    """`POST …/ingest/dataset`. Tags are a list of keys and values, or a map (both are in use)."""

    datasetName: str = Field(min_length=1, max_length=_LONGEST_NAME)
    datasetDescription: str | None = None
    schemaVersionId: str = Field(json_schema_extra={"format": "uuid"})
    tags: list[TagInput] | dict[str, list[str]] = Field(default_factory=list[TagInput], max_length=100)
    provider: str | None = None

    @field_validator("schemaVersionId")
    @classmethod
    def _uuid(cls, value: str) -> str:
        return str(uuid.UUID(value))


class Registered(BaseModel):
    """A job, and the address of its upload folder."""

    jobId: str
    sasToken: str


class Finding(BaseModel):
    """What is wrong with a row; 0 is the header."""

    column: str
    row: int
    message: str
    severity: str


class JobStatus(BaseModel):
    """A job; the dataset is named once it has completed."""

    jobId: str
    status: str
    operations: list[str]
    notebookErrorMessage: str
    validationError: list[Finding]
    dataSetName: str | None = None
    datasetId: str | None = None


def operations() -> list[Operation]:
    """The operations."""

    operation = endpoint(WORKSPACE + "/ingest", "workbench")
    return [
        operation(
            "PUT",
            "/dataset/{dataset}",
            _update,
            "Register a job that updates a dataset",
            UpdateInput,
            answer=Registered,
        ),
        operation("POST", "/dataset", _create, "Register a job that creates a dataset", CreateInput, answer=Registered),
        operation("POST", "/job/{job}/start", _start, "Start a job", answer=JobStatus),
        operation("GET", "/job/{job}/status", _status, "Look a job up", answer=JobStatus),
    ]


def _update(backend: Backend, call: Call) -> Any:
    call.require_admin()
    given = call.model(UpdateInput)
    dataset = datasets.require(backend, call.path("dataset"), call.path("workspace"))
    if dataset["is_derived"]:
        raise gateway_error(400, "The dataset is derived from another one; only uploaded datasets can be updated.")
    operation = _operation(given.files, UPDATES)
    _require_allowed(operation, key_columns(columns_of(backend, dataset["schema_version_id"])))
    return _registered(backend, call, given, operation, dataset["id"], dataset["name"], None)


def _create(backend: Backend, call: Call) -> Any:
    call.require_admin()
    given = call.model(CreateInput)
    workspaces.require(backend, call.path("workspace"))
    operation = _operation(given.files, ("Create",))
    if not columns_of(backend, given.schemaVersionId):
        raise gateway_error(400, "The schema version was not found.")
    if backend.setting("nameTaken") == "registration" and datasets.is_taken(
        backend, call.path("workspace"), given.datasetName
    ):
        raise gateway_error(400, datasets.TAKEN)
    tags = given.tags if isinstance(given.tags, dict) else {tag.Key: tag.Values for tag in given.tags}
    creates = {**given.model_dump(include={"datasetName", "datasetDescription", "schemaVersionId"}), "tags": tags}
    return _registered(backend, call, given, operation, str(uuid.uuid4()), given.datasetName, json.dumps(creates))


def _operation(files: list[IngestFile], allowed: tuple[str, ...]) -> str:
    if len(files) > 1:
        raise gateway_error(400, "Only one file is supported at present.")
    for operation in allowed:
        if operation.lower() == files[0].operation.lower():
            return operation
    raise gateway_error(400, f"Operation {files[0].operation} is not one of {', '.join(allowed)}.")


def _require_allowed(operation: str, keys: list[str]) -> None:
    if operation in {"Upsert", "Delete"} and not keys:
        raise gateway_error(400, f"{operation} requires that row keys are defined in the schema.")
    if operation == "Append" and keys:
        raise gateway_error(400, "Append can only be used on schemas that do not have schema keys.")


def _registered(
    backend: Backend, call: Call, given: UpdateInput, operation: str, dataset_id: str, name: str, creates: str | None
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
        "created": backend.clock.time(),
    }
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    with backend.database.transaction() as connection:
        connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", values)  # noqa: S608 — names of ours
    if given.startAutomatically:
        backend.clock.moved.set()
    seconds = float(backend.setting("sasSeconds", dataset_id))
    return {"jobId": job_id, "sasToken": folder_uri(backend, workspace, jobs.folder_of(job_id), seconds=seconds)}


def _find(backend: Backend, call: Call) -> sqlite3.Row:
    row = _registered_job(backend, call)
    if jobs.is_forgotten(backend, row["job_id"]):
        raise gateway_error(404, "The job was not found.")
    return row


def _registered_job(backend: Backend, call: Call) -> sqlite3.Row:
    """The job, forgotten or not."""
    row = (
        backend.database.read()
        .execute("SELECT * FROM jobs WHERE job_id = ? AND workspace_id = ?", (call.path("job"), call.path("workspace")))
        .fetchone()
    )
    if row is None:
        raise gateway_error(404, "The job was not found.")
    return row


def _start(backend: Backend, call: Call) -> Any:
    call.require_admin()
    with backend.database.transaction():
        jobs.note_violations(backend, _registered_job(backend, call))
        job = _find(backend, call)
        again = backend.setting("secondStart", job["dataset_id"])
        if job["start_count"] and again == "409":
            raise gateway_error(409, "The job has been started already.")
        if not job["start_count"] or again == "again":
            effect = backend.faults.take(call.request.method, call.request.url.path, of_jobs=True)
            jobs.start(backend, job, effect)
    backend.clock.moved.set()
    return _described(backend, _find(backend, call))


def _status(backend: Backend, call: Call) -> Any:
    described = _described(backend, _find(backend, call))
    if described["status"] == "404":
        raise gateway_error(404, "The job was not found.")
    return described


def _described(backend: Backend, job: sqlite3.Row) -> dict[str, Any]:
    status = job["status"]
    if status == jobs.REGISTERED:
        status = backend.setting("idleStatus", job["dataset_id"])
    found: dict[str, Any] = {
        "jobId": job["job_id"],
        "status": status,
        "operations": [job["operation"]],
        "notebookErrorMessage": job["error_message"],
    }
    if status == "Completed":
        found |= {"dataSetName": job["dataset_name"], "datasetId": job["dataset_id"]}
    return {**found, "validationError": json.loads(job["validation_error"])}
