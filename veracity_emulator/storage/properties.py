"""What a file or folder says of itself in headers, and the metadata that clients give it."""

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from starlette.responses import Response

from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.entries import StoredFile

_PREFIX: Final = "x-ms-meta-"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LATIN: Final = re.compile(r"[ -~\xa0-\xff]*")
"""What fits into a header when it is told again."""
_ASCII: Final = re.compile(r"[ -~]*")
_IS_FOLDER: Final = "hdi_isfolder"
"""Every folder has it; nobody can set or remove it."""
_LARGEST_METADATA: Final = 8 * 1024
_CONTENT: Final = (
    *("Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Content-MD5", "Cache-Control"),
)
METADATA: Final = "veracity.metadata"
"""Extension of the scope: metadata headers, with their names as they were sent."""


class _AsGiven(bytes):
    """A header's name that a server which writes all names in lower case leaves as it is."""

    def lower(self) -> bytes:
        """Itself."""
        return self


def answered(call: StorageCall, file: StoredFile) -> dict[str, str]:
    """Headers of every answer about a path."""
    return {
        "ETag": file.etag,
        "Last-Modified": http_date(file.modified),
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-version": call.request.headers.get("x-ms-version", "2024-11-04"),
        "x-ms-request-server-encrypted": "true",
    }


def described(file: StoredFile) -> dict[str, str]:
    """Headers of the answers to GET and HEAD."""
    return {
        "Content-Length": str(file.length),
        "Content-Type": "application/octet-stream",
        **file.headers,
        "x-ms-resource-type": "directory" if file.is_directory else "file",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": http_date(file.created),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-server-encrypted": "true",
        **access(file),
        "Accept-Ranges": "bytes",
    }


def access(file: StoredFile) -> dict[str, str]:
    """Headers that tell who may do what; everything belongs to the account."""
    permissions = "rwxr-x---" if file.is_directory else "rw-r-----"
    return {"x-ms-owner": "$superuser", "x-ms-group": "$superuser", "x-ms-permissions": permissions}


def access_list(file: StoredFile) -> dict[str, str]:
    """The permissions once more, as an access control list."""
    user, group, other = (access(file)["x-ms-permissions"][i : i + 3] for i in (0, 3, 6))
    return {"x-ms-acl": f"user::{user},group::{group},other::{other}"}


def shown_metadata(file: StoredFile) -> dict[str, str]:
    """Metadata as it is told: a folder says that it is one."""
    return file.metadata | ({_IS_FOLDER: "true"} if file.is_directory else {})


def with_metadata(response: Response, file: StoredFile) -> Response:
    """Add the metadata headers, their names in the case in which they were given."""
    response.raw_headers.extend(
        (_AsGiven(f"{_PREFIX}{name}".encode()), value.encode("latin-1")) for name, value in shown_metadata(file).items()
    )
    return response


def http_date(moment: float) -> str:
    """*moment*, in seconds since 1970, as headers tell it."""
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)


def given_headers(call: StorageCall, prefix: str) -> dict[str, str]:
    """What the client says of the content: headers that begin with *prefix*."""
    headers = call.request.headers
    return {name: value for name in _CONTENT if (value := headers.get(prefix + name.lower()))}


def given_properties(call: StorageCall) -> dict[str, str]:
    """Metadata in the Data Lake's dialect: `x-ms-properties: name=base64,…`."""
    pairs = [part.partition("=") for part in call.request.headers.get("x-ms-properties", "").split(",") if part]
    try:
        found = {name.strip(): base64.b64decode(value, validate=True).decode() for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise call.refuse(400, "InvalidHeaderValue") from None
    return _checked(call, found, "InvalidPropertyName", _LATIN)


def given_metadata(call: StorageCall) -> dict[str, str]:
    """Metadata in the blob dialect: one `x-ms-meta-…` header each."""
    as_sent: list[tuple[bytes, bytes]] = call.request.scope.get("extensions", {}).get(METADATA, {}).get("headers", [])
    pairs = [(name[len(_PREFIX) :].decode("latin-1"), value.decode("latin-1").strip()) for name, value in as_sent]
    if len({name.lower() for name, _ in pairs}) < len(pairs):
        raise call.refuse(400, "InvalidMetadata")
    return _checked(call, dict(pairs), "InvalidMetadata", _ASCII)


def _checked(call: StorageCall, found: Mapping[str, str], bad_name: str, values: re.Pattern[str]) -> dict[str, str]:
    if not all(_NAME.fullmatch(name) for name in found):
        raise call.refuse(400, bad_name)
    if not all(values.fullmatch(value) for value in found.values()):
        raise call.refuse(400, "InvalidMetadata" if call.is_blob else "InvalidHeaderValue")
    if sum(len(name) + len(value) for name, value in found.items()) > _LARGEST_METADATA:
        raise call.refuse(400, "MetadataTooLarge")
    return {name: value for name, value in found.items() if name.lower() != _IS_FOLDER}
