"""What an upload does about its job, as a table."""

import pytest

from veracity_provider.lifecycle.dataset.plan import Step, plan_job
from veracity_provider.lifecycle.jobs.outcome import Outcome


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        pytest.param(Outcome.TOOK_EFFECT, Step.KEEP, id="it made the dataset"),
        pytest.param(Outcome.HAD_NO_EFFECT, Step.NEW, id="it failed"),
        pytest.param(Outcome.NOT_SENT, Step.NEW, id="it is staged, for something else"),
        pytest.param(Outcome.ENDED, Step.NEW, id="it ended, and made none"),
        pytest.param(Outcome.GONE, Step.NEW, id="it is not known, and made none"),
        pytest.param(Outcome.MAY_BE_AT_WORK, Step.WAIT, id="it may be at work"),
        pytest.param(Outcome.AT_WORK, Step.WAIT, id="it is at work"),
    ],
)
def test_where_no_dataset_has_the_name(outcome, step):
    assert plan_job(outcome, is_there=False, is_served=False) is step


def test_a_staged_job_for_what_is_declared_is_kept():
    assert plan_job(Outcome.NOT_SENT, is_there=False, is_served=True) is Step.KEEP


@pytest.mark.parametrize("outcome", list(Outcome))
def test_where_a_dataset_has_the_name_nothing_is_to_be_done(outcome):
    assert plan_job(outcome, is_there=True, is_served=False) is Step.KEEP
