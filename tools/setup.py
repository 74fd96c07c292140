"""Set-up: the virtual environment and the Pulumi CLI. A part that is in place is not made again."""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from tools import pulumi_cli
from tools.console import StepFailed, exit_with, run_step, say
from tools.layout import BIN, LOGS, ROOT, VENV

_LOCK_FILE = ROOT / "requirements.lock"
_STAMP = VENV / ".packages"
_NO_NETWORK = "Check the network or pip's own settings (PIP_INDEX_URL, PIP_FIND_LINKS, proxies), and run again."


def fingerprint(parts: Iterable[bytes]) -> str:
    """One hash of everything that a step depends on."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_in_place(stamp: Path, expected: str) -> bool:
    """Whether the step that leaves *stamp* was done for the same inputs."""
    try:
        return stamp.read_text() == expected
    except OSError:
        return False


def set_up() -> None:
    """
    Make what is missing. Two set-ups at once: the second waits, and finds everything in place.

    Raises:
        StepFailed: A part cannot be made.
    """
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "lock").open("w") as lock:
        _wait_for(lock)
        _provide_packages()
        pulumi_cli.provide(os.environ)


def _wait_for(lock: IO[str]) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("  another set-up is at work here; waiting for it …")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _provide_packages() -> None:
    inputs = [_LOCK_FILE.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), str(ROOT).encode()]
    expected = fingerprint(inputs)
    if is_in_place(_STAMP, expected):
        say("  virtual environment: in place")
        return
    _make_venv()
    pip = [BIN / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run_step("packages", [*pip, "--require-hashes", "-r", _LOCK_FILE], log=LOGS / "packages.log", advice=_NO_NETWORK)
    run_step(
        "this project",
        [*pip, "--no-deps", "--no-build-isolation", "-e", ROOT],
        log=LOGS / "project.log",
        advice="Remove .venv and run again.",
    )
    _STAMP.write_text(expected)


def _make_venv() -> None:
    if (BIN / "python").exists() and _STAMP.exists():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    run_step(
        "virtual environment",
        [sys.executable, "-m", "venv", VENV],
        log=LOGS / "venv.log",
        advice="Python's own venv is needed (on Debian: apt install python3-venv).",
    )


def main() -> int:
    """`make setup`."""
    say("setting up")
    try:
        set_up()
    except StepFailed as error:
        return exit_with(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
