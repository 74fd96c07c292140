"""The command as a process of its own, as a shell runs it."""

import subprocess
import sys

import pytest

import veracity_provider

pytestmark = pytest.mark.slow


def run(*arguments, **environ):
    return subprocess.run(
        [sys.executable, "-c", "from veracity_provider.cli import main; main()", *arguments],
        env={"LANG": "C.UTF-8", "PATH": "/bin:/usr/bin", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version():
    assert run("--version").stdout == f"veracity {veracity_provider.__version__}\n"


def test_what_is_piped_has_no_colour_and_fits_80_columns():
    found = run("--help", TERM="xterm-256color")
    assert found.returncode == 0
    assert "\x1b" not in found.stdout
    assert max(map(len, found.stdout.splitlines())) <= 80


def test_a_retry_shows_only_in_its_result(platform, account):
    platform.fault(path="*/datasets/*", effect={"kind": "status", "status": 503})
    shown = run("dataset", platform.demo["datasets"]["keyed"], **account)
    assert (shown.returncode, shown.stderr) == (0, "")
