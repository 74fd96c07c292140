"""The garbage collector, which finds next to nothing while modules are loaded and resources are declared."""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, final

_OFTEN_ENOUGH: Final = 100_000
"""New objects after which garbage is looked for. The garbage among them takes some 20 MiB at most."""


def collect_less_often() -> None:
    """
    Have the collector look for garbage after a hundred thousand new objects, in place of seven hundred.

    For a process that runs one program, whose resources are in use until it ends. Each time the collector would go
    through more of them.
    """
    often, *rest = gc.get_threshold()
    if 0 < often < _OFTEN_ENOUGH:
        gc.set_threshold(_OFTEN_ENOUGH, *rest)


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
