"""A provider process: the real lifecycles with fakes at the edge, and each effect an instant to die at."""

import dataclasses
import functools
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.model.clients import LEFT_OVER, FakeDatasets, FakeIngest
from tests.model.person import Person
from tests.model.world import EPOCH_S, USUAL_S, WORKSPACE, Declared, World
from veracity_provider.dynamic.providers import DatasetIngestProvider, IngestUploadProvider
from veracity_provider.lifecycle.protocols import JsonObject, Lifecycle
from veracity_provider.lifecycle.services import Services
from veracity_provider.settings import Settings

KILLED = "killed"
_PROVIDERS = {"upload": IngestUploadProvider(), "ingest": DatasetIngestProvider()}


class Killed(BaseException):
    """The process is gone: whatever its code does with this exception, nothing of it acts any more."""


@dataclasses.dataclass(frozen=True)
class Call:
    """A `create` (without *olds*) or `update` of an ingest, which a process that is left over makes later."""

    machine: str
    news: JsonObject
    olds: JsonObject | None
    declared: Declared


class Told:
    """A reporter that writes into the history."""

    urn = ""

    def __init__(self, world: World) -> None:
        self._world = world
        self.warnings: list[str] = []

    def info(self, message: str) -> None:
        self._world.say(f"    info: {message}")

    def warning(self, message: str) -> None:
        self._world.say(f"    warning: {message}")
        self.warnings.append(message)

    def live(self, message: str) -> None:
        """Nothing: it is gone with the next message."""


class Process:
    """
    One provider process.

    Args:
        home: The machine's folder beside its Pulumi home.
        person: Whose answers are in the stack's config.
        is_preview: Then nothing may be changed.
    """

    def __init__(self, world: World, machine: str, home: Path, person: Person, *, is_preview: bool) -> None:
        self.world, self.machine, self.home, self.is_preview = world, machine, home, is_preview
        self.told = Told(world)
        self.ingests, self.datasets = FakeIngest(self), FakeDatasets(self)
        self.answered = frozenset(person.answers)
        services = self._services(_settings(json.dumps(person.answers)))
        self._lifecycles = {name: provider.lifecycle(services) for name, provider in _PROVIDERS.items()}
        self.declared: Declared | None = None
        self.call: Call | None = None
        self.left_over: Call | None = None
        self._is_dead = False

    def _services(self, settings: Settings) -> Services:
        known: dict[str, Any] = {
            "settings": settings,
            "clients": SimpleNamespace(ingest=self.ingests, datasets=self.datasets),
            "uploader": SimpleNamespace(upload=self.ingests.upload),
            "home": self.home,
            "project": self.home,
            "engine_is_alive": self._engine_is_alive,
            "sleep": self._sleep,
            "monotonic": lambda: self.world.now,
            "time": lambda: EPOCH_S + self.world.now,
        }
        return Services(**{one.name: known[one.name] for one in dataclasses.fields(Services) if one.name in known})

    def lifecycle(self, resource: str) -> Lifecycle:
        """That of `upload0`, `ingest1` …"""
        return self._lifecycles[resource.rstrip("0123456789")]

    @contextmanager
    def at_work(self, declared: Declared | None, call: Call | None = None) -> Iterator[None]:
        """A lifecycle of this process is called, for what is *declared*; *call* is one that can be left over."""
        global _current  # noqa: PLW0603 — what is patched (os.replace, the uploader) is handed no process
        before, _current, self.declared, self.call = _current, self, declared, call
        self.ingests.looked_up.clear()
        random.seed(1)  # the jitter of waits: equal situations have equal futures
        try:
            yield
            self.be_alive()
        finally:
            _current = before

    def be_alive(self) -> None:
        """The process is about to do something, if only to look."""
        if self._is_dead:
            raise Killed

    def effect(self, what: str, *faults: str) -> str | None:
        """
        The last instant before something outside is changed: the process may die here, or one of *faults* happen.

        An instant after an effect is the instant before the next one, so it is not asked for as well.
        """
        self.be_alive()
        if self.is_preview:
            self.world.say(f"    {what}")
            self.world.violate("a preview changes something")
            return None
        fault = self.world.choose(KILLED, *faults)
        if fault:
            self.world.say(f"  !! {what}: {fault}")
        if fault == KILLED:
            self.die()
        if fault == LEFT_OVER:
            self.left_over = self.call
            self.die()
        return fault

    def die(self) -> None:
        """Raises Killed, here and wherever this process goes on."""
        self._is_dead = True
        raise Killed

    def _sleep(self, seconds: float) -> None:
        self.be_alive()
        self.world.sleep(seconds)

    def _engine_is_alive(self) -> bool:
        self.be_alive()
        if self.is_preview or self.world.choose("gone") is None:
            return True
        self.world.say("  !! the engine is gone")
        return False

    def journal(self) -> dict[str, str]:
        """Job id → the word of this machine's journal."""
        return {job.id: word for job in self.world.jobs if (word := _word(self.home, job.id)) is not None}


_OPEN_OF_0_1_0 = ("staged", "starting", "started", "abandoned")
"""Words of 0.1.0, none of which tells whether a job was started."""
_current: Process | None = None


def current() -> Process | None:
    """The process whose lifecycle was called."""
    return _current


def _word(home: Path, job_id: str) -> str | None:
    for path in home.rglob(f"*{job_id}*.json"):
        try:
            document = json.loads(path.read_text())
            is_old = "version" not in document and document["state"] in _OPEN_OF_0_1_0
            return "starting" if is_old else str(document["state"])
        except (ValueError, KeyError, TypeError):
            return "cannot be read"
    return None


@functools.cache
def _settings(answers: str) -> Settings:
    config = {
        "endpoint": "http://127.0.0.1:1",
        "clientId": "nobody",
        "clientSecret": "none",
        "subscriptionKey": "none",
        "usualJobSeconds": str(USUAL_S),
        "workspaceId": WORKSPACE,
        "answers": answers,
    }
    return Settings.resolve(config.get, {})
