"""Set-up: the virtual environment and the Pulumi CLI. A part that is in place is not made again."""

import os
import shutil
import sys
import tomllib

from tools import pulumi_cli
from tools.console import run, run_step, say
from tools.layout import BIN, LOGS, ROOT, VENV
from tools.locks import only_one
from tools.stamps import fingerprint, is_in_place

_LOCK_FILE = ROOT / "requirements.lock"
_MADE = VENV / ".made"
_FILLED = VENV / ".packages"
_PULUMI_LOCAL = """#!/bin/sh
# `pulumi` for the local stack; tools/local.py says what it does.
cd "${0%/*}/../.." && exec .venv/bin/python -m tools.local pulumi "$@"
"""
_NO_NETWORK = "Check the network or pip's own settings (PIP_INDEX_URL, PIP_FIND_LINKS, proxies), and run again."


def set_up() -> None:
    """
    Make what is missing. Two set-ups at once: the second waits, and finds everything in place.

    Raises:
        StepFailed: A part cannot be made.
    """
    with only_one(LOGS / "lock", "set-up"):
        _provide_venv()
        _provide_packages()
        pulumi_cli.provide(os.environ)
        _provide_pulumi_local()


def venv_fingerprint() -> str:
    """
    What the virtual environment depends on: its scripts name the folder, its packages fit one Python, and it would keep
    the project under an earlier name beside the present one.
    """
    return fingerprint([sys.version.encode(), str(ROOT).encode(), _name_of_project().encode()])


def packages_fingerprint() -> str:
    """What the packages in it depend on."""
    return fingerprint([_LOCK_FILE.read_bytes(), (ROOT / "pyproject.toml").read_bytes()])


def _name_of_project() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["name"]


def _provide_packages() -> None:
    expected = packages_fingerprint()
    if is_in_place(_FILLED, expected):
        say("  virtual environment: in place")
        return
    pip = [BIN / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run_step("packages", [*pip, "--require-hashes", "-r", _LOCK_FILE], log=LOGS / "packages.log", advice=_NO_NETWORK)
    run_step(
        "this project",
        [*pip, "--no-deps", "--no-build-isolation", "-e", ROOT],
        log=LOGS / "project.log",
        advice="Remove .venv and run again.",
    )
    _FILLED.write_text(expected)


def _provide_venv() -> None:
    expected = venv_fingerprint()
    if (BIN / "python").exists() and is_in_place(_MADE, expected):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    run_step(
        "virtual environment",
        [sys.executable, "-m", "venv", VENV],
        log=LOGS / "venv.log",
        advice="Python's own venv is needed (on Debian: apt install python3-venv).",
    )
    _MADE.write_text(expected)


def _provide_pulumi_local() -> None:
    command = BIN / "pulumi-local"
    command.write_text(_PULUMI_LOCAL)
    command.chmod(0o755)


def main() -> int:
    """`make setup`."""
    say("setting up")
    set_up()
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
