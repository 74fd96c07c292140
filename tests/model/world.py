"""The platform: ingest jobs, the rows that they bring, and the time. It follows its rules, whoever calls."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

FAST_S, USUAL_S, SLOW_S, LIMIT_S, OVER_S = 3.0, 12.0, 40.0, 90.0, 300.0
"""A fast job, `usualJobSeconds`, a slow job, `job_timeout_seconds`, a job over every limit: a tenth of real ones."""
NEVER = float("inf")
EPOCH_S = 1_767_225_600.0
"""The time of day at which a history begins, in seconds since 1970."""
DURATIONS_S = {
    "fast": FAST_S,
    "slow": SLOW_S,
    "over every limit": OVER_S,
    "failed": FAST_S,
    "cancelled with effect": FAST_S,
    "cancelled without effect": FAST_S,
    "hangs": NEVER,
}
"""How a started job goes, and for how long. The first is the ordinary course."""
TAKES_EFFECT = frozenset({"fast", "slow", "over every limit", "cancelled with effect"})
WITHIN_USUAL_TIME = frozenset({"fast", "failed", "cancelled with effect", "cancelled without effect"})

WORKSPACE = "00000000-0000-4000-a000-0000000000aa"
DATASETS = {"D1": "00000000-0000-4000-d000-0000000000d1", "D2": "00000000-0000-4000-d000-0000000000d2"}
_NAME_OF = {id_: name for name, id_ in DATASETS.items()}
_JOB_ID = re.compile(r"00000000-0000-4000-8000-0*(\d+)")


class Declared(NamedTuple):
    """What an ingest declares: which rows, where, how, after which Overwrites; *again* counts `--replace`."""

    ingest: int
    dataset: str
    content: str
    operation: str
    follows: tuple[object, ...] = ()
    again: int = 0


@dataclass
class Job:
    """An ingest job as the platform keeps it."""

    id: str
    declared: Declared
    is_uploaded: bool = False
    posts: int = 0
    """Start requests that were sent, whether they arrived or not."""
    arrives: float | None = None
    """When a start request that is still on its way arrives."""
    is_sent: bool = False
    """Whether the platform has started it."""
    is_late: bool = False
    """Whether its start request arrived long after it was sent."""
    outcome: str = ""
    due: float = 0.0
    is_over: bool = False
    is_stopped: bool = False
    """Support ended it; the status word never says so."""
    is_forgotten: bool = False
    is_of_0_1_0: bool = False
    """Release 0.1.0 made it; what that release left behind is known only on the machine where it did."""
    is_alike: bool = False
    """What its dataset has last are rows like its own, and no count of rows tells a person that they are not."""

    @property
    def name(self) -> str:
        return in_words(self.id)

    @property
    def is_at_work(self) -> bool:
        return self.is_sent and not self.is_over

    @property
    def keeps_its_time(self) -> bool:
        """Whether it begins at once and ends within its usual time."""
        return self.outcome in WITHIN_USUAL_TIME and not self.is_late

    def ahead(self, now: float) -> tuple[float | None, float]:
        """Seconds until it arrives, and until it ends."""
        return self.arrives and self.arrives - now, self.due - now if self.is_at_work else 0.0


@dataclass
class World:
    """The platform, the clock, and what happened so far."""

    idle: str
    """What the platform says of a job that nobody has started: `Running`, or 404."""
    now: float = 0.0
    jobs: list[Job] = field(default_factory=list)
    effects: list[tuple[str, Declared]] = field(default_factory=list)
    """Jobs that took effect, in order, and what they were declared for."""
    silent_until: float = 0.0
    """No look is answered before."""
    is_blind: bool = False
    """Whether a job was started beside one that its machine could not know of: a known limit, see `judge_start`."""
    is_misled: bool = False
    """Whether a person has given a false answer, which is believed."""
    log: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    choose: Callable[..., str | None] = lambda *_: None
    """Asked wherever things can go another way; None is the ordinary course."""

    def copy(self) -> "World":
        """An independent one."""
        return replace(
            self,
            jobs=[replace(job) for job in self.jobs],
            effects=self.effects.copy(),
            log=self.log.copy(),
            violations=self.violations.copy(),
        )

    def say(self, text: str) -> None:
        """Write a line of the history."""
        self.log.append(f"{self.now:7.1f}  {text}")

    def violate(self, text: str) -> None:
        """Note that a rule is broken here."""
        self.say(f"  ** {text}")
        if text not in self.violations:
            self.violations.append(text)

    def sleep(self, seconds: float) -> None:
        """Let time pass; what was due meanwhile happens in its order."""
        until = self.now + seconds
        while True:
            coming = [(job.arrives if job.arrives is not None else job.due, job) for job in self.jobs if _moves(job)]
            due = [(at, job) for at, job in coming if at <= until]
            if not due:
                break
            at, job = min(due, key=lambda one: one[0])
            self.now = max(self.now, at)
            self._arrive(job) if job.arrives is not None else self._end(job)
        self.now = until

    def _arrive(self, job: Job) -> None:
        job.arrives, job.is_late = None, True
        self.begin(job, "fast")

    def _end(self, job: Job) -> None:
        job.is_over = True
        if job.outcome in TAKES_EFFECT:
            self.effects.append((job.id, job.declared))
            self.say(f"    [{job.name} takes effect: {job.declared.content}]")
        else:
            self.say(f"    [{job.name} ends: {job.outcome}]")

    def job(self, job_id: str) -> Job:
        """A registered job."""
        return next(job for job in self.jobs if job.id == job_id)

    def register(self, declared: Declared) -> Job:
        """A new job, which waits for its file."""
        job = Job(f"00000000-0000-4000-8000-{len(self.jobs) + 1:012}", declared)
        self.jobs.append(job)
        self.say(f"  registers {job.name} for {declared.content}")
        return job

    def begin(self, job: Job, outcome: str) -> None:
        """A start request has arrived."""
        job.is_sent, job.is_over, job.outcome, job.due = True, False, outcome, self.now + DURATIONS_S[outcome]
        self.say(f"    [{job.name} begins ({job.declared.operation} of {job.declared.content}): {outcome}]")

    def stop(self, job: Job) -> None:
        """Support ends a job, or a start request that is still on its way."""
        job.is_over = job.is_sent = True
        job.arrives, job.outcome = None, "cancelled without effect"
        job.is_stopped = self.idle != "404"
        self.say(f"    [support ends {job.name}]")

    def others_at_work(self, job: Job) -> list[Job]:
        """Jobs at work in its dataset, beside it."""
        same = job.declared.dataset
        return [one for one in self.jobs if one is not job and one.is_at_work and one.declared.dataset == same]

    def status(self, job: Job) -> str | None:
        """The platform's word for a job; None where it knows none."""
        if job.is_forgotten:
            return None
        if not job.is_sent:
            return None if self.idle == "404" else self.idle
        if not job.is_over or job.is_stopped:
            return "Running"
        if job.outcome.startswith("cancelled"):
            return "Cancelled"
        return "Failed" if job.outcome == "failed" else "Completed"

    def rows(self, dataset: str) -> list[str]:
        """What it holds: an Append adds, an Overwrite leaves nothing else, an Upsert replaces its own rows."""
        held: list[tuple[int, str]] = []
        for _, one in self.effects:
            if one.dataset != dataset:
                continue
            if one.operation == "Overwrite":
                held.clear()
            elif one.operation == "Upsert":
                held = [row for row in held if row[0] != one.ingest]
            held.append((one.ingest, one.content))
        return [content for _, content in held]

    def took_effect(self, job: Job) -> bool:
        """Whether its rows were brought, for all that a person can see; whatever came after them."""
        return job.is_alike or any(job_id == job.id for job_id, _ in self.effects)


def _moves(job: Job) -> bool:
    return job.arrives is not None or job.is_at_work


def in_words(text: str) -> str:
    """*text* with `J3` and `D1` in place of ids."""
    text = _JOB_ID.sub(r"J\1", text)
    for id_, name in _NAME_OF.items():
        text = text.replace(id_, name).replace(id_.upper(), f"{name} in capitals")
    return text
