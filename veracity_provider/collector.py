"""The garbage collector, which has nothing to find while modules are loaded and models are built."""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, final


@contextmanager
def pause_collector() -> Generator[None]:
    """
    Collect no garbage meanwhile, in no thread.

    What modules and models define stays. Without this the collector goes through all of it, and through all of the
    Pulumi SDK, again and again.
    """
    _PAUSE.begin()
    try:
        yield
    finally:
        _PAUSE.end()


@final
class _Pause:
    """The one pause of the process: the first thread that asks for it begins it, and the last one ends it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._wanted = 0
        self._was_enabled = False

    def begin(self) -> None:
        with self._lock:
            if self._wanted == 0:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._wanted += 1

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0 and self._was_enabled:
                gc.enable()


_PAUSE: Final = _Pause()
