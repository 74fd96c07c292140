"""A new resource that would append a file's rows once more is told at preview, where this machine knows of it."""

import pytest

from tests.lifecycle.ingest.machine import Machine
from tests.rows import wind_readings
from veracity_provider.lifecycle.ingest.inputs import Target
from veracity_provider.lifecycle.ingest.repetition import repetition_text
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

TARGET = Target(workspace_id="w", dataset_id="d", operation="Append", content_hash="abc")
JOB = JobReference(job_id="j", workspace_id="w", dataset_id="d", operation="Append")
AGAIN = (
    "(ingest job j), and this is a new resource: `pulumi up` appends its rows again. If it was renamed or moved, "
    "give it an alias with its old name"
)
STATES = {
    JobState.STAGED: [JobState.STAGED],
    JobState.NEVER_SENT: [JobState.STAGED, JobState.NEVER_SENT],
    JobState.STARTING: [JobState.STAGED, JobState.STARTING],
    JobState.STARTED: [JobState.STAGED, JobState.STARTING, JobState.STARTED],
    JobState.COMPLETED: [JobState.STAGED, JobState.STARTING, JobState.COMPLETED],
    JobState.FAILED: [JobState.STAGED, JobState.STARTING, JobState.FAILED],
    JobState.IN_DOUBT: [JobState.STAGED, JobState.STARTING, JobState.IN_DOUBT],
}


def journal(folder, state, *, job=JOB, content_hash="abc"):
    made = Journal(folder, time=lambda: 1_800_000_000.0)
    for i, one in enumerate(STATES[state]):
        made.write(job, one, content_hash=content_hash if i == 0 else "")
    return made


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (JobState.STAGED, None),
        (JobState.NEVER_SENT, None),
        (JobState.FAILED, None),
        (JobState.STARTING, "may have been ingested"),
        (JobState.STARTED, "may have been ingested"),
        (JobState.IN_DOUBT, "may have been ingested"),
        (JobState.COMPLETED, "was ingested"),
    ],
)
def test_a_job_whose_rows_may_be_there_is_named(tmp_path, state, how):
    expected = f"a file of the same bytes {how} into this dataset on 2027-01-15T08:00:00Z {AGAIN}" if how else None
    assert repetition_text(journal(tmp_path, state), TARGET) == expected


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"content_hash": "abd"}, id="other bytes"),
        pytest.param({"job": JobReference(**{**vars(JOB), "dataset_id": "e"})}, id="another dataset"),
        pytest.param({"job": JobReference(**{**vars(JOB), "operation": "Overwrite"})}, id="an Overwrite"),
        pytest.param({"content_hash": ""}, id="a job of which the bytes were not written down"),
    ],
)
def test_another_job_is_no_reason(tmp_path, other):
    assert repetition_text(journal(tmp_path, JobState.COMPLETED, **other), TARGET) is None


def test_an_operation_that_can_be_repeated_is_no_reason(tmp_path):
    made = journal(tmp_path, JobState.COMPLETED, job=JobReference(**{**vars(JOB), "operation": "Upsert"}))
    assert repetition_text(made, Target(**{**vars(TARGET), "operation": "Upsert"})) is None


RENAME = (
    "If a single file became this pattern, or a file of it has a new name, that is a rename: give the resource in the "
    "state its new name first, with `pulumi state rename`"
)


@pytest.mark.parametrize(
    ("operation", "again"),
    [("Append", "appends its rows again"), ("Upsert", "ingests it again"), ("Delete", "ingests it again")],
)
def test_of_a_pattern_each_operation_is_told_as_a_rename(tmp_path, operation, again):
    made = journal(tmp_path, JobState.COMPLETED, job=JobReference(**{**vars(JOB), "operation": operation}))
    target = Target(**{**vars(TARGET), "operation": operation})
    assert repetition_text(made, target, is_of_pattern=True) == (
        "a file of the same bytes was ingested into this dataset on 2027-01-15T08:00:00Z (ingest job j), and this is a "
        f"new resource: `pulumi up` {again}. {RENAME}"
    )


class TestAtPreview:
    def warnings(self, machine, news, olds=None):
        machine.told.warnings.clear()
        machine.checked(news, olds)
        return machine.told.warnings

    def test_a_rename_is_told_and_nothing_is_written(self, machine, append):
        state = {}
        machine.up(state, append)
        folder = machine.services.home / "jobs"
        before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        (warning,) = self.warnings(machine, append)
        assert warning.startswith("a file of the same bytes was ingested into this dataset on 20")
        assert f"(ingest job {state['upload']['job_id']}), and this is a new resource" in warning
        assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before

    def test_a_resource_that_is_not_new_is_not_warned_of(self, machine, append, source):
        state = {}
        machine.up(state, append)
        assert self.warnings(machine, append, state["upload"]) == []
        source(wind_readings(3))
        assert self.warnings(machine, append, state["upload"]) == []

    def test_a_first_ingest_is_not_warned_of(self, machine, append):
        assert self.warnings(machine, append) == []

    def test_a_file_of_a_pattern_is_warned_of_where_rows_are_added(self, machine, append):
        machine.up({}, append)
        (warning,) = self.warnings(machine, {**append, "component": "noon"})
        assert "appends its rows again. If a single file became this pattern" in warning

    def test_a_file_of_a_pattern_is_told_where_no_rows_are_added(self, machine, upsert):
        machine.up({}, upsert)
        machine.told.infos.clear()
        assert self.warnings(machine, {**upsert, "component": "noon"}) == []
        (info,) = machine.told.infos
        assert "ingests it again. If a single file became this pattern" in info

    def test_another_machine_does_not_know(self, machine, make_services, told, append):
        machine.up({}, append)
        assert self.warnings(Machine(make_services(home="elsewhere"), told), append) == []
