"""The CLI above a plugin process: known by its name, and told from every other run of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from veracity_provider.display.ancestors import ancestors, cli_run

ROOT = Path(__file__).resolve().parents[2]
ASK = "import os; from veracity_provider.display.ancestors import cli_run; print(cli_run(os.getpid()))"
TWICE = f"""
import subprocess, sys
for _ in range(2):
    subprocess.run(["/bin/sh", "-c", 'exec 3>&1; "$0" -c "$1"', sys.executable, {ASK!r}], check=True)
"""


def run_as_cli(folder, program):
    """Run *program* in a process whose command is called `pulumi`, as the engine's is."""
    command = folder / "pulumi"
    if not command.exists():
        shutil.copy(Path(sys.executable).resolve(), command)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHOME": sys.base_prefix}
    called = subprocess.run([command, "-c", program], env=environ, capture_output=True, text=True, check=True)
    return called.stdout.split()


@pytest.mark.slow
def test_two_plugins_of_one_run_know_it_as_the_same(tmp_path):
    first, second = run_as_cli(tmp_path, TWICE)
    assert first == second != "None"
    assert run_as_cli(tmp_path, TWICE)[0] != first


def test_without_a_cli_there_is_no_run():
    assert cli_run(os.getpid()) is None or "pulumi" in {one.command for one in ancestors(os.getpid())}


def test_a_process_that_is_gone_has_no_ancestors():
    assert ancestors(2**22 + 1) == []
