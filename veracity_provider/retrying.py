"""How often a request is tried again, and after how long: one policy for the platform and for the storage."""

from collections.abc import Callable
from typing import Final, TypeVar

import stamina

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
