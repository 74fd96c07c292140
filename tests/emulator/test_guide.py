"""The commands of docs/guide/local-veracity.md run as they are printed, but for the port."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # processes, or seconds

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/guide/local-veracity.md").read_text()
BLOCKS = re.findall(r"^```console\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return str(bound.getsockname()[1])


def commands_of(block):
    """(command, printed output) of a block."""
    parts = re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:[^$].*\n)*)", block, re.MULTILINE)
    return [(command.strip(), output.strip()) for command, output in parts]


@pytest.fixture
def environ(tmp_path):
    """With the command of this checkout, whatever is installed."""
    script = tmp_path / "bin" / "veracity-emulator"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m veracity_emulator "$@"\n')
    script.chmod(0o755)
    path = os.pathsep.join([str(script.parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def test_the_commands_run_as_printed(tmp_path, environ):
    port = free_port()
    (start, started), (stop, stopped), *others = [
        (command.replace("8780", port), output.replace("8780", port))
        for block in BLOCKS
        for command, output in commands_of(block)
    ]
    assert start.startswith("veracity-emulator start ")
    assert (stop.startswith("veracity-emulator stop "), stopped) == (True, "")
    assert len(others) == sum(block.count("$ ") for block in BLOCKS) - 2 > 0
    options = {"cwd": tmp_path, "env": environ, "text": True, "capture_output": True, "timeout": 60}
    try:
        ran = subprocess.run(["bash", "-c", start], check=True, **options)
        assert {**json.loads(ran.stdout), "pid": 0} == {**json.loads(started), "pid": 0}
        for command, output in others:
            ran = subprocess.run(["bash", "-c", command], check=False, **options)
            assert ran.returncode == 0, ran.stderr
            answered = json.loads(ran.stdout)
            if output:
                assert set(answered) == set(json.loads(output))
    finally:
        assert subprocess.run(["bash", "-c", stop], check=False, **options).returncode == 0
