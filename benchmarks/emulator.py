"""What the local Veracity can do, so that it is not what we measure."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from tests.rows import noon_reports
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator

MIB = 1024 * 1024


def main(*, small: bool) -> Iterator[Table]:
    """The figures beside their goals."""
    table = Table("what", "figure", "goal", title="the local Veracity")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        with spawn_emulator(job_seconds=0, state=Path(folder) / "state") as emulator:
            table.add_row("ready after", f"{time.monotonic() - begun:.2f} s", "1 s")
            client = Veracity(emulator.url)
            table.add_row("appends", f"{_append_rate(client, 32 if small else 512):,.0f} MiB/s", "500 MiB/s")
            table.add_row("status calls", f"{_status_rate(client, 200 if small else 4000):,.0f} a second", "1,000")
            rows = 10_000 if small else 1_000_000
            table.add_row(f"Upsert of {rows:,} rows", f"{_upsert_seconds(client, rows):.1f} s", "15 s")
    yield table


def _append_rate(client: Veracity, size_mib: int) -> float:
    sas = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    file, chunk = client.file_client(sas), bytes(32 * MIB)
    file.create_file()
    begun = time.monotonic()
    for offset in range(0, size_mib * MIB, len(chunk)):
        file.append_data(chunk, offset, len(chunk))
    return size_mib / (time.monotonic() - begun)


def _status_rate(client: Veracity, calls: int) -> float:
    job = client.register(client.new_dataset("keyed"), "Upsert").json()["jobId"]
    path = f"/veracity/dw/gateway/api/v2/workspaces/{client.workspace}/ingest/job/{job}/status"
    headers = client.headers()

    def ask(count: int) -> None:
        # The standard library's client: a costlier one would be what is measured.
        connection = HTTPConnection(urlsplit(client.url).netloc, timeout=30)
        for _ in range(count):
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as answer:
                assert answer.status == 200
                answer.read()
        connection.close()

    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, [calls // 4] * 4))
    return calls / (time.monotonic() - begun)


def _upsert_seconds(client: Veracity, count: int) -> float:
    lines = (f"{9_000_000 + i},2026-01-01T12:00:00Z,57.05,9.92,300.0,12.5,21.4,4," for i in range(count))
    job = client.stage(client.new_dataset("keyed"), "Upsert", noon_reports(*lines))
    begun = time.monotonic()
    client.start(job)
    while (found := _status(client, job))["status"] == "Running":
        time.sleep(0.05)
    assert found["status"] == "Completed", found
    return time.monotonic() - begun


def _status(client: Veracity, job: str) -> Any:
    return client.status(job).json()
