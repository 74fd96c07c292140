"""How requests to the storage are sent: for how long each is tried, and bodies that are written in small pieces."""

import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeVar, final

from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import RequestsTransport

from veracity_provider.connections import NeverSent, Session
from veracity_provider.retrying import ATTEMPTS, repeat
from veracity_provider.storage.failures import Failures, Sending, is_transient, retry_after_s
from veracity_provider.storage.sas import UploadFolder

CONNECT_S: Final = 10.0
"""Longest wait for each step of connecting: TCP, the proxy's tunnel, TLS."""
SILENCE_S: Final = 90.0
"""Longest time without a byte sent or received; then a connection is given up, and the request is sent on another."""
WRITE_BYTES: Final = 64 * 1024
"""What is written at once, and has to be taken within `SILENCE_S`: a line of 728 bytes a second is enough."""

_Result = TypeVar("_Result")


class Body(Protocol):
    """What a request carries, handed to a connection in small writes; a request that is sent again begins anew."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[memoryview]: ...

    def sending(self) -> Sending:
        """How far the last attempt came."""
        ...


def open_session(folder: UploadFolder, *, connections: int, silence_s: float) -> Session:
    """A session that gives up a connection after *silence_s* without a byte."""
    # Proxies of the environment cannot reach this machine.
    return Session(connections=connections, uses_proxies=not folder.is_loopback, write_timeout_s=silence_s)


def transport_of(session: Session, silence_s: float) -> RequestsTransport:
    """The Azure library's transport over *session*."""
    return RequestsTransport(session=session, session_owner=False, connection_timeout=CONNECT_S, read_timeout=silence_s)


def send(
    call: Callable[[], _Result],
    failures: Failures,
    *,
    silence_s: float,
    monotonic: Callable[[], float] = time.monotonic,
    body: Body | None = None,
) -> _Result:
    """
    Send a request that can be repeated, until it succeeds.

    Where there is no connection, it is tried again for *silence_s*; after any other transient failure three times.

    Raises:
        StorageError: In the words of *failures*.
    """
    patience = _Patience(silence_s, monotonic)
    try:
        return repeat(call, wait_after=patience.wait_after, attempts=None)
    except (AzureError, NeverSent) as error:
        raise failures.translated(error, body.sending() if body else None) from None


@final
class _Patience:
    """For how long one request is sent again."""

    def __init__(self, silence_s: float, monotonic: Callable[[], float]) -> None:
        self._silence_s = silence_s
        self._monotonic = monotonic
        self._begun = monotonic()
        self._failures = 0

    def wait_after(self, error: Exception) -> bool | float:
        """Whether to send again after *error*, or after how many seconds."""
        if not is_transient(error):
            return False
        if isinstance(error, NeverSent):
            return self._monotonic() - self._begun < self._silence_s
        self._failures += 1
        if self._failures >= ATTEMPTS:
            return False
        after_s = retry_after_s(error)
        if after_s is None:
            return True
        return after_s if after_s <= self._silence_s else False


@final
class ChunkBody:
    """The bytes of an append."""

    def __init__(self, chunk: bytes, on_sent: Callable[[int], None], monotonic: Callable[[], float]) -> None:
        self._chunk = chunk
        self._on_sent = on_sent
        self._monotonic = monotonic
        self._begun = monotonic()
        self._sent = 0

    def __len__(self) -> int:
        return len(self._chunk)

    def __iter__(self) -> Iterator[memoryview]:
        self._begun = self._monotonic()
        self._note(0)
        view = memoryview(self._chunk)
        for start in range(0, len(view), WRITE_BYTES):
            yield (piece := view[start : start + WRITE_BYTES])
            self._note(start + len(piece))

    def sending(self) -> Sending:
        """How far the last attempt came."""
        return Sending(sent_bytes=self._sent, size_bytes=len(self._chunk), seconds=self._monotonic() - self._begun)

    def _note(self, sent: int) -> None:
        self._sent = sent
        self._on_sent(sent)
