"""A job as it is written into a state and read from it, also from those of 0.1.0."""

from dataclasses import replace

import pytest

from veracity_provider.lifecycle.jobs.job import Job, JobReference

JOB = Job(
    job_id="j",
    workspace_id="w",
    dataset_id="d",
    operation="Append",
    content_hash="h",
    size_bytes=0,
    triggers=[1, "a"],
    follows=("o", "p"),
    ingests_before=(),
    rows_before=0,
    rows_in_file=2,
)
PROPERTIES = {
    "job_id": "j",
    "workspace_id": "w",
    "dataset_id": "d",
    "operation": "Append",
    "content_hash": "h",
    "size_bytes": 0,
    "triggers": [1, "a"],
    "follows": ["o", "p"],
    "ingests_before": [],
    "rows_before": 0,
    "rows_in_file": 2,
}
REQUIRED = ("job_id", "workspace_id", "dataset_id", "operation", "content_hash")


def test_a_job_is_written_and_read_as_its_properties():
    assert JOB.to_properties() == PROPERTIES
    assert Job.from_properties(PROPERTIES) == JOB


def test_what_is_not_known_is_left_out():
    least = {name: PROPERTIES[name] for name in REQUIRED}
    job = Job.from_properties(least)
    assert job == Job(job_id="j", workspace_id="w", dataset_id="d", operation="Append", content_hash="h")
    assert job.to_properties() == least


def test_ids_as_they_were_typed_are_brought_into_one_form_and_counts_to_whole_numbers():
    typed = {**PROPERTIES, "workspace_id": "W", "dataset_id": "D", "job_id": "J", "size_bytes": 2.0, "rows_before": 3.0}
    job = Job.from_properties(typed)
    assert (job.workspace_id, job.dataset_id, job.job_id) == ("w", "d", "J")
    assert (job.to_properties()["size_bytes"], job.to_properties()["rows_before"]) == (2, 3)
    assert all(isinstance(count, int) for count in (job.size_bytes, job.rows_before, job.rows_in_file))


@pytest.mark.parametrize("name", REQUIRED)
def test_a_state_without_what_tells_jobs_apart_is_none(name):
    with pytest.raises(KeyError, match=name):
        Job.from_properties({key: value for key, value in PROPERTIES.items() if key != name})


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"dataset_id": "e"}, False),
        ({"operation": "Upsert"}, False),
        ({"content_hash": "i"}, False),
        ({"triggers": None}, False),
        ({"follows": ("o",)}, False),
        ({"follows": ("p", "o")}, True),
        ({"job_id": "k"}, True),
        ({"workspace_id": "x"}, True),
        ({"size_bytes": None, "ingests_before": None, "rows_before": None, "rows_in_file": None}, True),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else None,
)
def test_jobs_ask_the_same_if_they_were_made_for_the_same_inputs(change, is_same):
    assert JOB.asks_the_same_as(replace(JOB, **change)) is is_same


@pytest.mark.parametrize(
    ("operation", "is_repeatable"),
    [("Upsert", True), ("Delete", True), ("Overwrite", True), ("Append", False), ("", False)],
)
def test_only_an_append_must_not_be_repeated_or_what_may_be_one(operation, is_repeatable):
    assert replace(JOB, operation=operation).is_repeatable is is_repeatable


def test_a_reference_is_the_job_without_its_inputs():
    assert JOB.reference() == JobReference(job_id="j", workspace_id="w", dataset_id="d", operation="Append")
    assert type(JOB.reference()) is JobReference
