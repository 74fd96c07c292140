"""A preview announces the jobs of others that `up` would wait for, also to a resource that is still to be created."""

import pytest

from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of

STATES = {
    JobState.STAGED: [JobState.STAGED],
    JobState.STARTING: [JobState.STARTING],
    JobState.STARTED: [JobState.STARTING, JobState.STARTED],
    JobState.COMPLETED: [JobState.STARTING, JobState.COMPLETED],
    JobState.FAILED: [JobState.STARTING, JobState.FAILED],
}


def write_other(machine, veracity, news, state):
    """A job that another stack of this machine has brought to *state*; the platform shows it as Running."""
    job_id = veracity.register(news["dataset_id"], "Append").json()["jobId"]
    place = {"workspace_id": news["workspace_id"], "dataset_id": news["dataset_id"]}
    job = Job(job_id=job_id, operation="Append", content_hash="other", size_bytes=1, **place)
    for one in STATES[state]:
        journal_of(machine.services).write(job, one)
    return job_id


def waits(job_id, news):
    return (
        f"ingest job {job_id} may be running in dataset {news['dataset_id']}; `pulumi up` waits for it to end, and if "
        "it does not, stops and asks about it"
    )


@pytest.mark.parametrize("state", [JobState.STARTING, JobState.STARTED])
def test_a_new_resource_is_told_of_a_job_that_may_be_running(machine, veracity, append, state):
    other = write_other(machine, veracity, append, state)
    machine.checked(append)
    assert machine.told.warnings == [waits(other, append)]


def test_it_is_told_of_an_entry_that_cannot_be_read(machine, veracity, append):
    other = write_other(machine, veracity, append, JobState.STARTED)
    path = machine.services.home / "jobs" / append["dataset_id"] / f"{other}.json"
    path.write_text("{")
    machine.checked(append)
    counts = f"cannot be read as an entry; ingest job {other} counts as one that may have been started"
    assert machine.told.warnings == [f"the journal's file {path} {counts}", waits(other, append)]


@pytest.mark.parametrize("state", [JobState.STAGED, JobState.COMPLETED, JobState.FAILED])
def test_a_job_that_is_not_running_is_not_told(machine, veracity, append, state):
    write_other(machine, veracity, append, state)
    machine.checked(append)
    assert machine.told.warnings == []
