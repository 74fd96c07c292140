"""
What we need of the Pulumi SDK beyond its documented interface, in this one place.

A dynamic provider runs in a plugin process of the SDK's making (`python -m pulumi.dynamic ENGINE`). Its worker pool
has four threads, it does not tell a provider which resource it is asked about, and it shows errors as tracebacks.
Each function here finds its way by looking, changes as little as it can, and leaves things as they are when a newer SDK
looks different; `tests/dynamic/test_sdk.py` speaks up then.

Source: `pulumi/dynamic/__main__.py` of SDK 3.272.
"""

import gc
import inspect
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

WORKERS = 256
"""More than the engine runs at a time with the parallelism that our workflow sets (200). Threads start on demand."""

SDK_WORKERS = 4
_ADDRESS = re.compile(r"[\w.\-\[\]:]+:\d+")


def widen_worker_pool(workers: int = WORKERS) -> bool:
    """Let the plugin work on as many resources at a time as the engine sends; False when its pool was not found."""
    pools = [pool for pool in gc.get_objects() if isinstance(pool, ThreadPoolExecutor)]
    servers = [pool for pool in pools if getattr(pool, "_max_workers", None) == SDK_WORKERS]
    for pool in servers:
        pool._max_workers = workers  # pyright: ignore[reportAttributeAccessIssue] — the SDK offers no setting for it
    return bool(servers)


def engine_address(arguments: list[str]) -> str | None:
    """`host:port` of the engine. It is the last such word: flags for logs and traces come before it."""
    return next((word for word in reversed(arguments) if _ADDRESS.fullmatch(word)), None)


def current_urn() -> str:
    """The resource that the plugin's servicer is asked about on this thread; empty outside of a request."""
    for frame in _callers(inspect.currentframe()):
        request = frame.f_locals.get("request")
        urn = getattr(request, "urn", None)
        if isinstance(urn, str) and urn:
            return urn
    return ""


def show_errors_as_one_line() -> None:
    """Make `traceback.format_exc`, with which the servicer words an error, give the last line alone."""
    sys.tracebacklimit = 0


def is_mocked() -> bool:
    """Whether the program runs under `pulumi.runtime.set_mocks`, as in a unit test: without an engine."""
    return isinstance(get_monitor(), MockMonitor)


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
