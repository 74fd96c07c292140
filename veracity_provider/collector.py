"""The garbage collector, which has nothing to find while modules are loaded and models are built."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def pause_collector() -> Generator[None]:
    """
    Collect no garbage meanwhile.

    What modules and models define stays. Without this the collector looks at all of it, and at all of the Pulumi SDK,
    again and again: a third of the time that loading takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
