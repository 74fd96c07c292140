"""All that outlives an `up`, and the machines' folders on disk."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from tests.model.edge import fakes_in_place, seconds_of
from tests.model.engine import Program, Stack
from tests.model.person import Answers
from tests.model.process import Call
from tests.model.world import LIMIT_S, Declared, World

Files = Mapping[str, bytes]
"""Path below a machine's home → content."""
_TIME = re.compile(r"\b(?:2026-\d\d-\d\dT[\d:]+Z|17672\d{5}\.\d+)")
"""As a timestamp, or in seconds since 1970."""
_KNOWN_MACHINES = ("M1", "M2")
"""Those that a person may come back to; a fresh one is left for ever."""


@dataclass(kw_only=True)
class Situation:
    """The platform, the state of the stack, the journals, the answers; and what was declared so far."""

    world: World
    program: Program
    before: tuple[tuple[str, ...], ...]
    """Earlier contents of each ingest, the newest last."""
    stack: Stack = field(default_factory=Stack)
    homes: dict[str, Files] = field(default_factory=dict)
    machine: str = _KNOWN_MACHINES[0]
    fresh_machines: int = 0
    answers: Answers = field(default_factory=Answers)
    declared: dict[tuple[int, str], list[Declared]] = field(default_factory=dict)
    """By ingest and dataset, in its course."""
    left_over: Call | None = None

    def copy(self) -> Self:
        """An independent one."""
        return replace(
            self,
            world=self.world.copy(),
            stack=self.stack.copy(),
            homes=self.homes.copy(),
            answers=self.answers.copy(),
            declared={key: seen.copy() for key, seen in self.declared.items()},
        )

    @cached_property
    def signature(self) -> bytes:
        """Equal for situations that have equal futures."""
        world = self.world
        jobs = [replace(job, due=0.0, arrives=None) for job in world.jobs]
        ahead = [job.ahead(world.now) for job in world.jobs], max(0.0, world.silent_until - world.now)
        homes = [
            (machine, sorted(files.items()))
            for machine, files in sorted(self.homes.items())
            if machine in {*_KNOWN_MACHINES, self.machine}
        ]
        mine = self.program, self.before, self.stack, self.machine, self.declared, sorted(self.answers.items())
        text = repr((jobs, ahead, world.effects, homes, mine, self.left_over, world.is_blind, world.is_misled))
        aged = _TIME.sub(lambda found: f"-{min(world.now - seconds_of(found[0]), LIMIT_S):.1f} s", text)
        return hashlib.blake2b(aged.encode(), digest_size=16).digest()


class Homes:
    """The machines' folders on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._on_disk: dict[str, Files] = {}

    def laid_out(self, machine: str, files: Files) -> Path:
        """The machine's folder, with just *files* in it."""
        home, there = self._folder / machine, self._on_disk.get(machine, {})
        home.mkdir(exist_ok=True)
        for name in there.keys() - files.keys():
            (home / name).unlink()
        for name, content in files.items():
            if there.get(name) != content:
                (home / name).parent.mkdir(parents=True, exist_ok=True)
                (home / name).write_bytes(content)
        self._on_disk[machine] = files
        return home

    def read(self, machine: str) -> Files:
        """What is there now, without locks, and without what a killed process was about to put in place."""
        home, files = str(self._folder / machine), dict[str, bytes]()
        for folder, _, names in os.walk(home):
            for name in names:
                path = Path(folder, name)
                if name.startswith((".", "tmp")):
                    path.unlink()
                elif not name.endswith(".lock"):
                    files[str(path)[len(home) + 1 :]] = path.read_bytes()
        self._on_disk[machine] = files
        return files


@contextmanager
def homes() -> Iterator[Homes]:
    """Folders in memory, where there is such a file system, with all fakes in place."""
    in_memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=in_memory if in_memory.is_dir() else None) as folder, fakes_in_place():
        yield Homes(Path(folder))
