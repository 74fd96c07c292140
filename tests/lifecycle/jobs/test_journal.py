"""The journal: states only gain knowledge, entries outlive releases, and its failures are ours."""

import itertools
import json
import multiprocessing
import os

import pytest

from veracity_provider.errors import DatasetBusy, JournalError
from veracity_provider.lifecycle.jobs.job import Job, JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

JOB = JobReference(job_id="11111111-aaaa-4000-8000-000000000001", workspace_id="w", dataset_id="d", operation="Upsert")
OTHER = JobReference(
    job_id="11111111-aaaa-4000-8000-000000000002", workspace_id="w", dataset_id="d", operation="Append"
)
ALLOWED = {
    JobState.STAGED: {JobState.NEVER_SENT, JobState.STARTING},
    JobState.STARTING: {JobState.STARTED, JobState.COMPLETED, JobState.FAILED, JobState.IN_DOUBT},
    JobState.STARTED: {JobState.COMPLETED, JobState.FAILED, JobState.IN_DOUBT},
    JobState.IN_DOUBT: {JobState.COMPLETED},
}
WAY_TO = {
    JobState.STAGED: [JobState.STAGED],
    JobState.NEVER_SENT: [JobState.STAGED, JobState.NEVER_SENT],
    JobState.STARTING: [JobState.STAGED, JobState.STARTING],
    JobState.STARTED: [JobState.STAGED, JobState.STARTING, JobState.STARTED],
    JobState.COMPLETED: [JobState.STARTING, JobState.COMPLETED],
    JobState.FAILED: [JobState.STARTING, JobState.FAILED],
    JobState.IN_DOUBT: [JobState.STARTING, JobState.IN_DOUBT],
}


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "jobs", time=itertools.count(1000.0).__next__)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(JobState, JobState)))
def test_a_state_is_followed_only_by_one_that_knows_more(journal, before, after):
    for state in WAY_TO[before]:
        journal.write(JOB, state)
    stands = after if after in ALLOWED.get(before, set()) else before
    assert journal.write(JOB, after).state is stands
    assert journal.find(JOB).state is stands


@pytest.mark.parametrize("state", [JobState.NEVER_SENT, JobState.STARTED, JobState.COMPLETED])
def test_a_job_without_an_entry_is_first_staged_or_starting(journal, state):
    assert journal.write(JOB, state) is None
    assert journal.find(JOB) is None


def test_an_entry_keeps_when_it_was_started_and_what_ran_beside_it(journal):
    journal.write(JOB, JobState.STAGED)
    journal.write(JOB, JobState.STARTING, concurrent_jobs=(OTHER,))
    entry = journal.write(JOB, JobState.COMPLETED, status="Completed", dataset_name="Noon")
    assert (entry.starting_at, entry.updated_at, entry.concurrent_jobs) == (1001.0, 1002.0, (OTHER,))
    assert journal.find(JOB) == entry
    assert journal.find_by_id(JOB.job_id) == entry


def test_jobs_of_a_dataset_that_may_be_at_work_are_listed_the_oldest_first(journal):
    for job in (OTHER, JOB):
        journal.write(job, JobState.STARTING)
    journal.write(JobReference(job_id="3", workspace_id="w", dataset_id="d", operation="Upsert"), JobState.STAGED)
    journal.write(JobReference(job_id="4", workspace_id="w", dataset_id="e", operation="Upsert"), JobState.STARTING)
    assert [entry.job for entry in journal.open_jobs("d", "w")] == [OTHER, JOB]
    journal.write(OTHER, JobState.FAILED)
    assert [entry.job for entry in journal.open_jobs("d", "w")] == [JOB]


def test_jobs_are_found_by_the_bytes_that_were_uploaded_for_them(journal):
    journal.write(OTHER, JobState.STAGED, content_hash="abc")
    journal.write(OTHER, JobState.STARTING)
    journal.write(JOB, JobState.STAGED, content_hash="abc")
    journal.write(JobReference(job_id="3", workspace_id="w", dataset_id="d", operation="Append"), JobState.STAGED)
    found = journal.jobs_with_content("d", "w", "abc")
    assert [(one.job, one.state, one.content_hash) for one in found] == [
        (OTHER, JobState.STARTING, "abc"),
        (JOB, JobState.STAGED, "abc"),
    ]
    assert journal.jobs_with_content("e", "w", "abc") == []


def test_an_entry_that_was_written_without_the_bytes_is_read(journal, tmp_path):
    journal.write(JOB, JobState.STAGED, content_hash="abc")
    path = tmp_path / "jobs" / "d" / f"{JOB.job_id}.json"
    members = json.loads(path.read_text())
    del members["content_hash"]
    path.write_text(json.dumps(members))
    assert (journal.find(JOB).state, journal.find(JOB).content_hash) == (JobState.STAGED, "")


