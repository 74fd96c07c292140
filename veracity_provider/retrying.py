"""How often a request is tried again, and after how long: one policy for the platform and for the storage."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import stamina
import stamina.instrumentation

ATTEMPTS: Final = 4

_Result = TypeVar("_Result")


def repeat(
    call: Callable[[], _Result],
    *,
    wait_after: Callable[[Exception], bool | float],
    attempts: int | None = ATTEMPTS,
    within_s: float | None = None,
) -> _Result:
    """
    Call until there is a result, and raise the last error.

    Args:
        wait_after: Whether to try again after this error: True after a wait that grows from 0.3 to 5 s, or the seconds
            to wait.
        attempts: Calls at most; None where *wait_after* alone decides.
        within_s: No new attempt is begun so long after the first; None for no limit.
    """
    caller = stamina.RetryingCaller(
        attempts=attempts, timeout=within_s, wait_initial=0.3, wait_max=5.0, wait_jitter=0.5
    )
    return caller(wait_after, call)


class _Silence:
    """How many want it at present, and the hooks that come back after the last of them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.hooks: tuple[Any, ...] = ()


_SILENCE: Final = _Silence()


@contextmanager
def silent_retries() -> Generator[None]:
    """
    Log no line for a retry: in a program, each would show up as a warning of the stack. Safe for parallel threads.

    The program's own retries are silent meanwhile, and have their hooks back in the end.
    """
    with _SILENCE.lock:
        if not _SILENCE.count:
            _SILENCE.hooks = stamina.instrumentation.get_on_retry_hooks()
            stamina.instrumentation.set_on_retry_hooks([])
        _SILENCE.count += 1
    try:
        yield
    finally:
        with _SILENCE.lock:
            _SILENCE.count -= 1
            if not _SILENCE.count:
                stamina.instrumentation.set_on_retry_hooks(_SILENCE.hooks)
