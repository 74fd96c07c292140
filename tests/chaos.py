"""
Kills at random instants: `python -m tests.chaos --kills 200 --seed 7`, or `make chaos`.

Each round declares a change (of one of the four operations), runs `pulumi up`, kills something (the CLI, the provider,
both, the emulator, or all) at a random instant of the ingest, sometimes edits the file, and runs `pulumi up` until it
succeeds. Then the rows are counted. The same seed makes the same choices.
"""

import argparse
import contextlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from tests.engine.killing import kill_all, unlocked
from tests.engine.project import Outcome, Project, copy_template, make_template
from tests.rows import noon_report, noon_reports, wind_readings
from tests.veracity import Veracity
from veracity_emulator.testing import EmulatorProcess, spawn_emulator

OPERATIONS = ("Append", "Upsert", "Overwrite", "Delete")
VICTIMS = ("CLI", "provider", "both", "emulator", "all")
DAYS = (1, 2, 3)
LIFE_S = (0.0, 2.0)
PACE_S = 0.15
NO_TROUBLE = "nothing more"
EFFECTS = {
    "a start is answered 409": {"kind": "status", "status": 409},
    "a start is lost": {"kind": "cutBefore"},
    "the answer to a start is lost": {"kind": "cutAfter"},
}
TROUBLES = (*[NO_TROUBLE] * 5, *EFFECTS, "another machine", "the platform forgets")
NOTHING_YET = "before the first request"
MOST_UPS = 6


@dataclass
class Tally:
    """What happened in a campaign."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """By the latest request before the kill, and operation."""
    victims: Counter[str] = field(default_factory=Counter[str])
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
        edits, early, life_s = self.chance.random() < 0.3, self.chance.random() < 0.1, self.chance.uniform(*LIFE_S)
        project = self._project(number, operation)
        self._first(project, operation)
        project.write("data.csv", content(operation, 1))
        self.tally.kills[self._killed_up(project, victim, life_s, early=early), operation] += 1
        self.tally.victims[victim] += 1
        trouble = self.chance.choice(TROUBLES)
        if edits:
            project.write("data.csv", content(operation, 2))
        self._make(trouble, project)
        what = f"round {number}: {operation}, {victim} after {life_s:.2f} s{', edited' if edits else ''}, {trouble}"
        self._seen_through(project, what)
        self._judge(project, what, operation, edition=2 if edits else 1)
        self.veracity.heal()  # no `up` may have sent the request that was to be troubled

    def _make(self, trouble: str, project: Project) -> None:
        """What else goes wrong before the next `up`."""
        if trouble == "another machine":
            project.environ["PULUMI_HOME"] = str(project.folder / "another home")
        elif trouble == "the platform forgets":
            for job in self.veracity.jobs(project.dataset):
                if not job["atWork"]:
                    self.veracity.post(f"/_emulator/jobs/{job['jobId']}/forget")
        elif trouble != NO_TROUBLE:
            self.veracity.fault(method="POST", path="*/start", effect=EFFECTS[trouble])

    def _project(self, number: int, operation: str) -> Project:
        project = copy_template(self.folder / "template", self.folder / str(number), self.veracity.config)
        kind = "keyless" if operation == "Append" else "keyed"
        settings = {"secondStart": self.chance.choice(["409", "same", "again"])}
        project.dataset = self.veracity.new_dataset(
            like=kind, jobSeconds=0.4, idleStatus=self.chance.choice(["Running", "Pending", "404"]), **settings
        )
        project.config["veracity:usualJobSeconds"] = "4"
        entry = {"name": "rows", "datasetId": project.dataset, "source": "data.csv", "operation": operation}
        project.declare(datasets=[{**entry, "jobTimeoutSeconds": 6}])
        return project

    def _first(self, project: Project, operation: str) -> None:
        """Rows that are to be deleted have to be there before."""
        if operation == "Delete":
            project.config["veracity:datasets"][0]["operation"] = "Upsert"
            project.write("data.csv", noon_reports(*(noon_report(day) for day in DAYS)))
            _require(project.up())
            project.config["veracity:datasets"][0]["operation"] = "Delete"

    def _killed_up(self, project: Project, victim: str, life_s: float, *, early: bool) -> str:
        """
        Run, and kill *life_s* after the ingest's first request, or *early*, after the start; says what was the latest.

        Each request of the ingest is slowed down, so that as many kills fall between two of them as into the job.
        """
        self.veracity.forget_requests()
        for path in ("*/ingest/*", "/veracitylocal/*"):
            self.veracity.fault(path=path, count=None, effect={"kind": "delay", "seconds": PACE_S})
        with project.running("up", "--yes", "--skip-preview") as process:
            while not early and process.poll() is None and self._latest() == NOTHING_YET:
                _pass(process, PACE_S)
            _pass(process, life_s)
            phase = self._latest() if process.poll() is None else "had ended"
            if victim in {"emulator", "all"}:
                self.emulator.kill()
            if victim != "emulator":
                kill_all(_of_the_project(project, victim))
            if victim in {"emulator", "all"}:
                self.emulator.restart()
            process.communicate(timeout=240)
        self.veracity.heal()
        return phase

    def _latest(self) -> str:
        mine = [one for one in self.veracity.get("/_emulator/requests") if "/ingest/" in one["path"]]
        if not mine:
            return NOTHING_YET
        return f"{mine[-1]['method']} {_part(mine[-1])}"

    def _seen_through(self, project: Project, what: str) -> None:
        for _ in range(MOST_UPS):
            up = unlocked(project)
            if up.succeeded:
                break
            if "veracity:answers." in up:
                self.tally.asks += 1
                self._answer(project, up.text)
        else:
            self.tally.wrong.append(f"{what}: does not come to an end: {up.text}")
        if not project.is_unchanged():
            self.tally.wrong.append(f"{what}: the next preview is not empty")
        self.tally.left_over += len(project.plugins())

    def _answer(self, project: Project, asked: str) -> None:
        """What a person does: waits until no job of the dataset runs, looks, and says what is true."""
        (job_id,) = set(re.findall(r"veracity:answers\.([0-9a-f-]{36})", asked))
        self.veracity.post("/_emulator/clock", {"advanceSeconds": 60})
        while any(job["atWork"] for job in self.veracity.jobs(project.dataset)):
            time.sleep(PACE_S)
        (job,) = [one for one in self.veracity.jobs(project.dataset) if one["jobId"] == job_id]
        truth = "applied" if job["status"] == "Completed" else "not-applied"
        word = truth if f"{job_id}' {truth}" in asked else "ended"
        _require(project.pulumi("config", "set", "--path", f"veracity:answers.{job_id}", word))
        project.keep_config()

    def _judge(self, project: Project, what: str, operation: str, *, edition: int) -> None:
        found = Counter(_mark(row) for row in self.veracity.rows(project.dataset))
        if found not in allowed(operation, edition):
            self.tally.wrong.append(f"{what}: {dict(found)}")
        self.tally.twice += [f"{what}: {job}" for job in self.veracity.jobs(project.dataset) if job["startCount"] > 1]


def _pass(process: subprocess.Popen[str], seconds: float) -> None:
    """Let time pass, or the process end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _of_the_project(project: Project, victim: str) -> list[psutil.Process]:
    found = {"CLI": project.clis, "provider": project.plugins}
    return found[victim]() if victim in found else project.processes()


