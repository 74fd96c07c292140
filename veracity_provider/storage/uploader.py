"""Uploads: a file is read and hashed once, and its chunks are sent by a few workers that all uploads share."""

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, final

from veracity_provider.errors import SourceChanged, StorageError
from veracity_provider.storage.fingerprint import Fingerprint
from veracity_provider.storage.sas import UploadFolder, parse_sas_uri
from veracity_provider.storage.sources import Source

MIB: Final = 1024 * 1024
MAX_APPENDS: Final = 50_000
"""Appends that Azure takes for one file. Source: docs/platform.md, "The Data Lake's requests"."""
CHUNK_S: Final = 5.0
"""How long a chunk should be on its way: little is lost where it fails, and proxies that limit requests let it pass."""
_FIRST_CHUNK_BYTES: Final = 256 * 1024
_MIN_CHUNK_BYTES: Final = 64 * 1024
_PROGRESS_EVERY_S: Final = 0.25


class RemoteFile(Protocol):
    """A file in an upload folder. Each call sends a request until it succeeds, and raises a `StorageError`."""

    def create(self) -> None:
        """Make it, empty; a file that is there is emptied."""
        ...

    def append(self, chunk: bytes, offset: int, on_sent: Callable[[int], None]) -> None:
        """
        Bring *chunk* to *offset*; nothing is visible before `flush`.

        Args:
            on_sent: Called with the bytes of *chunk* that were handed to the connection so far, and with 0 where it is
                sent again. What it raises ends the append, and is raised.
        """
        ...

    def flush(self, size_bytes: int) -> None:
        """Commit what was appended, up to *size_bytes*."""
        ...

    def length(self) -> int | None:
        """How many bytes the storage holds; None where the SAS does not allow to ask."""
        ...


OpenFile = Callable[[UploadFolder, str], AbstractContextManager[RemoteFile]]


def open_data_lake_file(folder: UploadFolder, file_name: str) -> AbstractContextManager[RemoteFile]:
    """The file *file_name* of *folder* in Azure Data Lake; sends nothing yet."""
    # Late: an unchanged stack does not pay for the Azure library.
    from veracity_provider.storage.data_lake import DataLakeFile

    return DataLakeFile(folder, file_name)


@dataclass(frozen=True, kw_only=True)
class UploadOptions:
    """
    How much of a file is on its way at a time.

    All uploads of an uploader together hold at most `chunk_size_bytes × (workers + 1)` bytes of files in memory: 64 MiB
    by default. *workers* appends are in flight while one more chunk is read and hashed. A file of more than 50,000
    chunks (781 GiB by default) has chunks of a fifty-thousandth of it.

    Args:
        chunk_size_bytes: The largest chunk. A slow line gets smaller ones, as many bytes as it takes in some 5 s.
        workers: Appends in flight.
    """

    chunk_size_bytes: int = 16 * MIB
    workers: int = 3


