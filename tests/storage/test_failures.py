"""Failures of the Azure library, in our words."""

import ssl
from types import SimpleNamespace

import pytest
import requests
from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from urllib3.exceptions import ProtocolError

from veracity_provider.connections import NeverSent
from veracity_provider.errors import (
    SasRejected,
    SasRightMissing,
    StorageError,
    StoragePathChanged,
    StorageUnavailable,
)
from veracity_provider.storage.failures import Failures, Sending, is_transient, retry_after_s
from veracity_provider.storage.sas import parse_sas_uri

HOST = "acct.dfs.core.windows.net"
EXPIRES = "2026-01-02T03:04:05Z"
BEFORE, AFTER = "Fri, 02 Jan 2026 03:03:59 GMT", "Fri, 02 Jan 2026 03:04:00 GMT"


def answer(status, code="", **headers):
    response = SimpleNamespace(
        status_code=status, reason="x", headers={"x-ms-request-id": "t1", **headers}, content_type=None
    )
    error = HttpResponseError("https://secret?sig=x", response=response)
    error.error_code = code
    return error


def wrapped(error):
    """As requests and urllib3 hand it on."""
    found = requests.ConnectionError(ProtocolError("Connection aborted.", error))
    return ServiceResponseError(found, error=found)


def translated(error, sending=None, query=f"se={EXPIRES}", **options):
    folder = parse_sas_uri(f"https://{HOST}/fs/d?{query}&sig=x")
    return Failures(folder, "uploading a.csv", silence_s=90, **options).translated(error, sending)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        pytest.param(
            answer(403, "AuthenticationFailed", Date=AFTER),
            SasRejected,
            f"the storage answered 403 AuthenticationFailed. The SAS expired at {EXPIRES}.",
            id="a SAS that has expired",
        ),
        pytest.param(
            answer(403, "AuthenticationFailed", Date=BEFORE),
            SasRejected,
            "the storage answered 403 AuthenticationFailed. "
            "The SAS is refused: it has expired, was revoked, or has another signature.",
            id="a SAS that should still live",
        ),
        pytest.param(
            answer(403),
            SasRejected,
            "the storage answered 403. The SAS is refused: it has expired, was revoked, or has another signature.",
            id="403 without a code or a date",
        ),
        pytest.param(
            answer(403, "AuthorizationPermissionMismatch"),
            StorageError,
            "the storage answered 403 AuthorizationPermissionMismatch. "
            "The SAS that the platform gave does not allow it; ask Veracity support.",
            id="a right that is missing",
        ),
        pytest.param(
            answer(403, "AuthorizationFailure"),
            StorageError,
            "the storage answered 403 AuthorizationFailure. "
            "The storage refuses this network; check its firewall and private endpoints.",
            id="a firewall",
        ),
        pytest.param(
            answer(404, "PathNotFound"),
            StorageError,
            "the storage answered 404 PathNotFound. The upload folder no longer exists; run again, which registers a "
            "new ingest job.",
            id="a folder that is gone",
        ),
        pytest.param(
            answer(404, "FilesystemNotFound"),
            StorageError,
            "the storage answered 404 FilesystemNotFound. The upload folder no longer exists; run again, which "
            "registers a new ingest job.",
            id="a file system that is gone",
        ),
        pytest.param(
            answer(413, "RequestBodyTooLarge"),
            StorageError,
            "the storage answered 413 RequestBodyTooLarge. "
            "Make appends smaller: `pulumi config set veracity:uploadChunkMib 4`.",
            id="a chunk that is too large",
        ),
        pytest.param(
            answer(412, "ConditionNotMet"),
            StoragePathChanged,
            "the storage answered 412 ConditionNotMet. "
            "Somebody else writes to the same upload; run again, which registers a new ingest job.",
            id="somebody else",
        ),
        pytest.param(
            answer(412, "TargetConditionNotMet"),
            StoragePathChanged,
            "the storage answered 412 TargetConditionNotMet.",
            id="another condition",
        ),
        pytest.param(answer(418, "Teapot"), StorageError, "the storage answered 418 Teapot.", id="anything else"),
        pytest.param(
            answer(503, "ServerBusy"),
            StorageUnavailable,
            "the storage answered 503 ServerBusy. Run again later.",
            id="a busy storage",
        ),
    ],
)
def test_a_refusal_says_what_the_storage_said_and_what_to_do(error, kind, text):
    found = translated(error)
    assert type(found) is kind
    assert str(found) == f"uploading a.csv failed: {text} (trace id: t1)"


