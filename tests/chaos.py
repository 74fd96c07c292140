"""
Kills at random instants: `python -m tests.chaos --kills 200 --seed 7`, or `make chaos`.

Each round declares a change (of one of the four operations), runs `pulumi up`, kills something a random while later
(the CLI, the provider, the emulator, or all), sometimes edits the file, and runs `pulumi up` until it succeeds. Then
the rows are counted. The same seed makes the same choices.
"""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.engine.killing import kill_all, unlocked
from tests.engine.project import Outcome, Project, copy_template, make_template
from tests.engine.rows import noon_report, noon_reports, wind_readings
from tests.engine.veracity import Veracity
from veracity_emulator.testing import EmulatorProcess, spawn_emulator

OPERATIONS = ("Append", "Upsert", "Overwrite", "Delete")
VICTIMS = ("CLI", "provider", "emulator", "all")
LIFE_S = (0.5, 3.0)
MOST_UPS = 6


@dataclass
class Tally:
    """What happened in a campaign."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    phases: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    twice: list[str] = field(default_factory=list[str])
    asks: int = 0
    left_over: int = 0


@dataclass
class Campaign:
    """Rounds against one emulator."""

    folder: Path
    emulator: EmulatorProcess
    chance: random.Random
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        make_template(self.folder / "template")
        self.veracity = Veracity(self.emulator.url)

    def round(self, number: int) -> None:
        """One declared change, killed once, and seen through."""
        operation, victim = self.chance.choice(OPERATIONS), self.chance.choice(VICTIMS)
        edits, life_s = self.chance.random() < 0.3, self.chance.uniform(*LIFE_S)
        project = self._project(number, operation)
        before = self._first(project, operation)
        project.write("data.csv", self._content(operation, 1))
        self.tally.phases[self._killed_up(project, victim, life_s)] += 1
        self.tally.kills[operation, victim] += 1
        edition = 1
        if edits and operation != "Append":
            edition = 2
            project.write("data.csv", self._content(operation, 2))
        self._seen_through(project, f"round {number}: {operation}, {victim} after {life_s:.2f} s")
        self._judge(project, number, operation, before, edition)

    def _project(self, number: int, operation: str) -> Project:
        project = copy_template(self.folder / "template", self.folder / str(number), self.veracity.config)
        kind = "keyless" if operation == "Append" else "keyed"
        settings = {"secondStart": self.chance.choice(["409", "same", "again"])}
        project.dataset = self.veracity.new_dataset(
            like=kind, jobSeconds=0.4, idleStatus=self.chance.choice(["Running", "Pending", "404"]), **settings
        )
        project.config["veracity:usualJobSeconds"] = "4"
        entry = {"name": "rows", "datasetId": project.dataset, "source": "data.csv", "operation": operation}
        project.declare(datasets=[entry])
        return project

    def _first(self, project: Project, operation: str) -> int:
        """Rows that are there before; those to delete have to be."""
        if operation != "Delete":
            return 0
        project.config["veracity:datasets"][0]["operation"] = "Upsert"
        project.write("data.csv", noon_reports())
        _require(project.up())
        project.config["veracity:datasets"][0]["operation"] = "Delete"
        return 3

    def _content(self, operation: str, edition: int) -> str:
        if operation == "Append":
            return wind_readings(5)
        return noon_reports(*(noon_report(day, speed=float(edition)) for day in range(1, 2 + edition)))

    def _killed_up(self, project: Project, victim: str, life_s: float) -> str:
        """Run, and kill *life_s* later; says which request was the latest then."""
        self.veracity.forget_requests()
        with project.running("up", "--yes", "--skip-preview") as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(life_s)
                return "had ended"
            phase = self._latest()
            if victim in {"emulator", "all"}:
                self.emulator.kill()
            if victim != "emulator":
                kill_all({"CLI": project.clis, "provider": project.plugins, "all": project.processes}[victim]())
            if victim in {"emulator", "all"}:
                self.emulator.restart()
            process.communicate(timeout=240)
        return phase

    def _latest(self) -> str:
        mine = [one for one in self.veracity.get("/_emulator/requests") if "/ingest/" in one["path"]]
        if not mine:
            return "before the first request"
        return f"{mine[-1]['method']} {_part(mine[-1])}"

    def _seen_through(self, project: Project, what: str) -> None:
        for _ in range(MOST_UPS):
            up = unlocked(project)
            if up.succeeded:
                break
            if "IngestJobInDoubt" in up:
                self.tally.asks += 1
                self._answer(project)
        else:
            self.tally.wrong.append(f"{what}: does not come to an end: {up.text}")
        if not project.is_unchanged():
            self.tally.wrong.append(f"{what}: the next preview is not empty")
        self.tally.left_over += len(project.plugins())

    def _answer(self, project: Project) -> None:
        """What a person does who looks at the dataset."""
        job = project.outputs("rows-upload")["job_id"]
        word = "started" if self.veracity.rows(project.dataset) else "start"
        _require(project.pulumi("config", "set", "--path", f"veracity:resume.{job}", word))
        project.keep_config()

    def _judge(self, project: Project, number: int, operation: str, before: int, edition: int) -> None:
        rows = self.veracity.rows(project.dataset)
        expected = {"Append": 5, "Delete": max(0, before - 1 - edition)}.get(operation, 1 + edition)
        if len(rows) != expected and not (operation == "Upsert" and len(rows) >= expected):
            self.tally.wrong.append(f"round {number}: {operation}: {len(rows)} rows where {expected} should be")
        twice = [job for job in self.veracity.jobs(project.dataset) if job["startCount"] > 1]
        if twice and operation == "Append":
            self.tally.twice.append(f"round {number}: {twice}")


def _part(request: dict[str, object]) -> str:
    path, query = str(request["path"]), str(request["query"])
    words = {
        "/start": path,
        "/status": path,
        "/dataset/": path,
        "append": query,
        "flush": query,
        "resource=file": query,
    }
    return next((word for word, place in words.items() if word in place), "file")


def _require(outcome: Outcome) -> None:
    if not outcome.succeeded:
        raise AssertionError(outcome.text)


@contextlib.contextmanager
def campaign(seed: int) -> Iterator[Campaign]:
    """A campaign whose choices follow from *seed*."""
    with tempfile.TemporaryDirectory() as folder, spawn_emulator(job_seconds=0.4) as emulator:
        yield Campaign(Path(folder), emulator, random.Random(seed))


def main() -> int:
    """`make chaos`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    begun = time.monotonic()
    with campaign(asked.seed) as running:
        for number in range(asked.kills):
            running.round(number)
            Console().print(f"{number + 1} of {asked.kills} kills, {len(running.tally.wrong)} wrong", end="\r")
    show(running.tally, asked.seed, time.monotonic() - begun)
    return int(bool(running.tally.wrong or running.tally.twice))


def show(tally: Tally, seed: int, seconds: float) -> None:
    """Print the table."""
    table = Table("operation", *VICTIMS, title=f"kills by operation and victim, seed {seed}, {seconds / 60:.0f} min")
    for operation in OPERATIONS:
        table.add_row(operation, *(str(tally.kills[operation, victim]) for victim in VICTIMS))
    console = Console()
    console.print(table)
    phases = Table("latest request when it was killed", "kills")
    for phase, count in tally.phases.most_common():
        phases.add_row(phase, str(count))
    console.print(phases)
    console.print(f"rows wrong: {len(tally.wrong)}; jobs applied twice: {len(tally.twice)}; asks: {tally.asks}; ")
    console.print(f"provider processes left over: {tally.left_over}")
    for line in (*tally.wrong, *tally.twice):
        console.print(f"  {line}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
