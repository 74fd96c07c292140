import pytest

from veracity_provider.api.models import JobReport, job_phase
from veracity_provider.lifecycle.job_plan import Need, Step, plan_job, plan_unended, plan_upload
from veracity_provider.lifecycle.journal import JobState


def report(status, **fields):
    has_errors = bool(fields.get("error_message"))
    return JobReport(job_id="j", status=status, phase=job_phase(status, has_errors=has_errors), **fields)


RUNNING, COMPLETED, FAILED, CANCELLED = map(report, ("Running", "Completed", "Failed", "Cancelled"))
WITH_ERRORS = report("Completed", error_message="half of it")


@pytest.mark.parametrize(
    ("state", "seen", "resume", "step"),
    [
        pytest.param(JobState.STAGED, RUNNING, None, Step.START, id="uploaded, never started"),
        pytest.param(JobState.STAGED, None, None, Step.START, id="uploaded, and unknown to the platform until started"),
        pytest.param(JobState.STAGED, COMPLETED, None, Step.DONE, id="somebody else has started it"),
        pytest.param(JobState.STARTING, RUNNING, None, Step.GIVE_TIME, id="a start without an answer"),
        pytest.param(JobState.STARTING, RUNNING, "start", Step.START, id="a person says: start it"),
        pytest.param(JobState.STARTING, RUNNING, "started", Step.WAIT, id="a person says: it was started"),
        pytest.param(None, RUNNING, None, Step.GIVE_TIME, id="another machine's job"),
        pytest.param(None, COMPLETED, None, Step.DONE, id="another machine's job, done"),
        pytest.param(JobState.STARTED, RUNNING, None, Step.WAIT, id="under way"),
        pytest.param(JobState.STARTED, RUNNING, "start", Step.WAIT, id="a person's word that was done"),
        pytest.param(JobState.STARTED, None, "start", Step.START, id="forgotten, and a person says: start it"),
        pytest.param(JobState.STARTED, None, "started", Step.DONE, id="forgotten, and a person has seen its rows"),
        pytest.param(JobState.STAGED, RUNNING, "started", Step.WAIT, id="a person has started it by other means"),
        pytest.param(
            JobState.DOUBTFUL, CANCELLED, "started", Step.DONE, id="cancelled, and a person has seen its rows"
        ),
        pytest.param(JobState.DOUBTFUL, CANCELLED, None, Step.FAIL, id="cancelled"),
        pytest.param(JobState.DOUBTFUL, None, None, Step.FAIL, id="cancelled, and forgotten since"),
        pytest.param(JobState.DOUBTFUL, None, "started", Step.DONE, id="the same, and a person has seen its rows"),
        pytest.param(JobState.FAILED, FAILED, "started", Step.FAIL, id="failed for sure, whatever a person says"),
        pytest.param(JobState.STARTED, FAILED, None, Step.FAIL, id="failed"),
        pytest.param(JobState.COMPLETED, None, None, Step.DONE, id="done, as is known here"),
        pytest.param(JobState.ABANDONED, RUNNING, None, Step.REFUSE, id="given up"),
    ],
)
def test_a_status_word_alone_is_no_proof_of_a_start(state, seen, resume, step):
    assert plan_job(state, seen, resume) is step


@pytest.mark.parametrize("operation", ["Upsert", "Delete", "Overwrite"])
def test_what_may_have_been_started_is_started_again_where_that_is_harmless(operation):
    assert plan_unended(operation) is Step.START


def test_an_append_that_may_have_been_started_is_for_a_person_to_decide():
    assert plan_unended("Append") is Step.ASK


@pytest.mark.parametrize(
    ("state", "seen", "resume", "operation", "need"),
    [
        pytest.param(JobState.COMPLETED, None, None, "Append", Need.NOTHING, id="done: nobody is asked"),
        pytest.param(JobState.STARTED, RUNNING, None, "Append", Need.NOTHING, id="under way"),
        pytest.param(JobState.FAILED, FAILED, None, "Append", Need.NEW_JOB, id="failed"),
        pytest.param(JobState.ABANDONED, RUNNING, None, "Append", Need.NEW_JOB, id="given up"),
        pytest.param(None, CANCELLED, None, "Append", Need.A_PERSON, id="an Append that was cancelled"),
        pytest.param(None, WITH_ERRORS, None, "Append", Need.A_PERSON, id="an Append that completed with errors"),
        pytest.param(None, CANCELLED, "start", "Append", Need.NEW_JOB, id="a person says: again"),
        pytest.param(None, CANCELLED, "started", "Append", Need.NOTHING, id="a person says: it is there"),
        pytest.param(None, CANCELLED, None, "Upsert", Need.NEW_JOB, id="an Upsert that was cancelled"),
        pytest.param(JobState.STARTED, None, None, "Upsert", Need.UNKNOWN, id="forgotten by the platform"),
        pytest.param(JobState.FAILED, None, None, "Append", Need.NEW_JOB, id="failed, and forgotten since"),
        pytest.param(JobState.DOUBTFUL, None, None, "Append", Need.A_PERSON, id="cancelled, and forgotten since"),
        pytest.param(JobState.DOUBTFUL, None, "start", "Append", Need.NEW_JOB, id="the same, and a person says: again"),
        pytest.param(JobState.DOUBTFUL, None, "started", "Append", Need.NOTHING, id="or: it is there"),
        pytest.param(JobState.DOUBTFUL, None, None, "Upsert", Need.NEW_JOB, id="an Upsert, which does no harm"),
        pytest.param(JobState.STAGED, None, None, "Upsert", Need.NOTHING, id="not known until it is started"),
    ],
)
def test_a_job_is_made_again_only_when_it_surely_did_nothing_or_repeating_is_harmless(
    state, seen, resume, operation, need
):
    assert plan_upload(state, seen, resume, operation) is need
