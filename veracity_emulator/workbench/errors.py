"""Refusals of the Data Workbench gateway. Source: docs/platform.md, "Refusals of the gateway"."""

import uuid
from collections.abc import Mapping, Sequence

from veracity_emulator.errors import ServiceError, trace_id


def gateway_error(status: int, detail: str) -> ServiceError:
    """The Data Workbench gateway refuses. Source: docs/platform.md."""
    trace = trace_id()
    title = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}.get(status, "Error")
    body = {"type": "BusinessError", "title": title, "status": status, "detail": detail, "traceId": trace}
    return ServiceError(status, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})


def model_error(errors: Mapping[str, Sequence[str]]) -> ServiceError:
    """The body does not match the model (inferred: ASP.NET's own shape)."""
    trace = trace_id()
    body = {
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "errors": errors,
        "traceId": trace,
    }
    return ServiceError(400, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})
