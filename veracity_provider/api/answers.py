"""What an answer of the platform says, and which of our errors it is."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import requests

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

_TEXT_MEMBERS: Final = ("detail", "message", "title", "error_description", "error", "type")
_TRACE_HEADERS: Final = ("X-Correlation-ID", "X-Request-Id", "x-ms-request-id")
_LONGEST_TEXT: Final = 300


def _no_hints() -> Mapping[int, str]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Action:
    """
    What a request is for, in the words of its errors.

    Args:
        doing: "reading container 3333…"; the error goes on with "failed: …".
        not_found: The error for a 404.
        hints: HTTP status to what a person should do about it.
    """

    doing: str
    not_found: type[NotFound] = NotFound
    hints: Mapping[int, str] = field(default_factory=_no_hints)


def error_of(answer: requests.Response, action: Action, redact: Callable[[str], str]) -> PlatformError:
    """The error that *answer*, which is not a 2xx, stands for. Source: docs/platform.md."""
    status = answer.status_code
    said = redact(text_of(answer))
    is_quota = status == 403 and "quota" in said
    hint = _OVER_QUOTA if is_quota else action.hints.get(status) or _HINTS.get(status, "")
    message = f"{action.doing} failed: the platform answered {status}{f': {said}' if said else ''}"
    text = f"{message.rstrip('.')}. {hint}".rstrip() if hint else message
    made = RateLimited if is_quota else _class_of(status, action)
    return made(text, status=status, trace_id=trace_id_of(answer), retry_after_s=retry_after_of(answer))


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


_OVER_QUOTA: Final = "Run again when it is replenished, or ask Veracity support for a larger quota."
_HINTS: Final = {
    401: "Check veracity:subscriptionKey, veracity:clientId and veracity:clientSecret.",
    429: "Too many requests; run again later.",
    500: "Run again; if it stays so, ask Veracity support with the trace id.",
    502: "The platform may be down for a moment; run again.",
    503: "The platform may be down for a moment; run again.",
    504: "The platform may be down for a moment; run again.",
}


def json_of(answer: requests.Response, action: Action) -> Any:
    """
    The JSON body of an answer that is no error; None for an empty one.

    Raises:
        UnexpectedAnswer: It is something else: a redirect, or the HTML page of a proxy or of a login.
    """
    if answer.status_code >= 300:
        message = (
            f"{action.doing} failed: the answer is a redirect ({answer.status_code}), which no API of the platform "
            "gives. Check the endpoint in the stack config, and whether a proxy stands in between"
        )
        raise UnexpectedAnswer(message, trace_id=trace_id_of(answer))
    if not answer.content.strip():
        return None
    try:
        return answer.json()
    except ValueError:
        kind = answer.headers.get("Content-Type", "no content type").partition(";")[0]
        message = (
            f"{action.doing} failed: the answer is {kind} and not JSON. "
            "Check the endpoint in the stack config, and whether a proxy stands in between"
        )
        raise UnexpectedAnswer(message, trace_id=trace_id_of(answer)) from None


def text_of(answer: requests.Response) -> str:
    """What the body says for people: a known member of a JSON object, else its text, cut short; never HTML."""
    try:
        body: object = json.loads(answer.content)
    except ValueError:
        is_text = "html" not in answer.headers.get("Content-Type", "") and b"<" not in answer.content[:1]
        return answer.text.strip()[:_LONGEST_TEXT] if is_text else ""
    if isinstance(body, str):
        return body[:_LONGEST_TEXT]
    if not isinstance(body, dict):
        return ""
    members = cast("dict[str, Any]", body)
    said = next((value for name in _TEXT_MEMBERS if isinstance(value := members.get(name), str) and value), "")
    return " ".join([said, *_model_errors(members)])[:_LONGEST_TEXT].strip()


def _model_errors(members: Mapping[str, Any]) -> list[str]:
    errors = members.get("errors")
    if not isinstance(errors, dict):
        return []
    return [f"{name}: {reasons}" for name, reasons in cast("dict[str, Any]", errors).items()]


def trace_id_of(answer: requests.Response) -> str | None:
    """The id by which support finds this request, from the body or a header."""
    try:
        body: object = json.loads(answer.content)
    except ValueError:
        body = None
    if isinstance(body, dict):
        members = cast("dict[str, Any]", body)
        found = members.get("traceId") or members.get("trace_id")
        if found:
            return str(found)
    return next((value for name in _TRACE_HEADERS if (value := answer.headers.get(name))), None)


def retry_after_of(answer: requests.Response) -> float | None:
    """Seconds that `Retry-After` asks for; None when it says nothing of the kind."""
    try:
        return max(0.0, float(answer.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None
