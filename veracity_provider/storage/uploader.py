"""Uploads: streamed from disk, appended in parallel, hashed on the way."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, Final, final

import stamina
from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.filedatalake import DataLakeFileClient

from veracity_provider.errors import SourceChanged, StorageError
from veracity_provider.storage.failures import passes, quiet_log, translated
from veracity_provider.storage.fingerprint import Fingerprint
from veracity_provider.storage.sas import UploadFolder, parse_sas_uri
from veracity_provider.storage.sources import Source

MIB: Final = 1024 * 1024
MOST_APPENDS: Final = 50_000
ATTEMPTS: Final = 4
_CONNECT_TIMEOUT_S: Final = 10
_READ_TIMEOUT_S: Final = 120


@dataclass(frozen=True, kw_only=True)
class UploadOptions:
    """
    How much of a file is on its way at a time.

    All uploads of a process together hold at most `chunk_size_bytes × (workers + 1)` bytes of files in memory: 64 MiB
    by default. *workers* appends are in flight while one more chunk is read and hashed. For a file of more than 50,000
    chunks (781 GiB by default), which is as many as Azure keeps, a chunk is a fifty-thousandth of the file.
    """

    chunk_size_bytes: int = 16 * MIB
    workers: int = 3

    def chunk_size_for(self, size_bytes: int) -> int:
        """The size of one append for a file of *size_bytes*."""
        return max(self.chunk_size_bytes, -(-size_bytes // MOST_APPENDS))


def upload(
    source: Source,
    *,
    sas_uri: str,
    file_name: str,
    expected: Fingerprint,
    options: UploadOptions,
    on_progress: Callable[[int], None],
) -> None:
    """
    Write *source* to *file_name* in the folder that *sas_uri* opens, and verify it.

    A file of that name is replaced. Nothing is committed unless the bytes sent are those *expected*.

    Args:
        expected: What was planned.
        on_progress: Called with the bytes that have arrived so far, from several threads.
    Raises:
        SourceChanged: Other bytes were read than planned.
        SasRejected: The SAS has expired, or its signature is refused.
        StorageUnavailable: No answer or 5xx, after the retries of the chunk.
        StorageError: Any other refusal.
    """
    folder = parse_sas_uri(sas_uri)
    doing = f"uploading {file_name}"
    with _open_client(folder, file_name) as client, source.open() as file:
        try:
            _repeating(client.create_file)
            sent = _Sending(client, options, on_progress, expected.size_bytes).send(file)
            _require_expected(sent, expected, source.name)
            _repeating(lambda: client.flush_data(expected.size_bytes))
            _require_length(client, expected.size_bytes, doing)
        except AzureError as error:
            raise translated(error, doing) from None


def _open_client(folder: UploadFolder, file_name: str) -> DataLakeFileClient:
    quiet_log()
    return DataLakeFileClient(
        account_url=folder.account_url,
        file_system_name=folder.file_system,
        file_path=folder.path_of(file_name),
        credential=folder.sas_token,
        retry_total=0,  # the library's own retries wait 87 s for a dropped connection
        connection_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        use_env_settings=not folder.is_loopback,  # proxies cannot reach this machine
    )


def _repeating(call: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Every request of an upload can be repeated: an offset is written again with the same bytes."""
    for attempt in stamina.retry_context(passes, attempts=ATTEMPTS, timeout=60.0, wait_initial=0.5, wait_max=10.0):
        with attempt:
            call(*arguments, **options)


def _require_expected(sent: Fingerprint, expected: Fingerprint, name: str) -> None:
    if sent != expected:
        raise SourceChanged(
            f"{name} changed after it was planned: {expected.size_bytes:,} bytes with SHA-256 "
            f"{expected.content_hash[:12]}… were planned, {sent.size_bytes:,} bytes with {sent.content_hash[:12]}… "
            "were read. No job was started; run `pulumi preview` again"
        )


def _require_length(client: DataLakeFileClient, size_bytes: int, doing: str) -> None:
    try:
        found = _size(client)
    except HttpResponseError as error:
        if error.status_code == 403:
            return  # a SAS without the right to read; the flush has already checked the length on the server
        raise
    if found is None:
        raise StorageError(
            f"{doing} failed: the storage's answer to HEAD has no Content-Length, so it cannot be verified that all "
            f"{size_bytes:,} bytes arrived. Check whether a proxy takes it away, and run again"
        )
    if found != size_bytes:
        raise StorageError(f"{doing} failed: the storage holds {found:,} bytes where {size_bytes:,} were sent")


def _size(client: Any) -> int | None:
    # Untyped: the library's own annotations of this call are partly unknown.
    return client.get_file_properties().size


@cache
def _budget(chunks: int) -> threading.BoundedSemaphore:
    """Chunks that all uploads of this process may hold together."""
    return threading.BoundedSemaphore(chunks)


@cache
def _appenders(workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix="append")


@final
class _Sending:
    """One file on its way: read and hashed here, appended by the pool."""

    def __init__(
        self, client: DataLakeFileClient, options: UploadOptions, on_progress: Callable[[int], None], size_bytes: int
    ) -> None:
        self._client = client
        self._size = size_bytes
        self._chunk_size = options.chunk_size_for(size_bytes)
        self._budget = _budget(options.workers + 1)
        self._pool = _appenders(options.workers)
        self._on_progress = on_progress
        self._arrived = 0
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def send(self, file: BinaryIO) -> Fingerprint:
        """Send *file* to its end, or until it is longer than it should be; the first failure stops the reading."""
        digest, offset, appends = hashlib.sha256(), 0, list[Future[None]]()
        try:
            while self._failure is None and offset <= self._size:
                self._budget.acquire()
                chunk = _read(file, self._chunk_size, self._budget)
                if not chunk:
                    break
                appends.append(append := self._pool.submit(self._append, chunk, offset))
                digest.update(chunk)
                offset += len(chunk)
                append.add_done_callback(lambda _: self._budget.release())
                del chunk
        finally:
            # The pool outlives this upload, and its appends must not outlive the client.
            for append in appends:
                append.exception()
        if self._failure is not None:
            raise self._failure
        return Fingerprint(digest.hexdigest(), offset)

    def _append(self, chunk: bytes, offset: int) -> None:
        if self._failure is not None:
            return
        try:
            _repeating(self._client.append_data, chunk, offset, len(chunk))
        except BaseException as error:
            self._failure = error
            raise
        with self._lock:
            self._arrived += len(chunk)
            arrived = self._arrived
        self._on_progress(arrived)


def _read(file: BinaryIO, size: int, budget: threading.BoundedSemaphore) -> bytes:
    """Read a chunk; gives its place in the budget back when there is nothing to hold."""
    try:
        chunk = file.read(size)
    except BaseException:
        budget.release()
        raise
    if not chunk:
        budget.release()
    return chunk
