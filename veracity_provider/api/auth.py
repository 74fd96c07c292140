"""Tokens: asked for by client credentials, kept per audience, renewed before they die."""

import threading
import time
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import requests
import stamina

from veracity_provider.api.answers import trace_id_of
from veracity_provider.errors import (
    AuthenticationFailed,
    PlatformError,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    UnexpectedAnswer,
    VeracityError,
)
from veracity_provider.settings import Settings

Audience = Literal["data workbench", "data fabric"]

# A token that dies between our look at it and the platform's would be a 401 in the middle of the work.
RENEWAL_MARGIN_S: Final = 60.0
_TIMEOUT_S: Final = (10.0, 30.0)
_SECRET: Final = "veracity:clientSecret"  # noqa: S105 — a key's name
# Source: docs/platform.md, "Tokens". Texts may change, so only `error_codes` and `error` are read.
_CAUSES: Final = {
    7000215: f"the service account's secret is wrong. Check {_SECRET}",
    7000222: f"the service account's secret has expired. Make a new one in the portal and set {_SECRET}",
    7000218: f"the service account's secret is missing. Set {_SECRET}",
    700016: "there is no such service account. Check veracity:clientId",
    90002: "there is no such tenant. Check veracity:tokenUrl",
    500011: "the audience is unknown. Check veracity:resource and veracity:dataFabricResource",
    50001: "the audience is unknown. Check veracity:resource and veracity:dataFabricResource",
    1002012: "the scope is refused; it ends in /.default. Check veracity:scope and veracity:dataFabricScope",
    70011: "the scope is refused; it ends in /.default. Check veracity:scope and veracity:dataFabricScope",
}
_CAUSES_BY_WORD: Final = {
    "invalid_client": f"the service account is refused. Check veracity:clientId and {_SECRET}",
    "unauthorized_client": _CAUSES[700016],
    "invalid_resource": _CAUSES[500011],
    "invalid_target": _CAUSES[500011],
    "invalid_scope": _CAUSES[70011],
}


@dataclass(frozen=True)
class _Token:
    value: str
    renew_at: float


class Tokens:
    """Tokens for the platform's APIs; safe for many threads, which share one request."""

    def __init__(self, settings: Settings, session: requests.Session) -> None:
        self._settings = settings
        self._session = session
        self._kept: dict[Audience, _Token] = {}
        self._locks: dict[Audience, threading.Lock] = {
            "data workbench": threading.Lock(),
            "data fabric": threading.Lock(),
        }

    @property
    def can_renew(self) -> bool:
        """Whether a refused token can be replaced; one that was supplied cannot."""
        return self._settings.access_token is None

    @property
    def how_to_get_another(self) -> str:
        """For the error when a supplied token is refused."""
        return (
            "the supplied veracity:accessToken is refused; it may have expired (they live about an hour) or be for "
            "another API. Sign in again to get another, and set it with "
            "`pulumi config set --secret veracity:accessToken`; or remove it to use the service account"
        )

    def get(self, audience: Audience) -> str:
        """
        A token that will live another minute.

        Raises:
            AuthenticationFailed: The token endpoint refuses; says which key of the stack config to look at.
            PlatformUnreachable, PlatformFailed, RateLimited, UnexpectedAnswer: It gives no usable answer.
        """
        if self._settings.access_token is not None:
            return self._settings.access_token
        with self._locks[audience]:
            kept = self._kept.get(audience)
            if kept is None or time.monotonic() >= kept.renew_at:
                kept = self._kept[audience] = self._request(audience)
            return kept.value

    def forget(self, audience: Audience, value: str) -> None:
        """Drop a token that was refused, unless another thread has renewed it meanwhile."""
        with self._locks[audience]:
            kept = self._kept.get(audience)
            if kept is not None and kept.value == value:
                del self._kept[audience]

    def redact(self, text: str) -> str:
        """*text* without any secret of ours that the platform may have repeated."""
        settings = self._settings
        secrets = (settings.client_secret, settings.subscription_key, settings.access_token)
        for secret in (*secrets, *(kept.value for kept in list(self._kept.values()))):
            if secret:
                text = text.replace(secret, "[secret]")
        return text

    def _request(self, audience: Audience) -> _Token:
        asked_at = time.monotonic()
        for attempt in stamina.retry_context(_passes, attempts=4, timeout=20.0, wait_initial=0.3, wait_jitter=0.5):
            with attempt:
                return _token(self._ask(audience), asked_at)
        message = "stamina ended without a result"
        raise AssertionError(message)

    def _ask(self, audience: Audience) -> requests.Response:
        settings = self._settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id or "",
            "client_secret": settings.client_secret or "",
            **_target(settings, audience),
        }
        try:
            answer = self._session.post(settings.token_url, data=form, timeout=_TIMEOUT_S, allow_redirects=False)
        except requests.RequestException:
            message = f"the token endpoint {settings.token_url} cannot be reached"
            raise PlatformUnreachable(message) from None
        if not answer.ok:
            raise _refusal(answer, settings.token_url)
        return answer


def _target(settings: Settings, audience: Audience) -> dict[str, str]:
    is_workbench = audience == "data workbench"
    if settings.scope:
        return {"scope": settings.scope if is_workbench else settings.data_fabric_scope or ""}
    return {"resource": (settings.resource if is_workbench else settings.data_fabric_resource) or ""}


def _token(answer: requests.Response, asked_at: float) -> _Token:
    try:
        body = cast("dict[str, Any]", answer.json())
        value, life_s = str(body["access_token"]), float(str(body.get("expires_in", 300)))
    except (ValueError, KeyError, TypeError):
        message = f"{answer.url.partition('?')[0]} answered without a token. Check veracity:tokenUrl"
        raise UnexpectedAnswer(message) from None
    return _Token(value, asked_at + max(life_s - RENEWAL_MARGIN_S, life_s / 2))


def _refusal(answer: requests.Response, url: str) -> VeracityError:
    status, trace_id = answer.status_code, trace_id_of(answer)
    if status == 429:
        return RateLimited("the token endpoint asks to slow down; run again later", status=status, trace_id=trace_id)
    if status >= 500:
        return PlatformFailed(f"the token endpoint {url} answered {status}", status=status, trace_id=trace_id)
    try:
        body = cast("dict[str, Any]", answer.json())
    except ValueError:
        body = {}
    word = str(body.get("error", ""))
    codes = cast("list[int]", body.get("error_codes") or [])
    causes = [_CAUSES[code] for code in codes if code in _CAUSES]
    cause = causes[0] if causes else _CAUSES_BY_WORD.get(word, f"it answered {status}. Check veracity:tokenUrl")
    shown = f" ({word})" if word else ""
    return AuthenticationFailed(f"no token from {url}: {cause}{shown}", status=status, trace_id=trace_id)


def _passes(error: Exception) -> bool:
    return isinstance(error, PlatformUnreachable | RateLimited) or (
        isinstance(error, PlatformError) and error.status in {500, 502, 503, 504}
    )
