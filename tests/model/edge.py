"""What a lifecycle reaches without a client: the files of the journal."""

import contextlib
import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from tests.model.process import current
from tests.model.world import EPOCH_S, in_words

_CACHES = ("fingerprints", "preflight", "previews")
"""Folders beside the journal, which may be lost at any time."""
DISK_FULL = "no space is left on the device"


def seconds_of(time_of_day: str) -> float:
    """The model's time for an ISO 8601 timestamp, or for seconds since 1970."""
    seconds = datetime.fromisoformat(time_of_day).timestamp() if "T" in time_of_day else float(time_of_day)
    return seconds - EPOCH_S


@contextmanager
def fakes_in_place() -> Iterator[None]:
    """All of the edge is the model's."""
    with contextlib.ExitStack() as stack:
        for name in ("replace", "rename", "link"):
            stack.enter_context(mock.patch.object(os, name, _noted(getattr(os, name))))
        stack.enter_context(mock.patch.object(os, "fsync", _sync_nothing))
        yield


def _sync_nothing(_file: int) -> None:
    """No machine loses its power here; a kill loses nothing that was written."""


def _noted(real: Callable[..., None]) -> Callable[..., None]:
    """*real* puts a file into its place; where that is the journal's, it is an effect of the process at work."""

    def put(source, target, **options):
        process, path = current(), Path(target)
        is_journal = process and path.is_relative_to(process.home) and not set(_CACHES) & set(path.parts)
        if is_journal and process.effect(f"journal: {_line(source, path)}", DISK_FULL):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        real(source, target, **options)

    return put


def _line(source: Any, target: Path) -> str:
    word = json.loads(Path(source).read_text()).get("state")
    return f"{in_words(target.stem)} {word}" if word else "tried"