@pytest.mark.parametrize(
    ("word", "state", "is_warned_of"),
    [
        ("completed", JobState.COMPLETED, False),
        ("failed", JobState.FAILED, False),
        ("doubtful", JobState.IN_DOUBT, False),
        ("staged", JobState.STARTING, True),
        ("starting", JobState.STARTING, True),
        ("started", JobState.STARTING, True),
        ("abandoned", JobState.STARTING, True),
    ],
)
def test_an_entry_of_0_1_0_tells_what_it_proves_and_counts_as_unknown_else(
    journal, tmp_path, word, state, is_warned_of
):
    folder = tmp_path / "jobs"
    folder.mkdir()
    old = {
        "state": word,
        "at": "2026-11-01T00:00:00Z",
        "status": "Running",
        "dataset_name": "Noon",
        "is_by_word": False,
    }
    (folder / f"{JOB.job_id}.json").write_text(json.dumps(old))
    (folder / "dataset-d.json").write_text(json.dumps({"job_id": JOB.job_id}))
    entry = journal.find(JOB)
    assert (entry.job, entry.state, entry.status, entry.dataset_name) == (JOB, state, "Running", "Noon")
    assert (entry.updated_at, entry.starting_at, entry.concurrent_jobs, entry.jobs_unknown_to_platform) == (
        None,
        None,
        (),
        (),
    )
    expected = f"release 0.1.0 wrote `{word}`, which does not show whether it was started" if is_warned_of else ""
    assert entry.problem == expected
    assert [one.job.job_id for one in journal.open_jobs("d", "w")] == ([JOB.job_id] if is_warned_of else [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 3}', '{"version": 2}', '{"state": "unheard of"}'])
def test_an_entry_that_is_torn_or_newer_is_reported_and_counts_as_started(journal, tmp_path, text):
    journal.write(JOB, JobState.STAGED)
    path = tmp_path / "jobs" / "d" / f"{JOB.job_id}.json"
    path.write_text(text)
    entry = journal.find(JOB)
    assert entry.state is JobState.STARTING
    assert entry.problem == f"the journal's file {path} cannot be read as an entry"
    assert journal.write(JOB, JobState.COMPLETED).problem == ""


def test_an_entry_of_0_1_0_need_not_say_status_and_name(journal, tmp_path):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / f"{JOB.job_id}.json").write_text('{"state": "failed", "status": null}')
    entry = journal.find(JOB)
    assert (entry.status, entry.dataset_name) == ("", "")
    assert journal.find_by_id(JOB.job_id).state is JobState.FAILED


def test_of_a_job_without_an_entry_nothing_is_known(journal):
    assert journal.find(JOB) is None
    assert journal.find_by_id(JOB.job_id) is None
    assert journal.open_jobs("d", "w") == []


def test_what_is_found_by_its_id_alone_is_what_was_written(journal, tmp_path):
    written = journal.write(JOB, JobState.STAGED)
    assert journal.find_by_id(JOB.job_id) == written
    (tmp_path / "jobs" / "d" / f"{JOB.job_id}.json").write_text("{")
    torn = journal.find_by_id(JOB.job_id).job
    assert torn == JobReference(job_id=JOB.job_id, workspace_id="", dataset_id="d", operation="")


def test_open_jobs_that_cannot_be_read_are_jobs_of_the_dataset_and_workspace(journal, tmp_path):
    journal.write(JOB, JobState.STAGED)
    (tmp_path / "jobs" / "d" / f"{JOB.job_id}.json").write_text("{")
    (entry,) = journal.open_jobs("d", "w")
    assert entry.job == JobReference(job_id=JOB.job_id, workspace_id="w", dataset_id="d", operation="")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_the_last_start_of_0_1_0_that_cannot_be_read_is_none(journal, tmp_path, text):
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "dataset-d.json").write_text(text)
    assert journal.open_jobs("d", "w") == []


def test_what_ran_beside_a_job_is_kept_without_its_inputs(journal):
    concurrent = Job(job_id="1", workspace_id="w", dataset_id="d", operation="Upsert", content_hash="h")
    entry = journal.write(JOB, JobState.STARTING, concurrent_jobs=(concurrent,), jobs_unknown_to_platform=(OTHER,))
    assert (entry.concurrent_jobs, entry.jobs_unknown_to_platform) == ((concurrent.reference(),), (OTHER,))
    later = journal.write(JOB, JobState.STARTED)
    assert (later.concurrent_jobs, later.jobs_unknown_to_platform, later.starting_at) == (
        entry.concurrent_jobs,
        entry.jobs_unknown_to_platform,
        entry.starting_at,
    )


