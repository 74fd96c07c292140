from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.project import Project, copy_template, make_template
from tests.veracity import Veracity, held_to_the_rules
from veracity_emulator.testing import spawn_emulator


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    with spawn_emulator(job_seconds=0.1, strict=True) as emulator:
        yield emulator.url


@pytest.fixture
def veracity(emulator_url: str) -> Iterator[Veracity]:
    with held_to_the_rules(emulator_url) as found:
        yield found


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "project"
    make_template(folder)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path, veracity: Veracity) -> Iterator[Project]:
    made = copy_template(template, tmp_path / "project", veracity.config)
    yield made
    for process in made.processes():
        process.kill()
