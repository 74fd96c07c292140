"""The endpoint's requests, as the Azure library sends them. Source: fact sheet 4.3."""

import base64
import binascii
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from veracity_emulator.datalake.refusals import refuse
from veracity_emulator.datalake.sas import ACCOUNT, require_permission
from veracity_emulator.datalake.store import FlushRefused, StoredFile
from veracity_emulator.world import World

_WRITE_BLOCK: Final = 1024 * 1024
_READ_BLOCK: Final = 4 * 1024 * 1024
_LARGEST_APPEND: Final = 4000 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request to a path of a file system."""

    request: Request
    file_system: str
    path: str

    @property
    def is_blob(self) -> bool:
        """Whether the client speaks the blob dialect here."""
        own = {"action", "resource", "directory", "mode"}
        return (self.request.method in {"GET", "HEAD"} and not own & set(self.request.query_params)) or (
            "comp" in self.request.query_params
        )

    def refuse(self, status: int, code: str) -> Exception:
        """An error in the client's dialect."""
        return refuse(status, code, is_blob=self.is_blob)

    def integer(self, name: str) -> int:
        """A query parameter that has to be a number."""
        value = self.request.query_params.get(name)
        if value is None:
            raise self.refuse(400, "MissingRequiredQueryParameter")
        if not value.isdecimal():
            raise self.refuse(400, "InvalidQueryParameterValue")
        return int(value)


def routes(world: World) -> list[Route]:
    """One route for the whole account."""

    async def endpoint(request: Request) -> Response:
        file_system, _, path = request.path_params["path"].strip("/").partition("/")
        ask = Ask(request=request, file_system=file_system, path=path)
        if request.method == "PATCH" and request.query_params.get("action") == "append":
            return await _append(world, ask)
        return await run_in_threadpool(_answered, world, ask)

    async def listing(request: Request) -> Response:
        return await run_in_threadpool(_list_account, world, request)

    methods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "POST"]
    return [
        Route(f"/{ACCOUNT}", listing, methods=["GET"]),
        Route(f"/{ACCOUNT}/{{path:path}}", endpoint, methods=methods),
    ]


def _answered(world: World, ask: Ask) -> Response:
    action = _action_of(ask)
    if action is None:
        raise ask.refuse(400, "UnsupportedQueryParameter")
    handler, permissions = action
    path = ask.request.query_params.get("directory", "") if handler is _list else ask.path
    _require(world, ask, path, permissions)
    return handler(world, ask)


def _action_of(ask: Ask) -> tuple[Callable[[World, Ask], Response], str] | None:
    query, method = ask.request.query_params, ask.request.method
    if method == "PUT" and "x-ms-rename-source" in ask.request.headers:
        return _rename, "wm"
    if method == "PUT":
        known = {"resource": (_create, "cw"), "comp": (_set_metadata, "w")}
        return next((found for name, found in known.items() if name in query), None)
    if method == "PATCH":
        return (_flush, "wa") if query.get("action") == "flush" else None
    if method == "GET":
        return (_list, "l") if query.get("resource") == "filesystem" else (_download, "r")
    return {"HEAD": (_properties, "r"), "DELETE": (_delete, "d")}.get(method)


def _require(world: World, ask: Ask, path: str, permissions: str) -> None:
    query = dict(ask.request.query_params)
    require_permission(world, query, ask.file_system, path, permissions, is_blob=ask.is_blob)


def _existing(world: World, ask: Ask) -> StoredFile:
    found = world.files.get(ask.file_system, ask.path)
    if found is None:
        raise ask.refuse(404, "BlobNotFound" if ask.is_blob else "PathNotFound")
    return found


def _require_conditions(ask: Ask, found: StoredFile | None) -> None:
    headers = ask.request.headers
    if headers.get("If-None-Match") == "*" and found is not None:
        raise ask.refuse(409, "PathAlreadyExists")
    wanted = headers.get("If-Match")
    if wanted and (found is None or wanted not in {"*", found.etag}):
        raise ask.refuse(412, "ConditionNotMet")
    avoided = headers.get("If-None-Match")
    if avoided and avoided != "*" and found is not None and avoided == found.etag:
        raise ask.refuse(412, "ConditionNotMet")


