"""Failures of requests to the storage, translated; the only place that knows the Azure library's exceptions and log."""

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, final
from urllib.parse import parse_qs, urlsplit

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from veracity_provider.connections import NeverSent
from veracity_provider.errors import (
    SasRejected,
    SasRightMissing,
    StorageError,
    StorageFolderNotEmpty,
    StoragePathChanged,
    StorageUnavailable,
)
from veracity_provider.storage.sas import UploadFolder

SLOW_S: Final = 10.0
"""A chunk that took longer, and is not yet sent, tells of a slow line; one that took less, of a cut connection."""
_CLOCK_TOLERANCE: Final = timedelta(seconds=5)
"""The header `Date` may be a moment old, and the machine that checks the SAS another one."""
_TRANSIENT_STATUSES: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRACE_HEADER: Final = "x-ms-request-id"
_COMMON_STEPS: Final = {
    "AuthorizationPermissionMismatch": "The SAS that the platform gave does not allow it; ask Veracity support.",
    "AuthorizationFailure": "The storage refuses this network; check its firewall and private endpoints.",
}
UPLOAD_STEPS: Final = {
    **_COMMON_STEPS,
    "FilesystemNotFound": "The upload folder no longer exists; run again, which registers a new ingest job.",
    "PathNotFound": "The upload folder no longer exists; run again, which registers a new ingest job.",
    "RequestBodyTooLarge": "Make appends smaller: `pulumi config set veracity:uploadChunkMib 4`.",
    "ConditionNotMet": "Somebody else writes to the same upload; run again, which registers a new ingest job.",
}
"""What to do about a refusal, by its code, for an upload folder."""
PATH_STEPS: Final = {
    **_COMMON_STEPS,
    "ConditionNotMet": "Somebody else has changed it meanwhile; run `pulumi up` again.",
    "PathConflict": "A part of the path is a file; choose another path, or remove that file.",
    "ResourceTypeMismatch": "There is a folder of that path; choose another path, or remove the folder.",
    "InvalidMetadata": "It keeps only printable ASCII; a key that is not declared here may have something else.",
    "Md5Mismatch": "The bytes that arrived are not those that were read; run `pulumi up` again.",
}
"""What to do about a refusal, by its code, for a path of file storage."""
_CHANGED: Final = frozenset({"ConditionNotMet", "PathAlreadyExists", "BlobAlreadyExists"})
_GONE: Final = frozenset({"BlobNotFound", "PathNotFound"})
_NOT_EMPTY: Final = frozenset({"DirectoryNotEmpty", "DirectoryIsNotEmpty"})


# Private modules of the library. One that is renamed would warn again, which a test would notice.
_LOGGERS: Final = (
    "azure.storage.filedatalake._deserialize",
    "azure.storage.filedatalake._shared.response_handlers",
    "azure.storage.blob._shared.response_handlers",
)


def quiet_log() -> None:
    """
    Drop the library's warning about a body that is no error of the storage, such as a proxy's page.

    It would show on the resource's row, beside the error that says the same. Other warnings stay.
    """
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_is_worth_showing)