@pytest.mark.parametrize(
    ("query", "has"),
    [("sp=rl", "; it has the permissions rl"), ("si=policy", "")],
    ids=["rights in the SAS", "rights in a policy"],
)
def test_a_right_that_the_sas_lacks_is_named(query, has):
    found = translated(answer(403, "AuthorizationPermissionMismatch"), query=query, right="w (write)")
    assert type(found) is SasRightMissing
    assert str(found) == (
        "uploading a.csv failed: the storage answered 403 AuthorizationPermissionMismatch. The SAS that the platform "
        f"gave must include the permission w (write), and does not{has}. Ask an administrator of the workspace or "
        "Veracity "
        "support for it (trace id: t1)"
    )


def test_a_sas_without_an_end_of_its_own_is_refused_for_whatever_reason():
    found = translated(answer(403, "AuthenticationFailed", Date=AFTER), query="si=policy")
    assert "The SAS is refused: it has expired, was revoked, or has another signature." in str(found)


SILENT = "no byte was sent or received for 90 s"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(ServiceResponseTimeoutError("x"), SILENT, id="no answer"),
        pytest.param(ServiceRequestTimeoutError("x"), SILENT, id="no answer to the request"),
        pytest.param(wrapped(TimeoutError("timed out")), SILENT, id="a write that is not taken"),
        pytest.param(wrapped(ConnectionResetError("reset")), "the connection was cut", id="a reset"),
        pytest.param(ServiceRequestError("x"), "the connection was cut", id="anything else"),
        pytest.param(AzureError("x"), "the connection was cut", id="an error without a kind"),
    ],
)
@pytest.mark.parametrize(
    "sending",
    [
        pytest.param(None, id="nothing was to be sent"),
        pytest.param(Sending(sent_bytes=100, size_bytes=100, seconds=300), id="all was sent"),
        pytest.param(Sending(sent_bytes=50, size_bytes=100, seconds=9.9), id="the sending broke off early"),
    ],
)
def test_a_storage_that_does_not_answer_is_told(error, reason, sending):
    found = translated(error, sending)
    assert type(found) is StorageUnavailable
    assert str(found) == (
        f"uploading a.csv failed: the storage at {HOST} does not answer ({reason}). "
        "Check the network and whether Azure Storage reports an outage, and run again"
    )


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(wrapped(TimeoutError("timed out")), SILENT, id="it takes no more bytes"),
        pytest.param(wrapped(ConnectionResetError("reset")), "the connection was cut", id="a proxy has waited enough"),
    ],
)
def test_a_slow_line_is_told_with_what_it_moved(error, reason):
    found = translated(error, Sending(sent_bytes=65_536, size_bytes=1_048_576, seconds=61.4))
    assert type(found) is StorageUnavailable
    assert str(found) == (
        f"uploading a.csv failed: the connection to the storage at {HOST} is too slow: 65,536 of 1,048,576 bytes "
        f"were sent in 61 s, and then {reason}. Send less at a time (`pulumi config set veracity:uploadWorkers 1`) "
        "or use a faster connection, and run again"
    )


def test_a_missing_connection_is_told_with_its_reason():
    found = translated(NeverSent("its name is unknown"))
    assert type(found) is StorageUnavailable
    assert str(found) == (
        f"uploading a.csv failed: there is no connection to the storage at {HOST} (its name is unknown). "
        "Check the network, its firewall and proxy, and run again"
    )


def caused_by(cause):
    error = NeverSent("x")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *(pytest.param(answer(status), True, id=str(status)) for status in (408, 429, 500, 502, 503, 504)),
        *(pytest.param(answer(status), False, id=str(status)) for status in (400, 401, 403, 404, 409, 412, 501)),
        pytest.param(ServiceRequestError("x"), True, id="a request that failed"),
        pytest.param(ServiceResponseError("x"), True, id="an answer that failed"),
        pytest.param(caused_by(ConnectionRefusedError()), True, id="no connection"),
        pytest.param(caused_by(ssl.SSLCertVerificationError()), False, id="a certificate that is refused"),
        pytest.param(ValueError("x"), False, id="a bug"),
    ],
)
def test_what_may_be_over_at_the_next_try_is_transient(error, expected):
    assert is_transient(error) is expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(answer(503, **{"Retry-After": "7"}), 7.0, id="seconds"),
        pytest.param(answer(503, **{"Retry-After": AFTER}), None, id="a date"),
        pytest.param(answer(503), None, id="nothing"),
        pytest.param(HttpResponseError("x"), None, id="no response at all"),
        pytest.param(ServiceRequestError("x"), None, id="no answer"),
    ],
)
def test_the_wait_that_the_storage_asks_for_is_read(error, expected):
    assert retry_after_s(error) == expected
