"""SAS URIs of folders: signed when they are issued, checked on each request. Source: docs/platform.md."""

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from veracity_emulator.backend import Backend
from veracity_emulator.storage.calls import StorageCall

ACCOUNT: Final = "veracitylocal"
_VERSION: Final = "2024-11-04"
_SIGNED: Final = ("sp", "st", "se", "sv", "sr", "sdd")


def folder_uri(
    backend: Backend,
    file_system: str,
    folder: str,
    *,
    permissions: str = "racwl",
    seconds: float,
    starts: datetime | None = None,
) -> str:
    """The address of *folder* with a signature that opens it, and all in it, for *seconds* from now."""
    begin = starts or backend.clock.now() - timedelta(minutes=5)
    query = {
        "sv": _VERSION,
        "st": _moment(begin),
        "se": _moment(backend.clock.now() + timedelta(seconds=math.ceil(seconds))),
        "sr": "d",
        "sp": permissions,
        "sdd": str(len(folder.split("/"))),
    }
    query["sig"] = _signature(backend, file_system, folder, query)
    return f"{backend.base_url}/{ACCOUNT}/{quote(file_system)}/{quote(folder)}?{urlencode(query)}"


def require_permission(
    backend: Backend, call: StorageCall, query: Mapping[str, str], file_system: str, path: str, any_of: str
) -> None:
    """A refusal of *call* unless the SAS in *query* opens *path* for one of the permissions *any_of*."""
    if "sig" not in query:
        raise call.refuse(401, "NoAuthenticationInformation")
    try:
        depth = int(query.get("sdd", ""))
        starts, ends = datetime.fromisoformat(query.get("st", "")), datetime.fromisoformat(query.get("se", ""))
    except ValueError:
        raise call.refuse(403, "AuthenticationFailed") from None
    parts = path.split("/") if path else []
    folder = "/".join(parts[:depth])
    expected = _signature(backend, file_system, folder, query)
    if len(parts) < depth or not hmac.compare_digest(expected.encode(), query["sig"].encode()):
        raise call.refuse(403, "AuthenticationFailed")
    if not starts <= backend.clock.now() < ends:
        raise call.refuse(403, "AuthenticationFailed")
    if not set(any_of) & set(query.get("sp", "")):
        raise call.refuse(403, "AuthorizationPermissionMismatch")


def _signature(backend: Backend, file_system: str, folder: str, query: Mapping[str, str]) -> str:
    signed = [query.get(name, "") for name in _SIGNED]
    text = "\n".join([*signed, f"/blob/{ACCOUNT}/{file_system}/{folder}"])
    return base64.b64encode(hmac.new(backend.signing_key, text.encode(), hashlib.sha256).digest()).decode()


def _moment(moment: datetime) -> str:
    # Whole seconds are the only form that all clients can take apart and write again.
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