def _is_worth_showing(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Unexpected return type")


def is_transient(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, HttpResponseError):
        return error.status_code in _TRANSIENT_STATUSES
    if isinstance(error, NeverSent):
        return not isinstance(error.__cause__, ssl.SSLCertVerificationError)
    return isinstance(error, ServiceRequestError | ServiceResponseError)


def is_forbidden(error: AzureError) -> bool:
    """Whether the storage answered 403."""
    return isinstance(error, HttpResponseError) and error.status_code == 403


def retry_after_s(error: Exception) -> float | None:
    """The seconds that the storage asks to wait; None where it does not ask, or names a date."""
    found = _headers(error).get("Retry-After", "") if isinstance(error, HttpResponseError) else ""
    return float(found) if found.isdecimal() else None


@dataclass(frozen=True, kw_only=True)
class Sending:
    """How far the last attempt to send a chunk came, in bytes and in seconds."""

    sent_bytes: int
    size_bytes: int
    seconds: float

    @property
    def is_slow(self) -> bool:
        """Whether the line is what failed: bytes were to be sent for long, and are not all sent."""
        return self.sent_bytes < self.size_bytes and self.seconds >= SLOW_S


@final
class Failures:
    """
    Words failures of what is done to one path; no text repeats the address with its signature.

    Args:
        doing: "uploading a.csv"; the error goes on with "failed: …".
        silence_s: The longest time without a byte sent or received, in seconds.
        steps: What to do about a refusal, by its code.
        right: The right that the SAS needs for it, in words; empty where it is not named.
    """

    def __init__(
        self,
        folder: UploadFolder,
        doing: str,
        silence_s: float,
        *,
        steps: Mapping[str, str] = UPLOAD_STEPS,
        right: str = "",
    ) -> None:
        self._doing = doing
        self._host = urlsplit(folder.account_url).netloc
        self._expires_at = folder.expires_at
        self._rights = "".join(parse_qs(folder.sas_token).get("sp", []))
        self._silence_s = silence_s
        self._steps = steps
        self._right = right

    def translated(self, error: AzureError | NeverSent, sending: Sending | None = None) -> StorageError:
        """Our error for one of the library's; *sending* where a chunk was to be sent."""
        if isinstance(error, NeverSent):
            return StorageUnavailable(
                f"{self._doing} failed: there is no connection to the storage at {self._host} ({error}). "
                "Check the network, its firewall and proxy, and run again"
            )
        if isinstance(error, HttpResponseError) and error.status_code is not None:
            return self._refused(error, error.status_code)
        if sending and sending.is_slow:
            return StorageUnavailable(
                f"{self._doing} failed: the connection to the storage at {self._host} is too slow: "
                f"{sending.sent_bytes:,} of "
                f"{sending.size_bytes:,} bytes were sent in {sending.seconds:,.0f} s, and then {self._reason(error)}. "
                "Send less at a time (`pulumi config set veracity:uploadWorkers 1`) or use a faster connection, and "
                "run again"
            )
        return StorageUnavailable(
            f"{self._doing} failed: the storage at {self._host} does not answer ({self._reason(error)}). "
            "Check the network and whether Azure Storage reports an outage, and run again"
        )

    def _reason(self, error: AzureError) -> str:
        is_timeout = isinstance(error, ServiceRequestTimeoutError | ServiceResponseTimeoutError)
        if is_timeout or _has_cause(error, TimeoutError):
            return f"no byte was sent or received for {self._silence_s:g} s"
        return "the connection was cut"

    def _refused(self, error: HttpResponseError, status: int) -> StorageError:
        code, trace_id = _code(error), _headers(error).get(_TRACE_HEADER)
        said = f"{self._doing} failed: the storage answered {status}{f' {code}' if code else ''}."
        if status == 403 and code in {"AuthenticationFailed", ""}:
            return SasRejected(f"{said} {self._sas_text(error)}", trace_id=trace_id)
        if is_transient(error):
            return StorageUnavailable(f"{said} Run again later.", trace_id=trace_id)
        if code == "AuthorizationPermissionMismatch" and self._right:
            return SasRightMissing(f"{said} {self._right_text()}", trace_id=trace_id)
        return _class_of(status, code)(f"{said} {self._steps.get(code, '')}".rstrip(), trace_id=trace_id)

    def _right_text(self) -> str:
        has = f"; it has the permissions {self._rights}" if self._rights else ""
        return (
            f"The SAS that the platform gave must include the permission {self._right}, and does not{has}. "
            "Ask an administrator of the workspace or Veracity support for it"
        )

    def _sas_text(self, error: HttpResponseError) -> str:
        now = _date(error)
        if self._expires_at is None or now is None or now < self._expires_at - _CLOCK_TOLERANCE:
            return "The SAS is refused: it has expired, was revoked, or has another signature."
        return f"The SAS expired at {self._expires_at.isoformat().replace('+00:00', 'Z')}."


def _class_of(status: int, code: str) -> type[StorageError]:
    if status == 412 or code in _CHANGED:
        return StoragePathChanged
    return StorageFolderNotEmpty if code in _NOT_EMPTY else StorageError


def is_gone(error: AzureError) -> bool:
    """Whether the storage says, in its own words, that there is nothing at the path."""
    return isinstance(error, HttpResponseError) and error.status_code == 404 and _code(error) in _GONE


def _has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether *error* comes from one of this *kind*; each library wraps the other's in a way of its own."""
    if isinstance(error, kind):
        return True
    inner = [getattr(error, "inner_exception", None), *error.args]
    return any(_has_cause(one, kind) for one in inner if isinstance(one, BaseException))


def _code(error: HttpResponseError) -> str:
    # At times a plain string, at times a member of a string enumeration.
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _headers(error: HttpResponseError) -> Any:
    # Untyped: each of the library's transports has a response class of its own.
    response: Any = error.response
    return {} if response is None else response.headers


def _date(error: HttpResponseError) -> datetime | None:
    """The storage's own clock."""
    try:
        return parsedate_to_datetime(_headers(error).get("Date", ""))
    except ValueError:
        return None
