"""What an upload remembers, as its state holds it."""

from dataclasses import replace

import pytest

from veracity_provider.lifecycle.ingest.history import (
    JobHistory,
    current_job,
    ingests_before,
    recorded_jobs,
)
from veracity_provider.lifecycle.jobs.job import Job

CURRENT, LAST, DOUBT, LEFT = (
    Job(job_id=name, workspace_id="w", dataset_id="d", operation="Upsert", content_hash="h", ingests_before=("a",))
    for name in ("current", "last", "doubt", "left")
)


def test_a_history_is_written_and_read_as_a_property():
    history = JobHistory(effective={"d": LAST}, in_doubt=(DOUBT,), left_behind=(LEFT,))
    properties = history.to_properties(CURRENT)
    assert properties == {
        "job_history": {
            "current": CURRENT.to_properties(),
            "effective": [LAST.to_properties()],
            "in_doubt": [DOUBT.to_properties()],
            "left_behind": [LEFT.to_properties()],
        }
    }
    assert JobHistory.from_properties(properties) == history
    assert current_job(properties) == CURRENT


def test_parts_that_are_empty_are_left_out():
    assert JobHistory().to_properties(CURRENT) == {"job_history": {"current": CURRENT.to_properties()}}
    assert JobHistory.from_properties({}) == JobHistory()


PLAIN = Job(job_id="j", workspace_id="w", dataset_id="d", operation="Upsert", content_hash="h", size_bytes=3)


@pytest.mark.parametrize(
    ("job", "is_left_out"),
    [
        pytest.param(PLAIN, True, id="as the state shows it"),
        pytest.param(replace(PLAIN, operation="Append"), False, id="made for another operation"),
        pytest.param(replace(PLAIN, triggers=[1]), False, id="made for other triggers"),
        pytest.param(replace(PLAIN, rows_before=0), False, id="with rows counted"),
        pytest.param(replace(PLAIN, follows=("o",)), False, id="made to follow another"),
        pytest.param(replace(PLAIN, ingests_before=()), False, id="with the ingests before it"),
    ],
)
def test_a_current_job_that_the_state_shows_is_not_written_twice(job, is_left_out):
    shown = {"follows": list(job.follows), "ingests_before": list(job.ingests_before or ()) or None}
    state = {**PLAIN.to_properties(), **shown}
    properties = {**state, **JobHistory().to_properties(job, state)}
    assert properties["job_history"] == ({} if is_left_out else {"current": job.to_properties()})
    assert current_job(properties) == job


def test_release_0_1_0_kept_the_job_beside_it():
    assert current_job({**CURRENT.to_properties(), "source": "a.csv"}) == CURRENT


@pytest.mark.parametrize(
    ("state", "recorded"),
    [
        ({}, frozenset()),
        ({"job_id": "j"}, frozenset({"j"})),
        ({"job_id": "j", "effective_job_id": "k"}, frozenset({"j", "k"})),
    ],
    ids=["none", "one", "after a change was taken back in 0.1.0"],
)
def test_a_state_shows_jobs_as_done(state, recorded):
    assert recorded_jobs(state) == recorded


@pytest.mark.parametrize(
    ("history", "names"),
    [
        (None, None),
        ({}, None),
        ({"current": {}}, None),
        ({"current": {"ingests_before": []}}, ()),
        ({"current": {"ingests_before": ["a"]}}, ("a",)),
    ],
    ids=["no history", "an empty one", "one that does not say", "none before it", "one before it"],
)
def test_the_ingests_before_a_job_are_known_where_somebody_wrote_them_down(history, names):
    assert ingests_before(history) == names
