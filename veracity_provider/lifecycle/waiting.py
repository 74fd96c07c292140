"""How to wait for a job: gently, with a limit, and visibly."""

import random
from collections.abc import Callable, Iterator
from typing import Final

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import (
    IngestJobNotFound,
    PlatformError,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    VeracityError,
)
from veracity_provider.lifecycle.progress import duration
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Reporter

FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 10.0
GROWTH: Final = 1.7
JITTER: Final = 0.2
PATIENCE_S: Final = 120.0
"""How long the platform may fail to answer before that is told, instead of waited for."""
_LIVE_EVERY_S: Final = 1.0


def poll_intervals(jitter: Callable[[float, float], float] = random.uniform) -> Iterator[float]:
    """Seconds between two looks: growing to 10, each up to a fifth off so that many waits do not march in step."""
    interval = FIRST_WAIT_S
    while True:
        yield interval * jitter(1 - JITTER, 1 + JITTER)
        interval = min(interval * GROWTH, LONGEST_WAIT_S)


def wait_for_job(
    services: Services, workspace_id: str, job_id: str, *, timeout_s: float, reporter: Reporter
) -> JobReport | None:
    """
    Look an ingest job up until it ends, and return its last report.

    A platform that does not answer for a while does not end the wait, since the job goes on all the same.

    Args:
        timeout_s: Longest wait. The platform speaks of 30 to 40 s for one job.
    Returns:
        A report with a final phase; at the end of the time the last one, still active; None when the platform did not
        know the job at the last look.
    Raises:
        PlatformFailed, RateLimited, PlatformUnreachable: It gave no answer for two minutes, or at the end of the time.
    """
    begun = answered = services.monotonic()
    for interval in poll_intervals():
        report, failure = _look(services, workspace_id, job_id)
        if report and report.phase is not JobPhase.ACTIVE:
            return report
        now = services.monotonic()
        answered = answered if failure else now
        asked_s = _retry_after(failure)
        left_s = begun + timeout_s - now
        if failure and (left_s <= asked_s or now - answered >= PATIENCE_S):
            raise failure
        if left_s <= 0:
            return report
        said = "not answered about" if failure else report.status if report else "not known to the platform yet"
        _sleep(services, min(max(interval, asked_s), left_s), begun, said, reporter)
    return None


def _look(services: Services, workspace_id: str, job_id: str) -> tuple[JobReport | None, VeracityError | None]:
    try:
        return look_up(services, workspace_id, job_id), None
    except (PlatformFailed, RateLimited, PlatformUnreachable) as failure:
        return None, failure


def _retry_after(failure: VeracityError | None) -> float:
    return failure.retry_after_s or 0.0 if isinstance(failure, PlatformError) else 0.0


def look_up(services: Services, workspace_id: str, job_id: str) -> JobReport | None:
    """What the platform says of the job; None when it does not know it. Any other failure to look is raised."""
    try:
        return services.clients.ingest.get_ingest_job(workspace_id, job_id)
    except IngestJobNotFound:
        return None


def _sleep(services: Services, seconds: float, begun: float, said: str, reporter: Reporter) -> None:
    while seconds > 0:
        reporter.live(f"ingest job {said}, waiting for {duration(services.monotonic() - begun)}")
        services.sleep(min(seconds, _LIVE_EVERY_S))
        seconds -= _LIVE_EVERY_S
