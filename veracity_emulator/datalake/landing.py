"""Where the bytes of an append go while they arrive, so that a half append spoils nothing that was answered."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

_COPIED_AT_ONCE: Final = 64 * 1024 * 1024


class Landing:
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
    def opened(cls, path: Path, side: Path | None, start: int) -> Generator["Landing"]:
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
            done += os.copy_file_range(self._side, self._target, _COPIED_AT_ONCE, done, self.start + done)


class Turns:
    """Appends to one place of one file wait for each other; those to different places do not. For one event loop."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, int, int]] = set()
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, blob: str, start: int, end: int) -> AsyncGenerator[None]:
        """Hold the bytes from *start* to *end*."""
        mine = (blob, start, end)
        async with self._freed:
            await self._freed.wait_for(lambda: not any(_overlap(mine, other) for other in self._taken))
            self._taken.add(mine)
        try:
            yield
        finally:
            self._taken.discard(mine)
            async with self._freed:
                self._freed.notify_all()


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
