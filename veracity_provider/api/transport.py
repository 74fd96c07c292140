"""Requests to one API: token, key, time-outs, retries where repeating is safe, and errors translated."""

from collections.abc import Callable
from typing import Any, Final, cast

import requests
import stamina
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from veracity_provider.api.answers import Action, error_of, json_of
from veracity_provider.api.auth import Audience, Tokens
from veracity_provider.errors import AnswerLost, AuthenticationFailed, PlatformError, PlatformUnreachable
from veracity_provider.settings import Settings

ATTEMPTS: Final = 4
LONGEST_RETRYING_S: Final = 20.0
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_CONNECT_TIMEOUT_S: Final = 10.0
_CONNECTIONS: Final = 256
_USER_AGENT: Final = "pulumi-veracity"

# What is retried is told by the error at the end; a log line in between would show up as a warning of the stack.
stamina.instrumentation.set_on_retry_hooks([])


class _Passing(Exception):
    """A failure that may be over at the next try."""

    def __init__(self, error: PlatformError | PlatformUnreachable) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def retry_after_s(self) -> float | None:
        """Seconds that the platform asks to wait."""
        return self.error.retry_after_s if isinstance(self.error, PlatformError) else None


def open_session(settings: Settings) -> requests.Session:
    """A session for many threads. On loopback it goes past proxies, which could not reach this machine anyway."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=_CONNECTIONS)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    session.headers["User-Agent"] = _USER_AGENT
    session.trust_env = not settings.is_loopback
    session.auth = _as_it_is  # else a line in ~/.netrc would take the place of the token
    return session


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Transport:
    """Requests to the API at *base_url*, with tokens for *audience*."""

    def __init__(
        self, settings: Settings, session: requests.Session, tokens: Tokens, *, audience: Audience, base_url: str
    ) -> None:
        self.base_url = base_url
        self._settings = settings
        self._session = session
        self._tokens = tokens
        self._audience: Audience = audience

    def read(self, method: str, path: str, action: Action, *, body: object = None) -> Any:
        """
        Ask for something; repeated on failures that pass, at most 4 times within some 20 s.

        Returns:
            The JSON of the answer; None for an empty one.
        Raises:
            PlatformError: The answer is no.
            PlatformUnreachable: There was no answer.
            UnexpectedAnswer: The answer is not JSON.
        """
        return self._repeat(lambda: self._once(method, path, body, action, is_read=True, passing=_PASSING))

    def write(
        self, method: str, path: str, action: Action, *, body: object = None, passing: frozenset[int] = frozenset({429})
    ) -> Any:
        """
        Ask to change something; repeated only where it was surely not carried out: no connection, a *passing* status.

        Raises:
            AnswerLost: There was no answer; it may have been carried out.
            PlatformError, PlatformUnreachable, UnexpectedAnswer: As for `read`.
        """
        return self._repeat(lambda: self._once(method, path, body, action, is_read=False, passing=passing))

    def _repeat(self, attempt: Callable[[], Any]) -> Any:
        try:
            for again in stamina.retry_context(
                _backoff, attempts=ATTEMPTS, timeout=LONGEST_RETRYING_S, wait_initial=0.3, wait_jitter=0.5
            ):
                with again:
                    return attempt()
        except _Passing as failure:
            raise failure.error from None
        message = "stamina ended without a result"
        raise AssertionError(message)

    def _once(
        self, method: str, path: str, body: object, action: Action, *, is_read: bool, passing: frozenset[int]
    ) -> Any:
        answer = self._answered(method, path, body, action, is_read=is_read)
        if answer.ok:
            return json_of(answer, action)
        error = error_of(answer, action, self._tokens.redact)
        if answer.status_code in passing:
            raise _Passing(error)
        raise error

    def _answered(self, method: str, path: str, body: object, action: Action, *, is_read: bool) -> requests.Response:
        """The answer; asked a second time with a fresh token when the first one was refused."""
        token = self._tokens.get(self._audience)
        answer = self._send(method, path, body, action, token, is_read=is_read)
        if answer.status_code == 401 and self._tokens.can_renew:
            self._tokens.forget(self._audience, token)
            fresh = self._tokens.get(self._audience)
            return self._send(method, path, body, action, fresh, is_read=is_read)
        if answer.status_code == 401:
            hint = f"{action.doing} failed: {self._tokens.how_to_get_another}"
            raise AuthenticationFailed(hint, status=401)
        return answer

    def _send(
        self, method: str, path: str, body: object, action: Action, token: str, *, is_read: bool
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {token}",
            "Ocp-Apim-Subscription-Key": self._settings.subscription_key,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        limit = self._settings.request_timeout_s
        try:
            return self._session.request(
                method,
                self.base_url + path,
                json=body,
                headers=headers,
                timeout=(min(_CONNECT_TIMEOUT_S, limit), limit),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _no_answer(error, action, self.base_url, is_read=is_read) from None


def _no_answer(error: requests.RequestException, action: Action, base_url: str, *, is_read: bool) -> Exception:
    reason = _reason(error)
    if _was_never_sent(error):
        return _Passing(PlatformUnreachable(f"{action.doing} failed: {base_url} cannot be reached ({reason})"))
    if is_read:
        return _Passing(PlatformUnreachable(f"{action.doing} failed: {base_url} gave no answer ({reason})"))
    return AnswerLost(f"{action.doing}: no answer came back from {base_url} ({reason}); it may have been carried out")


def _was_never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = _root(error)
    return isinstance(cause, NewConnectionError | ConnectTimeoutError)


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "time-out"
    if isinstance(error, requests.exceptions.SSLError):
        return f"its certificate is refused: {_root(error)}"
    cause = _root(error)
    return "connection refused" if isinstance(cause, NewConnectionError) else "the connection was cut"


def _root(error: BaseException) -> BaseException:
    """The innermost of urllib3's wrappings."""
    cause = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error
    if isinstance(cause, MaxRetryError) and cause.reason is not None:
        return cast("BaseException", cause.reason)
    return cause


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _Passing):
        return False
    if error.retry_after_s is None:
        return True
    return error.retry_after_s if error.retry_after_s <= LONGEST_RETRYING_S else False
