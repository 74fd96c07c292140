"""Which failures of a request to the platform are tried again."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from veracity_provider.errors import PlatformError, PlatformUnreachable
from veracity_provider.retrying import repeat

MAX_RETRYING_S: Final = 20.0
TRANSIENT_STATUSES: Final = frozenset({429, 500, 502, 503, 504})

_Result = TypeVar("_Result")


def retry(call: Callable[[], _Result], *, statuses: frozenset[int] = TRANSIENT_STATUSES) -> _Result:
    """
    Call until there is a result, at most 4 times within some 20 s, and raise the last error.

    Only a failure that is transient is tried again, after the time that its `Retry-After` asks for. One that asks for
    more than 20 s is raised at once.

    Args:
        statuses: HTTP statuses that are transient for this call.
    """
    return repeat(call, wait_after=partial(_backoff, statuses=statuses), within_s=MAX_RETRYING_S)


def is_transient(error: Exception, statuses: frozenset[int] = TRANSIENT_STATUSES) -> bool:
    """Whether the same request may succeed later, and can be sent again without harm."""
    if isinstance(error, PlatformError):
        return error.status in statuses
    return isinstance(error, PlatformUnreachable)


def _backoff(error: Exception, statuses: frozenset[int]) -> bool | float:
    """Whether to try again, or after how many seconds."""
    if not is_transient(error, statuses):
        return False
    after_s = error.retry_after_s if isinstance(error, PlatformError) else None
    if after_s is None:
        return True
    return after_s if after_s <= MAX_RETRYING_S else False
