"""Requests in the Data Lake's own dialect, and those that both dialects share. Source: docs/platform.md."""

import uuid
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from veracity_emulator.backend import Backend
from veracity_emulator.storage import reading
from veracity_emulator.storage.appending import append as received_append
from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.conditions import check_of
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.properties import (
    access,
    access_list,
    answered,
    described,
    given_headers,
    given_metadata,
    given_properties,
    with_metadata,
)
from veracity_emulator.storage.sas import ACCOUNT, require_permission

RENAME: Final = "x-ms-rename-source"


def require(backend: Backend, call: StorageCall, path: str, permissions: str) -> None:
    """A refusal unless the SAS opens *path* for one of the *permissions*."""
    query = dict(call.request.query_params)
    require_permission(backend, call, query, call.file_system, path, permissions)


def existing(backend: Backend, call: StorageCall) -> StoredFile:
    """The file or folder; raises 404."""
    found = backend.files.get(call.file_system, call.path)
    if found is None:
        raise call.refuse(404, "BlobNotFound" if call.is_blob else "PathNotFound")
    return found


def create(backend: Backend, call: StorageCall) -> Response:
    """Make a file or folder."""
    kind = call.request.query_params["resource"]
    if kind not in {"file", "directory"} or not call.path:
        raise call.refuse(400, "InvalidQueryParameterValue")
    call.require_no_body()
    made = backend.files.create(
        call.file_system,
        call.path,
        is_directory=kind == "directory",
        metadata=given_properties(call),
        headers=given_headers(call, "x-ms-"),
        check=check_of(call, creates=True),
    )
    return Response(status_code=201, headers=answered(call, made))


async def append(backend: Backend, call: StorageCall) -> Response:
    """Append bytes."""
    file = existing(backend, call)
    end = await received_append(backend.files, call, file)
    if call.flag("flush"):
        file = await run_in_threadpool(_flushed, backend, call, file, end)
    return Response(status_code=202, headers=answered(call, file))


def flush(backend: Backend, call: StorageCall) -> Response:
    """Commit the bytes."""
    position = call.integer("position")
    call.require_no_body()
    flushed = _flushed(backend, call, existing(backend, call), position)
    return Response(status_code=200, headers=answered(call, flushed))


def _flushed(backend: Backend, call: StorageCall, file: StoredFile, position: int) -> StoredFile:
    return backend.files.flush(
        file,
        position,
        retain=call.flag("retainUncommittedData"),
        headers=given_headers(call, "x-ms-"),
        check=check_of(call),
    )


def properties(backend: Backend, call: StorageCall) -> Response:
    """Read the properties."""
    file = existing(backend, call)
    check_of(call)(file)
    return with_metadata(Response(status_code=200, headers=answered(call, file) | described(file)), file)


def access_control(backend: Backend, call: StorageCall) -> Response:
    """Read who may do what."""
    file = existing(backend, call)
    check_of(call)(file)
    return Response(status_code=200, headers=answered(call, file) | access(file) | access_list(file))


def download(backend: Backend, call: StorageCall) -> Response:
    """Read a file, or a range of it."""
    file = existing(backend, call)
    check_of(call)(file)
    return reading.download(backend.files, call, file)


def list_account(backend: Backend, request: Request) -> Response:
    """List a folder, for a client that took the account for the file system."""
    file_system, _, folder = request.query_params.get("directory", "").strip("/").partition("/")
    call = StorageCall(request=request, file_system=file_system, path=folder)
    if request.query_params.get("resource") != "filesystem":
        raise call.refuse(400, "UnsupportedQueryParameter")
    require(backend, call, folder, "l")
    return reading.page(call, _found(backend, call, folder), prefix=f"{file_system}/")


def list_folder(backend: Backend, call: StorageCall) -> Response:
    """List a folder."""
    return reading.page(call, _found(backend, call, folder(call)))


def folder(call: StorageCall) -> str:
    """The folder that is listed."""
    return call.request.query_params.get("directory", "").strip("/")


def _found(backend: Backend, call: StorageCall, folder: str) -> list[StoredFile]:
    found = backend.files.listed(call.file_system, folder, recursive=call.flag("recursive"))
    # The folder that the SAS was issued for is there, whether or not anything has been put into it.
    is_issued = folder.count("/") < int(call.request.query_params.get("sdd", "0"))
    if not found and not is_issued and backend.files.get(call.file_system, folder) is None:
        raise call.refuse(404, "PathNotFound")
    return found


def set_metadata(backend: Backend, call: StorageCall) -> Response:
    """Replace the metadata."""
    changed = backend.files.describe(existing(backend, call), metadata=given_metadata(call), check=check_of(call))
    return Response(status_code=200, headers=answered(call, changed))


def rename(backend: Backend, call: StorageCall) -> Response:
    """Rename a file or folder."""
    file_system, path, query = _source(call)
    require_permission(backend, call, query, file_system, path, "m")
    file = backend.files.get(file_system, path)
    if file is None:
        raise call.refuse(404, "SourcePathNotFound")
    if not call.path:
        raise call.refuse(400, "InvalidUri")
    backend.files.rename(file, call.file_system, call.path, check=check_of(call, creates=True))
    return Response(status_code=201, headers=answered(call, file))


def _source(call: StorageCall) -> tuple[str, str, Mapping[str, str]]:
    """File system, path and SAS of what is renamed; without a SAS of its own, that of the request is good for both."""
    location, _, sas = call.request.headers[RENAME].partition("?")
    file_system, _, path = unquote(location).strip("/").removeprefix(f"{ACCOUNT}/").partition("/")
    return file_system, path, dict(parse_qsl(sas)) if sas else dict(call.request.query_params)


def delete(backend: Backend, call: StorageCall) -> Response:
    """Delete a file or folder."""
    backend.files.delete(existing(backend, call), recursive=call.flag("recursive"), check=check_of(call))
    # 200 is the Data Lake's dialect's, which says whether to recurse; 202 is taken in both.
    status = 200 if "recursive" in call.request.query_params else 202
    return Response(status_code=status, headers={"x-ms-request-id": str(uuid.uuid4())})
