"""A full disk: told in one line, known to `health`, and over once there is space again."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.rows import WIND_COLUMNS, csv_of, wind_reading
from tests.veracity import Veracity

pytestmark = pytest.mark.slow  # processes of their own

MIB = 1024 * 1024
SCRIPT = (
    'mount -t tmpfs -o size=6m none "$0" && head -c 3M /dev/zero >"$0/ballast" && '
    'exec "$1" -m veracity_emulator serve --port 0 --job-seconds 0.1 --state "$0/state"'
)


@pytest.fixture
def small(tmp_path):
    """An emulator whose state is on a disk of 6 MiB, its process, and what it wrote to stderr."""
    errors = tmp_path / "errors"
    disk = tmp_path / "disk"
    disk.mkdir()
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            ["unshare", "-rm", "sh", "-c", SCRIPT, disk, sys.executable],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    with process:
        line = process.stdout.readline()
        if not line:
            pytest.skip(f"no small disk can be mounted here: {errors.read_text().strip()}")
        root = Path(f"/proc/{process.pid}/root") / disk.relative_to("/")
        yield Veracity(json.loads(line)["url"]), root, errors
        process.terminate()


def fill(client):
    """Append until nothing more fits; returns the last answer."""
    uri = client.register(client.demo["datasets"]["keyless"], "Append").json()["sasToken"]
    address, _, sas = uri.partition("?")
    requests.put(f"{address}/big?resource=file&{sas}", timeout=30)
    for at in range(8):
        url = f"{address}/big?action=append&position={at * MIB}&{sas}"
        answer = requests.patch(url, data=os.urandom(MIB), timeout=30)
        if answer.status_code != 202:
            return answer
    raise AssertionError(answer)


def register_until_refused(client):
    for _ in range(500):
        answer = client.register(client.demo["datasets"]["keyless"], "Append")
        if answer.status_code != 200:
            return answer
    raise AssertionError(answer)


def test_a_full_disk_is_told_in_one_line_and_is_over_once_there_is_space(small):
    client, root, errors = small
    staged = client.stage(client.demo["datasets"]["keyless"], "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    assert client.control("GET", "/health").json() == {"status": "ok"}

    refused = fill(client)
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (500, "InternalError")
    refused = register_until_refused(client)
    assert (refused.status_code, refused.json()["detail"]) == (500, "The disk of the emulator's state is full.")
    health = client.control("GET", "/health")
    folder = next(iter(root.glob("state")))
    assert (health.status_code, health.json()["status"]) == (503, "The disk of the emulator's state is full.")

    (root / "ballast").unlink()
    assert client.control("GET", "/health").json() == {"status": "ok"}
    assert client.start(staged).status_code == 200
    assert client.wait_for_end(staged)["status"] == "Completed"
    assert folder.is_dir()
    (line,) = errors.read_text().splitlines()
    assert line.startswith("veracity-emulator: the disk of ")
    assert line.endswith("/disk/state is full; make space, and it goes on by itself.")
