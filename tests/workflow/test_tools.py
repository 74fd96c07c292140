"""The workflow's decisions, and what the Makefile offers."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import emulator, layout, local, pulumi_cli, setup
from tools.console import StepFailed, run_step
from tools.layout import Layout, export_lines, pulumi_environment

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = Layout.of({})


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("v3.259.0\n", True),
        ("3.200.0", True),
        ("v3.199.9", False),
        ("v2.300.0", False),
        ("v4.0.0-alpha", True),
        ("", False),
    ],
)
def test_an_installed_cli_is_used_when_it_is_new_enough(version, usable):
    assert pulumi_cli.is_new_enough(version) is usable


def fake_pulumi(folder, *, host):
    (folder / "pulumi").write_text("#!/bin/sh\necho v3.259.0\n")
    (folder / "pulumi").chmod(0o755)
    if host:
        (folder / "pulumi-language-python").touch()
    return str(folder)


def test_an_installed_cli_is_used_when_its_python_host_is_there(tmp_path):
    path = fake_pulumi(tmp_path, host=False)
    assert pulumi_cli.find(path) is None
    fake_pulumi(tmp_path, host=True)
    assert pulumi_cli.find(path) == str(tmp_path / "pulumi")
    assert pulumi_cli.find("/nowhere") is None


def test_a_step_is_skipped_only_when_it_was_done_for_the_same_inputs(tmp_path):
    stamp = tmp_path / "stamp"
    expected = setup.fingerprint([b"lock", b"project"])
    assert not setup.is_in_place(stamp, expected)
    stamp.write_text(expected)
    assert setup.is_in_place(stamp, expected)
    assert not setup.is_in_place(stamp, setup.fingerprint([b"lock", b"other"]))


def test_a_step_that_fails_says_what_to_do_and_shows_the_end_of_its_log(tmp_path):
    with pytest.raises(StepFailed) as failed:
        run_step(
            "this", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], log=tmp_path / "l", advice="Do that."
        )
    assert "this failed. Do that." in str(failed.value)
    assert "why" in str(failed.value)


def test_a_command_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(StepFailed, match=r"no-such-command was not found\. Get it\."):
        run_step("this", ["no-such-command"], log=tmp_path / "l", advice="Get it.")


def test_the_port_the_state_and_the_stack_can_be_chosen():
    chosen = Layout.of({"VERACITY_EMULATOR_PORT": "9999", "VERACITY_STATE_DIR": "/elsewhere", "STACK": "mine"})
    assert (chosen.port, chosen.state, chosen.stack) == (9999, Path("/elsewhere"), "mine")
    assert chosen.stack_file.name == "Pulumi.mine.yaml"


def test_the_environment_is_what_the_engine_needs():
    variables = pulumi_environment(LAYOUT, {"PATH": "/usr/bin", "NO_PROXY": "intranet"})
    assert variables["PATH"] == f"{layout.BIN}{os.pathsep}/usr/bin"
    assert variables["PULUMI_PARALLEL"] == "200"
    assert variables["PULUMI_RUN_PROGRAM"] == "true"
    assert variables["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert pulumi_environment(LAYOUT, variables)["PATH"] == variables["PATH"]


def test_the_environment_survives_a_shell(tmp_path):
    lines = export_lines({"PATH": "/it's here", "A": "b c"})
    shown = subprocess.run(["/bin/sh", "-c", f'{lines}\necho "$PATH|$A"'], capture_output=True, text=True, check=True)
    assert shown.stdout == "/it's here|b c\n"


def test_a_process_is_ended_only_if_it_is_our_emulator():
    ours = f"python -m veracity_emulator serve --port 8780 --state {LAYOUT.emulator_state}"
    assert emulator.is_emulator(ours, LAYOUT)
    assert not emulator.is_emulator("python -m veracity_emulator serve --state /another", LAYOUT)
    assert not emulator.is_emulator("vim notes.txt", LAYOUT)
    assert emulator.command_of(os.getpid())
    assert emulator.command_of(2**22 - 1) == ""


def background(action, port, state):
    """One run of the workflow: its processes are not ours."""
    code = f"""
from pathlib import Path
from tools import emulator
from tools.layout import Layout
layout = Layout(port={port}, state=Path({str(state)!r}), stack="local")
emulator.{action}(layout)
print(emulator.running_pid(layout))
"""
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_emulator_in_the_background_is_started_once_and_stopped(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        first = background("start", port, tmp_path / "state").stdout.splitlines()
        again = background("start", port, tmp_path / "state").stdout.splitlines()
        assert "started" in first[0]
        assert "runs on port" in again[0]
        assert first[1] == again[1] != "None"
        assert "VERACITY_EMULATOR_PORT" in background("start", port, tmp_path / "other").stderr
    finally:
        stopped = background("stop", port, tmp_path / "state").stdout.splitlines()
    assert "stopped" in stopped[0]
    assert stopped[1] == "None"


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE).group(1).split())
    environ = {"PATH": os.environ["PATH"]}
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert {line.split()[1] for line in shown.stdout.splitlines()} == targets


def test_the_environment_can_be_evaluated():
    environ = {"PATH": os.environ["PATH"], "STACK": "mine"}
    command = 'eval "$(make -s env)" && echo "$PULUMI_STACK"'
    shown = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "mine\n"


def test_every_command_of_the_local_stack_is_a_target():
    assert set(local.COMMANDS) <= set(re.findall(r"tools\.local (\w+)", (ROOT / "Makefile").read_text()))


def test_the_lock_file_has_hashes_and_no_host():
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock


def test_the_templates_of_real_environments_hold_placeholders_and_no_secret():
    for name in ("dev", "staging", "prod"):
        text = (ROOT / "stacks" / f"Pulumi.{name}.yaml").read_text()
        assert "<service account id>" in text
        assert "Secret:" not in text


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git — a source archive has none")
def test_generated_files_are_not_tracked():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not [line for line in tracked.splitlines() if line.startswith((".venv", ".veracity", ".setup"))]
