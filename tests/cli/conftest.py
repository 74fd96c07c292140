"""The command in this process, with a local Veracity of its own that each test finds as it was at first."""

import json
import os
from dataclasses import dataclass

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.veracity import Veracity
from veracity_emulator.testing import run_emulator
from veracity_provider.cli.app import app
from veracity_provider.settings import KEYS

COMMAND = get_command(app)
"""Built once: for each call again, as the runner does it, takes longer than most calls."""


@dataclass
class Outcome:
    """What a call of the command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return self.out.splitlines()


@pytest.fixture(scope="session")
def own_emulator():
    with run_emulator(job_seconds=0.02, strict=True) as running:
        yield running


@pytest.fixture
def platform(own_emulator):
    """The demo; fails the test that let a secret go astray."""
    found = Veracity(own_emulator.url)
    found.post("/_emulator/reset")
    yield found
    assert found.violations() == []


@pytest.fixture
def account(platform):
    """The environment of the demo account that may write."""
    return {
        "VERACITY_ENDPOINT": platform.url,
        "VERACITY_CLIENT_ID": platform.demo["clientId"],
        "VERACITY_CLIENT_SECRET": platform.demo["clientSecret"],
        "VERACITY_SUBSCRIPTION_KEY": platform.demo["subscriptionKey"],
        "VERACITY_WORKSPACE_ID": platform.demo["workspaceId"],
    }


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Calls the command with nothing but what a test names: in an empty folder, without settings, at 80 columns."""
    for name in list(os.environ):
        if name.startswith(("VERACITY_", "PULUMI_")) or name in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("typer.testing._get_command", lambda _: COMMAND)

    def call(*arguments, **environ):
        given = {"PULUMI_HOME": str(tmp_path / "home"), "COLUMNS": "80", "TERM": "dumb", **environ}
        result = CliRunner().invoke(app, list(map(str, arguments)), env=given, prog_name="veracity")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def veracity(alone, account):
    """Calls the command as the demo account."""

    def call(*arguments, **environ):
        return alone(*arguments, **{**account, **environ})

    return call


@pytest.fixture
def stack(tmp_path, account):
    """The demo account as the stack `dev` of a project."""
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    names = {key.environment_variable: key.name for key in KEYS}
    lines = [f"  veracity:{names[variable]}: {value}" for variable, value in account.items()]
    (tmp_path / "Pulumi.dev.yaml").write_text("\n".join(["config:", *lines, ""]))
    return tmp_path / "Pulumi.dev.yaml"
