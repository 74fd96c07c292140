"""Around every request: the log, the faults, and path segments in any case."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from veracity_emulator.backend import Backend
from veracity_emulator.clock import iso
from veracity_emulator.errors import ServiceError, apim_error
from veracity_emulator.fabric.errors import fabric_error
from veracity_emulator.faults import DelayEffect, Effect, LineEffect, StatusEffect
from veracity_emulator.identity import accounts
from veracity_emulator.leaks import find_leaks, masked
from veracity_emulator.page.origin import is_foreign
from veracity_emulator.request_log import Logged
from veracity_emulator.storage.calls import is_blob, refusal
from veracity_emulator.storage.sas import ACCOUNT
from veracity_emulator.violations import Violation
from veracity_emulator.workbench.errors import gateway_error

CUT: Final = "veracity.cut"
"""Extension of the scope: closes the connection at once, without an answer."""
_FOLDED: Final = "/veracity/"
_STORAGE_CODES: Final = {
    400: "InvalidInput",
    403: "AuthorizationFailure",
    404: "PathNotFound",
    409: "PathConflict",
    412: "ConditionNotMet",
    413: "RequestBodyTooLarge",
    503: "ServerBusy",
}
_FABRIC_TEXTS: Final = {
    403: "Not resource owner",
    404: "Resource was not found",
    500: "Container metadata was not updated",
}
_FOREIGN: Final = (
    "A page of another origin cannot change anything here. If this is the emulator's own page, open it by an IP "
    "address, localhost, or the name in --public-url."
)
_HTML: Final = b"<!DOCTYPE html><html><body><h1>We will be right back</h1></body></html>"


class FaultMiddleware:
    """Lets faults happen, and keeps the log."""

    def __init__(self, app: ASGIApp, backend: Backend) -> None:
        self._app = app
        self._backend = backend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].lower().startswith(_FOLDED):
            scope["path"] = scope["path"].lower()
        begun, logged = time.monotonic(), self._logged(scope)
        is_control = scope["path"] == "/" or scope["path"].startswith("/_emulator")
        if is_control and self._is_foreign(scope):
            await _drain(receive)
            refused = apim_error(403, _FOREIGN)
            await _send(send, refused.status, refused.headers, refused.body)
            return
        if not is_control:
            self._backend.requests.add(logged)
            if self._backend.setting("strict"):
                self._note_leaks(scope)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                logged.status = message["status"]
            await send(message)

        try:
            await self._with_fault(scope, receive, noting)
        finally:
            logged.duration_ms = round((time.monotonic() - begun) * 1000, 1)

    async def _with_fault(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_control = scope["path"] == "/" or scope["path"].startswith("/_emulator")
        effect = None if is_control else self._backend.faults.take(scope["method"], scope["path"], of_jobs=False)
        if not is_control and (lines := self._backend.faults.take_lines(scope["method"], scope["path"])):
            receive, send = _received_over(lines, receive), _sent_over(lines, send)
        if effect is None:
            await self._app(scope, receive, send)
        elif isinstance(effect, DelayEffect):
            # What has arrived is worked on, even if nobody waits for the answer any more.
            arrived = await _arrived(receive) if scope["path"].startswith(_FOLDED) else receive
            await asyncio.sleep(effect.seconds)
            await self._app(scope, arrived, send)
        elif effect.kind == "cutAfter":
            await self._app(scope, receive, _swallow)
            await _cut(scope)
        elif effect.kind == "cutBefore":
            await _cut(scope)
        else:
            await _drain(receive)
            status, headers, body = _answer_of(effect, Request(scope))
            await _send(send, status, headers, body, is_head=scope["method"] == "HEAD")

    def _is_foreign(self, scope: Scope) -> bool:
        return is_foreign(scope["method"], _text_of(scope["headers"]), self._backend.base_url)

    def _note_leaks(self, scope: Scope) -> None:
        secrets = accounts.client_secrets(self._backend)
        keys = accounts.subscription_keys(self._backend)
        headers = _text_of(scope["headers"])
        query = scope["query_string"].decode("latin-1")
        request = f"{scope['method']} {masked(scope['path'], (*secrets, *keys))}"
        now = iso(self._backend.clock.time())
        self._backend.violations.add(
            Violation(text=f"Request {request}: {found}, where none belongs.", at=now)
            for found in find_leaks(scope["path"], query, headers, client_secrets=secrets, keys=keys)
        )

    def _logged(self, scope: Scope) -> Logged:
        return Logged(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"],
            headers=scope["headers"],
            at=self._backend.clock.time(),
        )


def _received_over(lines: list[LineEffect], receive: Receive) -> Receive:
    async def slowly() -> Message:
        message = await receive()
        await _pass(lines, message)
        return message

    return slowly


def _sent_over(lines: list[LineEffect], send: Send) -> Send:
    async def slowly(message: Message) -> None:
        await _pass(lines, message)
        await send(message)

    return slowly


async def _pass(lines: list[LineEffect], message: Message) -> None:
    count, now = len(message.get("body", b"")), time.monotonic()
    await asyncio.sleep(max(line.wait_s(count, now) for line in lines))


def _text_of(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


async def _arrived(receive: Receive) -> Receive:
    """The whole request, to be received again."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def again() -> Message:
        return messages.pop(0) if messages else await receive()

    return again


