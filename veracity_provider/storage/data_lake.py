"""A file in an upload folder of Azure Data Lake, written with the Azure library."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, Self, TypeVar, final

from azure.core.exceptions import AzureError
from azure.storage.filedatalake import DataLakeFileClient

from veracity_provider.errors import StorageError
from veracity_provider.storage.failures import Failures, is_forbidden, quiet_log
from veracity_provider.storage.sas import UploadFolder
from veracity_provider.storage.sending import SILENCE_S, ChunkBody, open_session, send, transport_of

_CONNECTIONS: Final = 32
"""Kept open at most; there are as many as there are workers."""

_Result = TypeVar("_Result")


@final
class DataLakeFile:
    """
    One file in an upload folder.

    Every request can be repeated: an offset is written again with the same bytes. Where there is no connection, it is
    tried again for 90 s; after any other transient failure three times.

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
        self._failures = Failures(folder, f"uploading {file_name}", silence_s)
        self._silence_s = silence_s
        self._monotonic = monotonic
        self._file_name = file_name
        self._session = open_session(folder, connections=_CONNECTIONS, silence_s=silence_s)
        self._client = DataLakeFileClient(
            account_url=folder.account_url,
            file_system_name=folder.file_system,
            file_path=folder.path_of(file_name),
            credential=folder.sas_token,
            retry_total=0,  # the library's own retries wait 87 s for a dropped connection
            transport=transport_of(self._session, silence_s),
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
        body = ChunkBody(chunk, on_sent, self._monotonic)
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
                "be verified that all bytes arrived. Check whether a proxy removes it, and run again"
            )
        return found

    def _request(self, call: Callable[[], _Result], body: ChunkBody | None = None) -> _Result:
        return send(call, self._failures, silence_s=self._silence_s, monotonic=self._monotonic, body=body)
