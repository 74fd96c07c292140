"""Where the bytes of an append go while they arrive, so that a half append spoils nothing that was answered."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_COPIED_AT_ONCE: Final = 8 * 1024 * 1024


class AppendTarget:
    """
    Takes an append, block by block.

    Blocks go straight to their place in the file; or beside it, and there only when `settle` is called.
    """

    def __init__(self, target: int, side: int | None, start: int) -> None:
        self._target = target
        self._side = side
        self.start = start
        self.end = start

    @classmethod
    @contextmanager
    def opened(cls, path: Path, side: Path | None, start: int) -> Generator["AppendTarget"]:
        """Into the file at *path*, by way of *side* if there is one; raises `FileNotFoundError`."""
        with ExitStack() as stack:
            target = os.open(path, os.O_WRONLY)
            stack.callback(os.close, target)
            beside = os.open(side, os.O_RDWR | os.O_CREAT) if side else None
            if beside is not None:
                stack.callback(os.close, beside)
            yield cls(target, beside, start)

    def write(self, block: bytes) -> None:
        """Add *block*; raises `OSError`, with `EFBIG` where the file system takes no file of that length."""
        left = memoryview(block)
        while left:
            if self._side is None:
                written = os.pwrite(self._target, left, self.end)
            else:
                written = os.pwrite(self._side, left, self.end - self.start)
            self.end += written
            left = left[written:]

    def settle(self) -> None:
        """Bring what was written beside the file to its place."""
        done = 0
        while self._side is not None and done < self.end - self.start:
            block = os.pread(self._side, _COPIED_AT_ONCE, done)
            done += os.pwrite(self._target, block, self.start + done)


class RangeLocks:
    """Appends to one place of one file wait for each other; those to different places do not. For one event loop."""

    def __init__(self) -> None:
        self._held = list[_Hold]()

    @asynccontextmanager
    async def hold(self, blob: str, start: int, end: int) -> AsyncGenerator[None]:
        """Hold the bytes from *start* to *end*."""
        mine = _Hold(blob, start, end)
        while other := next((one for one in self._held if one.overlaps(mine)), None):
            await other.freed.wait()
        self._held.append(mine)
        try:
            yield
        finally:
            self._held.remove(mine)
            mine.freed.set()


@dataclass(frozen=True, eq=False)
class _Hold:
    blob: str
    start: int
    end: int
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    def overlaps(self, other: "_Hold") -> bool:
        return self.blob == other.blob and self.start < other.end and other.start < self.end
