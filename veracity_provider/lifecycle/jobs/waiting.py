"""How to wait for a job: gently, with a limit, and visibly."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, final

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import (
    IngestJobNotFound,
    PlatformError,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    UnexpectedAnswer,
    VeracityError,
)
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.protocols import Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import duration
from veracity_provider.texts import shown

FIRST_WAIT_S: Final = 0.25
MAX_WAIT_S: Final = 5.0
GROWTH: Final = 1.7
JITTER: Final = 0.2
PATIENCE_S: Final = 120.0
"""How long the platform may fail to answer before that is told, instead of waited for."""
_LIVE_EVERY_S: Final = 1.0


def poll_intervals(jitter: Callable[[float, float], float] = random.uniform) -> Iterator[float]:
    """Seconds between two looks: growing to 5, each up to a fifth off so that many waits do not march in step."""
    interval = FIRST_WAIT_S
    while True:
        yield interval * jitter(1 - JITTER, 1 + JITTER)
        interval = min(interval * GROWTH, MAX_WAIT_S)


def wait_for_job(
    services: Services, job: JobReference, *, timeout_s: float, reporter: Reporter, first: "Look"
) -> JobReport | None:
    """
    Look an ingest job up until it ends, and return its last report.

    A platform that does not answer for a while does not end the wait, since the job goes on all the same; nor does one
    that does not know the job.

    Args:
        timeout_s: Longest wait. The platform speaks of 30 to 40 s for one job.
        first: The look before.
    Returns:
        A report with a final phase; at the end of the time the last one, still active; None when the platform did not
        know the job at the last look.
    Raises:
        PlatformFailed, RateLimited, PlatformUnreachable: It gave no answer for two minutes, or at the end of the time.
    """
    wait, intervals = _Wait(services, job, timeout_s, reporter), poll_intervals()
    seen = first
    while not seen.is_final:
        wait.require_answers(seen)
        left_s = wait.left_s()
        if left_s <= 0:
            break
        wait.sleep(min(max(next(intervals), seen.retry_after_s), left_s), seen)
        seen = wait.look()
    return seen.report


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look: a report, None for a job that the platform does not know, or a failure that may pass."""

    report: JobReport | None = None
    failure: VeracityError | None = None

    @property
    def is_final(self) -> bool:
        """Whether the job has ended."""
        return self.report is not None and self.report.phase is not JobPhase.ACTIVE

    @property
    def retry_after_s(self) -> float:
        """Seconds that the platform asks to wait."""
        return self.failure.retry_after_s or 0.0 if isinstance(self.failure, PlatformError) else 0.0

    def describe(self) -> str:
        """For a line that is shown meanwhile."""
        if self.failure:
            return "no answer from the platform"
        return shown(self.report.status) if self.report else "not known to the platform"


@final
class _Wait:
    """One wait: its clock, and what is shown meanwhile."""

    def __init__(self, services: Services, job: JobReference, timeout_s: float, reporter: Reporter) -> None:
        self._services = services
        self._job = job
        self._timeout_s = timeout_s
        self._reporter = reporter
        self._begun = self._answered = services.monotonic()

    def left_s(self) -> float:
        return self._begun + self._timeout_s - self._services.monotonic()

    def require_answers(self, seen: Look) -> None:
        now = self._services.monotonic()
        if seen.failure is None:
            self._answered = now
        elif self.left_s() <= seen.retry_after_s or now - self._answered >= PATIENCE_S:
            raise seen.failure

    def look(self) -> Look:
        turn_s = self._services.pace.take_turn(self._services.monotonic())
        if turn_s > 0:
            self._services.sleep(turn_s)
        return look(self._services, self._job)

    def sleep(self, seconds: float, seen: Look) -> None:
        while seconds > 0:
            waited = duration(self._services.monotonic() - self._begun)
            self._reporter.live(f"{waited}, {seen.describe()}")
            self._services.sleep(min(seconds, _LIVE_EVERY_S))
            seconds -= _LIVE_EVERY_S


def look(services: Services, job: JobReference) -> Look:
    """Look once; a failure that may pass is part of the answer, any other is raised."""
    try:
        return Look(report=look_up(services, job))
    except (PlatformFailed, RateLimited, PlatformUnreachable, UnexpectedAnswer) as failure:
        return Look(failure=failure)


def look_up(services: Services, job: JobReference) -> JobReport | None:
    """What the platform says of the job; None when it does not know it. Any other failure to look is raised."""
    try:
        return services.clients.ingest.get_ingest_job(job.workspace_id, job.job_id)
    except IngestJobNotFound:
        return None
