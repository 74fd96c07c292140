"""One upload against the Azure library's own, side by side, each in a process of its own; and memory by size."""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.emulator.client import Client
from veracity_emulator.testing import spawn_emulator

MIB = 1024 * 1024
ROUNDS = 7
WAYS = {
    "Azure upload_data, defaults": {},
    "Azure upload_data, 4 at a time": {"max_concurrency": 4},
    "Azure upload_data, 16 MiB, 4 at a time": {"max_concurrency": 4, "chunk_size": 16 * MIB},
    "ours": None,
}


def main(*, small: bool) -> None:
    """Print seconds, the ratio to Azure's best, and peak memory."""
    sizes = [8] if small else [1024]
    memory_sizes = [4, 8] if small else [256, 4096]
    with tempfile.TemporaryDirectory() as folder, spawn_emulator(job_seconds=0) as emulator:
        for size in sizes:
            _compare(_made(Path(folder), size), emulator, 1 if small else ROUNDS)
        _memory([_made(Path(folder), size) for size in memory_sizes], emulator)


def _compare(path: Path, emulator: Any, rounds: int) -> None:
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(rounds):  # in turns, so that whatever else the machine does falls on all alike
        for way in WAYS:
            taken[way].append(_measured(way, path, emulator))
    seconds = {way: [one["seconds"] for one in found] for way, found in taken.items()}
    best = min((way for way in WAYS if way != "ours"), key=lambda way: median(seconds[way]))
    table = Table(
        "way", "seconds", "of Azure's best", "peak, MiB", title=f"upload of {path.stat().st_size // MIB:,} MiB"
    )
    for way, found in taken.items():
        # Round by round, since the machine's own speed differs from one to the next.
        ratio = median(mine / theirs for mine, theirs in zip(seconds[way], seconds[best], strict=True))
        peak = max(one["peak"] for one in found) / MIB
        table.add_row(way, f"{median(seconds[way]):.2f}", f"{ratio:.2f}", f"{peak:.0f}")
    Console().print(table)


def _memory(paths: list[Path], emulator: Any) -> None:
    table = Table("size, MiB", "our peak, MiB", "emulator's, MiB", title="memory by size")
    for path in paths:
        peak = _measured("ours", path, emulator)["peak"] / MIB
        table.add_row(f"{path.stat().st_size // MIB:,}", f"{peak:.0f}", f"{_peak_of(emulator.pid) / MIB:.0f}")
        path.unlink()
    Console().print(table)


def _made(folder: Path, size_mib: int) -> Path:
    path = folder / f"{size_mib}.csv"
    if not path.exists():
        block = os.urandom(MIB)
        with path.open("wb") as file:
            for _ in range(size_mib):
                file.write(block)
    return path


def _measured(way: str, path: Path, emulator: Any) -> dict[str, float]:
    client = Client(emulator)
    job = client.register(client.dataset("keyed"), "Upsert").json()
    asked = json.dumps({"way": way, "path": str(path), "sas": job["sasToken"]})
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.upload"], input=asked, capture_output=True, text=True, check=True
    )
    Client(emulator).control("POST", "/reset")
    return json.loads(answer.stdout)


def _peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _run_alone() -> None:
    """The measured process: one upload, by one way."""
    asked = json.load(sys.stdin)
    path = Path(asked["path"])
    options = WAYS[asked["way"]]
    run = _ours(path, asked["sas"]) if options is None else _azures(path, asked["sas"], options)
    begun = time.monotonic()
    run()
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak}))


def _ours(path: Path, sas_uri: str) -> Any:
    from veracity_provider.storage.fingerprint import Fingerprint
    from veracity_provider.storage.sources import FileSource
    from veracity_provider.storage.uploader import UploadOptions, upload

    with path.open("rb") as file:
        expected = Fingerprint(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)
    return lambda: upload(
        FileSource(path),
        sas_uri=sas_uri,
        file_name="big.csv",
        expected=expected,
        options=UploadOptions(),
        on_progress=lambda _: None,
    )


def _azures(path: Path, sas_uri: str, options: dict[str, Any]) -> Any:
    from azure.storage.filedatalake import DataLakeFileClient

    url, _, sas = sas_uri.partition("?")
    host, file_system, *folder = url.removeprefix("http://").split("/")
    client = DataLakeFileClient(f"http://{host}", file_system, "/".join([*folder, "big.csv"]), credential=sas)

    def run() -> None:
        with path.open("rb") as file:
            client.upload_data(file, length=path.stat().st_size, overwrite=True, **options)

    return run


if __name__ == "__main__":
    _run_alone()
