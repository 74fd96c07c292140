"""Requests to one API: token, key, time-outs, retries where repeating is safe, and errors translated."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, final

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from veracity_provider.api.api_management import find_refusal
from veracity_provider.api.auth import Tokens
from veracity_provider.api.responses import Action, error_of, json_of
from veracity_provider.api.retrying import TRANSIENT_STATUSES, retry
from veracity_provider.api.service import Service
from veracity_provider.connections import NeverSent, Session
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    InputProblem,
    PlatformUnreachable,
    SettingsError,
    VeracityError,
)
from veracity_provider.loopback import unreachable_text
from veracity_provider.settings import Settings

_CONNECT_TIMEOUT_S: Final = 10.0
_CONNECTIONS: Final = 256
_USER_AGENT: Final = "veracity-provider"


@dataclass(frozen=True, kw_only=True)
class _Request:
    """
    Args:
        retry_on: Statuses after which it is sent again.
        when_lost: The error when it may have been received and there is no response.
    """

    method: str
    path: str
    action: Action
    body: object = None
    retry_on: frozenset[int]
    when_lost: type[PlatformUnreachable | AnswerLost]


def open_session(settings: Settings, *, connections: int = _CONNECTIONS) -> Session:
    """A session for many threads. On loopback it goes past proxies, which could not reach this machine anyway."""
    session = Session(connections=connections, uses_proxies=not settings.is_loopback)
    session.headers["User-Agent"] = _USER_AGENT
    return session


@final
class Transport:
    """Requests to *service*."""

    def __init__(self, settings: Settings, session: Session, tokens: Tokens, service: Service) -> None:
        self.service = service
        self._settings = settings
        self._session = session
        self._tokens = tokens
        limit_s = settings.request_timeout_s
        self._timeout = (min(_CONNECT_TIMEOUT_S, limit_s), limit_s)

    def read(self, method: str, path: str, action: Action, *, body: object = None) -> Any:
        """
        Ask for something; sent again after a transient failure.

        Returns:
            The JSON of the response; None for an empty one.
        Raises:
            PlatformError: The response is no.
            PlatformUnreachable: There was no response.
            UnexpectedAnswer: The response is not JSON, or not the service's.
        """
        return self._perform(
            _Request(
                method=method,
                path=path,
                action=action,
                body=body,
                retry_on=TRANSIENT_STATUSES,
                when_lost=PlatformUnreachable,
            )
        )

    def write(
        self,
        method: str,
        path: str,
        action: Action,
        *,
        body: object = None,
        retry_on: frozenset[int] = frozenset({429}),
    ) -> Any:
        """
        Ask to change something; sent again only where it was not carried out: no connection, a status of *retry_on*.

        Raises:
            AnswerLost: There was no response; it may have been carried out.
            PlatformError, PlatformUnreachable, UnexpectedAnswer: As for `read`.
        """
        return self._perform(
            _Request(method=method, path=path, action=action, body=body, retry_on=retry_on, when_lost=AnswerLost)
        )

    @contextmanager
    def prepare(self, method: str, path: str, action: Action) -> Generator[Callable[[], requests.Response]]:
        """
        Get all ready for a request without a body: a token in hand, and a connection of its own. Nothing is sent.

        Yields:
            What sends it, exactly once a call, with no retry and no renewal of a refused token. It raises `AnswerLost`
            where the request may have been received. Any other `VeracityError` is a proof that nothing has left.
        Raises:
            PlatformUnreachable: There is no connection.
            VeracityError: There is no token.
        """
        request = _Request(method=method, path=path, action=action, retry_on=frozenset(), when_lost=AnswerLost)
        with open_session(self._settings, connections=1) as session:
            prepared = self._prepare(request, self._get_token())
            retry(lambda: self._connect(session, prepared, action))
            yield lambda: self._exchange(session, request, self._get_token())

    def error_of(self, response: requests.Response, action: Action) -> VeracityError:
        """The error that *response*, which is not a 2xx, stands for."""
        if _is_refused_token(response) and not self._tokens.can_renew:
            return AuthenticationFailed(f"{action.label} failed: {self._tokens.refused_hint}", status=401)
        return error_of(response, action, self.service, self._tokens.redact)

    def _perform(self, request: _Request) -> Any:
        token = self._get_token()
        response = self._send(request, token)
        if _is_refused_token(response) and self._tokens.can_renew:
            self._tokens.forget(self.service.audience, token)
            response = self._send(request, self._get_token())
        if not response.ok:
            raise self.error_of(response, request.action)
        return json_of(response, request.action)

    def _send(self, request: _Request, token: str) -> requests.Response:
        def attempt() -> requests.Response:
            response = self._exchange(self._session, request, token)
            if response.status_code in request.retry_on:
                raise self.error_of(response, request.action)
            return response

        return retry(attempt, statuses=request.retry_on)

    def _exchange(self, session: Session, request: _Request, token: str) -> requests.Response:
        prepared = self._prepare(request, token)
        try:
            return session.exchange(prepared, timeout=self._timeout)
        except NeverSent as failure:
            raise self._unreachable(request.action, failure) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._lost(request, _reason(error)) from None

    def _connect(self, session: Session, prepared: requests.PreparedRequest, action: Action) -> None:
        try:
            session.connect(prepared, timeout_s=self._timeout[0])
        except NeverSent as failure:
            raise self._unreachable(action, failure) from None

    def _prepare(self, request: _Request, token: str) -> requests.PreparedRequest:
        headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": self._settings.subscription_key,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        url = self.service.base_url + request.path
        try:
            for value in headers.values():
                value.encode("latin-1")
            return self._session.prepare_request(
                requests.Request(request.method, url, headers=headers, json=request.body)
            )
        except (UnicodeError, requests.exceptions.InvalidHeader):
            # The library's own text repeats the header's value.
            keys = "veracity:subscriptionKey or veracity:accessToken"
            reason = "must have no line break, no leading or trailing space and no special character. Set it again"
            raise SettingsError([InputProblem(keys, reason)]) from None
        except requests.exceptions.InvalidURL:
            reason = f"must be an HTTP address, such as https://api.veracity.com, not {self.service.base_url}"
            raise SettingsError([InputProblem(self.service.url_key, reason)]) from None

    def _get_token(self) -> str:
        return self._tokens.get(self.service.audience)

    def _unreachable(self, action: Action, failure: NeverSent) -> PlatformUnreachable:
        return PlatformUnreachable(f"{action.label} failed: {unreachable_text(self.service.base_url, failure)}")

    def _lost(self, request: _Request, reason: str) -> VeracityError:
        label, url = request.action.label, self.service.base_url
        if request.when_lost is PlatformUnreachable:
            return PlatformUnreachable(f"{label} failed: {url} gave no answer ({reason})")
        return AnswerLost(f"{label}: no answer came back from {url} ({reason}); it may have been carried out")


def _is_refused_token(response: requests.Response) -> bool:
    """Whether another token may help; not so where API Management refuses the subscription key."""
    return response.status_code == 401 and find_refusal(401, response.content) is None


def _reason(error: Exception) -> str:
    if isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args):
        return "time-out"
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS broke"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "its body cannot be decoded"
    return "the connection was cut"
