"""What became of a job: the first line of the table that holds."""

import pytest

from veracity_provider.api.models import JobReport, job_phase
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import Entry, JobState
from veracity_provider.lifecycle.jobs.outcome import Evidence, Outcome, outcome_of, waiting_time_s

JOB = JobReference(job_id="j", workspace_id="w", dataset_id="d", operation="Append")


def report(status, **fields):
    has_errors = bool(fields.get("error_message"))
    return JobReport(job_id="j", status=status, phase=job_phase(status, has_errors=has_errors), **fields)


RUNNING, COMPLETED, FAILED, CANCELLED = map(report, ("Running", "Completed", "Failed", "Cancelled"))
WITH_ERRORS = report("Completed", error_message="half of it")


def evidence(state, seen, answer, **more):
    entry = Entry(job=JOB, state=state) if state else None
    return Evidence(entry=entry, report=seen, answer=answer, **more)


@pytest.mark.parametrize(
    ("state", "seen", "answer", "outcome"),
    [
        pytest.param(JobState.COMPLETED, None, None, Outcome.TOOK_EFFECT, id="done, as is known here"),
        pytest.param(None, COMPLETED, None, Outcome.TOOK_EFFECT, id="another machine's job, done"),
        pytest.param(JobState.STAGED, COMPLETED, None, Outcome.TOOK_EFFECT, id="somebody else has started it"),
        pytest.param(JobState.FAILED, COMPLETED, None, Outcome.TOOK_EFFECT, id="success outranks the journal"),
        pytest.param(JobState.STARTED, COMPLETED, "not-applied", Outcome.TOOK_EFFECT, id="success outranks an answer"),
        pytest.param(JobState.STARTED, None, "applied", Outcome.TOOK_EFFECT, id="a person has seen its rows"),
        pytest.param(JobState.IN_DOUBT, CANCELLED, "applied", Outcome.TOOK_EFFECT, id="cancelled, and its rows seen"),
        pytest.param(JobState.STAGED, RUNNING, "applied", Outcome.TOOK_EFFECT, id="started by other means, and seen"),
        pytest.param(JobState.STARTED, FAILED, None, Outcome.HAD_NO_EFFECT, id="failed"),
        pytest.param(None, FAILED, None, Outcome.HAD_NO_EFFECT, id="another machine's job, failed"),
        pytest.param(JobState.FAILED, None, None, Outcome.HAD_NO_EFFECT, id="failed, and forgotten since"),
        pytest.param(JobState.NEVER_SENT, RUNNING, None, Outcome.HAD_NO_EFFECT, id="superseded before it was sent"),
        pytest.param(JobState.STARTED, RUNNING, "not-applied", Outcome.HAD_NO_EFFECT, id="a person rules it out"),
        pytest.param(JobState.STAGED, RUNNING, "not-applied", Outcome.HAD_NO_EFFECT, id="ruled out before it was sent"),
        pytest.param(JobState.STAGED, RUNNING, "ended", Outcome.HAD_NO_EFFECT, id="an answer ends it everywhere"),
        pytest.param(JobState.STAGED, RUNNING, None, Outcome.NOT_SENT, id="uploaded here, not sent"),
        pytest.param(JobState.STAGED, None, None, Outcome.NOT_SENT, id="the same, unknown to the platform until then"),
        pytest.param(JobState.STARTED, CANCELLED, None, Outcome.ENDED, id="cancelled"),
        pytest.param(None, WITH_ERRORS, None, Outcome.ENDED, id="completed with errors"),
        pytest.param(JobState.IN_DOUBT, None, None, Outcome.ENDED, id="cancelled, and forgotten since"),
        pytest.param(JobState.STARTED, RUNNING, "ended", Outcome.ENDED, id="a person says that it is over"),
        pytest.param(JobState.STARTED, None, None, Outcome.GONE, id="forgotten"),
        pytest.param(None, None, None, Outcome.GONE, id="unknown to everybody"),
        pytest.param(JobState.STARTED, RUNNING, None, Outcome.AT_WORK, id="started"),
        pytest.param(JobState.STARTING, RUNNING, None, Outcome.MAY_BE_AT_WORK, id="a start without an answer"),
        pytest.param(None, RUNNING, None, Outcome.MAY_BE_AT_WORK, id="another machine's job: no word proves a start"),
    ],
)
def test_the_first_evidence_that_holds_decides(state, seen, answer, outcome):
    assert outcome_of(evidence(state, seen, answer)) is outcome


def test_a_state_that_shows_it_done_outranks_a_platform_that_forgot_it():
    assert outcome_of(evidence(JobState.STARTED, None, None, is_recorded=True)) is Outcome.TOOK_EFFECT


def waiting(state, seen, *, is_repeatable, elapsed, starting_at=1000.0):
    entry = Entry(job=JOB, state=state, starting_at=starting_at) if state else None
    return waiting_time_s(
        entry,
        is_shown=seen is not None,
        is_repeatable=is_repeatable,
        timeout_s=900.0,
        usual_s=120.0,
        now=1000.0 + elapsed,
    )


@pytest.mark.parametrize(
    ("state", "seen", "is_repeatable", "elapsed", "left"),
    [
        pytest.param(JobState.STARTED, RUNNING, True, 5000, 900, id="started: the whole time-out, in each up"),
        pytest.param(JobState.STARTED, None, True, 20, 100, id="started and forgotten: the rest of the usual time"),
        pytest.param(JobState.STARTING, RUNNING, True, 20, 100, id="repeatable: the usual time from its start"),
        pytest.param(JobState.STARTING, RUNNING, False, 20, 880, id="an Append that is shown: the time-out"),
        pytest.param(JobState.STARTING, None, False, 20, 100, id="an Append that is not known: the usual time"),
        pytest.param(None, RUNNING, True, 5000, 120, id="no entry: from the first look"),
        pytest.param(JobState.STARTING, RUNNING, True, 5000, -4880, id="its time is over"),
        pytest.param(JobState.STARTING, RUNNING, True, -5000, 120, id="a clock set back makes no wait longer"),
    ],
)
def test_a_job_that_was_not_seen_to_end_is_given_its_time(state, seen, is_repeatable, elapsed, left):
    assert waiting(state, seen, is_repeatable=is_repeatable, elapsed=elapsed) == left
