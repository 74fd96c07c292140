"""The disk that the state is on, which may be full."""

import errno
import sqlite3
import sys
import threading
import uuid
from pathlib import Path
from typing import Final, final

FULL: Final = "The disk of the emulator's state is full."
_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_CODES: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_PROBE: Final = bytes(64 * 1024)


def is_of_full_disk(error: BaseException) -> bool:
    """Whether *error* is what a write to a full disk raises."""
    if isinstance(error, sqlite3.OperationalError):
        return error.sqlite_errorcode & 0xFF in _CODES
    return isinstance(error, OSError) and error.errno in _ERRNOS


@final
class Disk:
    """Tells once on stderr that it is full, and again only after it was not. Safe for many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._is_told = False
        self._lock = threading.Lock()

    def tell(self) -> None:
        """It was found full."""
        with self._lock:
            is_told, self._is_told = self._is_told, True
        if not is_told:
            text = f"veracity-emulator: the disk of {self._folder} is full; make space, and it goes on by itself."
            print(text, file=sys.stderr, flush=True)  # noqa: T201 — the log of a server is its stderr

    def is_full(self) -> bool:
        """Try to write a little."""
        probe = self._folder / f"probe-{uuid.uuid4().hex}"
        try:
            probe.write_bytes(_PROBE)
        except OSError as error:
            if not is_of_full_disk(error):
                raise
            self.tell()
            return True
        finally:
            probe.unlink(missing_ok=True)
        with self._lock:
            self._is_told = False
        return False
