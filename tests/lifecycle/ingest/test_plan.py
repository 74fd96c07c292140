"""Which job serves what is declared, by what became of the jobs before it."""

from dataclasses import replace

import pytest

from veracity_provider.lifecycle.ingest.history import JobHistory
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.ingest.plan import Known, Stop, StopReason, plan_upload
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.outcome import Outcome
from veracity_provider.lifecycle.protocols import UNKNOWN

TOOK, NONE, UNSENT, ENDED = Outcome.TOOK_EFFECT, Outcome.HAD_NO_EFFECT, Outcome.NOT_SENT, Outcome.ENDED
GONE, MAYBE, WORKING = Outcome.GONE, Outcome.MAY_BE_AT_WORK, Outcome.AT_WORK


def job(name, content, operation="Upsert", dataset="d", follows=()):
    return Job(
        job_id=name,
        workspace_id="w",
        dataset_id=dataset,
        operation=operation,
        content_hash=content,
        follows=tuple(follows),
    )


def declared(content, operation="Upsert", dataset="d", follows=(), **more):
    return IngestInputs(
        workspace_id="w",
        dataset_id=dataset,
        operation=operation,
        source="data.csv",
        content_hash=content,
        size_bytes=1,
        file_name=None,
        triggers=None,
        follows=follows,
        ingests_before=None,
        keeps_content=more.get("keeps_content", False),
        timeout_s=900.0,
        preflight="header",
        job_id=None,
    )


def known(
    current,
    outcome,
    *,
    effective=(),
    doubt=(),
    left=(),
    concurrent_jobs=(),
    jobs_unknown_to_platform=(),
    in_journal=True,
    **others,
):
    """*others*: outcome of each other job by its name."""
    return Known(
        current=current,
        history=JobHistory(
            effective={one.dataset_id: one for one in effective}, in_doubt=tuple(doubt), left_behind=tuple(left)
        ),
        outcomes={**others, current.job_id: outcome},
        concurrent_jobs=tuple(concurrent_jobs),
        jobs_unknown_to_platform=tuple(jobs_unknown_to_platform),
        is_in_journal=in_journal,
    )


A, B = job("A", "a"), job("B", "b")
APPENDED, SECOND = job("A", "a", "Append"), job("B", "b", "Append")


@pytest.mark.parametrize(
    ("outcome", "current", "in_journal", "is_due", "serving"),
    [
        pytest.param(TOOK, A, True, False, A, id="it took effect: nothing to do"),
        pytest.param(UNSENT, A, True, False, A, id="it was uploaded and waits for its ingest"),
        pytest.param(NONE, A, True, True, None, id="it failed: a new one"),
        pytest.param(ENDED, A, True, True, None, id="it was cancelled and can be repeated: a new one"),
        pytest.param(GONE, A, True, True, None, id="it was sent here and forgotten: a new one"),
        pytest.param(GONE, A, False, False, A, id="nothing is known here: its ingest knows whether it was recorded"),
        pytest.param(MAYBE, A, True, True, None, id="it was not seen to end: left behind, and a new one"),
        pytest.param(GONE, APPENDED, True, False, APPENDED, id="an Append that is forgotten is for its ingest"),
        pytest.param(ENDED, APPENDED, True, False, APPENDED, id="so is one that ended in doubt, until it is answered"),
    ],
)
def test_what_is_declared_stays_the_same(outcome, current, in_journal, is_due, serving):
    plan = plan_upload(known(current, outcome, in_journal=in_journal), declared("a", current.operation))
    assert (plan.is_update_due, plan.serving) == (is_due, serving)


@pytest.mark.parametrize(
    ("state", "asked", "serving"),
    [
        pytest.param(known(B, NONE, effective=[A]), declared("a"), A, id="the edit failed"),
        pytest.param(known(B, UNSENT, effective=[A]), declared("a"), A, id="the edit was not sent"),
        pytest.param(known(B, TOOK, effective=[A]), declared("a"), None, id="the edit took effect: no"),
        pytest.param(known(B, MAYBE, effective=[A]), declared("a"), None, id="the edit may have: no"),
        pytest.param(known(B, ENDED, effective=[A]), declared("a"), None, id="the edit was cancelled: no"),
        pytest.param(
            known(job("B", "a", dataset="e"), NONE, effective=[A]), declared("a"), A, id="another dataset, and back"
        ),
        pytest.param(
            known(job("C", "c"), NONE, effective=[A], doubt=[B], B=MAYBE),
            declared("a"),
            None,
            id="one before is in doubt",
        ),
        pytest.param(
            known(job("C", "c"), NONE, effective=[A], doubt=[B], B=NONE),
            declared("a"),
            A,
            id="that one was not applied",
        ),
        pytest.param(
            known(job("C", "c"), NONE, effective=[A], doubt=[B], B=TOOK), declared("b"), B, id="that one took effect"
        ),
        pytest.param(
            known(job("C", "c", "Append"), GONE, effective=[APPENDED], doubt=[SECOND], B=GONE),
            declared("c", "Append"),
            job("C", "c", "Append"),
            id="the last in doubt is an Append that asks the same: its ingest judges",
        ),
    ],
)
def test_a_change_that_is_taken_back_is_the_job_that_took_effect(state, asked, serving):
    assert plan_upload(state, asked).serving == serving


