"""`veracity-emulator start` and `stop`: for scripts and CI, which go on while it serves."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys

import psutil
import pytest
import requests

pytestmark = pytest.mark.slow  # processes of their own


def veracity_emulator(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "veracity_emulator", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def state(tmp_path):
    yield tmp_path / "state"
    veracity_emulator("stop", "--state", tmp_path / "state")


def is_gone(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=30)


def started(state, *flags):
    ran = veracity_emulator("start", "--state", state, "--port", "0", *flags)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_it_is_started_once_and_found_again_and_stopped(state):
    first = started(state, "--job-seconds", "0.1", "--strict")
    assert requests.get(first["url"] + "/_emulator/health", timeout=30).json() == {"status": "ok"}
    assert started(state) == first | {"started": False}
    assert first["started"] is True

    assert veracity_emulator("stop", "--state", state).stdout == "stopped\n"
    is_gone(first["pid"])
    assert veracity_emulator("stop", "--state", state).stdout == "none was running\n"


def test_after_a_kill_it_starts_again_on_the_same_state(state):
    first = started(state)
    os.kill(first["pid"], signal.SIGKILL)
    is_gone(first["pid"])
    again = started(state)
    assert again["started"] is True
    assert again["pid"] != first["pid"]


def test_of_two_starts_at_once_one_starts_it_and_both_say_where_it_is(state):
    command = [sys.executable, "-m", "veracity_emulator", "start", "--state", state, "--port", "0"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [json.loads(one.communicate(timeout=60)[0]) for one in both]
    assert sorted(one["started"] for one in told) == [False, True]
    assert told[0]["url"] == told[1]["url"]


def test_with_tls_it_says_what_to_trust(state):
    told = started(state, "--tls")
    assert requests.get(told["url"] + "/_emulator/health", timeout=30, verify=told["certificate"]).status_code == 200


def test_another_port_than_that_of_the_running_one_is_refused(state):
    url = started(state)["url"]
    refused = veracity_emulator("start", "--state", state, "--port", "1")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"veracity-emulator: the emulator on the state in {state} runs at {url}, not on port 1; "
        f"end it first: veracity-emulator stop --state {state}\n"
    )


def test_what_keeps_it_from_starting_is_told_in_one_line(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = veracity_emulator("start", "--state", state, "--port", port)
    assert refused.returncode == 1
    assert re.fullmatch(
        rf"veracity-emulator: port {port} on .* cannot be had .*; choose another --port\.\n", refused.stderr
    )
    refused = veracity_emulator("start", "--state", state, "--port", "0", "--no-such-flag")
    assert refused.returncode == 1
    assert "No such option" in refused.stderr
