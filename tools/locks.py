"""One at a time: a lock file that the system lets go of when its holder ends, however it ends."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tools.console import StepFailed, say


@contextmanager
def only_one(path: Path, what: str) -> Generator[None, None, None]:
    """
    Hold the lock file *path*; while another process does *what*, wait for it and say so.

    Raises:
        StepFailed: This system has no such locks.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        raise StepFailed("Linux or macOS is needed. On Windows, use WSL.") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  another {what} is at work here; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