def content(operation: str, edition: int) -> str:
    """The file of the first edition, or of the second, which holds more."""
    if operation == "Append":
        return wind_readings(5, turbine=f"E{edition}")
    return noon_reports(*(noon_report(day, speed=float(edition)) for day in DAYS[: 1 + edition]))


def allowed(operation: str, edition: int) -> list[Counter[str]]:
    """What a dataset may hold when *edition* was declared last: its rows, by what tells them apart, and how often."""
    if operation == "Append":
        last, first = ({f"E{one}-{i}": 1 for i in range(5)} for one in (edition, 1))
        # An edit takes the place of a first edition that was not yet started; one that was started stays.
        return [Counter(last), Counter(last | first)]
    days = DAYS[: 1 + edition]
    if operation == "Delete":
        return [Counter(f"{day:02} at 12.5" for day in DAYS if day not in days)]
    return [Counter(f"{day:02} at {edition:.1f}" for day in days)]


def _mark(row: Mapping[str, Any]) -> str:
    return row["turbine_id"] if "turbine_id" in row else f"{row['report_time'][8:10]} at {row['speed_knots']}"


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
    return int(bool(running.tally.wrong or running.tally.twice or running.tally.left_over))


def show(tally: Tally, seed: int, seconds: float) -> None:
    """Print the table."""
    phases = sorted({phase for phase, _ in tally.kills}, key=lambda phase: -_row(tally, phase)[-1])
    table = Table(
        "latest request before the kill", *OPERATIONS, "all", title=f"kills by phase and operation, seed {seed}"
    )
    for phase in phases:
        table.add_row(phase, *map(str, _row(tally, phase)))
    console = Console()
    console.print(table)
    victims = ", ".join(f"{victim} {tally.victims[victim]}" for victim in VICTIMS)
    console.print(f"killed: {victims}; {seconds / 60:.0f} min")
    console.print(f"rows wrong: {len(tally.wrong)}; jobs applied twice: {len(tally.twice)}; asks: {tally.asks}")
    console.print(f"provider processes left over: {tally.left_over}")
    for line in (*tally.wrong, *tally.twice):
        console.print(f"  {line}", markup=False)


def _row(tally: Tally, phase: str) -> list[int]:
    counts = [tally.kills[phase, operation] for operation in OPERATIONS]
    return [*counts, sum(counts)]


if __name__ == "__main__":
    sys.exit(main())