def _create(world: World, ask: Ask) -> Response:
    kind = ask.request.query_params["resource"]
    if kind not in {"file", "directory"} or not ask.path:
        raise ask.refuse(400, "InvalidQueryParameterValue")
    _require_conditions(ask, world.files.get(ask.file_system, ask.path))
    metadata = _properties_header(ask)
    made = world.files.create(ask.file_system, ask.path, is_directory=kind == "directory", metadata=metadata)
    return Response(status_code=201, headers=_headers(ask, made))


def _properties_header(ask: Ask) -> dict[str, str]:
    """`x-ms-properties: name=base64,…`."""
    given = ask.request.headers.get("x-ms-properties", "")
    try:
        pairs = [part.partition("=") for part in given.split(",") if part]
        return {name.strip(): base64.b64decode(value).decode() for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise ask.refuse(400, "InvalidHeaderValue") from None


async def _append(world: World, ask: Ask) -> Response:
    _require(world, ask, ask.path, "wa")
    file, position = _existing(world, ask), ask.integer("position")
    length = ask.request.headers.get("Content-Length", "")
    if length == "0":
        raise ask.refuse(400, "InvalidHeaderValue")
    if length.isdecimal() and int(length) > _LARGEST_APPEND:
        raise ask.refuse(413, "RequestBodyTooLarge")
    wanted_md5 = ask.request.headers.get("Content-MD5")
    digest = hashlib.md5(usedforsecurity=False) if wanted_md5 else None
    end = position
    with world.files.writing(file) as descriptor:
        async for block in _blocks(ask.request):
            os.pwrite(descriptor, block, end)
            end += len(block)
            if digest:
                digest.update(block)
    if digest and base64.b64encode(digest.digest()).decode() != wanted_md5:
        raise ask.refuse(400, "Md5Mismatch")
    await run_in_threadpool(world.files.appended, file, position, end)
    if ask.request.query_params.get("flush") == "true":
        file = await run_in_threadpool(_flushed, world, ask, file, end)
    return Response(status_code=202, headers=_headers(ask, file))


async def _blocks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of a MiB or so, never whole."""
    held, size = list[bytes](), 0
    async for piece in request.stream():
        held.append(piece)
        size += len(piece)
        if size >= _WRITE_BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if size:
        yield b"".join(held)


def _flush(world: World, ask: Ask) -> Response:
    position = ask.integer("position")
    file = _existing(world, ask)
    _require_conditions_of_flush(ask, file)
    return Response(status_code=200, headers=_headers(ask, _flushed(world, ask, file, position)))


def _require_conditions_of_flush(ask: Ask, file: StoredFile) -> None:
    wanted = ask.request.headers.get("If-Match")
    if wanted and wanted not in {"*", file.etag}:
        raise ask.refuse(412, "ConditionNotMet")


def _flushed(world: World, ask: Ask, file: StoredFile, position: int) -> StoredFile:
    retain = ask.request.query_params.get("retainUncommittedData", "false") == "true"
    try:
        return world.files.flush(file, position, retain=retain)
    except FlushRefused:
        raise ask.refuse(400, "InvalidFlushPosition") from None


def _properties(world: World, ask: Ask) -> Response:
    file = _existing(world, ask)
    return Response(status_code=200, headers=_headers(ask, file) | _described(file))


def _download(world: World, ask: Ask) -> Response:
    file = _existing(world, ask)
    given = ask.request.headers.get("x-ms-range") or ask.request.headers.get("Range")
    start, end = _range(ask, given, file.length)
    headers = _headers(ask, file) | _described(file) | {"Content-Length": str(end - start)}
    if given:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.length}"
    return StreamingResponse(_read(world, file, start, end), 206 if given else 200, headers=headers)


def _range(ask: Ask, given: str | None, length: int) -> tuple[int, int]:
    if not given:
        return 0, length
    first, _, last = given.removeprefix("bytes=").partition("-")
    if not first.isdecimal() or (last and not last.isdecimal()):
        raise ask.refuse(400, "InvalidHeaderValue")
    start = int(first)
    if start >= length:
        raise ask.refuse(416, "InvalidRange")
    return start, min(int(last) + 1 if last else length, length)


def _read(world: World, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        block = world.files.read(file, start, min(_READ_BLOCK, end - start))
        if not block:
            return
        start += len(block)
        yield block


def _list_account(world: World, request: Request) -> Response:
    """A client that took the account for the file system names the file system in the folder."""
    file_system, _, folder = request.query_params.get("directory", "").partition("/")
    ask = Ask(request=request, file_system=file_system, path=folder)
    if request.query_params.get("resource") != "filesystem":
        raise ask.refuse(400, "UnsupportedQueryParameter")
    _require(world, ask, folder, "l")
    return _page(ask, [replace(one, path=f"{file_system}/{one.path}") for one in _found(world, ask, folder)])


def _list(world: World, ask: Ask) -> Response:
    return _page(ask, _found(world, ask, ask.request.query_params.get("directory", "")))


def _found(world: World, ask: Ask, folder: str) -> list[StoredFile]:
    recursive = ask.request.query_params.get("recursive", "false") == "true"
    return world.files.listed(ask.file_system, folder, recursive=recursive)


def _page(ask: Ask, found: list[StoredFile]) -> Response:
    query = ask.request.query_params
    after = query.get("continuation", "")
    found = [one for one in found if one.path > after]
    limit = ask.integer("maxResults") if "maxResults" in query else 5000
    page, rest = found[:limit], found[limit:]
    headers = {"x-ms-continuation": page[-1].path} if rest and page else {}
    return JSONResponse({"paths": [_listed(one) for one in page]}, headers=headers)


def _listed(file: StoredFile) -> dict[str, str]:
    found = {
        "name": file.path,
        "contentLength": str(file.length),
        "etag": file.etag.strip('"'),
        "lastModified": _http_date(file.modified),
        "owner": "$superuser",
        "group": "$superuser",
        "permissions": "rw-r-----",
    }
    return found | ({"isDirectory": "true"} if file.is_directory else {})


def _set_metadata(world: World, ask: Ask) -> Response:
    if ask.request.query_params["comp"] != "metadata":
        raise ask.refuse(400, "UnsupportedQueryParameter")
    prefix = "x-ms-meta-"
    given = {name[len(prefix) :]: value for name, value in ask.request.headers.items() if name.startswith(prefix)}
    return Response(status_code=200, headers=_headers(ask, world.files.set_metadata(_existing(world, ask), given)))


def _rename(world: World, ask: Ask) -> Response:
    source, _, _ = ask.request.headers["x-ms-rename-source"].strip("/").partition("?")
    file_system, _, path = source.removeprefix(f"{ACCOUNT}/").partition("/")
    file = world.files.get(file_system, path)
    if file is None:
        raise ask.refuse(404, "SourcePathNotFound")
    world.files.rename(file, ask.file_system, ask.path)
    return Response(status_code=201, headers=_headers(ask, file))


def _delete(world: World, ask: Ask) -> Response:
    world.files.delete(_existing(world, ask))
    return Response(status_code=200, headers={"x-ms-request-id": str(uuid.uuid4())})


def _headers(ask: Ask, file: StoredFile) -> dict[str, str]:
    return {
        "ETag": file.etag,
        "Last-Modified": _http_date(file.modified),
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-version": ask.request.headers.get("x-ms-version", "2024-11-04"),
        "x-ms-request-server-encrypted": "true",
    }


def _described(file: StoredFile) -> dict[str, str]:
    return {
        "Content-Length": str(file.length),
        "Content-Type": "application/octet-stream",
        "x-ms-resource-type": "directory" if file.is_directory else "file",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": _http_date(file.created),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "Accept-Ranges": "bytes",
        **{f"x-ms-meta-{name}": value for name, value in file.metadata.items()},
    }


def _http_date(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)
