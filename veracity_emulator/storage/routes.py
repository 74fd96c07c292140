"""The endpoint's requests, as the Azure library sends them. Source: docs/platform.md."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, request_response

from veracity_emulator.backend import Backend
from veracity_emulator.openapi import path_parameters
from veracity_emulator.storage import blob, dfs
from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.sas import ACCOUNT
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
        return bool(self.header) or not {"comp", "action"} & set(query)


def routes(backend: Backend) -> list[BaseRoute]:
    """The account and all paths in it, for every method."""

    async def endpoint(request: Request) -> Response:
        file_system, _, path = str(request.scope["path"]).removeprefix(f"/{ACCOUNT}/").strip("/").partition("/")
        return await _answered(backend, StorageCall(request=request, file_system=file_system, path=path))

    async def account(request: Request) -> Response:
        """A client that took the account for the file system names the file system in the folder."""
        return await run_in_threadpool(dfs.list_account, backend, request)

    return [Route(f"/{ACCOUNT}", account, methods=["GET"]), Mount(f"/{ACCOUNT}", app=request_response(endpoint))]


def paths() -> dict[str, Any]:
    """What is answered, as paths of an OpenAPI document: all that share a method are told together."""
    path = f"/{ACCOUNT}/{{filesystem}}/{{path}}"
    return {
        path: {method.lower(): _described(path, method) for method in dict.fromkeys(one.method for one in _ACTIONS)}
    }


def _described(path: str, method: str) -> dict[str, Any]:
    actions = [one for one in _ACTIONS if one.method == method]
    names = dict.fromkeys((one.header or one.parameter, bool(one.header)) for one in actions)
    return {
        "summary": "; ".join(dict.fromkeys(one.summary for one in actions)),
        "parameters": path_parameters(path)
        + [
            _parameter([one for one in actions if (one.header or one.parameter) == name], name, is_header=is_header)
            for name, is_header in names
            if name
        ],
        "security": [{"sas": []}],
        "responses": {"default": {"description": "As the storage answers"}},
    }


def _parameter(actions: list[Action], name: str, *, is_header: bool) -> dict[str, Any]:
    """What tells the *actions* apart from others of their method, and by its values from each other."""
    values = sorted({one.value for one in actions if one.value})
    return {
        "name": name,
        "in": "header" if is_header else "query",
        "description": "; ".join(dict.fromkeys(one.summary for one in actions)),
        "schema": {"type": "string", "enum": values} if values else {"type": "string"},
    }


async def _answered(backend: Backend, call: StorageCall) -> Response:
    try:
        action = _action_of(call)
        dfs.require(backend, call, _place(call, action), action.permissions)
        if call.request.method == "PUT" and any(part.endswith(".") for part in call.path.split("/")):
            raise call.refuse(400, "InvalidResourceName")
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


def _place(call: StorageCall, action: Action) -> str:
    """What the SAS has to open: the path, or the folder that is listed."""
    if action.handler is dfs.list_folder:
        return dfs.folder(call)
    return blob.prefix_of(call) if action.handler is blob.list_blobs else call.path


_ACTIONS: Final = (
    Action(method="PUT", header=dfs.RENAME, handler=dfs.rename, permissions="m", summary="Rename a file or folder"),
    Action(method="PUT", parameter="resource", handler=dfs.create, permissions="cw", summary="Make a file or folder"),
    Action(
        method="PUT",
        parameter="comp",
        value="metadata",
        handler=dfs.set_metadata,
        permissions="w",
        summary="Replace the metadata",
    ),
    Action(
        method="PUT",
        parameter="comp",
        value="properties",
        handler=blob.set_headers,
        permissions="w",
        summary="Replace the headers of the content",
    ),
    Action(
        method="PUT", parameter="comp", value="block", handler=blob.put_block, permissions="cw", summary="Stage a block"
    ),
    Action(
        method="PUT",
        parameter="comp",
        value="blocklist",
        handler=blob.put_block_list,
        permissions="cw",
        summary="Commit blocks as a file",
    ),
    Action(
        method="PUT", header="x-ms-blob-type", handler=blob.put_blob, permissions="cw", summary="Put a file as a whole"
    ),
    Action(
        method="PATCH", parameter="action", value="append", handler=dfs.append, permissions="wa", summary="Append bytes"
    ),
    Action(
        method="PATCH", parameter="action", value="flush", handler=dfs.flush, permissions="wa", summary="Commit bytes"
    ),
    Action(
        method="GET",
        parameter="resource",
        value="filesystem",
        handler=dfs.list_folder,
        permissions="l",
        summary="List a folder",
    ),
    Action(
        method="GET", parameter="comp", value="list", handler=blob.list_blobs, permissions="l", summary="List blobs"
    ),
    Action(method="GET", handler=dfs.download, permissions="r", summary="Read a file, or a range of it"),
    Action(
        method="HEAD",
        parameter="action",
        value="getAccessControl",
        handler=dfs.access_control,
        permissions="r",
        summary="Read who may do what",
    ),
    Action(
        method="HEAD",
        parameter="action",
        value="getStatus",
        handler=dfs.properties,
        permissions="r",
        summary="Read the properties",
    ),
    Action(method="HEAD", handler=dfs.properties, permissions="r", summary="Read the properties"),
    Action(method="DELETE", handler=dfs.delete, permissions="d", summary="Delete a file or folder"),
)
"""The first that answers is taken."""
