"""What a response of the platform says, and which of our errors it is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any, Final, cast

import requests

from veracity_provider.api.api_management import find_message
from veracity_provider.api.bodies import json_object
from veracity_provider.api.service import Service
from veracity_provider.errors import (
    AuthenticationFailed,
    Conflict,
    NotFound,
    PermissionDenied,
    PlatformError,
    PlatformFailed,
    RateLimited,
    RequestRefused,
    UnexpectedAnswer,
)
from veracity_provider.texts import shown

_TEXT_MEMBERS: Final = ("detail", "message", "title", "error_description", "error", "type")
_TRACE_HEADERS: Final = ("X-Correlation-ID", "X-Request-Id", "x-ms-request-id")
_MAX_TEXT: Final = 300


def _no_hints() -> Mapping[int, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Action:
    """
    What a request is for, in the words of its errors.

    Args:
        label: "reading container 3333…"; the error goes on with "failed: …".
        not_found: The error for a 404 of the service itself.
        hints: HTTP status to what a person should do about it.
    """

    label: str
    not_found: type[NotFound] = NotFound
    hints: Mapping[int, str] = field(default_factory=_no_hints)


def error_of(
    response: requests.Response, action: Action, service: Service, redact: Callable[[str], str]
) -> PlatformError | UnexpectedAnswer:
    """The error that *response*, which is not a 2xx, stands for. Source: docs/platform.md."""
    status = response.status_code
    if status == 404 and not service.is_own_404(response.content):
        return _foreign_404(response, action, service, redact)
    text = text_of(response, redact)
    said_by_gateway = find_message(status, response.content)
    is_quota = status == 403 and "quota" in (said_by_gateway or "")
    hint = _QUOTA_HINT if is_quota else action.hints.get(status) or _HINTS.get(status, "")
    message = f"{action.label} failed: the platform answered {status}{f': {text}' if text else ''}"
    told = f"{message.rstrip('.')}. {hint}".rstrip() if hint else message
    error = RateLimited if is_quota else _class_of(status, action)
    return error(
        told,
        status=status,
        trace_id=trace_id_of(response),
        retry_after_s=retry_after_of(response),
        is_from_gateway=said_by_gateway is not None,
    )


def _class_of(status: int, action: Action) -> type[PlatformError]:
    if status >= 500:
        return PlatformFailed
    return {
        401: AuthenticationFailed,
        403: PermissionDenied,
        404: action.not_found,
        409: Conflict,
        429: RateLimited,
    }.get(status, RequestRefused)


_QUOTA_HINT: Final = "Run again when it is replenished, or ask Veracity support for a larger quota."
_HINTS: Final = {
    401: "Check veracity:subscriptionKey, veracity:clientId and veracity:clientSecret.",
    429: "Too many requests; run again later.",
    500: "Run again; if it stays so, ask Veracity support with the trace id.",
    502: "The platform may be down for a moment; run again.",
    503: "The platform may be down for a moment; run again.",
    504: "The platform may be down for a moment; run again.",
}


def _foreign_404(
    response: requests.Response, action: Action, service: Service, redact: Callable[[str], str]
) -> UnexpectedAnswer:
    text = text_of(response, redact)
    message = (
        f"{action.label} failed: the response is a 404 that does not come from the service itself"
        f"{f' ({text})' if text else ''}, so it does not mean that the object does not exist. The URL may be wrong, "
        f"or a proxy stands in between. Check {service.url_key}; it is {service.base_url}"
    )
    return UnexpectedAnswer(message, trace_id=trace_id_of(response))


def json_of(response: requests.Response, action: Action) -> Any:
    """
    The JSON body of a response that is no error; None for an empty one.

    Raises:
        UnexpectedAnswer: It is something else: a redirect, or the HTML page of a proxy or of a login.
    """
    if response.status_code >= 300:
        message = (
            f"{action.label} failed: the response is a redirect ({response.status_code}), which no API of the platform "
            "gives. Check veracity:endpoint, and whether a proxy stands in between"
        )
        raise UnexpectedAnswer(message, trace_id=trace_id_of(response))
    if not response.content.strip():
        return None
    try:
        return response.json()
    except (ValueError, RecursionError):
        kind = shown(response.headers.get("Content-Type", "no content type").partition(";")[0])
        message = (
            f"{action.label} failed: the response is {kind} and not JSON. "
            "Check veracity:endpoint, and whether a proxy stands in between"
        )
        raise UnexpectedAnswer(message, trace_id=trace_id_of(response)) from None


def text_of(response: requests.Response, redact: Callable[[str], str]) -> str:
    """What the body says for people: a known member of a JSON object, else its text, cut short; never HTML."""
    # Redacted before it is cut, since a part of a secret is one too.
    return shown(redact(_whole_text_of(response)).strip(), _MAX_TEXT)


def _whole_text_of(response: requests.Response) -> str:
    try:
        body: object = json.loads(response.content)
    except (ValueError, RecursionError):
        is_text = "html" not in response.headers.get("Content-Type", "") and b"<" not in response.content[:1]
        return response.text.strip() if is_text else ""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    members = cast("dict[str, Any]", body)
    text = next((value for name in _TEXT_MEMBERS if isinstance(value := members.get(name), str) and value), "")
    return " ".join([text, *_model_errors(members)])


def _model_errors(members: Mapping[str, Any]) -> list[str]:
    errors = members.get("errors")
    if not isinstance(errors, dict):
        return []
    return [f"{name}: {reasons}" for name, reasons in cast("dict[str, Any]", errors).items()]


def trace_id_of(response: requests.Response) -> str | None:
    """The id by which support finds this request, from the body or a header."""
    members = json_object(response.content) or {}
    found = members.get("traceId") or members.get("trace_id")
    headers = (response.headers.get(name) for name in _TRACE_HEADERS)
    trace_id = found or next(filter(None, headers), None)
    return shown(trace_id) if trace_id else None


def retry_after_of(response: requests.Response) -> float | None:
    """
    Seconds that `Retry-After` asks for, whether it names them or a moment; None when it says nothing of the kind.

    A moment is compared with the response's own `Date`, since this machine's clock may be off.
    """
    value = response.headers.get("Retry-After", "")
    try:
        seconds = float(value)
    except ValueError:
        moment = _moment(value)
        asked = _moment(response.headers.get("Date", "")) or datetime.now(UTC)
        return None if moment is None else max(0.0, (moment - asked).total_seconds())
    return max(0.0, seconds) if isfinite(seconds) else None


def _moment(http_date: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(http_date)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
