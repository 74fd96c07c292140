"""The emulator's time, which a test can move."""

import threading
import time
from datetime import UTC, datetime
from typing import Final

LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""Beyond it, moments could not be written any more."""


class Clock:
    """Wall time plus what it was moved by."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self.moved = threading.Event()
        """Set when the clock was moved, for those who wait for a moment."""

    def time(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead_s

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._ahead_s += seconds
        self.moved.set()


def iso(moment: float) -> str:
    """*moment*, in seconds since 1970, as the platform writes times: seven digits and a Z."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
