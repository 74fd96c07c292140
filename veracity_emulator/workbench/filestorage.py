"""SAS of a workspace's file storage. Source: docs/platform.md, "File storage"."""

import uuid
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, field_validator

from veracity_emulator.backend import Backend
from veracity_emulator.operations import Call, Moment, Operation, Wire, endpoint
from veracity_emulator.storage.sas import folder_uri
from veracity_emulator.workbench import workspaces
from veracity_emulator.workbench.errors import gateway_error, model_error
from veracity_emulator.workbench.schemas import WORKSPACE

# ruff: noqa: N815 — members are spelled as on the wire

_READ: Final = "rl"


class SasInput(Wire):
    """`POST …/storages/sas`: *path* is a folder, and without it the root."""

    path: str | None = None
    readOrWritePermission: Literal["read", "write"] = Field(json_schema_extra={"enum": ["Read", "Write"]})
    startsOn: Moment | None = None
    expiresOn: Moment
    storageName: str | None = None

    @field_validator("readOrWritePermission", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("startsOn", "expiresOn")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class SasLook(Wire):
    """`POST …/storages/sas`, in the query: with `object`, address and token are told apart."""

    format: str = ""


class SasObject(BaseModel):
    """A SAS, its address and its query."""

    resourceUri: str
    sasToken: str


def operations() -> list[Operation]:
    """The operations."""
    operation = endpoint(WORKSPACE, "workbench")
    summary = "Get a SAS of a folder of file storage"
    return [
        operation("POST", "/storages/sas", _issue, summary, SasInput, query=SasLook, answer=str | SasObject),
    ]


def root_of(workspace: str) -> str:
    """The folder, a UUID, that file storage has in the workspace's file system."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"storage:{workspace}"))


def _issue(backend: Backend, call: Call) -> Any:
    given = call.model(SasInput)
    workspace = str(workspaces.require(backend, call.path("workspace"))["id"])
    is_write = given.readOrWritePermission == "write"
    if is_write or not backend.setting("readerSas"):
        call.require_admin()
    now = backend.clock.now()
    if given.expiresOn <= max(now, given.startsOn or now):
        raise model_error({"expiresOn": ["It is later than startsOn, and not in the past."]})
    uri = folder_uri(
        backend,
        workspace,
        _folder(backend, workspace, (given.path or "").strip("/")),
        permissions=str(backend.setting("writeSas")) if is_write else _READ,
        seconds=(given.expiresOn - now).total_seconds(),
        starts=given.startsOn,
    )
    if call.query_model(SasLook).format.lower() != "object":
        return uri
    address, _, sas = uri.partition("?")
    return {"resourceUri": address, "sasToken": sas}


def _folder(backend: Backend, workspace: str, path: str) -> str:
    """Where *path* lies in the file system; a 404 when no such folder is there."""
    root = root_of(workspace)
    if backend.files.get(workspace, root) is None:
        backend.files.create(workspace, root, is_directory=True, metadata={})
    folder = f"{root}/{path}" if path else root
    found = backend.files.get(workspace, folder)
    if found is None or not found.is_directory:
        raise gateway_error(404, f"The folder {path} was not found.")
    return folder
