"""`veracity jobs`, `job` and `journal`: what this machine knows of ingest jobs, and how to answer a question."""

import json

import pytest

from tests.rows import wind_readings
from tests.veracity import Veracity
from veracity_provider.cli.jobs import MEANINGS
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

WORKSPACE = "11111111-0000-4000-8000-000000000001"
NOON, WIND = (f"22222222-0000-4000-8000-00000000000{i}" for i in (1, 2))
NOBODYS = "99999999-0000-4000-8000-000000000000"


@pytest.fixture
def journal(tmp_path):
    clock = iter(range(1_000_000_000, 2_000_000_000))
    return Journal(tmp_path / "home/veracity/jobs", time=lambda: float(next(clock)))


def job_of(job_id, operation="Append", dataset_id=WIND):
    return JobReference(job_id=job_id, workspace_id=WORKSPACE, dataset_id=dataset_id, operation=operation)


@pytest.fixture
def three(journal):
    """An Append that is in doubt, an Upsert that took effect, an Append whose start may have been sent."""
    ids = [f"{i}{NOBODYS[1:]}" for i in (1, 2, 3)]
    journal.write(job_of(ids[0]), JobState.STARTING)
    journal.write(job_of(ids[0]), JobState.IN_DOUBT)
    journal.write(job_of(ids[1], "Upsert", NOON), JobState.STARTING)
    journal.write(job_of(ids[1], "Upsert", NOON), JobState.COMPLETED, dataset_name="Noon reports")
    journal.write(job_of(ids[2]), JobState.STARTING)
    return ids


def test_jobs_as_a_table_the_latest_first(alone, three):
    assert alone("jobs").out == (
        "JOB                                   STATE      OPERATION  WRITTEN     DATASET\n"
        f"{three[2]}  starting   Append     2001-09-09  2222222…\n"
        f"{three[1]}  completed  Upsert     2001-09-09  Noon re…\n"
        f"{three[0]}  in-doubt   Append     2001-09-09  2222222…\n"
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([], {0, 1, 2}),
        (["--dataset", NOON.upper()], {1}),
        (["--state", "in-doubt"], {0}),
        (["--operation", "append"], {0, 2}),
        (["--limit", "1"], {2}),
    ],
    ids=str,
)
def test_jobs_have_filters_and_need_no_settings(alone, three, filters, found):
    assert {one["job_id"] for one in alone("jobs", "--json", *filters).json} == {three[i] for i in found}


def test_every_state_has_a_meaning():
    assert set(MEANINGS) == set(JobState)


def test_a_job_that_took_effect_asks_nothing_and_needs_no_settings(alone, three, tmp_path):
    found = alone("journal", three[1])
    assert (found.code, found.err) == (0, "")
    assert found.out == (
        f"{three[1]}\n"
        "state      completed: it was applied\n"
        f"job        Upsert into dataset {NOON}\n"
        f"workspace  {WORKSPACE}\n"
        "dataset    Noon reports\n"
        "started    2001-09-09T01:46:42Z\n"
        "written    2001-09-09T01:46:43Z\n"
        "platform   was not asked\n"
        f"{shown_file(tmp_path, NOON, three[1])}"
        "\n"
        "No answer is needed.\n"
    )


def shown_file(folder, dataset_id, job_id):
    """The line of the file, wrapped at 80 columns."""
    text = f"{folder}/home/veracity/jobs/{dataset_id}/{job_id}.json"
    pieces = [text[i : i + 69] for i in range(0, len(text), 69)]
    return "".join(f"{'file' if i == 0 else '':11}{piece}\n" for i, piece in enumerate(pieces))


def test_an_append_in_doubt_is_asked_about_with_the_ways_to_answer(veracity, three):
    found = veracity("journal", three[0])
    assert found.code == 0
    question = found.out.partition("\n\n")[2].splitlines()
    assert question[0] == (
        f"ingest job {three[0]} (Append into dataset {WIND}) has ended, which does not say whether its rows are in "
        f"the dataset."
    )
    command = f"pulumi config set --path 'veracity:answers.{three[0]}'"
    assert question[-3:-1] == [
        f"  if its rows are in the dataset             {command} applied",
        f"  if they are not, and it will not add them  {command} not-applied",
    ]


def test_the_same_as_json(veracity, three):
    found = veracity("journal", three[0], "--json").json
    assert (found["state"], found["outcome"], found["platform"], found["answer"]) == ("in-doubt", "ENDED", None, None)
    assert found["answers"] == {
        "applied": "its rows are in the dataset",
        "not-applied": "they are not, and it will not add them",
    }


def test_an_answer_that_was_given_is_shown_and_ends_the_question(veracity, three):
    found = veracity("journal", three[0], "--json", VERACITY_ANSWERS=json.dumps({three[0]: "applied"})).json
    assert (found["outcome"], found["answer"], found["question"], found["answers"]) == (
        "TOOK_EFFECT",
        "applied",
        None,
        {},
    )


def test_without_settings_the_journal_is_shown_all_the_same(alone, three):
    found = alone("journal", three[0])
    assert found.code == 0
    assert "platform   was not asked" in found.lines
    assert found.err.startswith("the platform was not asked: the connection settings cannot be used:")


def test_a_job_at_work(veracity, platform, journal):
    client = Veracity(platform.url)
    platform.fault(path="*/start", effect={"kind": "hangJob"})
    job_id = client.stage(WIND, "Append", wind_readings())
    journal.write(job_of(job_id), JobState.STARTING)
    client.start(job_id)
    journal.write(job_of(job_id), JobState.STARTED)
    assert veracity("job", job_id).lines == [
        job_id,
        "status   Running",
        "journal  started: the platform accepted its start",
    ]
    found = veracity("journal", job_id, "--json").json
    assert (found["outcome"], found["platform"]) == ("AT_WORK", {"status": "Running", "phase": "ACTIVE"})
    assert "While a job of this dataset is running it is too early to decide" in found["question"]


def test_a_job_that_failed_says_why(veracity, platform):
    client = Veracity(platform.url)
    effect = {"kind": "failJob", "message": "Error ID: 7", "validationError": [{"row": 2, "message": "no number"}]}
    platform.fault(path="*/start", effect=effect)
    job_id = client.stage(WIND, "Append", wind_readings())
    client.start(job_id)
    client.wait_for_end(job_id)
    found = veracity("job", job_id)
    assert found.lines[1:] == [
        "status   Failed",
        "error    Error ID: 7",
        "refused  row 2  no number",
        "journal  has no entry",
    ]
