"""Waiting for jobs: gently, with a limit, and at one pace for all jobs of a process."""

import heapq
from types import SimpleNamespace

import pytest

from veracity_provider.api.models import JobReport, job_phase
from veracity_provider.errors import PlatformFailed
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.pace import SPACING_S, Pace
from veracity_provider.lifecycle.jobs.waiting import (
    MAX_WAIT_S,
    PATIENCE_S,
    Look,
    poll_intervals,
    wait_for_job,
)

JOB = JobReference(job_id="j", workspace_id="w", dataset_id="d", operation="Upsert")


def report(status):
    return JobReport(job_id="j", status=status, phase=job_phase(status, has_errors=False))


class Platform:
    """Answers about a job by the time of a clock that sleeping alone moves; None is a 404, an error is raised."""

    def __init__(self, clock, answer):
        self.clock, self.answer, self.asked_at = clock, answer, []

    def get_ingest_job(self, _workspace_id, _job_id):
        self.asked_at.append(self.clock.now)
        found = self.answer(self.clock.now)
        if isinstance(found, Exception):
            raise found
        return found


def wait(clock, told, answer, *, timeout_s=900.0):
    platform = Platform(clock, answer)
    services = SimpleNamespace(
        clients=SimpleNamespace(ingest=platform), sleep=clock.sleep, monotonic=clock.monotonic, pace=Pace()
    )
    return platform, lambda: wait_for_job(
        services, JOB, timeout_s=timeout_s, reporter=told, first=Look(report=report("Running"))
    )


def test_intervals_grow_to_five_seconds():
    intervals = poll_intervals(jitter=lambda low, high: (low + high) / 2)
    found = [next(intervals) for _ in range(12)]
    assert found == sorted(found)
    assert found[0] == 0.25
    assert found[1] == pytest.approx(0.425)
    assert found[-1] == MAX_WAIT_S == 5.0


def test_the_last_report_is_returned_when_the_job_ends(clock, told):
    platform, run = wait(clock, told, lambda now: report("Completed" if now > 30 else "Running"))
    assert run().status == "Completed"
    assert 30 < clock.now < 37
    assert len(platform.asked_at) < 14
    assert told.lives[:3] == ["0 s, Running", "0 s, Running", "0 s, Running"]
    assert told.lives[-1] in {f"{seconds} s, Running" for seconds in range(29, 37)}


def test_the_time_out_ends_it(clock, told):
    _, run = wait(clock, told, lambda _: report("Running"), timeout_s=20.0)
    assert run().status == "Running"
    assert clock.now == pytest.approx(20.0, abs=SPACING_S)


def test_a_platform_that_is_away_for_a_minute_does_not_end_it(clock, told):
    away = PlatformFailed("away", status=503)
    _, run = wait(clock, told, lambda now: away if 5 < now < 65 else report("Completed" if now > 90 else "Running"))
    assert run().status == "Completed"


def test_one_that_stays_away_is_told_after_two_minutes(clock, told):
    away = PlatformFailed("away", status=503)
    _, run = wait(clock, told, lambda now: away if now > 5 else report("Running"))
    with pytest.raises(PlatformFailed, match="away"):
        run()
    assert PATIENCE_S <= clock.now < PATIENCE_S + 30


def questions_of(jobs, seconds):
    """How often the platform is asked in *seconds* about *jobs* that are waited for at once."""
    pace, asked = Pace(), 0
    waits = [(next(intervals), i, intervals) for i in range(jobs) for intervals in [poll_intervals()]]
    heapq.heapify(waits)
    while waits[0][0] < seconds:
        now, i, intervals = heapq.heappop(waits)
        asked_at = now + pace.take_turn(now)
        asked += asked_at < seconds
        heapq.heappush(waits, (asked_at + next(intervals), i, intervals))
    return asked


def test_a_hundred_jobs_are_not_asked_about_a_hundred_times_as_often_as_one():
    one, hundred, thousand = (questions_of(count, 60.0) for count in (1, 100, 1000))
    assert hundred < 60 * one
    assert thousand <= 1.1 * max(hundred, 60.0 / SPACING_S)


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        pytest.param(report("Run\x1bning"), r"Run\x1bning", id="the platform's word, made safe"),
        pytest.param(None, "not known to the platform", id="a job it does not know"),
        pytest.param(PlatformFailed("away", status=503), "no answer from the platform", id="no answer"),
    ],
)
def test_what_changes_stands_first_while_it_waits(clock, told, answer, shown):
    _, run = wait(clock, told, lambda now: answer if now < 60 else report("Completed"))
    run()
    assert f"30 s, {shown}" in told.lives


def test_a_look_waits_for_its_turn(clock, told):
    platform, pace = Platform(clock, lambda _: report("Completed")), Pace()
    pace.take_turn(5.0)
    services = SimpleNamespace(
        clients=SimpleNamespace(ingest=platform), sleep=clock.sleep, monotonic=clock.monotonic, pace=pace
    )
    wait_for_job(services, JOB, timeout_s=900.0, reporter=told, first=Look(report=report("Running")))
    assert platform.asked_at == [pytest.approx(5.0 + SPACING_S)]
