"""One at a time: a lock file that the system lets go of when its holder ends, however it ends."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tools.console import say


@contextmanager
def only_one(path: Path, what: str) -> Generator[None, None, None]:
    """Hold the lock file *path*; while another process does *what*, wait for it and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  another {what} is at work here; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
