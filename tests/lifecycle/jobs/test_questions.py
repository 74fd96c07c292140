"""What a person is asked about a job of which the platform does not say what became of it."""

import pytest

from tests.lifecycle.platform import NOON, reference, report
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation, journal_of
from veracity_provider.lifecycle.jobs.outcome import Evidence
from veracity_provider.lifecycle.jobs.questions import END, ROWS, Questions, answers_about, count_rows, meaning_of

SET = "pulumi config set --path 'veracity:answers.j'"
TOO_EARLY = "While a job of this dataset is running it is too early to decide; the portal shows the running jobs."
WAYS_ON = {
    "rows": [
        f"  if its rows are in the dataset             {SET} applied",
        f"  if they are not, and it will not add them  {SET} not-applied",
        """Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{"j": "applied"}'.)""",
    ],
    "end": [
        f"  if it will do nothing more  {SET} ended",
        """Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{"j": "ended"}'.)""",
    ],
    "all": [
        f"  if its rows are in the dataset             {SET} applied",
        f"  if they are not, and it will not add them  {SET} not-applied",
        f"  if it will do nothing more                 {SET} ended",
        """Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{"j": "applied"}'.)""",
    ],
}


@pytest.fixture
def ask(make_platform_services, platform, told):
    def run(job, state, found, **options):
        services = make_platform_services()
        journal = journal_of(services)
        for one in [JobState.STARTING, *([state] if state is not JobState.STARTING else [])] if state else []:
            journal.write(job, one)
        platform.jobs[job.job_id] = found
        observer = JobObserver(services, told, timeout_s=900.0)
        text = Questions(services, observer).ask(observer.look(job), consequence="nothing was started", **options)
        return text.splitlines()

    return run


@pytest.mark.parametrize(
    ("evidence", "known", "platform_says"),
    [
        pytest.param(
            Evidence(report=report("Running"), answer="ended"),
            "has ended, as `veracity:answers` says, which does not say whether its rows are in the dataset",
            "shows it as Running",
            id="a job that an answer has ended",
        ),
        pytest.param(
            Evidence(report=report("Stuck\x1b[2J")),
            "may have been started, and was not seen to end",
            r"shows it as Stuck\x1b[2J",
            id="a word with an escape sequence",
        ),
    ],
)
def test_in_a_preview_it_names_no_consequence(make_platform_services, told, evidence, known, platform_says):
    services = make_platform_services()
    questions = Questions(services, JobObserver(services, told, timeout_s=900.0))
    seen = Observation(job=reference("j", "Append"), evidence=evidence)
    assert questions.ask(seen).splitlines()[:2] == [
        f"ingest job j (Append into dataset d) {known}.",
        f"  the platform {platform_says}",
    ]


@pytest.mark.parametrize(
    ("operation", "state", "found", "known", "platform_says", "ways_on"),
    [
        pytest.param(
            "Append",
            JobState.STARTING,
            "Running",
            "may have been started, and was not seen to end",
            "shows it as Running, started 2026-01-01T12:00:00Z",
            "rows",
            id="an Append whose answer was lost",
        ),
        pytest.param(
            "Upsert",
            JobState.STARTED,
            "Running",
            "was started, and was not seen to end",
            "shows it as Running, started 2026-01-01T12:00:00Z",
            "end",
            id="an Upsert at work",
        ),
        pytest.param(
            "Append",
            JobState.STARTED,
            None,
            "is not known to the platform, which does not say whether its rows are in the dataset",
            "does not know it, started 2026-01-01T12:00:00Z",
            "rows",
            id="an Append that is forgotten",
        ),
        pytest.param(
            "Append",
            None,
            "Cancelled",
            "ended as Cancelled, which does not say whether its rows are in the dataset",
            "shows it as Cancelled",
            "rows",
            id="another machine's Append that was cancelled",
        ),
        pytest.param(
            "Append",
            JobState.IN_DOUBT,
            None,
            "has ended, which does not say whether its rows are in the dataset",
            "does not know it, started 2026-01-01T12:00:00Z",
            "rows",
            id="an Append that was cancelled, and is forgotten",
        ),
    ],
)
def test_it_says_what_is_known_and_what_to_answer(ask, operation, state, found, known, platform_says, ways_on):
    assert ask(reference("j", operation), state, found) == [
        f"ingest job j ({operation} into dataset d) {known}; nothing was started.",
        f"  the platform {platform_says}",
        TOO_EARLY,
        *WAYS_ON[ways_on],
    ]


