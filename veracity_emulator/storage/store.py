"""
Files and folders. Bytes are written once, at their place, and become visible when they are flushed.

What is known of a file is in the database; its bytes are in one file on disk, so that memory does not grow with them.
"""

import sqlite3
import uuid
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from veracity_emulator.clock import Clock
from veracity_emulator.database import Database
from veracity_emulator.storage import block_list, entries, extents
from veracity_emulator.storage.append_target import AppendTarget, RangeLocks
from veracity_emulator.storage.block_list import Part
from veracity_emulator.storage.entries import StoredFile

TABLES: Final = entries.TABLES + extents.TABLES + block_list.TABLES
_KEPT: Final = "SELECT blob FROM files WHERE NOT is_directory UNION SELECT name FROM blocks WHERE name != ''"
_KEPT_ONE: Final = "SELECT 1 FROM files WHERE blob = ? UNION SELECT 1 FROM blocks WHERE name = ?"
_COPIED_AT_ONCE: Final = 8 * 1024 * 1024


class StoreRefused(Exception):
    """Nothing was changed; *code* is the storage's word for it."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


Check = Callable[[StoredFile | None], None]
"""Asked within the transaction what is there now; raises to leave it as it is."""


def no_check(_: StoredFile | None) -> None:
    """Whatever is there will do."""


class FileStore:
    """Safe for many threads."""

    def __init__(self, folder: Path, database: Database, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._database = database
        self._clock = clock
        self._locks = RangeLocks()
        self._sweep()

    def get(self, file_system: str, path: str) -> StoredFile | None:
        """What is known of a path."""
        row = (
            self._database.read()
            .execute("SELECT * FROM files WHERE file_system = ? AND path = ?", (file_system, path))
            .fetchone()
        )
        return entries.stored(row) if row else None

    def create(
        self,
        file_system: str,
        path: str,
        *,
        is_directory: bool,
        metadata: dict[str, str],
        headers: dict[str, str] | None = None,
        check: Check = no_check,
    ) -> StoredFile:
        """
        Make an empty file or a folder; a file of that name starts afresh, a folder keeps what is in it.

        Raises:
            StoreRefused: There is a file where a folder is needed, or the reverse.
        """
        made = self._made(file_system, path, is_directory=is_directory, metadata=metadata, headers=headers or {})
        with self._database.transaction() as connection:
            old = self.get(file_system, path)
            check(old)
            if old is not None and old.is_directory is not is_directory:
                raise StoreRefused(409, "PathConflict")
            self._make_parents(connection, file_system, path)
            if not is_directory:
                self._bytes_of(made.blob).touch()
            entries.insert(connection, made, replacing=True)
            unneeded = block_list.commit(connection, file_system, path, ())
        self._forget([old], unneeded)
        return made

    @asynccontextmanager
    async def append_target(self, file: StoredFile, start: int, end: int) -> AsyncGenerator[AppendTarget]:
        """
        A place for the bytes of an append from *start* to *end* at most; `appended` makes them count.

        What was appended there before stays as it was until then. Waits for other appends to the same place.

        Raises:
            StoreRefused: The path is a folder, or is gone.
        """
        if file.is_directory:
            raise StoreRefused(409, "ResourceTypeMismatch")
        async with self._locks.hold(file.blob, start, end):
            path = self._bytes_of(file.blob)
            is_taken = start < file.length or extents.any_within(self._database.read(), file.blob, start, end)
            side = self._bytes_of(uuid.uuid4().hex) if is_taken else None
            try:
                with AppendTarget.opened(path, side, start) as target:
                    yield target
            except FileNotFoundError:
                raise StoreRefused(404, "PathNotFound") from None
            finally:
                if side is not None:
                    side.unlink(missing_ok=True)

    def appended(self, file: StoredFile, target: AppendTarget) -> None:
        """Note what has arrived; committed bytes stay, and after an append to their place no flush will pass."""
        with self._database.transaction() as connection:
            now = self.get(file.file_system, file.path)
            if now is None or now.blob != file.blob:
                return  # made anew meanwhile; these bytes came first
            if target.start >= now.length:
                target.settle()
            extents.note(connection, file.blob, target.start, target.end)

    def flush(
        self,
        file: StoredFile,
        position: int,
        *,
        retain: bool,
        headers: dict[str, str] | None = None,
        check: Check = no_check,
    ) -> StoredFile:
        """
        Commit the bytes up to *position*; *retain* keeps those that lie beyond a gap; *headers* are added.

        Raises:
            StoreRefused: *position* is not where the bytes that follow one another end, or the file is gone.
        """
        with self._database.transaction() as connection:
            now = self.get(file.file_system, file.path)
            check(now)
            if now is None:
                raise StoreRefused(404, "PathNotFound")
            if now.is_directory:
                raise StoreRefused(409, "ResourceTypeMismatch")
            if position != extents.contiguous_end(connection, now.blob, now.length):
                raise StoreRefused(400, "InvalidFlushPosition")
            described = now.headers | (headers or {})
            flushed = replace(now, length=position, etag=_etag(), modified=self._clock.time(), headers=described)
            entries.insert(connection, flushed, replacing=True)
            beyond = position if retain else -1
            connection.execute(
                "DELETE FROM extents WHERE blob = ? AND (start <= ? OR ? < 0)", (now.blob, beyond, beyond)
            )
        return flushed

    def open(self, file: StoredFile) -> BinaryIO:
        """The bytes of a file; those from its length on do not count. They stay readable when the file goes."""
        try:
            return self._bytes_of(file.blob).open("rb")
        except FileNotFoundError:
            raise StoreRefused(404, "PathNotFound") from None

    def committed(self, file_system: str, path: str) -> tuple[Path, int] | None:
        """The bytes of a file on disk, and how many of them count."""
        file = self.get(file_system, path)
        if file is None or file.is_directory:
            return None
        return self._bytes_of(file.blob), file.length

    def listed(self, file_system: str, folder: str, *, recursive: bool) -> list[StoredFile]:
        """What is in a folder, in the order of names."""
        prefix = f"{folder}/" if folder else ""
        rows = self._database.read().execute(
            "SELECT * FROM files WHERE file_system = ? AND substr(path, 1, ?) = ? ORDER BY path",
            (file_system, len(prefix), prefix),
        )
        found = [entries.stored(row) for row in rows if row["path"] != folder]
        return found if recursive else [one for one in found if "/" not in one.path[len(prefix) :]]

    def delete(self, file: StoredFile, *, recursive: bool = True, check: Check = no_check) -> None:
        """
        Remove a file, or a folder and all in it.

        Raises:
            StoreRefused: There is something in the folder, and *recursive* does not say to remove that too.
        """
        with self._database.transaction() as connection:
            check(self.get(file.file_system, file.path))
            within = self.listed(file.file_system, file.path, recursive=True) if file.is_directory else []
            if within and not recursive:
                raise StoreRefused(409, "DirectoryNotEmpty")
            unneeded = list[str]()
            for one in (file, *within):
                entries.remove(connection, one)
                unneeded += block_list.commit(connection, one.file_system, one.path, ())
        self._forget([file, *within], unneeded)

    def rename(self, file: StoredFile, file_system: str, path: str, *, check: Check = no_check) -> None:
        """
        Move a file, or a folder and all in it; a file of the new name is replaced.

        Raises:
            StoreRefused: The new place does not exist, is taken by a folder, or lies within what is moved.
        """
        with self._database.transaction() as connection:
            old = self.get(file_system, path)
            check(old)
            self._require_destination(file, old, file_system, path)
            if old is not None:
                entries.remove(connection, old)
            within = self.listed(file.file_system, file.path, recursive=True) if file.is_directory else []
            unneeded = block_list.commit(connection, file_system, path, ())
            for one in (file, *within):
                entries.remove(connection, one)
                unneeded += block_list.commit(connection, one.file_system, one.path, ())
                moved = replace(one, file_system=file_system, path=path + one.path[len(file.path) :])
                entries.insert(connection, moved, replacing=True)
        self._forget([old], unneeded)

    def describe(
        self,
        file: StoredFile,
        *,
        metadata: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        check: Check = no_check,
    ) -> StoredFile:
        """Replace all metadata, or all headers of the content."""
        with self._database.transaction() as connection:
            now = self.get(file.file_system, file.path)
            check(now)
            if now is None:
                raise StoreRefused(404, "BlobNotFound")
            changed = replace(
                now,
                metadata=now.metadata if metadata is None else metadata,
                headers=now.headers if headers is None else headers,
                etag=_etag(),
                modified=self._clock.time(),
            )
            entries.insert(connection, changed, replacing=True)
        return changed

    @contextmanager
    def received(self) -> Generator[tuple[str, AppendTarget]]:
        """A name for bytes that belong to nothing yet, and where to write them; they go if nothing keeps them."""
        name = uuid.uuid4().hex
        path = self._bytes_of(name)
        path.touch()
        try:
            with AppendTarget.opened(path, None, 0) as target:
                yield name, target
        finally:
            if not self._is_kept(name):
                path.unlink(missing_ok=True)

    def put(
        self,
        file_system: str,
        path: str,
        name: str,
        *,
        metadata: dict[str, str],
        headers: dict[str, str],
        blocks: Sequence[tuple[str, int]] | None = None,
        check: Check = no_check,
    ) -> StoredFile:
        """
        Let the received bytes *name* be the file at *path*, at once; its uncommitted blocks are dropped.

        Args:
            blocks: Ids and lengths of the blocks that the bytes consist of; None where they come as a whole.
        Raises:
            StoreRefused: There is a folder, or a file that the Data Lake's dialect made and *blocks* would replace.
        """
        length = self._bytes_of(name).stat().st_size
        with self._database.transaction() as connection:
            old = self.get(file_system, path)
            check(old)
            if old is not None and old.is_directory:
                raise StoreRefused(409, "ResourceTypeMismatch")
            if blocks is not None and old is not None and not old.is_of_blocks:
                raise StoreRefused(409, "InvalidBlobType")
            self._make_parents(connection, file_system, path)
            made = self._made(file_system, path, is_directory=False, metadata=metadata, headers=headers)
            made = replace(made, blob=name, length=length, is_of_blocks=True)
            entries.insert(connection, made, replacing=True)
            unneeded = block_list.commit(connection, file_system, path, blocks or ())
        self._forget([old], unneeded)
        return made

    def stage(self, file_system: str, path: str, block_id: str, name: str, length: int) -> None:
        """Keep the received bytes *name* as an uncommitted block; raises `StoreRefused`."""
        with self._database.transaction() as connection:
            old = self.get(file_system, path)
            if old is not None and not old.is_of_blocks:
                raise StoreRefused(409, "InvalidBlobType")
            replaced = block_list.stage(connection, file_system, path, block_id, name, length)
        if replaced is None:
            raise StoreRefused(400, "InvalidBlobOrBlock")
        for one in replaced:
            self._bytes_of(one).unlink(missing_ok=True)

    def assembled(self, file: StoredFile | None, parts: Iterable[Part], target: AppendTarget) -> None:
        """Write the bytes of *parts* to *target*; committed ones are in *file*."""
        for part in parts:
            name = part.name or (file.blob if file else "")
            with self._bytes_of(name).open("rb") as source:
                source.seek(part.start)
                left = part.length
                while left and (piece := source.read(min(left, _COPIED_AT_ONCE))):
                    target.write(piece)
                    left -= len(piece)

    def parts(self, file_system: str, path: str, wanted: Iterable[tuple[str, str]]) -> list[Part]:
        """Where the bytes of the blocks are that a list names, as (kind, id); raises `StoreRefused`."""
        try:
            return block_list.find(self._database.read(), file_system, path, wanted)
        except KeyError:
            raise StoreRefused(400, "InvalidBlockList") from None

    def reset(self) -> None:
        """Remove everything."""
        with self._database.transaction() as connection:
            for table in ("files", "extents", "blocks"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 — names of ours
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)

    def _made(
        self, file_system: str, path: str, *, is_directory: bool, metadata: dict[str, str], headers: dict[str, str]
    ) -> StoredFile:
        now = self._clock.time()
        return StoredFile(
            file_system=file_system,
            path=path,
            is_directory=is_directory,
            blob=uuid.uuid4().hex,
            length=0,
            etag=_etag(),
            created=now,
            modified=now,
            metadata=metadata,
            headers=headers,
        )

    def _make_parents(self, connection: sqlite3.Connection, file_system: str, path: str) -> None:
        for parent in _parents(path):
            there = self.get(file_system, parent)
            if there is None:
                entries.insert(
                    connection,
                    self._made(file_system, parent, is_directory=True, metadata={}, headers={}),
                    replacing=False,
                )
            elif not there.is_directory:
                raise StoreRefused(409, "PathConflict")

    def _require_destination(self, file: StoredFile, old: StoredFile | None, file_system: str, path: str) -> None:
        if file_system == file.file_system and f"{path}/".startswith(f"{file.path}/"):
            raise StoreRefused(409, "InvalidRenameSourcePath")
        if old is not None and (old.is_directory or file.is_directory):
            raise StoreRefused(409, "PathAlreadyExists")
        parent = path.rpartition("/")[0]
        there = self.get(file_system, parent) if parent else None
        if parent and (there is None or not there.is_directory):
            raise StoreRefused(404, "RenameDestinationParentPathNotFound")

    def _bytes_of(self, blob: str) -> Path:
        return self._folder / blob

    def _is_kept(self, name: str) -> bool:
        return self._database.read().execute(_KEPT_ONE, (name, name)).fetchone() is not None

    def _forget(self, files: list[StoredFile | None], unneeded: Iterable[str] = ()) -> None:
        """Give back the bytes of files that are gone, and those with *unneeded* names."""
        for name in unneeded:
            self._bytes_of(name).unlink(missing_ok=True)
        blobs = [one.blob for one in files if one is not None and not one.is_directory]
        if not blobs:
            return
        with self._database.transaction() as connection:
            for blob in blobs:
                extents.forget(connection, blob)
        for blob in blobs:
            self._bytes_of(blob).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Give back the bytes that a killed process did not get to."""
        kept = {row["blob"] for row in self._database.read().execute(_KEPT)}
        for path in self._folder.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _etag() -> str:
    return f'"0x8D{uuid.uuid4().hex[:13].upper()}"'
