"""Lifecycles at work against a local Veracity in this process, without an engine."""

import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from tests.lifecycle.platform import NOON, Platform
from tests.veracity import held_to_the_rules
from veracity_provider.api.clients import Clients
from veracity_provider.lifecycle.services import Services, make_uploader
from veracity_provider.settings import Settings


@dataclass
class Told:
    """A reporter that remembers."""

    urn: str = ""
    infos: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lives: list[str] = field(default_factory=list)

    def info(self, message):
        self.infos.append(message)

    def warning(self, message):
        self.warnings.append(message)

    def live(self, message):
        self.lives.append(message)


@dataclass
class FakeClock:
    """Time that passes by sleeping alone."""

    now: float = 0.0

    def sleep(self, seconds):
        self.now += seconds

    def monotonic(self):
        return self.now

    time = monotonic


@dataclass
class FastClock:
    """Time that passes ten times as fast as it does, for tests that wait for jobs of the emulator."""

    speed: float = 10.0
    begun: float = field(default_factory=time.time)

    def sleep(self, seconds):
        time.sleep(seconds / self.speed)

    def time(self):
        return self.begun + (time.time() - self.begun) * self.speed

    monotonic = time


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def veracity(emulator):
    with held_to_the_rules(emulator.url) as found:
        yield found


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def make_services(veracity, tmp_path):
    """Services of one machine; `home` makes another one, and a clock and settings may be chosen."""
    fast = FastClock()

    def make(*, home="home", engine_is_alive=lambda: True, clock=fast, cli_run=None, **settings):
        config = {key.removeprefix("veracity:"): value for key, value in veracity.config.items()}
        resolved = Settings.resolve({**config, "usualJobSeconds": "1", **settings}.get, {})
        return Services(
            settings=resolved,
            clients=Clients(resolved),
            uploader=make_uploader(resolved),
            home=tmp_path / home,
            project=tmp_path,
            engine_is_alive=engine_is_alive,
            sleep=clock.sleep,
            monotonic=clock.monotonic,
            time=clock.time,
            cli_run=cli_run,
        )

    return make


@pytest.fixture
def services(make_services):
    return make_services()


@pytest.fixture
def platform(clock):
    """At noon of a day, so that a time of day is not taken for a duration."""
    clock.now = NOON
    return Platform(clock)


@pytest.fixture
def make_platform_services(platform, clock, tmp_path):
    """Services of one machine at a written-down platform; a person's answers and the engine's life may be chosen."""

    def make(*, answers=None, engine_is_alive=lambda: True):
        return Services(
            settings=SimpleNamespace(answers=answers or {}, usual_job_s=120.0, workspace_id=None, workspace_name=None),
            clients=SimpleNamespace(ingest=platform, datasets=platform),
            uploader=SimpleNamespace(),
            home=tmp_path,
            project=tmp_path,
            engine_is_alive=engine_is_alive,
            sleep=clock.sleep,
            monotonic=clock.monotonic,
            time=clock.time,
        )

    return make