async def _swallow(_: Message) -> None:
    """The answer that nobody will get."""


async def _cut(scope: Scope) -> None:
    scope["extensions"][CUT]["cut"]()
    await asyncio.sleep(0.01)  # until the server has noticed that the connection is gone


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


def _answer_of(effect: Effect, request: Request) -> tuple[int, dict[str, str], bytes]:
    if isinstance(effect, StatusEffect):
        if effect.html:
            return effect.status, {"Content-Type": "text/html", **_retry_after(effect)}, _HTML
        problem = _status_problem(effect, request)
        return problem.status, problem.headers, problem.body
    if effect.kind == "html":
        return 200, {"Content-Type": "text/html"}, _HTML
    if effect.kind == "noSubscription":
        product = "File storage" if "/storages/" in request.scope["path"] else "Schema management"
        problem = gateway_error(403, f"The workspace has no subscription to {product}.")
    elif effect.kind == "expireSas":
        problem = refusal(request, 403, "AuthenticationFailed")
    else:
        problem = accounts.rejected()
    return problem.status, problem.headers, problem.body


def _retry_after(effect: StatusEffect) -> dict[str, str]:
    return {} if effect.retryAfter is None else {"Retry-After": f"{effect.retryAfter:g}"}


def _status_problem(effect: StatusEffect, request: Request) -> ServiceError:
    """A refusal in the words of the service whose path it is, or of what stands in front of it."""
    path, status, headers = str(request.scope["path"]), effect.status, _retry_after(effect)
    if path.startswith(f"/{ACCOUNT}/"):
        codes = _STORAGE_CODES | ({404: "BlobNotFound"} if is_blob(request) else {})
        problem = refusal(request, status, codes.get(status, "InternalError"))
    elif effect.message:
        problem = apim_error(status, effect.message)
    elif effect.gateway or status == 429:
        problem = _gateway_problem(status, effect.retryAfter)
    elif status == 401:
        problem = accounts.rejected()
    elif status > 500 or not path.startswith(_FOLDED):
        problem = apim_error(status, "Service Unavailable" if status == 503 else "Fault")
    elif path.startswith(f"{_FOLDED}datafabric/"):
        problem = fabric_error(status, _FABRIC_TEXTS.get(status, "Fault"))
    else:
        problem = gateway_error(status, "Fault")
    problem.headers |= headers
    return problem


def _gateway_problem(status: int, retry_after_s: float | None) -> ServiceError:
    """API Management's own words. Source: docs/platform.md, "API Management"."""
    if status == 401:
        return accounts.wrong_key()
    if status == 403:
        seconds = math.ceil(3600 if retry_after_s is None else retry_after_s)
        text = f"Out of call volume quota. Quota will be replenished in {_hours(seconds)}."
        return apim_error(403, text, {"Retry-After": str(seconds)})
    if status == 404:
        return apim_error(404, "Resource not found")
    seconds = math.ceil(1 if retry_after_s is None else retry_after_s)
    return apim_error(429, f"Rate limit is exceeded. Try again in {seconds} seconds.")


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


async def _send(
    send: Callable[[Message], Awaitable[None]],
    status: int,
    headers: dict[str, str],
    body: bytes,
    *,
    is_head: bool = False,
) -> None:
    # To HEAD, the length is that of the body that GET would have; without a body nobody knows it.
    length = {} if is_head and not body else {"Content-Length": str(len(body))}
    wire = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers | length).items()]
    await send({"type": "http.response.start", "status": status, "headers": wire})
    await send({"type": "http.response.body", "body": body})