@dataclass(frozen=True, kw_only=True)
class ChunkSizes:
    """Sizes of the chunks of one file, in bytes: the first one, and the limits of those that follow."""

    first: int
    least: int
    most: int

    @classmethod
    def of(cls, size_bytes: int, largest: int) -> "ChunkSizes":
        """Those for a file of *size_bytes*, with chunks of at most *largest* bytes where so many appends suffice."""
        fewest = -(-size_bytes // MAX_APPENDS)
        most = max(largest, fewest)
        least = max(min(_MIN_CHUNK_BYTES, most), fewest)
        return cls(first=min(max(_FIRST_CHUNK_BYTES, least), most), least=least, most=most)

    def after(self, sent: int, seconds: float) -> int:
        """The next size, after a chunk of *sent* bytes took *seconds*: what takes some 5 s at that rate."""
        return max(self.least, min(self.most, int(sent * CHUNK_S / max(seconds, 1e-3))))


@final
class Uploader:
    """
    Uploads files; safe for many threads, which share the workers and the memory.

    Args:
        pool: Sends appends; by default as many threads as there are workers.
    """

    def __init__(
        self,
        options: UploadOptions,
        *,
        open_file: OpenFile = open_data_lake_file,
        pool: Executor | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._open_file = open_file
        self._pool = pool or ThreadPoolExecutor(options.workers, thread_name_prefix="append")
        self._places = threading.BoundedSemaphore(options.workers + 1)
        self._monotonic = monotonic

    def upload(
        self,
        source: Source,
        *,
        sas_uri: str,
        file_name: str,
        expected: Fingerprint,
        on_progress: Callable[[int], None],
    ) -> None:
        """
        Write *source* to *file_name* in the folder that *sas_uri* opens, and verify it.

        A file of that name is replaced. Nothing is committed unless the bytes sent are those *expected*.

        Args:
            expected: What was planned.
            on_progress: Called with the bytes that were sent so far, on the caller's thread. The number falls where a
                chunk is sent again. What it raises ends the upload, and is raised.
        Raises:
            SourceChanged: Other bytes were read than planned.
            SasRejected: The SAS has expired, or its signature is refused.
            StorageUnavailable: No answer, a line that is too slow, or 5xx, after the retries.
            StorageError: Any other refusal.
        """
        sizes = ChunkSizes.of(expected.size_bytes, self._options.chunk_size_bytes)
        with self._open_file(parse_sas_uri(sas_uri), file_name) as remote, source.open() as file:
            remote.create()
            sending = _Sending(remote, sizes, pool=self._pool, places=self._places, monotonic=self._monotonic)
            _require_expected(sending.send(file, expected.size_bytes, on_progress), expected, source.name)
            remote.flush(expected.size_bytes)
            _require_length(remote.length(), expected.size_bytes, file_name)


def _require_expected(sent: Fingerprint, expected: Fingerprint, name: str) -> None:
    if sent != expected:
        raise SourceChanged(
            f"{name} changed after it was planned: {expected.size_bytes:,} bytes with SHA-256 "
            f"{expected.content_hash[:12]}… were planned, {sent.size_bytes:,} bytes with {sent.content_hash[:12]}… "
            "were read. No job was started; run `pulumi preview` again"
        )


def _require_length(found: int | None, size_bytes: int, file_name: str) -> None:
    # Where it is None the flush has checked the length, on the server.
    if found is not None and found != size_bytes:
        raise StorageError(
            f"uploading {file_name} failed: the storage holds {found:,} bytes where {size_bytes:,} were sent. "
            "Run again, which registers a new ingest job"
        )


class _Abandoned(Exception):
    """The upload has failed elsewhere; what is still on its way ends too."""


@final
class _Sending:
    """One file on its way: read and hashed on the caller's thread, appended by the pool."""

    def __init__(
        self,
        remote: RemoteFile,
        sizes: ChunkSizes,
        *,
        pool: Executor,
        places: threading.BoundedSemaphore,
        monotonic: Callable[[], float],
    ) -> None:
        self._remote = remote
        self._sizes = sizes
        self._chunk_size = sizes.first
        self._pool = pool
        self._places = places
        self._monotonic = monotonic
        self._sent_bytes = 0
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def send(self, file: BinaryIO, size_bytes: int, on_progress: Callable[[int], None]) -> Fingerprint:
        """Send *file* to its end, or until it is longer than *size_bytes*; the first failure stops it."""
        digest, offset, appends = hashlib.sha256(), 0, set[Future[None]]()
        try:
            while offset <= size_bytes and self._failure is None:
                self._take_place(on_progress)
                chunk = self._read(file)
                if not chunk:
                    break
                appends = {append for append in appends if not append.done()}
                appends.add(append := self._pool.submit(self._append, chunk, offset))
                append.add_done_callback(lambda _: self._places.release())
                digest.update(chunk)
                offset += len(chunk)
                del chunk
            while wait(appends, timeout=_PROGRESS_EVERY_S).not_done:
                on_progress(self._sent_bytes)
        except BaseException as error:
            self._failure = error
            raise
        finally:
            # The pool outlives this upload, and its appends must not outlive the file.
            wait(appends)
        if self._failure is not None:
            raise self._failure
        on_progress(offset)
        return Fingerprint(digest.hexdigest(), offset)

    def _take_place(self, on_progress: Callable[[int], None]) -> None:
        """Wait for a place for one more chunk in memory; tells the progress at once, and while it waits."""
        on_progress(self._sent_bytes)
        while not self._places.acquire(timeout=_PROGRESS_EVERY_S):
            on_progress(self._sent_bytes)

    def _read(self, file: BinaryIO) -> bytes:
        """The next chunk; gives its place back when there is none."""
        chunk = b""
        try:
            chunk = file.read(self._chunk_size)
        finally:
            if not chunk:
                self._places.release()
        return chunk

    def _append(self, chunk: bytes, offset: int) -> None:
        if self._failure is not None:
            return
        begun, noted = self._monotonic(), 0

        def note(sent: int) -> None:
            nonlocal noted
            if self._failure is not None:
                raise _Abandoned
            with self._lock:
                self._sent_bytes += sent - noted
            noted = sent

        try:
            self._remote.append(chunk, offset, note)
        except _Abandoned:
            return
        except BaseException as error:  # noqa: BLE001 — raised on the caller's thread
            self._failure = self._failure or error
            return
        self._chunk_size = self._sizes.after(len(chunk), self._monotonic() - begun)
