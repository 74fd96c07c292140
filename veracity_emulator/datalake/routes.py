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

from veracity_emulator.datalake import reading
from veracity_emulator.datalake.appending import append
from veracity_emulator.datalake.ask import Ask
from veracity_emulator.datalake.conditions import check_of
from veracity_emulator.datalake.entries import StoredFile
from veracity_emulator.datalake.properties import answered, described, given_metadata, given_properties
from veracity_emulator.datalake.sas import ACCOUNT, require_permission
from veracity_emulator.datalake.store import StoreRefused
from veracity_emulator.openapi import path_parameters
from veracity_emulator.world import World

Handler = Callable[[World, Ask], Response | Awaitable[Response]]


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


def routes(world: World) -> list[BaseRoute]:
    """One room for the whole account, with every method there is."""

    async def endpoint(request: Request) -> Response:
        file_system, _, path = str(request.scope["path"]).removeprefix(f"/{ACCOUNT}/").strip("/").partition("/")
        return await _answered(world, Ask(request=request, file_system=file_system, path=path))

    async def account(request: Request) -> Response:
        """A client that took the account for the file system names the file system in the folder."""
        return await run_in_threadpool(_list_account, world, request)

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


async def _answered(world: World, ask: Ask) -> Response:
    try:
        action = _action_of(ask)
        _require(world, ask, _folder(ask) if action.handler is _list else ask.path, action.permissions)
        if iscoroutinefunction(action.handler):
            return await action.handler(world, ask)
        return cast("Response", await run_in_threadpool(action.handler, world, ask))
    except StoreRefused as refused:
        raise ask.refuse(refused.status, refused.code) from None
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to get it


def _action_of(ask: Ask) -> Action:
    if all(action.method != ask.request.method for action in _ACTIONS):
        raise ask.refuse(405, "UnsupportedHttpVerb")
    found = next((action for action in _ACTIONS if action.answers(ask.request)), None)
    if found is None:
        raise ask.refuse(400, "UnsupportedQueryParameter")
    return found


def _require(world: World, ask: Ask, path: str, permissions: str) -> None:
    query = dict(ask.request.query_params)
    require_permission(world, query, ask.file_system, path, permissions, is_blob=ask.is_blob)


def _existing(world: World, ask: Ask) -> StoredFile:
    found = world.files.get(ask.file_system, ask.path)
    if found is None:
        raise ask.refuse(404, "BlobNotFound" if ask.is_blob else "PathNotFound")
    return found


def _create(world: World, ask: Ask) -> Response:
    kind = ask.request.query_params["resource"]
    if kind not in {"file", "directory"} or not ask.path:
        raise ask.refuse(400, "InvalidQueryParameterValue")
    ask.require_no_body()
    made = world.files.create(
        ask.file_system,
        ask.path,
        is_directory=kind == "directory",
        metadata=given_properties(ask),
        check=check_of(ask, creates=True),
    )
    return Response(status_code=201, headers=answered(ask, made))


async def _append(world: World, ask: Ask) -> Response:
    file = _existing(world, ask)
    end = await append(world.files, ask, file)
    if ask.flag("flush"):
        file = await run_in_threadpool(_flushed, world, ask, file, end)
    return Response(status_code=202, headers=answered(ask, file))


def _flush(world: World, ask: Ask) -> Response:
    position = ask.integer("position")
    ask.require_no_body()
    flushed = _flushed(world, ask, _existing(world, ask), position)
    return Response(status_code=200, headers=answered(ask, flushed))


def _flushed(world: World, ask: Ask, file: StoredFile, position: int) -> StoredFile:
    return world.files.flush(file, position, retain=ask.flag("retainUncommittedData"), check=check_of(ask))


def _properties(world: World, ask: Ask) -> Response:
    file = _existing(world, ask)
    check_of(ask)(file)
    return Response(status_code=200, headers=answered(ask, file) | described(file))


def _download(world: World, ask: Ask) -> Response:
    file = _existing(world, ask)
    check_of(ask)(file)
    return reading.download(world.files, ask, file)


def _list_account(world: World, request: Request) -> Response:
    file_system, _, folder = request.query_params.get("directory", "").strip("/").partition("/")
    ask = Ask(request=request, file_system=file_system, path=folder)
    if request.query_params.get("resource") != "filesystem":
        raise ask.refuse(400, "UnsupportedQueryParameter")
    _require(world, ask, folder, "l")
    return reading.page(ask, _found(world, ask, folder), prefix=f"{file_system}/")


def _list(world: World, ask: Ask) -> Response:
    return reading.page(ask, _found(world, ask, _folder(ask)))


def _folder(ask: Ask) -> str:
    return ask.request.query_params.get("directory", "").strip("/")


def _found(world: World, ask: Ask, folder: str) -> list[StoredFile]:
    found = world.files.listed(ask.file_system, folder, recursive=ask.flag("recursive"))
    # The folder that the SAS was issued for is there, whether or not anything has been put into it.
    is_issued = folder.count("/") < int(ask.request.query_params.get("sdd", "0"))
    if not found and not is_issued and world.files.get(ask.file_system, folder) is None:
        raise ask.refuse(404, "PathNotFound")
    return found


def _set_metadata(world: World, ask: Ask) -> Response:
    if ask.request.query_params["comp"] != "metadata":
        raise ask.refuse(400, "UnsupportedQueryParameter")
    changed = world.files.set_metadata(_existing(world, ask), given_metadata(ask), check=check_of(ask))
    return Response(status_code=200, headers=answered(ask, changed))


def _rename(world: World, ask: Ask) -> Response:
    file_system, path, query = _source(ask)
    require_permission(world, query, file_system, path, "wm", is_blob=False)
    file = world.files.get(file_system, path)
    if file is None:
        raise ask.refuse(404, "SourcePathNotFound")
    if not ask.path:
        raise ask.refuse(400, "InvalidUri")
    world.files.rename(file, ask.file_system, ask.path, check=check_of(ask, creates=True))
    return Response(status_code=201, headers=answered(ask, file))


def _source(ask: Ask) -> tuple[str, str, Mapping[str, str]]:
    """File system, path and SAS of what is renamed; without a SAS of its own, that of the request is good for both."""
    location, _, sas = ask.request.headers[_RENAME].partition("?")
    file_system, _, path = unquote(location).strip("/").removeprefix(f"{ACCOUNT}/").partition("/")
    return file_system, path, dict(parse_qsl(sas)) if sas else dict(ask.request.query_params)


def _delete(world: World, ask: Ask) -> Response:
    world.files.delete(_existing(world, ask), recursive=ask.flag("recursive"), check=check_of(ask))
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
