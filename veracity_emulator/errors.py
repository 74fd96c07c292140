"""Refusals: of the services, in their own words and shapes, and of a start."""

import json
import uuid
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, ValidationError


class ApiManagementRefusal(BaseModel):
    """A refusal of API Management, which stands in front of every service."""

    model_config = ConfigDict(extra="forbid")

    statusCode: int  # noqa: N815 — wire name
    message: str


class StartRefused(Exception):
    """The emulator cannot start; the text is one line that says why, and what to do."""


class ServiceError(Exception):
    """An answer that says no: raised anywhere, sent by the app."""

    def __init__(
        self,
        status: int,
        body: object = b"",
        *,
        content_type: str | None = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {body!r}")
        self.status = status
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.headers = {**({"Content-Type": content_type} if content_type else {}), **(headers or {})}


def trace_id() -> str:
    """32 hex digits, as the gateway writes them."""
    return uuid.uuid4().hex


def errors_by_member(error: ValidationError) -> dict[str, list[str]]:
    """What pydantic found, by the member's place in the body."""
    found: dict[str, list[str]] = {}
    for one in error.errors():
        found.setdefault(".".join(str(part) for part in one["loc"]) or "$", []).append(one["msg"])
    return found


def apim_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> ServiceError:
    """The API management layer in front of everything refuses."""
    return ServiceError(status, {"statusCode": status, "message": message}, headers=headers)
