"""One upload against the Azure library's own, side by side, each in a process of its own; and memory by size."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from benchmarks.uploading import IN_ONE_REQUEST, OURS, WAYS
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator

MIB = 1024 * 1024
ROUNDS = 5
GIGABIT: dict[str, Any] = {"kind": "slow", "bytesPerSecond": 125_000_000}


def main(*, small: bool) -> Iterator[Table]:
    """Seconds, the ratio to Azure's best, and peak memory; on bare loopback, and at 1 Gbit/s (goal: 1.05)."""
    rounds = 1 if small else ROUNDS
    with tempfile.TemporaryDirectory() as folder, spawn_emulator(job_seconds=0) as emulator:
        for size, line in ((8 if small else 1024, None), (8 if small else 512, GIGABIT)):
            yield _compare(_made(Path(folder), size), emulator, rounds, line)
        yield _memory([_made(Path(folder), size) for size in ([4, 8] if small else [256, 4096])], emulator)


def _compare(path: Path, emulator: Any, rounds: int, line: dict[str, Any] | None) -> Table:
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(rounds):  # in turns, so that whatever else the machine does falls on all alike
        for way in WAYS:
            taken[way].append(_measured(way, path, emulator, line))
    seconds = {way: [one["seconds"] for one in found] for way, found in taken.items()}
    best = min((way for way in WAYS if way not in {OURS, IN_ONE_REQUEST}), key=lambda way: median(seconds[way]))
    where = "at 1 Gbit/s (goal: 1.05)" if line else "on bare loopback"
    title = f"upload of {path.stat().st_size // MIB:,} MiB {where}"
    table = Table("way", "seconds", "of Azure's best", "peak, MiB", "before it, MiB", title=title)
    for way, found in taken.items():
        # Round by round, since the machine's own speed differs from one to the next.
        ratio = median(mine / theirs for mine, theirs in zip(seconds[way], seconds[best], strict=True))
        memory = [f"{max(one[name] for one in found) / MIB:.0f}" for name in ("peak", "before")]
        table.add_row(way, f"{median(seconds[way]):.2f}", f"{ratio:.2f}", *memory)
    return table


def _memory(paths: list[Path], emulator: Any) -> Table:
    table = Table("way", "size, MiB", "our peak, MiB", "before it, MiB", "emulator's, MiB", title="memory by size")
    for path in paths:
        for way in (OURS, IN_ONE_REQUEST):
            found = _measured(way, path, emulator, None)
            ours = [f"{found[name] / MIB:.0f}" for name in ("peak", "before")]
            table.add_row(way, f"{path.stat().st_size // MIB:,}", *ours, f"{_peak_of(emulator.pid) / MIB:.0f}")
        path.unlink()
    return table


def _made(folder: Path, size_mib: int) -> Path:
    path = folder / f"{size_mib}.csv"
    if not path.exists():
        block = os.urandom(MIB)
        with path.open("wb") as file:
            for _ in range(size_mib):
                file.write(block)
    return path


def _measured(way: str, path: Path, emulator: Any, line: dict[str, Any] | None) -> dict[str, float]:
    client = Veracity(emulator.url)
    job = client.register(client.new_dataset("keyed"), "Upsert").json()
    if line:
        client.control("POST", "/faults", {"path": "/veracitylocal/*", "count": None, "effect": line})
    asked = json.dumps({"way": way, "path": str(path), "sas": job["sasToken"]})
    # A process of its own, which imports nothing of the benchmark's.
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.uploading"], input=asked, capture_output=True, text=True, check=True
    )
    client.control("POST", "/reset")
    return json.loads(answer.stdout)


def _peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
