"""Small files that outlive a run: each is written as a whole or not at all, and locked across processes and threads."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Put *document* into the file at *path*, in place of what is there; on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".", delete=False) as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    _sync(path.parent)


def open_lock(path: Path) -> IO[str]:
    """The file at *path*, to be locked; closing it, or the end of the process, lets go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w")


def try_lock(lock: IO[str]) -> bool:
    """Take the lock; False while somebody else has it."""
    import fcntl  # not on Windows, where a command that only reads still works

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(lock: IO[str]) -> None:
    """Take the lock as soon as it is free."""
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
