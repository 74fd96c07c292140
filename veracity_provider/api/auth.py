"""Tokens: asked for by client credentials, kept per audience, renewed before they die."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

import requests
from urllib3.exceptions import HTTPError

from veracity_provider.api.responses import retry_after_of, trace_id_of
from veracity_provider.api.retrying import retry
from veracity_provider.api.service import Audience
from veracity_provider.connections import NeverSent, Session
from veracity_provider.errors import (
    AuthenticationFailed,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    UnexpectedAnswer,
    VeracityError,
)
from veracity_provider.loopback import unreachable_text
from veracity_provider.settings import Settings

# A token that dies between our look at it and the platform's would be a 401 in the middle of the work.
RENEWAL_MARGIN_S: Final = 60.0
_TIMEOUT_S: Final = (10.0, 30.0)
_DEFAULT_LIFE_S: Final = 300
"""For a response that does not say how long its token lives."""
_SECRET: Final = "veracity:clientSecret"  # noqa: S105 — a key's name
# Source: docs/platform.md, "Tokens". Texts may change, so only `error_codes` and `error` are read.
_CAUSES: Final = {
    7000215: f"the service account's secret is wrong. Check {_SECRET}",
    7000222: f"the service account's secret has expired. Create a new one in the portal and set {_SECRET}",
    7000218: f"the service account's secret is missing. Set {_SECRET}",
    700016: "there is no such service account. Check veracity:clientId",
    90002: "there is no such tenant. Check veracity:tokenUrl",
    500011: "the audience is unknown. Check veracity:resource and veracity:dataFabricResource",
    50001: "the audience is unknown. Check veracity:resource and veracity:dataFabricResource",
    1002012: "the scope is refused; it ends in /.default. Check veracity:scope and veracity:dataFabricScope",
    70011: "the scope is refused; it ends in /.default. Check veracity:scope and veracity:dataFabricScope",
}
_CAUSES_BY_ERROR: Final = {
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
    """
    Tokens for the platform's APIs; safe for many threads, which share one request.

    Args:
        monotonic: A clock, in seconds.
    """

    def __init__(
        self, settings: Settings, session: Session, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._session = session
        self._monotonic = monotonic
        self._kept: dict[Audience, _Token] = {}
        self._issued: set[str] = set()
        self._locks: dict[Audience, threading.Lock] = {
            "data workbench": threading.Lock(),
            "data fabric": threading.Lock(),
        }

    @property
    def can_renew(self) -> bool:
        """Whether a refused token can be replaced; one that was supplied cannot."""
        return self._settings.access_token is None

    @property
    def refused_hint(self) -> str:
        """For the error when a supplied token is refused."""
        return (
            "the supplied veracity:accessToken is refused; it may have expired (they live about an hour) or be for "
            "another API. Sign in again to get another, and set veracity:accessToken (a secret) to it; or remove it to "
            "use the service account"
        )

    def get(self, audience: Audience) -> str:
        """
        A token that will live another minute.

        Raises:
            AuthenticationFailed: The token endpoint refuses; says which key of the stack config to look at.
            PlatformUnreachable, PlatformFailed, RateLimited, UnexpectedAnswer: It gives no usable response.
        """
        if self._settings.access_token is not None:
            return self._settings.access_token
        with self._locks[audience]:
            kept = self._kept.get(audience)
            if kept is None or self._monotonic() >= kept.renew_at:
                kept = self._kept[audience] = retry(lambda: self._request(audience))
                self._issued.add(kept.value)
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
        secrets = (settings.client_secret, settings.subscription_key, settings.access_token, *self._issued.copy())
        for secret in secrets:
            if secret:
                text = text.replace(secret, "[secret]")
        return text

    def _request(self, audience: Audience) -> _Token:
        settings, asked_at = self._settings, self._monotonic()
        url = settings.token_url
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id or "",
            "client_secret": settings.client_secret or "",
            **_audience_fields(settings, audience),
        }
        try:
            response = self._session.post(url, data=form, timeout=_TIMEOUT_S, allow_redirects=False)
        except NeverSent as failure:
            raise PlatformUnreachable(f"the token endpoint {unreachable_text(url, failure)}") from None
        except (requests.RequestException, HTTPError, OSError):
            raise PlatformUnreachable(f"the token endpoint {url} gave no answer") from None
        if not response.ok:
            raise _refusal_of(response, url)
        return _read_token(response, asked_at)


def _audience_fields(settings: Settings, audience: Audience) -> dict[str, str]:
    is_workbench = audience == "data workbench"
    if settings.scope:
        return {"scope": settings.scope if is_workbench else settings.data_fabric_scope or ""}
    return {"resource": (settings.resource if is_workbench else settings.data_fabric_resource) or ""}


def _read_token(response: requests.Response, asked_at: float) -> _Token:
    try:
        body = cast("dict[str, Any]", response.json())
        value, life_s = str(body["access_token"]), float(str(body.get("expires_in", _DEFAULT_LIFE_S)))
    except (ValueError, KeyError, TypeError):
        message = f"{response.url.partition('?')[0]} answered without a token. Check veracity:tokenUrl"
        raise UnexpectedAnswer(message) from None
    return _Token(value, asked_at + max(life_s - RENEWAL_MARGIN_S, life_s / 2))


def _refusal_of(response: requests.Response, url: str) -> VeracityError:
    status, trace_id, retry_after_s = response.status_code, trace_id_of(response), retry_after_of(response)
    if status == 429:
        message = "the token endpoint asks to slow down; run again later"
        return RateLimited(message, status=status, trace_id=trace_id, retry_after_s=retry_after_s)
    if status >= 500:
        message = f"the token endpoint {url} answered {status}"
        return PlatformFailed(message, status=status, trace_id=trace_id, retry_after_s=retry_after_s)
    return AuthenticationFailed(f"no token from {url}: {_cause_of(response)}", status=status, trace_id=trace_id)


def _cause_of(response: requests.Response) -> str:
    try:
        body: object = response.json()
    except ValueError:
        body = None
    members = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    error, codes = str(members.get("error") or ""), members.get("error_codes")
    numbers = [code for code in cast("list[Any]", codes) if isinstance(code, int)] if isinstance(codes, list) else []
    unknown = f"it answered {response.status_code}. Check veracity:tokenUrl"
    cause = next((_CAUSES[code] for code in numbers if code in _CAUSES), _CAUSES_BY_ERROR.get(error, unknown))
    return f"{cause} ({error})" if error else cause
