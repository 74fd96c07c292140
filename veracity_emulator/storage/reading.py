"""Downloads with ranges, and lists with pages."""

import base64
import binascii
import hashlib
import re
from collections.abc import Generator
from typing import BinaryIO, Final

from starlette.responses import JSONResponse, Response, StreamingResponse

from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.properties import access, answered, described, http_date, with_metadata
from veracity_emulator.storage.store import FileStore

_READ_BLOCK: Final = 4 * 1024 * 1024
_LARGEST_HASHED_RANGE: Final = 4 * 1024 * 1024
_LARGEST_PAGE: Final = 5000
_RANGE: Final = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})?")


def download(files: FileStore, call: StorageCall, file: StoredFile) -> Response:
    """The committed bytes, or a range of them."""
    given = call.request.headers.get("x-ms-range") or call.request.headers.get("Range")
    start, end = _range(call, given, file.length)
    headers = answered(call, file) | described(file) | {"Content-Length": str(end - start)}
    if file.is_directory:
        return with_metadata(Response(headers=headers), file)
    stream = files.open(file)
    if given:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.length}"
    if call.request.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        headers["Content-MD5"] = _md5(call, stream, start, end)
    response = StreamingResponse(_blocks(stream, start, end), 206 if given else 200, headers=headers)
    return with_metadata(response, file)


def _range(call: StorageCall, given: str | None, length: int) -> tuple[int, int]:
    if not given:
        return 0, length
    matched = _RANGE.fullmatch(given.strip())
    if matched is None:
        raise call.refuse(400, "InvalidHeaderValue")
    start, last = int(matched[1]), int(matched[2] or length - 1)
    if start >= length or last < start:
        raise call.refuse(416, "InvalidRange")
    return start, min(last + 1, length)


def _md5(call: StorageCall, stream: BinaryIO, start: int, end: int) -> str:
    if end - start > _LARGEST_HASHED_RANGE:
        stream.close()
        raise call.refuse(400, "OutOfRangeInput")
    stream.seek(start)
    return base64.b64encode(hashlib.md5(stream.read(end - start), usedforsecurity=False).digest()).decode()


def _blocks(stream: BinaryIO, start: int, end: int) -> Generator[bytes]:
    with stream:
        stream.seek(start)
        while start < end and (block := stream.read(min(_READ_BLOCK, end - start))):
            start += len(block)
            yield block


def page(call: StorageCall, found: list[StoredFile], *, prefix: str = "") -> Response:
    """One page of a list; *prefix* goes before each name."""
    after = _continuation(call)
    left = [one for one in found if one.path > after]
    page, rest = left[: _page_size(call)], left[_page_size(call) :]
    headers = {"x-ms-continuation": _token(page[-1].path)} if rest else {}
    return JSONResponse({"paths": [_listed(one, prefix) for one in page]}, headers=headers)


def _page_size(call: StorageCall) -> int:
    if "maxResults" not in call.request.query_params:
        return _LARGEST_PAGE
    asked = call.integer("maxResults")
    if asked < 1:
        raise call.refuse(400, "OutOfRangeQueryParameterValue")
    return min(asked, _LARGEST_PAGE)


def _token(path: str) -> str:
    return base64.urlsafe_b64encode(path.encode()).decode()


def _continuation(call: StorageCall) -> str:
    """The last path of the page before."""
    try:
        return base64.urlsafe_b64decode(call.request.query_params.get("continuation", "")).decode()
    except (binascii.Error, ValueError):
        raise call.refuse(400, "InvalidQueryParameterValue") from None


def _listed(file: StoredFile, prefix: str) -> dict[str, str]:
    found = {
        "name": prefix + file.path,
        "contentLength": str(file.length),
        "etag": file.etag.strip('"'),
        "lastModified": http_date(file.modified),
        **{name.removeprefix("x-ms-"): value for name, value in access(file).items()},
    }
    return found | ({"isDirectory": "true"} if file.is_directory else {})
