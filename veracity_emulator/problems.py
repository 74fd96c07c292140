"""Refusals, in the words and shapes of the services that give them."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError


class Problem(Exception):
    """An answer that says no: raised anywhere, sent by the app."""

    def __init__(
        self,
        status: int,
        body: object = b"",
        *,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {body!r}")
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {"Content-Type": content_type, **(headers or {})}


def trace_id() -> str:
    """32 hex digits, as the gateway writes them."""
    return uuid.uuid4().hex


def gateway(status: int, detail: str) -> Problem:
    """The Data Workbench gateway refuses. Source: docs/platform.md."""
    trace = trace_id()
    title = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}.get(status, "Error")
    body = {"type": "BusinessError", "title": title, "status": status, "detail": detail, "traceId": trace}
    return Problem(status, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})


def model(errors: Mapping[str, Sequence[str]]) -> Problem:
    """The body does not match the model (inferred: ASP.NET's own shape)."""
    trace = trace_id()
    body = {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": errors,
        "traceId": trace,
    }
    return Problem(400, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})


def found_wrong(error: ValidationError) -> dict[str, list[str]]:
    """What pydantic found, by the member's place in the body."""
    found: dict[str, list[str]] = {}
    for one in error.errors():
        found.setdefault(".".join(str(part) for part in one["loc"]) or "$", []).append(one["msg"])
    return found


def apim(status: int, message: str, headers: Mapping[str, str] | None = None) -> Problem:
    """The API management layer in front of everything refuses."""
    return Problem(status, {"statusCode": status, "message": message}, headers=headers)


def fabric(status: int, message: str) -> Problem:
    """Data Fabric refuses (inferred; no body is published)."""
    return Problem(status, {"message": message})


def token(status: int, error: str, code: int, description: str, moment: str) -> Problem:
    """The token endpoint refuses. Source: docs/platform.md."""
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    text = f"AADSTS{code}: {description} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
    body: dict[str, Any] = {
        "error": error,
        "error_description": text,
        "error_codes": [code],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={code}",
    }
    return Problem(status, body)
