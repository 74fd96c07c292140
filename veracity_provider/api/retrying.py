"""When a request is sent again, and after how long: one policy for all of them."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import stamina

from veracity_provider.errors import PlatformError, PlatformUnreachable

ATTEMPTS: Final = 4
MAX_RETRYING_S: Final = 20.0
TRANSIENT_STATUSES: Final = frozenset({429, 500, 502, 503, 504})

_CALLER: Final = stamina.RetryingCaller(
    attempts=ATTEMPTS, timeout=MAX_RETRYING_S, wait_initial=0.3, wait_max=5.0, wait_jitter=0.5
)
_Result = TypeVar("_Result")


def retry(call: Callable[[], _Result], *, statuses: frozenset[int] = TRANSIENT_STATUSES) -> _Result:
    """
    Call until there is a result, at most 4 times within some 20 s, and raise the last error.

    Only a failure that is transient is tried again, after the time that its `Retry-After` asks for. One that asks for
    more than 20 s is raised at once.

    Args:
        statuses: HTTP statuses that are transient for this call.
    """
    return _CALLER(partial(_backoff, statuses=statuses), call)


def is_transient(error: Exception, statuses: frozenset[int] = TRANSIENT_STATUSES) -> bool:
    """Whether the same request may succeed later, and can be sent again without harm."""
    if isinstance(error, PlatformError):
        return error.status in statuses
    return isinstance(error, PlatformUnreachable)


def _backoff(error: Exception, statuses: frozenset[int]) -> bool | float:
    """What stamina asks for: whether to try again, or after how many seconds."""
    if not is_transient(error, statuses):
        return False
    after_s = error.retry_after_s if isinstance(error, PlatformError) else None
    if after_s is None:
        return True
    return after_s if after_s <= MAX_RETRYING_S else False
