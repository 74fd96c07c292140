"""The endpoint's requests, as the Azure library sends them. Source: docs/platform.md."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, request_response

from veracity_emulator.backend import Backend
from veracity_emulator.openapi import path_parameters
from veracity_emulator.storage import reading
from veracity_emulator.storage.appending import append
from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.conditions import check_of
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.properties import answered, described, given_metadata, given_properties
from veracity_emulator.storage.sas import ACCOUNT, require_permission
from veracity_emulator.storage.store import StoreRefused

Handler = Callable[[Backend, StorageCall], Response | Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Action:
    """
    What can be asked of a path: known by method, and by a header or a query parameter (of one *value*, or of any).

    The SAS needs one of the *permissions*.
    """

    method: str
    handler: Handler
    permissions: str
    summary: str
    header: str = ""
    parameter: str = ""
    value: str = ""

    def answers(self, request: Request) -> bool:
        """Whether this is what *request* asks."""
        query = request.query_params
        if self.method != request.method or (self.header and self.header not in request.headers):
            return False
        if self.parameter:
            return self.parameter in query and self.value in {"", query[self.parameter]}
        return bool(self.header) or "comp" not in query


def routes(backend: Backend) -> list[BaseRoute]:
    """One room for the whole account, with every method there is."""

    async def endpoint(request: Request) -> Response:
        file_system, _, path = str(request.scope["path"]).removeprefix(f"/{ACCOUNT}/").strip("/").partition("/")
        return await _answered(backend, StorageCall(request=request, file_system=file_system, path=path))

    async def account(request: Request) -> Response:
        """A client that took the account for the file system names the file system in the folder."""
        return await run_in_threadpool(_list_account, backend, request)

    return [Route(f"/{ACCOUNT}", account, methods=["GET"]), Mount(f"/{ACCOUNT}", app=request_response(endpoint))]


def paths() -> dict[str, Any]:
    """What is answered, as paths of an OpenAPI document: all that share a method are told together."""
    path = f"/{ACCOUNT}/{{filesystem}}/{{path}}"
    item: dict[str, Any] = {}
    for action in _ACTIONS:
        told = item.setdefault(action.method.lower(), {"summary": "", "parameters": path_parameters(path)})
        told["summary"] = "; ".join(filter(None, [told["summary"], action.summary]))
        told["responses"] = {"default": {"description": "As the storage answers"}}
        if name := action.header or action.parameter:
            told["parameters"].append(
                {
                    "name": name,
                    "in": "header" if action.header else "query",
                    "description": action.summary,
                    "schema": {"const": action.value} if action.value else {"type": "string"},
                }
            )
    return {path: item}


async def _answered(backend: Backend, call: StorageCall) -> Response:
    try:
        action = _action_of(call)
        _require(backend, call, _folder(call) if action.handler is _list else call.path, action.permissions)
        if iscoroutinefunction(action.handler):
            return await action.handler(backend, call)
        return cast("Response", await run_in_threadpool(action.handler, backend, call))
    except StoreRefused as refused:
        raise call.refuse(refused.status, refused.code) from None
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to get it


def _action_of(call: StorageCall) -> Action:
    if all(action.method != call.request.method for action in _ACTIONS):
        raise call.refuse(405, "UnsupportedHttpVerb")
    found = next((action for action in _ACTIONS if action.answers(call.request)), None)
    if found is None:
        raise call.refuse(400, "UnsupportedQueryParameter")
    return found


def _require(backend: Backend, call: StorageCall, path: str, permissions: str) -> None:
    query = dict(call.request.query_params)
    require_permission(backend, query, call.file_system, path, permissions, is_blob=call.is_blob)


def _existing(backend: Backend, call: StorageCall) -> StoredFile:
    found = backend.files.get(call.file_system, call.path)
    if found is None:
        raise call.refuse(404, "BlobNotFound" if call.is_blob else "PathNotFound")
    return found


def _create(backend: Backend, call: StorageCall) -> Response:
    kind = call.request.query_params["resource"]
    if kind not in {"file", "directory"} or not call.path:
        raise call.refuse(400, "InvalidQueryParameterValue")
    call.require_no_body()
    made = backend.files.create(
        call.file_system,
        call.path,
        is_directory=kind == "directory",
        metadata=given_properties(call),
        check=check_of(call, creates=True),
    )
    return Response(status_code=201, headers=answered(call, made))


async def _append(backend: Backend, call: StorageCall) -> Response:
    file = _existing(backend, call)
    end = await append(backend.files, call, file)
    if call.flag("flush"):
        file = await run_in_threadpool(_flushed, backend, call, file, end)
    return Response(status_code=202, headers=answered(call, file))


def _flush(backend: Backend, call: StorageCall) -> Response:
    position = call.integer("position")
    call.require_no_body()
    flushed = _flushed(backend, call, _existing(backend, call), position)
    return Response(status_code=200, headers=answered(call, flushed))


def _flushed(backend: Backend, call: StorageCall, file: StoredFile, position: int) -> StoredFile:
    return backend.files.flush(file, position, retain=call.flag("retainUncommittedData"), check=check_of(call))


def _properties(backend: Backend, call: StorageCall) -> Response:
    file = _existing(backend, call)
    check_of(call)(file)
    return Response(status_code=200, headers=answered(call, file) | described(file))


def _download(backend: Backend, call: StorageCall) -> Response:
    file = _existing(backend, call)
    check_of(call)(file)
    return reading.download(backend.files, call, file)


def _list_account(backend: Backend, request: Request) -> Response:
    file_system, _, folder = request.query_params.get("directory", "").strip("/").partition("/")
    call = StorageCall(request=request, file_system=file_system, path=folder)
    if request.query_params.get("resource") != "filesystem":
        raise call.refuse(400, "UnsupportedQueryParameter")
    _require(backend, call, folder, "l")
    return reading.page(call, _found(backend, call, folder), prefix=f"{file_system}/")


def _list(backend: Backend, call: StorageCall) -> Response:
    return reading.page(call, _found(backend, call, _folder(call)))


def _folder(call: StorageCall) -> str:
    return call.request.query_params.get("directory", "").strip("/")


def _found(backend: Backend, call: StorageCall, folder: str) -> list[StoredFile]:
    found = backend.files.listed(call.file_system, folder, recursive=call.flag("recursive"))
    # The folder that the SAS was issued for is there, whether or not anything has been put into it.
    is_issued = folder.count("/") < int(call.request.query_params.get("sdd", "0"))
    if not found and not is_issued and backend.files.get(call.file_system, folder) is None:
        raise call.refuse(404, "PathNotFound")
    return found


def _set_metadata(backend: Backend, call: StorageCall) -> Response:
    if call.request.query_params["comp"] != "metadata":
        raise call.refuse(400, "UnsupportedQueryParameter")
    changed = backend.files.set_metadata(_existing(backend, call), given_metadata(call), check=check_of(call))
    return Response(status_code=200, headers=answered(call, changed))


def _rename(backend: Backend, call: StorageCall) -> Response:
    file_system, path, query = _source(call)
    require_permission(backend, query, file_system, path, "wm", is_blob=False)
    file = backend.files.get(file_system, path)
    if file is None:
        raise call.refuse(404, "SourcePathNotFound")
    if not call.path:
        raise call.refuse(400, "InvalidUri")
    backend.files.rename(file, call.file_system, call.path, check=check_of(call, creates=True))
    return Response(status_code=201, headers=answered(call, file))


def _source(call: StorageCall) -> tuple[str, str, Mapping[str, str]]:
    """File system, path and SAS of what is renamed; without a SAS of its own, that of the request is good for both."""
    location, _, sas = call.request.headers[_RENAME].partition("?")
    file_system, _, path = unquote(location).strip("/").removeprefix(f"{ACCOUNT}/").partition("/")
    return file_system, path, dict(parse_qsl(sas)) if sas else dict(call.request.query_params)


def _delete(backend: Backend, call: StorageCall) -> Response:
    backend.files.delete(_existing(backend, call), recursive=call.flag("recursive"), check=check_of(call))
    return Response(status_code=200, headers={"x-ms-request-id": str(uuid.uuid4())})


_RENAME: Final = "x-ms-rename-source"
_ACTIONS: Final = (
    Action(method="PUT", header=_RENAME, handler=_rename, permissions="wm", summary="Rename a file or folder"),
    Action(method="PUT", parameter="resource", handler=_create, permissions="cw", summary="Make a file or folder"),
    Action(method="PUT", parameter="comp", handler=_set_metadata, permissions="w", summary="Replace the metadata"),
    Action(
        method="PATCH", parameter="action", value="append", handler=_append, permissions="wa", summary="Append bytes"
    ),
    Action(
        method="PATCH", parameter="action", value="flush", handler=_flush, permissions="wa", summary="Commit the bytes"
    ),
    Action(
        method="GET", parameter="resource", value="filesystem", handler=_list, permissions="l", summary="List a folder"
    ),
    Action(method="GET", handler=_download, permissions="r", summary="Read a file, or a range of it"),
    Action(method="HEAD", handler=_properties, permissions="r", summary="Read the properties"),
    Action(method="DELETE", handler=_delete, permissions="d", summary="Delete a file or folder"),
)
"""The first that answers is taken."""
