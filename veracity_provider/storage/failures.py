"""Failures of the Azure library, translated; the only place that knows its exceptions and its log."""

import logging
from typing import Any, Final

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from veracity_provider.errors import SasRejected, StorageError, StorageUnavailable

_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
_TRACE_HEADER: Final = "x-ms-request-id"
_NEXT: Final = {
    "AuthorizationPermissionMismatch": "The SAS that the platform gave does not allow it; ask Veracity support.",
    "AuthorizationFailure": "The storage refuses this network; check its firewall and private endpoints.",
    "FilesystemNotFound": "The upload folder is gone; run again for a fresh ingest job.",
    "PathNotFound": "The upload folder is gone; run again for a fresh ingest job.",
    "RequestBodyTooLarge": "Make appends smaller: `pulumi config set veracity:uploadChunkMib 4`.",
    "ConditionNotMet": "Somebody else writes to the same upload; run again for a fresh ingest job.",
}


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


def passes(error: Exception) -> bool:
    """Whether trying again may help."""
    if isinstance(error, HttpResponseError):
        return error.status_code in _PASSING
    return isinstance(error, ServiceRequestError | ServiceResponseError)


def translated(error: AzureError, doing: str) -> StorageError:
    """Our error for one of the library's, whose own text may hold the signed address and is not repeated."""
    if not isinstance(error, HttpResponseError) or error.status_code is None:
        return StorageUnavailable(f"{doing} failed: the storage gave no answer. Check the network, and run again")
    code = _code(error)
    trace_id = _trace_id(error.response)
    said = f"{doing} failed: the storage answered {error.status_code}{f' {code}' if code else ''}."
    if error.status_code == 403 and code in {"AuthenticationFailed", ""}:
        return SasRejected(f"{said} The SAS has expired or its signature is refused.", trace_id=trace_id)
    if passes(error):
        return StorageUnavailable(f"{said} Run again later.", trace_id=trace_id)
    return StorageError(f"{said} {_NEXT.get(code, '')}".rstrip(), trace_id=trace_id)


def _code(error: HttpResponseError) -> str:
    # At times a plain string, at times a member of a string enumeration.
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


def _trace_id(response: Any) -> str | None:
    # Untyped: each of the library's transports has a response class of its own.
    return None if response is None else response.headers.get(_TRACE_HEADER)
