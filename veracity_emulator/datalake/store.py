"""
Files and folders. Bytes are written once, at their place, and become visible when they are flushed.

What is known of a file is in the database; its bytes are in one file on disk, so that memory does not grow with them.
"""

import contextlib
import json
import os
import sqlite3
import uuid
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from veracity_emulator.clock import Clock
from veracity_emulator.database import Database

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS files (
    file_system TEXT, path TEXT, is_directory INTEGER, blob TEXT, length INTEGER, etag TEXT,
    created REAL, modified REAL, metadata TEXT, PRIMARY KEY (file_system, path)
);
CREATE TABLE IF NOT EXISTS extents (blob TEXT, start INTEGER, end INTEGER);
CREATE INDEX IF NOT EXISTS extents_of_blob ON extents (blob);
"""


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file or folder. *length* counts committed bytes; times are seconds since 1970."""

    file_system: str
    path: str
    is_directory: bool
    blob: str
    length: int
    etag: str
    created: float
    modified: float
    metadata: dict[str, str]


class FlushRefused(Exception):
    """The position is not the end of the bytes that follow one another."""


class FileStore:
    """Safe for many threads."""

    def __init__(self, folder: Path, database: Database, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._database = database
        self._clock = clock

    def get(self, file_system: str, path: str) -> StoredFile | None:
        """What is known of a path."""
        row = (
            self._database.read()
            .execute("SELECT * FROM files WHERE file_system = ? AND path = ?", (file_system, path))
            .fetchone()
        )
        return _stored(row) if row else None

    def create(self, file_system: str, path: str, *, is_directory: bool, metadata: dict[str, str]) -> StoredFile:
        """Make an empty file or a folder; a file of that name starts afresh."""
        old = self.get(file_system, path)
        now = self._clock.time()
        made = StoredFile(
            file_system=file_system,
            path=path,
            is_directory=is_directory,
            blob=uuid.uuid4().hex,
            length=0,
            etag=_etag(),
            created=now,
            modified=now,
            metadata=metadata,
        )
        if not is_directory:
            self._bytes_of(made.blob).touch()
        with self._database.transaction() as connection:
            for parent in _parents(path):
                folder = replace(made, path=parent, is_directory=True, metadata={})
                _insert(connection, folder, "OR IGNORE")
            _insert(connection, made, "OR REPLACE")
        if old is not None:
            self._forget_bytes(old.blob)
        return made

    @contextlib.contextmanager
    def writing(self, file: StoredFile) -> Generator[int]:
        """A descriptor to write uncommitted bytes to, with `os.pwrite`."""
        descriptor = os.open(self._bytes_of(file.blob), os.O_WRONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def appended(self, file: StoredFile, start: int, end: int) -> None:
        """Note that the bytes from *start* to *end* have been written."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO extents VALUES (?, ?, ?)", (file.blob, start, end))

    def flush(self, file: StoredFile, position: int, *, retain: bool) -> StoredFile:
        """
        Commit the bytes up to *position*.

        Raises:
            FlushRefused: *position* is not where the bytes that follow one another end.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT length FROM files WHERE blob = ?", (file.blob,)).fetchone()
            length = row["length"] if row else file.length
            if position != self._contiguous_end(connection, file.blob, length):
                raise FlushRefused
            flushed = replace(file, length=position, etag=_etag(), modified=self._clock.time())
            connection.execute(
                "UPDATE files SET length = :length, etag = :etag, modified = :modified WHERE blob = :blob",
                vars(flushed),
            )
            if not retain:
                connection.execute("DELETE FROM extents WHERE blob = ?", (file.blob,))
        return flushed

    def read(self, file: StoredFile, start: int, length: int) -> bytes:
        """Committed bytes."""
        with self._bytes_of(file.blob).open("rb") as stream:
            stream.seek(start)
            return stream.read(min(length, max(file.length - start, 0)))

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
        found = [_stored(row) for row in rows if row["path"] != folder]
        return found if recursive else [one for one in found if "/" not in one.path[len(prefix) :]]

    def delete(self, file: StoredFile) -> None:
        """Remove a file, or a folder and all in it."""
        doomed = [file, *(self.listed(file.file_system, file.path, recursive=True) if file.is_directory else [])]
        with self._database.transaction() as connection:
            for one in doomed:
                where = (one.file_system, one.path)
                connection.execute("DELETE FROM files WHERE file_system = ? AND path = ?", where)
        for one in doomed:
            self._forget_bytes(one.blob)

    def rename(self, file: StoredFile, file_system: str, path: str) -> None:
        """Move a file; one of the new name is replaced."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM files WHERE file_system = ? AND path = ?", (file_system, path))
            moved = (file_system, path, file.file_system, file.path)
            connection.execute("UPDATE files SET file_system=?, path=? WHERE file_system=? AND path=?", moved)

    def set_metadata(self, file: StoredFile, metadata: dict[str, str]) -> StoredFile:
        """Replace all metadata."""
        etag = _etag()
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE files SET metadata = ?, etag = ?, modified = ? WHERE file_system = ? AND path = ?",
                (json.dumps(metadata), etag, self._clock.time(), file.file_system, file.path),
            )
        return replace(file, metadata=metadata, etag=etag)

    def reset(self) -> None:
        """Remove everything."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM files")
            connection.execute("DELETE FROM extents")
        for path in self._folder.iterdir():
            path.unlink()

    def _contiguous_end(self, connection: sqlite3.Connection, blob: str, length: int) -> int:
        rows = connection.execute("SELECT start, end FROM extents WHERE blob = ? ORDER BY start", (blob,))
        for row in rows:
            if row["start"] > length:
                break
            length = max(length, row["end"])
        return length

    def _bytes_of(self, blob: str) -> Path:
        return self._folder / blob

    def _forget_bytes(self, blob: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM extents WHERE blob = ?", (blob,))
        self._bytes_of(blob).unlink(missing_ok=True)


def _stored(row: sqlite3.Row) -> StoredFile:
    values: dict[str, Any] = dict(row)
    values["is_directory"] = bool(values["is_directory"])
    values["metadata"] = json.loads(values["metadata"])
    return StoredFile(**values)


def _insert(connection: sqlite3.Connection, file: StoredFile, conflict: str) -> None:
    values = {**vars(file), "metadata": json.dumps(file.metadata)}
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT {conflict} INTO files ({names}) VALUES ({marks})", values)  # noqa: S608 — names of ours


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _etag() -> str:
    return f'"0x8D{uuid.uuid4().hex[:13].upper()}"'