def test_of_a_job_that_nobody_wrote_down_every_answer_is_offered(ask):
    first, *_, a, b, c, last = ask(reference("j", ""), None, "Running")
    assert first == (
        "ingest job j (of an operation that nobody wrote down, into dataset d) may have been started, and was not seen "
        "to end; nothing was started."
    )
    assert [a, b, c, last] == WAYS_ON["all"]


def test_the_answers_that_help_may_be_chosen(ask):
    assert ask(reference("j", "Append"), JobState.STARTED, "Running", answers=END)[-2:] == WAYS_ON["end"]


@pytest.mark.parametrize(
    ("operation", "answers"),
    [("Append", ROWS), ("Upsert", END), ("Delete", END), ("Overwrite", END), ("", ROWS + END)],
)
def test_an_append_is_asked_about_its_rows_and_another_job_about_its_end(operation, answers):
    assert answers_about(reference("j", operation)) == answers


def test_each_answer_has_one_meaning():
    assert [meaning_of(answer) for answer in (*ROWS, *END)] == [
        "its rows are in the dataset",
        "they are not, and it will not add them",
        "it will do nothing more",
    ]


@pytest.mark.parametrize(
    ("before", "now", "in_file", "line"),
    [
        (1000, 3000, 2000, "rows of the dataset: 1,000 before the upload, 3,000 now; rows of the file: 2,000"),
        (0, 0, 2, "rows of the dataset: 0 before the upload, 0 now; rows of the file: 2"),
        (
            None,
            None,
            None,
            (
                "rows of the dataset: an unknown number before the upload, an unknown number now; rows of the file: an "
                "unknown number"
            ),
        ),
    ],
    ids=["counted", "none", "nobody counted"],
)
def test_rows_are_the_evidence_for_an_append(ask, platform, before, now, in_file, line):
    job = Job(
        job_id="j",
        workspace_id="w",
        dataset_id="d",
        operation="Append",
        content_hash="h",
        rows_before=before,
        rows_in_file=in_file,
    )
    platform.rows = now
    assert ask(job, JobState.STARTED, "Running")[2] == f"  {line}"


def test_rows_say_nothing_about_a_job_that_can_be_repeated(ask):
    job = Job(job_id="j", workspace_id="w", dataset_id="d", operation="Upsert", content_hash="h", rows_before=1)
    assert not any("rows of the dataset" in line for line in ask(job, JobState.STARTED, "Running"))


@pytest.mark.parametrize(("found", "is_early"), [("Running", True), ("Completed", False), (None, False)])
def test_while_another_job_of_the_dataset_is_at_work_it_is_too_early(
    ask, make_platform_services, platform, clock, found, is_early
):
    journal_of(make_platform_services()).write(reference("other"), JobState.STARTING)
    platform.jobs["other"] = found
    lines = ask(reference("j", "Append"), JobState.STARTED, "Running")
    assert lines[2:-3] == (
        [
            "It is too early to decide: ingest job other of this dataset may still be running.",
            "Run `pulumi up` again when it has ended.",
        ]
        if is_early
        else [TOO_EARLY]
    )
    assert clock.now == NOON


def test_rows_that_cannot_be_counted_are_not_known(make_platform_services, platform):
    platform.rows = None
    assert count_rows(make_platform_services(), "w", "d") is None
