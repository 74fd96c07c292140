"""The process: what it prints, refuses, and keeps when it is killed."""

import json
import os
import sqlite3
import subprocess
import sys
from importlib.metadata import version

import pytest
import requests

from tests.rows import WIND_COLUMNS, csv_of, wind_reading
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator

pytestmark = pytest.mark.slow  # processes of their own


def run(*flags, command="serve", env=None):
    return subprocess.run(
        [sys.executable, "-m", "veracity_emulator", *([command] if command else []), *flags],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=env,
    )


def test_what_was_answered_outlives_a_kill_and_a_running_job_goes_on():
    with spawn_emulator(job_seconds=0.5) as emulator:
        client = Veracity(emulator.url)
        dataset = client.new_dataset("keyless")
        staged = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
        running = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(2)))
        half = client.register(dataset, "Append").json()
        file = client.file_client(half["sasToken"])
        file.create_file()
        file.append_data(b"turbine_id", 0, 10)
        client.start(running)

        emulator.kill()
        emulator.restart()

        assert client.wait_for_end(running)["status"] == "Completed"
        assert client.status(staged).json()["status"] == "Running"
        assert len(client.rows(dataset)) == 1
        file.append_data(csv_of(WIND_COLUMNS, wind_reading(3)).encode()[10:], 10)
        file.flush_data(len(csv_of(WIND_COLUMNS, wind_reading(3))))
        assert file.download_file().readall().decode() == csv_of(WIND_COLUMNS, wind_reading(3))


def test_reset_goes_back_to_the_demo():
    with spawn_emulator() as emulator:
        client = Veracity(emulator.url)
        client.ingest(client.demo["datasets"]["keyless"], "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
        assert client.control("POST", "/reset").status_code == 200
        assert client.rows(client.demo["datasets"]["keyless"]) == []
        assert client.control("GET", "/state").json()["jobs"] == []


def test_a_port_in_use_is_told_in_one_line(emulator):
    refused = run("--port", emulator.url.rpartition(":")[2])
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "cannot be had" in refused.stderr


def test_two_emulators_do_not_share_a_state(tmp_path):
    with spawn_emulator(state=tmp_path / "state"):
        refused = run("--port", "0", "--state", str(tmp_path / "state"))
    assert refused.returncode == 1
    assert "another emulator" in refused.stderr


def test_the_state_of_a_newer_emulator_is_left_alone(tmp_path):
    connection = sqlite3.connect(tmp_path / "veracity.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused = run("--port", "0", "--state", str(tmp_path))
    assert refused.returncode == 1
    assert "newer emulator" in refused.stderr


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--host", "0.0.0.0"], "not loopback"),
        (["--idle-status", "Asleep"], "--idle-status"),
        (["--second-start", "never"], "--second-start"),
        (
            ["--host", "no-such-host.invalid"],
            "--host no-such-host.invalid is neither an IP address nor a name",
        ),
        (["--host", "192.0.2.1", "--allow-remote", "a test"], "--host 192.0.2.1 is not an address of this machine"),
        (["--host", "0.0.0.0", "--allow-remote", "a test"], "0.0.0.0 is no address to hand out; say with --public-url"),
        (["--public-url", "veracity"], "--public-url is an address such as https://veracity.example, not veracity"),
        (["--seed", "no-such.json"], "the seed no-such.json cannot be read (No such file or directory)"),
    ],
)
def test_flags_that_make_no_sense_are_told_in_one_line(flags, words):
    refused = run(*flags)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_it_says_its_version():
    said = run("--version", command=None)
    assert said.stdout == f"veracity-emulator {version('veracity-provider')}\n"


def test_without_its_extra_the_command_names_the_line_to_type(tmp_path):
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError(name='starlette')")
    refused = run("--port", "0", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert refused.returncode == 1
    line = (
        "veracity-emulator: starlette is not installed; the emulator needs `pip install 'veracity-provider[emulator]'`."
    )
    assert refused.stderr == f"{line}\n"


def test_without_jinja2_everything_works_but_the_page(tmp_path):
    (tmp_path / "jinja2.py").write_text("raise ModuleNotFoundError(name='jinja2')")
    command = [sys.executable, "-m", "veracity_emulator", "serve", "--port", "0"]
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        url = json.loads(process.stdout.readline())["url"]
        page, demo = (requests.get(url + path, timeout=30) for path in ("/", "/_emulator/demo"))
        process.terminate()
    advice = "this page needs `pip install 'veracity-provider[emulator]'`."
    assert (page.status_code, page.text) == (501, f"jinja2 is not installed; {advice}\n")
    assert demo.status_code == 200


def test_it_says_in_json_when_it_is_ready():
    process = subprocess.Popen(
        [sys.executable, "-m", "veracity_emulator", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    with process:
        line = json.loads(process.stdout.readline())
        process.terminate()
    assert line["ready"] is True
    assert line["url"].startswith("http://127.0.0.1:")
