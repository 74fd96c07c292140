"""Refusals of the Data Workbench gateway. Source: docs/platform.md, "Refusals of the gateway"."""

import uuid
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from veracity_emulator.errors import ServiceError, trace_id


class GatewayRefusal(BaseModel):
    """A refusal of the gateway."""

    type: str
    title: str
    status: int
    detail: str
    traceId: str  # noqa: N815 — wire name


class ModelRefusal(BaseModel):
    """A body or query that does not match the model: texts by member."""

    title: str
    status: int
    errors: dict[str, list[str]]
    traceId: str  # noqa: N815 — wire name


def gateway_error(status: int, detail: str) -> ServiceError:
    """The Data Workbench gateway refuses. Source: docs/platform.md."""
    trace = trace_id()
    title = {400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}.get(status, "Error")
    body = {"type": "BusinessError", "title": title, "status": status, "detail": detail, "traceId": trace}
    return ServiceError(status, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})


def model_error(errors: Mapping[str, Sequence[str]]) -> ServiceError:
    """The body does not match the model; members are told in camel case."""
    trace = trace_id()
    body = {
        "title": "BadRequest",
        "status": 400,
        "errors": {_camel(place): list(texts) for place, texts in errors.items()},
        "traceId": trace,
    }
    return ServiceError(400, body, headers={"X-Correlation-ID": str(uuid.UUID(trace))})


def _camel(place: str) -> str:
    return ".".join(part[:1].lower() + part[1:] for part in place.split("."))
