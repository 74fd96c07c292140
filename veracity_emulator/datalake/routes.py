"""The endpoint's requests, as the Azure library sends them. Source: fact sheet 4.3."""

import uuid
from collections.abc import Callable, Mapping
from typing import Final
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
from veracity_emulator.world import World

Handler = Callable[[World, Ask], Response]
_VERBS: Final = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})


def routes(world: World) -> list[BaseRoute]:
    """One room for the whole account, with every method there is."""

    async def endpoint(request: Request) -> Response:
        file_system, _, path = str(request.scope["path"]).removeprefix(f"/{ACCOUNT}/").strip("/").partition("/")
        return await _answered(world, Ask(request=request, file_system=file_system, path=path))

    async def account(request: Request) -> Response:
        """A client that took the account for the file system names the file system in the folder."""
        return await run_in_threadpool(_list_account, world, request)

    return [Route(f"/{ACCOUNT}", account, methods=["GET"]), Mount(f"/{ACCOUNT}", app=request_response(endpoint))]


async def _answered(world: World, ask: Ask) -> Response:
    try:
        if ask.request.method == "PATCH" and ask.request.query_params.get("action") == "append":
            return await _append(world, ask)
        return await run_in_threadpool(_handled, world, ask)
    except StoreRefused as refused:
        raise ask.refuse(refused.status, refused.code) from None
    except ClientDisconnect:
        return Response(status_code=400)  # nobody is there to get it


def _handled(world: World, ask: Ask) -> Response:
    if ask.request.method not in _VERBS:
        raise ask.refuse(405, "UnsupportedHttpVerb")
    action = _action_of(ask)
    if action is None:
        raise ask.refuse(400, "UnsupportedQueryParameter")
    handler, permissions = action
    _require(world, ask, _folder(ask) if handler is _list else ask.path, permissions)
    return handler(world, ask)


def _action_of(ask: Ask) -> tuple[Handler, str] | None:
    """Who answers, and the permissions of which the SAS needs one."""
    query, method = ask.request.query_params, ask.request.method
    if method == "PUT" and "x-ms-rename-source" in ask.request.headers:
        return _rename, "wm"
    if method == "PUT":
        known = {"resource": (_create, "cw"), "comp": (_set_metadata, "w")}
        return next((found for name, found in known.items() if name in query), None)
    if method == "PATCH":
        return (_flush, "wa") if query.get("action") == "flush" else None
    if "comp" in query:
        return None
    if method == "GET":
        return (_list, "l") if query.get("resource") == "filesystem" else (_download, "r")
    return (_properties, "r") if method == "HEAD" else (_delete, "d")


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
    _require(world, ask, ask.path, "wa")
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
    location, _, sas = ask.request.headers["x-ms-rename-source"].partition("?")
    file_system, _, path = unquote(location).strip("/").removeprefix(f"{ACCOUNT}/").partition("/")
    return file_system, path, dict(parse_qsl(sas)) if sas else dict(ask.request.query_params)


def _delete(world: World, ask: Ask) -> Response:
    world.files.delete(_existing(world, ask), recursive=ask.flag("recursive"), check=check_of(ask))
    return Response(status_code=200, headers={"x-ms-request-id": str(uuid.uuid4())})