def test_a_job_of_another_machine_counts_from_when_it_was_first_seen(journal):
    assert journal.write(JOB, JobState.STARTING, since=7.0).starting_at == 7.0


def test_status_and_name_stay_until_others_are_known(journal):
    journal.write(JOB, JobState.STARTING, status="Running", dataset_name="Noon")
    entry = journal.write(JOB, JobState.STARTED)
    assert (entry.status, entry.dataset_name) == ("Running", "Noon")


def test_trying_to_write_leaves_nothing_behind(journal, tmp_path):
    journal.require_writable("d")
    assert list((tmp_path / "jobs" / "d").iterdir()) == []


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda journal: journal.find(JOB), id="finding"),
        pytest.param(lambda journal: journal.find_by_id(JOB.job_id), id="finding by its id"),
        pytest.param(lambda journal: journal.open_jobs("d", "w"), id="listing"),
    ],
)
def test_an_entry_that_cannot_be_read_at_all_is_an_error(journal, tmp_path, use):
    (tmp_path / "jobs" / "d" / f"{JOB.job_id}.json").mkdir(parents=True)
    with pytest.raises(JournalError, match=r"cannot be read \(Is a directory\)"):
        use(journal)


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda journal: journal.require_writable("d"), id="trying it"),
        pytest.param(lambda journal: journal.write(JOB, JobState.STAGED), id="writing"),
        pytest.param(lambda journal: journal.dataset_locked("d", wait=lambda _: False).__enter__(), id="locking"),
    ],
)
def test_a_folder_that_cannot_be_written_is_an_error_that_says_what_to_do(journal, tmp_path, use):
    (tmp_path / "jobs").write_text("a file in the way")
    with pytest.raises(JournalError) as failed:
        use(journal)
    assert str(failed.value) == (
        f"the journal of ingest jobs in {tmp_path / 'jobs'} cannot be written (Not a directory). It records which "
        "jobs were started, so nothing is started without it. Fix the folder, free space on its disk, or set "
        "PULUMI_HOME to another folder, and run again"
    )


def hold_lock(folder, is_held, may_end):
    with Journal(folder, time=lambda: 0.0).dataset_locked("d", wait=lambda _: True):
        is_held.set()
        may_end.wait()


def test_one_process_at_a_time_starts_jobs_of_a_dataset(journal, tmp_path):
    context = multiprocessing.get_context("spawn")
    is_held, may_end = context.Event(), context.Event()
    holder = context.Process(target=hold_lock, args=(tmp_path / "jobs", is_held, may_end))
    holder.start()
    try:
        assert is_held.wait(60)
        asked = []
        with (
            pytest.raises(DatasetBusy, match="another `pulumi up` on this machine"),
            journal.dataset_locked("d", wait=lambda seconds: asked.append(seconds) or len(asked) < 3),
        ):
            pass
        assert len(asked) == 3
        with journal.dataset_locked("another", wait=lambda _: False):
            pass
    finally:
        may_end.set()
        holder.join()
    with journal.dataset_locked("d", wait=lambda _: False):
        pass


def test_a_killed_process_lets_go_of_the_lock(journal, tmp_path):
    context = multiprocessing.get_context("spawn")
    is_held, never = context.Event(), context.Event()
    holder = context.Process(target=hold_lock, args=(tmp_path / "jobs", is_held, never))
    holder.start()
    assert is_held.wait(60)
    holder.kill()
    holder.join()
    with journal.dataset_locked("d", wait=lambda _: False):
        pass


def test_an_entry_is_on_disk_before_its_write_returns(journal, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)
    journal.write(JOB, JobState.STAGED)
    assert len(synced) == 2, "the file, and the folder that names it"


def test_all_jobs_of_this_machine_the_latest_first(journal, tmp_path):
    assert journal.entries() == []
    journal.write(JOB, JobState.STAGED)
    journal.write(OTHER, JobState.STAGED)
    another = JobReference(job_id=JOB.job_id, workspace_id="w", dataset_id="e", operation="Upsert")
    written = journal.write(another, JobState.STARTING)
    assert [(one.job.job_id, one.job.dataset_id) for one in journal.entries()] == [
        (JOB.job_id, "e"),
        (OTHER.job_id, "d"),
        (JOB.job_id, "d"),
    ]
    assert json.loads(journal.file_of(written).read_text())["state"] == "starting"
