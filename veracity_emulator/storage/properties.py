"""What a file or folder says of itself in headers, and the metadata that clients give it."""

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final

from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.entries import StoredFile

_PREFIX: Final = "x-ms-meta-"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUE: Final = re.compile(r"[ -~\xa0-\xff]*")
"""What fits into a header when it is told again."""


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
        "x-ms-resource-type": "directory" if file.is_directory else "file",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": http_date(file.created),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "Accept-Ranges": "bytes",
        **{f"{_PREFIX}{name}": value for name, value in file.metadata.items()},
    }


def http_date(moment: float) -> str:
    """*moment*, in seconds since 1970, as headers tell it."""
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)


def given_properties(call: StorageCall) -> dict[str, str]:
    """Metadata in the Data Lake's dialect: `x-ms-properties: name=base64,…`."""
    pairs = [part.partition("=") for part in call.request.headers.get("x-ms-properties", "").split(",") if part]
    try:
        found = {name.strip(): base64.b64decode(value, validate=True).decode() for name, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise call.refuse(400, "InvalidHeaderValue") from None
    return _checked(call, found, "InvalidPropertyName")


def given_metadata(call: StorageCall) -> dict[str, str]:
    """Metadata in the blob dialect: one `x-ms-meta-…` header each."""
    headers = call.request.headers.items()
    found = {name[len(_PREFIX) :]: value for name, value in headers if name.startswith(_PREFIX)}
    return _checked(call, found, "InvalidMetadata")


def _checked(call: StorageCall, found: Mapping[str, str], bad_name: str) -> dict[str, str]:
    if not all(_NAME.fullmatch(name) for name in found):
        raise call.refuse(400, bad_name)
    if not all(_VALUE.fullmatch(value) for value in found.values()):
        raise call.refuse(400, "InvalidHeaderValue")
    return dict(found)
