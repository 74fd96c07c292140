"""What a lifecycle reaches without a client: the upload to Azure, the wall clock, the files of the journal."""

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.model.process import current
from tests.model.world import in_words
from veracity_provider.storage import uploader

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_CACHES = ("fingerprints", "preflight")
"""Folders beside the journal, which may be lost at any time."""
DISK_FULL = "no space is left on the device"


class _ModelDatetime(datetime):
    """The wall clock shows the model's time."""

    @classmethod
    def now(cls, tz=None):
        process = current()
        return (_EPOCH + timedelta(seconds=process.world.now if process else 0.0)).astimezone(tz)


def seconds_of(timestamp: str) -> float:
    """The model's time for an ISO 8601 timestamp."""
    return (datetime.fromisoformat(timestamp) - _EPOCH).total_seconds()


@contextmanager
def fakes_in_place() -> Iterator[None]:
    """All of the edge is the model's."""
    wall_clock = SimpleNamespace(**{**vars(time), "time": lambda: _ModelDatetime.now(UTC).timestamp()})
    with contextlib.ExitStack() as stack:
        for name in ("replace", "rename", "link"):
            stack.enter_context(mock.patch.object(os, name, _noted(getattr(os, name))))
        stack.enter_context(mock.patch.object(os, "fsync", _sync_nothing))
        stack.enter_context(mock.patch.object(uploader, "upload", _upload))
        for module in [one for name, one in sys.modules.items() if name.startswith("veracity_provider.lifecycle")]:
            for name, real, fake in (("datetime", datetime, _ModelDatetime), ("time", time, wall_clock)):
                if getattr(module, name, None) is real:
                    stack.enter_context(mock.patch.object(module, name, fake))
        yield


def _sync_nothing(_file: int) -> None:
    """No machine loses its power here; a kill loses nothing that was written."""


def _upload(source: Any, **options: Any) -> None:
    current().ingests.upload(source, **options)


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
    try:
        document = json.loads(Path(source).read_text())
        return in_words(f"{target.stem} {document.get('state') or document}")
    except (ValueError, AttributeError):
        return in_words(target.name)
