"""Requests in the blob dialect, as far as the SAS of a folder allows them. Source: docs/platform.md."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from veracity_emulator.backend import Backend
from veracity_emulator.storage.appending import write_body
from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.conditions import check_of
from veracity_emulator.storage.dfs import existing
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.properties import (
    access,
    answered,
    given_headers,
    given_metadata,
    http_date,
    shown_metadata,
)
from veracity_emulator.storage.sas import ACCOUNT

_LARGEST_BLOB: Final = 5000 * 1024 * 1024
_LARGEST_BLOCK: Final = 4000 * 1024 * 1024
_MOST_BLOCKS: Final = 50_000
_LONGEST_ID: Final = 64
_LARGEST_PAGE: Final = 5000
_KINDS: Final = ("Latest", "Uncommitted", "Committed")


async def put_blob(backend: Backend, call: StorageCall) -> Response:
    """Put a file as a whole; what was there is replaced at once."""
    if call.request.headers["x-ms-blob-type"] != "BlockBlob":
        raise call.refuse(400, "InvalidHeaderValue")
    headers = given_headers(call, "x-ms-blob-")
    if "Content-Type" not in headers and (plain := call.request.headers.get("Content-Type")):
        headers["Content-Type"] = plain
    metadata = given_metadata(call)
    with backend.files.received() as (name, target):
        await write_body(call, target, most=_LARGEST_BLOB, may_be_empty=True)
        made = await run_in_threadpool(
            backend.files.put,
            call.file_system,
            call.path,
            name,
            metadata=metadata,
            headers=headers,
            check=check_of(call, creates=True),
        )
    return Response(status_code=201, headers=answered(call, made))


async def put_block(backend: Backend, call: StorageCall) -> Response:
    """Stage a block; nothing becomes visible."""
    block_id = _block_id(call, call.request.query_params.get("blockid", ""))
    if "Content-Length" not in call.request.headers:
        raise call.refuse(411, "MissingContentLengthHeader")
    with backend.files.received() as (name, target):
        await write_body(call, target, most=_LARGEST_BLOCK)
        await run_in_threadpool(backend.files.stage, call.file_system, call.path, block_id, name, target.end)
    return Response(status_code=201, headers={"x-ms-request-server-encrypted": "true"})


async def put_block_list(backend: Backend, call: StorageCall) -> Response:
    """Let a list of blocks be the file."""
    wanted = _block_list(call, await call.request.body())
    return await run_in_threadpool(_committed, backend, call, wanted)


def _committed(backend: Backend, call: StorageCall, wanted: list[tuple[str, str]]) -> Response:
    parts = backend.files.parts(call.file_system, call.path, wanted)
    with backend.files.received() as (name, target):
        backend.files.assembled(backend.files.get(call.file_system, call.path), parts, target)
        made = backend.files.put(
            call.file_system,
            call.path,
            name,
            metadata=given_metadata(call),
            headers=given_headers(call, "x-ms-blob-"),
            blocks=[(part.block_id, part.length) for part in parts],
            check=check_of(call, creates=True),
        )
    return Response(status_code=201, headers=answered(call, made))


def set_headers(backend: Backend, call: StorageCall) -> Response:
    """Replace the headers of the content."""
    changed = backend.files.describe(
        existing(backend, call), headers=given_headers(call, "x-ms-blob-"), check=check_of(call)
    )
    return Response(status_code=200, headers=answered(call, changed))


def prefix_of(call: StorageCall) -> str:
    """Where a list looks; a SAS has to open it."""
    return call.request.query_params.get("prefix", "")


def list_blobs(backend: Backend, call: StorageCall) -> Response:
    """A page of the files and folders below a prefix, in the order of their names."""
    query = call.request.query_params
    if call.path or query.get("restype") != "container" or query.get("delimiter") not in {None, "", "/"}:
        raise call.refuse(400, "InvalidQueryParameterValue")
    size = min(call.integer("maxresults"), _LARGEST_PAGE) if query.get("maxresults") else _LARGEST_PAGE
    if size < 1:
        raise call.refuse(400, "OutOfRangeQueryParameterValue")
    prefix = prefix_of(call)
    found = backend.files.listed(call.file_system, _signed_folder(call, prefix), recursive=True)
    names = dict(_names([one for one in found if one.path.startswith(prefix)], prefix, bool(query.get("delimiter"))))
    left = sorted(name for name in names if name > _marker(call))
    page, rest = left[:size], left[size:]
    described = "".join(_listed(name, names[name], "metadata" in query.get("include", "")) for name in page)
    return _list_document(call, described, page[-1] if rest else "")


def _signed_folder(call: StorageCall, prefix: str) -> str:
    """The folder that the SAS is for: nothing beside it is listed."""
    return "/".join(prefix.split("/")[: int(call.request.query_params.get("sdd", "0"))])


def _names(found: list[StoredFile], prefix: str, is_hierarchical: bool) -> Iterator[tuple[str, StoredFile | None]]:
    """Names in the list; one without a file stands for all below it."""
    for file in found:
        head, slash, _ = file.path[len(prefix) :].partition("/")
        if is_hierarchical and (slash or file.is_directory):
            yield f"{prefix}{head}/", None
        else:
            yield file.path, file


def _listed(name: str, file: StoredFile | None, tells_metadata: bool) -> str:
    if file is None:
        return f"<BlobPrefix><Name>{escape(name)}</Name></BlobPrefix>"
    properties = {
        "Creation-Time": http_date(file.created),
        "Last-Modified": http_date(file.modified),
        "Etag": file.etag.strip('"'),
        "ResourceType": "directory" if file.is_directory else "file",
        "Content-Length": str(file.length),
        "Content-Type": "application/octet-stream",
        **file.headers,
        "BlobType": "BlockBlob",
        "LeaseStatus": "unlocked",
        "LeaseState": "available",
        "ServerEncrypted": "true",
        **{part.removeprefix("x-ms-").title(): value for part, value in access(file).items()},
    }
    metadata = f"<Metadata>{_elements(shown_metadata(file))}</Metadata>" if tells_metadata else ""
    return f"<Blob><Name>{escape(name)}</Name><Properties>{_elements(properties)}</Properties>{metadata}</Blob>"


def _elements(values: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())


def _list_document(call: StorageCall, blobs: str, next_marker: str) -> Response:
    query = call.request.query_params
    told = {"Prefix": "prefix", "Marker": "marker", "MaxResults": "maxresults", "Delimiter": "delimiter"}
    asked = _elements({name: query[key] for name, key in told.items() if query.get(key)})
    marker = base64.b64encode(next_marker.encode()).decode()
    container = f'ServiceEndpoint="/{ACCOUNT}/" ContainerName="{escape(call.file_system)}"'
    body = f"{asked}<Blobs>{blobs}</Blobs><NextMarker>{marker}</NextMarker>"
    xml = f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults {container}>{body}</EnumerationResults>'
    return Response(xml, media_type="application/xml", headers={"x-ms-version": "2024-11-04"})


def _marker(call: StorageCall) -> str:
    """The last name of the page before."""
    try:
        return base64.b64decode(call.request.query_params.get("marker", ""), validate=True).decode()
    except (binascii.Error, ValueError):
        raise call.refuse(400, "InvalidQueryParameterValue") from None


def _block_id(call: StorageCall, given: str) -> str:
    try:
        size = len(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if not 0 < size <= _LONGEST_ID:
        raise call.refuse(400, "InvalidBlockId")
    return given


def _block_list(call: StorageCall, body: bytes) -> list[tuple[str, str]]:
    """What the client lists, as (kind, id)."""
    wanted_md5 = call.request.headers.get("Content-MD5")
    if wanted_md5 and wanted_md5 != base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode():
        raise call.refuse(400, "Md5Mismatch")
    if b"<!DOCTYPE" in body:
        raise call.refuse(400, "InvalidXmlDocument")
    try:
        root = ET.fromstring(body)  # noqa: S314 — no entities without a DOCTYPE
    except ET.ParseError:
        raise call.refuse(400, "InvalidXmlDocument") from None
    listed = [(element.tag, _block_id(call, (element.text or "").strip())) for element in root]
    if root.tag != "BlockList" or not all(kind in _KINDS for kind, _ in listed):
        raise call.refuse(400, "InvalidXmlDocument")
    if len(listed) > _MOST_BLOCKS:
        raise call.refuse(400, "InvalidBlockList")
    return listed
