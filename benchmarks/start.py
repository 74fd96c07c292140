"""What it costs a program to list its resources in the stack config, which is checked by their descriptions."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.table import Table

from tests.dynamic.mocks import CONTAINER, DATASET

_GOAL_MS: Final = 100
_ACCOUNT: Final = {
    "endpoint": "emulator",
    "clientId": "me",
    "clientSecret": "of a benchmark",
    "subscriptionKey": "of a benchmark",
    "workspaceId": "11111111-0000-4000-8000-000000000001",
}
_FILE: Final = "data/noon/2026-02.csv"
_LISTS: Final = {
    "containers": [{"name": "c", "containerId": CONTAINER, "title": "Bench"}],
    "datasets": [{"name": "d", "datasetId": DATASET, "source": _FILE, "operation": "Upsert"}],
}

_DECLARES_ITSELF: Final = f"""
    from veracity_provider import ContainerMetadata, DatasetIngest
    ContainerMetadata("c", container_id="{CONTAINER}", title="Bench")
    DatasetIngest("d", dataset_id="{DATASET}", source="{_FILE}", operation="Upsert")
"""
_LISTS_THEM: Final = """
    from veracity_provider import declare_stack
    declare_stack()
"""
_PROGRAM: Final = """
import os, time
from tests.dynamic.mocks import run_program

def program():
"""
_MEASURED: Final = """
begun = time.perf_counter()
declared = run_program(program)
print(time.perf_counter() - begun, flush=True)
assert sorted(declared) == ["c", "d", "d-upload"], declared
os._exit(0)  # what a process does at its end is no part of its start
"""


def main(*, small: bool) -> Iterator[Table]:
    """Two programs that declare the same two resources, each the fastest of many processes, side by side."""
    processes = 2 if small else 25
    seconds: dict[str, list[float]] = {_DECLARES_ITSELF: [], _LISTS_THEM: []}
    for _ in range(processes):
        for body, measured in seconds.items():
            measured.append(_run(body))
    itself, lists = (min(measured) * 1000 for measured in seconds.values())
    title = f"start of a program after the import of Pulumi, the fastest of {processes} processes"
    table = Table("program", "ms", "more, ms", "at most, ms", title=title)
    table.add_row("declares a container and an ingest itself", f"{itself:.0f}", "", "")
    table.add_row("has them declared by `declare_stack()`", f"{lists:.0f}", f"{lists - itself:.0f}", f"{_GOAL_MS}")
    yield table


def _run(body: str) -> float:
    lists = {name: json.dumps(entries) for name, entries in _LISTS.items()}
    config = {f"veracity:{name}": text for name, text in {**_ACCOUNT, **lists}.items()}
    found = subprocess.run(
        [sys.executable, "-c", _PROGRAM + body + _MEASURED],
        cwd=Path(__file__).resolve().parents[1],
        env={**os.environ, "PULUMI_CONFIG": json.dumps(config)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(found.stdout)
