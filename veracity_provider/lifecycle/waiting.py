"""How to wait for a job: gently, with a limit, and visibly."""

import random
from collections.abc import Callable, Iterator
from typing import Final

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import IngestJobNotFound
from veracity_provider.lifecycle.progress import duration
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Reporter

FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 10.0
GROWTH: Final = 1.7
JITTER: Final = 0.2
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

    Args:
        timeout_s: Longest wait. The platform speaks of 30 to 40 s for one job.
    Returns:
        A report with a final phase; at the end of the time the last one, still active; None when the platform did not
        know the job at the last look.
    """
    begun = services.monotonic()
    for interval in poll_intervals():
        report = look_up(services, workspace_id, job_id)
        if report and report.phase is not JobPhase.ACTIVE:
            return report
        waited = services.monotonic() - begun
        if waited >= timeout_s:
            return report
        _sleep(services, min(interval, timeout_s - waited), begun, report, reporter)
    return None


def look_up(services: Services, workspace_id: str, job_id: str) -> JobReport | None:
    """What the platform says of the job; None when it does not know it. Any other failure to look is raised."""
    try:
        return services.clients.ingest.get_ingest_job(workspace_id, job_id)
    except IngestJobNotFound:
        return None


def _sleep(services: Services, seconds: float, begun: float, report: JobReport | None, reporter: Reporter) -> None:
    word = report.status if report else "not known to the platform yet"
    while seconds > 0:
        reporter.live(f"ingest job {word}, waiting for {duration(services.monotonic() - begun)}")
        services.sleep(min(seconds, _LIVE_EVERY_S))
        seconds -= _LIVE_EVERY_S
