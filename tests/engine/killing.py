"""Killing a `pulumi up` at a chosen request, and what must hold after the next one."""

import contextlib
import itertools
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from subprocess import Popen
from typing import Any

import psutil
import pytest

from tests.engine.project import Outcome, Project
from tests.veracity import Veracity

PHASES = {
    "registering the job": {"method": "PUT", "path": "*/ingest/dataset/*"},
    "creating the file": {"method": "PUT", "path": "/veracitylocal/*"},
    "appending": {"method": "PATCH", "path": "/veracitylocal/*"},
    "flushing": {"method": "PATCH", "path": "/veracitylocal/*", "after": 1},
    "verifying the length": {"method": "HEAD", "path": "/veracitylocal/*"},
    "looking before the start": {"method": "GET", "path": "*/status"},
    "starting": {"method": "POST", "path": "*/start"},
    "waiting": {"method": "GET", "path": "*/status", "after": 1},
}
VICTIMS = ("CLI", "provider", "all")
HELD_S = 2.0
_LIMIT_S = 60.0


@dataclass(frozen=True)
class Kill:
    """When and what."""

    phase: str
    victim: str

    def __str__(self) -> str:
        return f"{self.victim} while {self.phase}"


def kills_at(phases: Iterable[str], *, always: str) -> list[Any]:
    """
    A kill at each of *phases*, of the CLI, the provider and all in turn, as parameters of a test.

    `make test` runs the one at the phase *always*, `make extended` the others.
    """
    return [
        pytest.param(kill := Kill(phase, victim), id=str(kill), marks=[] if phase == always else pytest.mark.extended)
        for phase, victim in zip(phases, itertools.cycle(VICTIMS), strict=False)
    ]


def kill_during(project: Project, veracity: Veracity, kill: Kill, **which: int) -> None:
    """
    Run `pulumi up`, hold the phase's request on its way, and kill the victim there, as `kill -9` does.

    *which*: `after=1` lets one more such request pass.
    """
    kill_request(project, veracity, {**PHASES[kill.phase], **which}, kill.victim)


def kill_request(project: Project, veracity: Veracity, request: Mapping[str, Any], victim: str) -> None:
    """Run `pulumi up`, hold a *request* on its way, and kill the *victim* there."""
    veracity.fault(**request, effect={"kind": "delay", "seconds": HELD_S})
    with project.running("up", "--yes", "--skip-preview") as process:
        _wait_for_the_fault(veracity, process)
        kill_all(victims(project, victim))
        process.wait(_LIMIT_S)
    veracity.heal()


def victims(project: Project, which: str) -> list[psutil.Process]:
    """The processes that stand for *which*."""
    if which == "provider":
        return project.plugins()
    return project.clis() if which == "CLI" else project.processes()


def kill_all(processes: list[psutil.Process]) -> None:
    """As `kill -9` does; one that has just ended is as good."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _ours(project: Project) -> list[psutil.Process]:
    """All but Pulumi's own language host, which looks for its engine every five minutes."""
    hosts = {found.pid for found in project.language_hosts()}
    return [found for found in project.processes() if found.pid not in hosts]


def _wait_for_the_fault(veracity: Veracity, process: Popen[str]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while veracity.get("/_emulator/faults"):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        assert time.monotonic() < deadline, "the request that the test waits for was not sent"


def recover(project: Project) -> Outcome:
    """What a person does: unlock if need be, and run it again."""
    _, left = psutil.wait_procs(_ours(project), timeout=_LIMIT_S)
    assert left == [], "a process was left over"
    return unlocked(project)


def unlocked(project: Project) -> Outcome:
    """`pulumi up`, after `pulumi cancel` where a killed one has left its lock."""
    if project.is_locked():
        assert project.pulumi("cancel", "--yes").succeeded
    return project.up()