def test_an_upload_that_was_not_sent_never_will_be_once_it_is_superseded():
    assert plan_upload(known(B, UNSENT, effective=[A]), declared("a")).withdrawn == (B,)
    assert plan_upload(known(B, UNSENT), declared("c")).withdrawn == (B,)
    assert plan_upload(known(B, UNSENT), declared("b")).withdrawn == ()


@pytest.mark.parametrize(
    ("outcome", "current", "asked", "stop"),
    [
        pytest.param(WORKING, A, "b", Stop(reason=StopReason.AT_WORK, job=A), id="it is still at work"),
        pytest.param(
            ENDED,
            APPENDED,
            "b",
            Stop(reason=StopReason.QUESTION, job=APPENDED),
            id="an Append was cancelled, then edited",
        ),
        pytest.param(
            MAYBE, APPENDED, "a", Stop(reason=StopReason.QUESTION, job=APPENDED), id="an Append may have been started"
        ),
        pytest.param(MAYBE, A, "b", None, id="what can be repeated is left behind"),
        pytest.param(GONE, APPENDED, "b", None, id="an Append was forgotten: the next one's ingest asks if need be"),
    ],
)
def test_it_stops_where_another_job_could_do_harm(outcome, current, asked, stop):
    assert plan_upload(known(current, outcome), declared(asked, current.operation)).stop == stop


def test_an_append_runs_beside_nothing_that_was_left_behind():
    state = known(B, TOOK, left=[A], A=MAYBE)
    assert plan_upload(state, declared("c", "Append")).stop == Stop(reason=StopReason.LEFT_BEHIND, job=A)
    assert plan_upload(state, declared("c", "Append", dataset="e")).stop is None
    assert plan_upload(state, declared("c")).stop is None
    assert plan_upload(known(B, TOOK, left=[A], A=NONE), declared("c", "Append")).stop is None


@pytest.mark.parametrize(
    ("outcome", "late", "is_overtaken"),
    [
        pytest.param(TOOK, TOOK, True, id="it took effect last"),
        pytest.param(TOOK, ENDED, True, id="it ended, and may have"),
        pytest.param(TOOK, GONE, True, id="it is forgotten, and may have"),
        pytest.param(TOOK, NONE, False, id="it failed"),
        pytest.param(TOOK, MAYBE, False, id="it has not ended yet"),
        pytest.param(UNSENT, TOOK, False, id="the current one was not started yet"),
    ],
)
def test_a_job_that_a_late_one_has_overtaken_is_run_again(outcome, late, is_overtaken):
    plan = plan_upload(known(B, outcome, left=[A], concurrent_jobs=[A], A=late), declared("b"))
    assert plan.is_overtaken is is_overtaken
    assert (plan.serving is None, plan.is_update_due) == (is_overtaken, is_overtaken)


def test_what_was_in_doubt_before_a_job_that_was_overtaken_is_no_matter_any_more():
    there = job("E", "a", dataset="e")
    doubts = {"C": ENDED, "E": ENDED}
    plan = plan_upload(
        known(B, TOOK, doubt=[job("C", "c"), there], concurrent_jobs=[A], A=TOOK, **doubts), declared("b")
    )
    assert plan.history.in_doubt == (there,)


def test_a_job_that_the_platform_did_not_know_has_the_last_word_once_it_has_ended():
    """Its start was sent, and may have arrived late."""
    for outcome, is_overtaken in ((GONE, False), (MAYBE, False), (TOOK, True), (ENDED, True)):
        plan = plan_upload(known(B, TOOK, jobs_unknown_to_platform=[A], A=outcome), declared("b"))
        assert plan.is_overtaken is is_overtaken


def test_what_may_be_at_work_stays_in_the_history_until_it_was_seen_to_end():
    history = plan_upload(known(B, MAYBE, left=[A], A=MAYBE), declared("c")).history
    assert history.left_behind == (A, B)
    assert history.in_doubt == (B,)
    assert plan_upload(known(B, TOOK, left=[A], A=ENDED), declared("c")).history.left_behind == ()


def test_what_took_effect_is_remembered_for_each_dataset():
    there = job("E", "a", dataset="e")
    history = plan_upload(known(B, TOOK, effective=[A, there]), declared("c")).history
    assert history.effective == {"d": B, "e": there}


@pytest.mark.parametrize(
    ("asked", "is_due"),
    [
        pytest.param(declared("a", follows=("O1",)), False, id="the Overwrite that it came after"),
        pytest.param(declared("a", follows=()), False, id="that one was taken out of the program"),
        pytest.param(declared("a", follows=("O2",)), True, id="it ran again"),
        pytest.param(declared("a", follows=UNKNOWN), True, id="it is going to run"),
        pytest.param(declared(UNKNOWN, follows=("O1",)), True, id="the content is not known yet"),
        pytest.param(declared("a", dataset=UNKNOWN, follows=("O1",)), True, id="the dataset is not known yet"),
        pytest.param(declared("z", follows=("O1",), keeps_content=True), False, id="other bytes, which are ignored"),
    ],
)
def test_what_makes_it_run_again(asked, is_due):
    assert plan_upload(known(replace(A, follows=("O1",)), TOOK), asked).is_update_due is is_due
