import os
import sys
from pathlib import Path

import pytest

from tests.examples.shell import ROOT, Shell, newcomer
from tools import package, publishing


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the commands that `make package` and the others use."""
    publishing.provide()
    return publishing.BIN


@pytest.fixture(scope="session")
def distributions() -> Path:
    """The folder that `make package` leaves, made now."""
    package.build()
    return package.DIST


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return newcomer(tmp_path)


@pytest.fixture
def published(shell: Shell, distributions: Path) -> Shell:
    """A shell in which pip and uv find the project's packages beside those of their index."""
    found = {
        f"{name}_FIND_LINKS": f"{os.environ.get(f'{name}_FIND_LINKS', '')} {distributions}" for name in ("PIP", "UV")
    }
    shell.environ |= {name: value.strip() for name, value in found.items()}
    return shell


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A shell in a project made from the template, with the code of this folder."""
    (shell.folder / ".venv").symlink_to(sys.prefix)
    shell.environ |= {"PYTHONPATH": str(ROOT)}
    shell.run(f"pulumi new {ROOT}/templates/veracity --generate-only --yes --force")
    return shell
