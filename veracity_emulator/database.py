"""SQLite, so that an answer is sent only when its effect is on disk."""

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import IO, Final

from veracity_emulator.errors import StartRefused

FORMAT: Final = 2
"""Version of the state folder; a newer one is not touched."""


class StateRefused(StartRefused):
    """The state folder cannot be used; the text says why."""


class AnotherAtWork(StateRefused):
    """Another emulator is at work on the state folder."""


class Database:
    """One writer at a time, readers beside it. Safe for many threads."""

    def __init__(
        self, folder: Path, schemas: Iterable[str], added_columns: Iterable[tuple[str, str, str]] = ()
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "veracity.db"
        self._claim: IO[str] = _claimed(folder)
        self._writing = threading.RLock()
        self._local = threading.local()
        self._open_ones = list[sqlite3.Connection]()
        self._writer = self._open()
        self._prepare(folder, schemas, added_columns)

    @contextlib.contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing, on disk at the end."""
        with self._writing:
            if self._writer.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            self._local.is_writing = True
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # SQLite itself has ended it where the disk is full
                    self._writer.execute("ROLLBACK")
                raise
            finally:
                self._local.is_writing = False

    def read(self) -> sqlite3.Connection:
        """This thread's connection for reading; it sees what was committed, and what its own transaction wrote."""
        if getattr(self._local, "is_writing", False):
            return self._writer
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def close(self) -> None:
        """Let the folder go."""
        with self._writing:
            for connection in self._open_ones:
                connection.close()
            self._claim.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=60)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        self._open_ones.append(connection)
        return connection

    def _prepare(self, folder: Path, schemas: Iterable[str], added_columns: Iterable[tuple[str, str, str]]) -> None:
        (found,) = self._writer.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            message = (
                f"the state in {folder} was made by a newer emulator (format {found}, this one writes {FORMAT}); "
                "it is left as it is. Use another --state, or a newer emulator."
            )
            raise StateRefused(message)
        for schema in schemas:
            self._writer.executescript(schema)
        for table, column, kind in added_columns:
            names = {row["name"] for row in self._writer.execute(f"PRAGMA table_info({table})")}
            if column not in names:
                self._writer.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        self._writer.execute(f"PRAGMA user_version = {FORMAT}")


def is_claimed(folder: Path) -> bool:
    """Whether an emulator is at work on the state in *folder*."""
    if not (folder / "lock").exists():
        return False
    try:
        _claimed(folder).close()
    except AnotherAtWork:
        return True
    return False


def _claimed(folder: Path) -> IO[str]:
    """Hold the folder for this process; the hold ends with it, however it ends."""
    try:
        import fcntl
    except ModuleNotFoundError:
        message = "the local Veracity needs Linux or macOS: it locks its state with fcntl. On Windows, use WSL."
        raise StateRefused(message) from None
    claim = (folder / "lock").open("w")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.close()
        message = f"another emulator is at work on the state in {folder}; stop it, or use another --state."
        raise AnotherAtWork(message) from None
    return claim
