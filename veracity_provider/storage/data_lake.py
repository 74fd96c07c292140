"""A file of Azure Data Lake, written with the Azure library; no other module sends anything to the storage."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final, Self, TypeVar, final

from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import RequestsTransport
from azure.storage.filedatalake import DataLakeFileClient

from veracity_provider.connections import NeverSent, Session
from veracity_provider.errors import StorageError
from veracity_provider.retrying import ATTEMPTS, repeat
from veracity_provider.storage.failures import Failures, Sending, is_forbidden, is_transient, quiet_log, retry_after_s
from veracity_provider.storage.sas import UploadFolder

CONNECT_S: Final = 10.0
"""Longest wait for each step of connecting: TCP, the proxy's tunnel, TLS."""
SILENCE_S: Final = 90.0
"""Longest time without a byte sent or received; then a connection is given up, and the request is sent on another."""
WRITE_BYTES: Final = 64 * 1024
"""What is written at once, and has to be taken within `SILENCE_S`: a line of 728 bytes a second is enough."""
_CONNECTIONS: Final = 32
"""Kept open at most; there are as many as there are workers."""

_Result = TypeVar("_Result")


@final
class DataLakeFile:
    """
    One file in an upload folder.

    Every request can be repeated: an offset is written again with the same bytes. Where there is no connection, it is
    tried again for 90 s; after any other passing failure three times.

    Args:
        silence_s: Longest time without a byte sent or received, in seconds.
    """

    def __init__(
        self,
        folder: UploadFolder,
        file_name: str,
        *,
        silence_s: float = SILENCE_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        quiet_log()
        self._failures = Failures(folder, file_name, silence_s)
        self._silence_s = silence_s
        self._monotonic = monotonic
        self._file_name = file_name
        # Proxies of the environment cannot reach this machine.
        self._session = Session(connections=_CONNECTIONS, trust_env=not folder.is_loopback, write_timeout_s=silence_s)
        self._client = DataLakeFileClient(
            account_url=folder.account_url,
            file_system_name=folder.file_system,
            file_path=folder.path_of(file_name),
            credential=folder.sas_token,
            retry_total=0,  # the library's own retries wait 87 s for a dropped connection
            transport=RequestsTransport(
                session=self._session,
                session_owner=False,
                connection_timeout=CONNECT_S,
                read_timeout=silence_s,
            ),
        )
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        self._opened.enter_context(self._session)
        self._opened.enter_context(self._client)
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def create(self) -> None:
        """Make the file, empty; one that is there is emptied."""
        self._request(self._client.create_file)

    def append(self, chunk: bytes, offset: int, on_sent: Callable[[int], None]) -> None:
        """Send *chunk* for *offset*, in small writes; see `RemoteFile.append`."""
        body = _Body(chunk, on_sent, self._monotonic)
        # The library takes anything that can be iterated, though it says otherwise.
        client: Any = self._client
        self._request(lambda: client.append_data(body, offset, len(chunk)), body)

    def flush(self, size_bytes: int) -> None:
        """Commit *size_bytes*; the storage refuses where it has not as many."""
        self._request(lambda: self._client.flush_data(size_bytes))

    def length(self) -> int | None:
        """
        How many bytes the storage holds; None where the SAS does not allow to ask.

        Raises:
            StorageError: The answer does not tell.
        """
        # Untyped: the library's own annotations of this call are partly unknown.
        client: Any = self._client

        def ask() -> tuple[bool, int | None]:
            try:
                return True, client.get_file_properties().size
            except AzureError as error:
                if is_forbidden(error):
                    return False, None
                raise

        is_allowed, found = self._request(ask)
        if is_allowed and found is None:
            raise StorageError(
                f"uploading {self._file_name} failed: the storage's answer to HEAD has no Content-Length, so it cannot "
                "be verified that all bytes arrived. Check whether a proxy takes it away, and run again"
            )
        return found

    def _request(self, call: Callable[[], _Result], body: "_Body | None" = None) -> _Result:
        patience = _Patience(self._silence_s, self._monotonic)
        try:
            return repeat(call, wait_after=patience.wait_after, attempts=None)
        except (AzureError, NeverSent) as error:
            raise self._failures.translated(error, body.sending() if body else None) from None


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
class _Body:
    """The bytes of an append, handed to a connection in small writes; a request that is sent again begins anew."""

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
