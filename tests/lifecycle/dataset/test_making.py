"""A job that makes a dataset, brought to its end, at a platform that the test writes down."""

import pytest

from tests.lifecycle.platform import report
from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.api.models import Dataset, ValidationItem
from veracity_provider.errors import (
    AnswerLost,
    DatasetError,
    DatasetNotFound,
    EngineGone,
    IngestJobFailed,
    IngestJobTimeout,
    NewJobNeeded,
)
from veracity_provider.lifecycle.dataset.making import Making
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.jobs.job import CREATE, Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S

JOB = Job(job_id="j", workspace_id="w", dataset_id="stand-in", operation=CREATE, content_hash="ab")
MADE = Dataset(id="d", name="Noon\x1b", schema_version_id="v")


class Catalogue:
    """The datasets of the workspace by their ids; *made* is there when the job has completed."""

    def __init__(self):
        self.by_id = {}

    def find_datasets(self, workspace_id, name):
        assert (workspace_id, name) == ("w", MADE.name)
        return list(self.by_id.values())

    def get_dataset(self, workspace_id, dataset_id):
        assert workspace_id == "w"
        if dataset_id not in self.by_id:
            message = "no such dataset"
            raise DatasetNotFound(message, status=404)
        return self.by_id[dataset_id]


@pytest.fixture
def catalogue():
    return Catalogue()


@pytest.fixture
def make_services(make_platform_services, catalogue):
    def make(**options):
        services = make_platform_services(**options)
        services.clients.datasets = catalogue
        return services

    return make


@pytest.fixture
def journal(make_services):
    return journal_of(make_services())


@pytest.fixture
def staged(journal):
    journal.write(JOB, JobState.STAGED)


@pytest.fixture
def finish(make_services, told):
    """Bring the job to its end, of a dataset that is declared with a first file unless told."""

    def finish(*, source="first.csv", left_behind=(), **options):
        properties = {"dataset_name": MADE.name, "workspace_id": "w", "source": source}
        declared = DeclaredDataset.from_properties(properties)
        return Making(make_services(**options), declared, JOB, left_behind, told).finish()

    return finish


@pytest.fixture
def completes(platform, catalogue):
    """Once it is started, the job completes, and its dataset is there."""

    def answer(_):
        if not platform.sent:
            return "Pending"
        catalogue.by_id.setdefault(MADE.id, MADE)
        return report("Completed", JOB.job_id, dataset_id=MADE.id)

    platform.jobs[JOB.job_id] = answer


def state(journal):
    return journal.find(JOB).state


@pytest.mark.usefixtures("staged", "completes")
def test_a_job_that_was_not_started_is_started_and_its_dataset_returned(finish, platform, journal, told):
    assert finish() is MADE
    assert platform.sent == [("w", "j")]
    assert state(journal) is JobState.COMPLETED
    assert (told.infos, told.warnings) == ([], [])


@pytest.mark.usefixtures("staged")
def test_a_dataset_that_is_there_by_now_is_adopted_and_nothing_started(finish, platform, journal, catalogue, told):
    catalogue.by_id["e"] = Dataset(id="e", name=MADE.name, schema_version_id=None)
    assert finish().id == "e"
    assert platform.sent == []
    assert state(journal) is JobState.NEVER_SENT
    assert told.infos == [r'dataset "Noon\x1b" (e) exists now; it is adopted']


@pytest.mark.usefixtures("staged", "completes")
@pytest.mark.parametrize("by", ["nobody", JobState.NEVER_SENT, JobState.STARTING], ids=str)
def test_a_job_that_another_process_takes_up_meanwhile_is_left_to_it(
    finish, platform, journal, catalogue, monkeypatch, by
):
    turn = JobStarter.turn

    def late(self, dataset_id):
        assert dataset_id == "stand-in"
        if by is not JobState.NEVER_SENT and by != "nobody":
            platform.sent.append("by the other")
        if by != "nobody":
            journal.write(JOB, by)
        return turn(self, dataset_id)

    monkeypatch.setattr(JobStarter, "turn", late)
    if by is JobState.NEVER_SENT:
        with pytest.raises(IngestJobFailed) as failed:
            finish()
        assert str(failed.value) == (
            "ingest job j created no dataset, and will create none; run `pulumi up` again, which registers a new one"
        )
        assert platform.sent == []
    else:
        assert finish() is MADE
        assert platform.sent == ([("w", "j")] if by == "nobody" else ["by the other"])


@pytest.mark.usefixtures("staged", "completes")
def test_a_job_of_this_dataset_that_may_be_at_work_is_waited_for_first(finish, platform, journal, clock):
    other = Job(job_id="o", workspace_id="w", dataset_id="stand-in", operation=CREATE, content_hash="ab")
    journal.write(other, JobState.STARTING)
    journal.write(other, JobState.STARTED)
    begun = clock.now
    platform.jobs["o"] = lambda now: "Running" if now < begun + 60 else "Completed"
    finish()
    assert clock.now - begun >= 60


@pytest.mark.usefixtures("staged", "completes")
def test_a_job_that_was_left_behind_is_noted_as_concurrent(finish, platform, journal):
    left = Job(job_id="l", workspace_id="w", dataset_id="stand-in", operation=CREATE, content_hash="ab")
    platform.jobs["l"] = "Running"
    seen = []
    platform.before_sending = lambda: seen.extend(journal.find(JOB).concurrent_jobs)
    finish(left_behind=[left])
    assert [one.job_id for one in seen] == ["l"]


@pytest.mark.usefixtures("staged")
def test_an_engine_that_is_gone_has_nothing_started_for_it(finish, platform):
    with pytest.raises(EngineGone):
        finish(engine_is_alive=lambda: False)
    assert platform.sent == []


@pytest.mark.parametrize(
    ("dataset_id", "by_id", "found"),
    [
        pytest.param("d", {"d": MADE, "e": MADE}, "d", id="by the id that the job tells"),
        pytest.param("d", {"d": Dataset(id="d", name="renamed", schema_version_id=None)}, "d", id="under another name"),
        pytest.param(
            "gone", {"e": Dataset(id="e", name=MADE.name, schema_version_id=None)}, "e", id="made again meanwhile"
        ),
        pytest.param(None, {"d": MADE}, "d", id="by its name, where the job tells no id"),
        pytest.param("", {"d": MADE}, "d", id="by its name, where the id is empty"),
    ],
)
def test_the_dataset_of_a_job_that_took_effect_is_found(finish, platform, catalogue, journal, dataset_id, by_id, found):
    journal.write(JOB, JobState.STARTING)
    platform.jobs["j"] = report("Completed", "j", dataset_id=dataset_id)
    catalogue.by_id |= by_id
    assert finish().id == found
    assert platform.sent == []


@pytest.mark.parametrize("is_reported", [True, False], ids=["the platform tells its id", "the journal alone knows"])
def test_a_dataset_that_is_gone_again_is_an_error(finish, platform, journal, is_reported):
    journal.write(JOB, JobState.STARTING)
    if not is_reported:
        journal.write(JOB, JobState.COMPLETED)
    platform.jobs["j"] = report("Completed", "j", dataset_id="d")
    with pytest.raises(DatasetError) as failed:
        finish()
    assert str(failed.value) == (
        r'ingest job j has made dataset "Noon\x1b", which no longer exists. Run `pulumi refresh`, then '
        "`pulumi up`, which creates it again"
    )


WITH_ITEMS = report(
    "Failed", "j", error_message="Bad file.", validation_errors=(ValidationItem(text="no", places=("row 3",)),)
)


@pytest.mark.parametrize(
    ("source", "job", "text"),
    [
        pytest.param(
            "first.csv",
            WITH_ITEMS,
            "ingest job j ended as Failed: Bad file. Fix the file and run `pulumi up` again, which registers "
            "a new job.\n  row 3  no",
            id="of a file",
        ),
        *(
            pytest.param(
                None,
                report("Failed", "j", error_message=said),
                f"ingest job j ended as Failed{told}. The dataset was to be created from its header only, which the "
                "platform may refuse: give it a first file as source (in stack config: datasetSource), and run "
                "`pulumi up` again, which registers a new job",
                id=f"of a header alone, {why}",
            )
            for said, told, why in (
                ("", "", "without a word"),
                ("No rows.\x1b..", r": No rows.\x1b", "with a text"),
                ("x" * 301, f": {'x' * 299}…", "with a long text"),
            )
        ),
    ],
)
def test_a_job_that_failed_says_what_to_do(finish, platform, journal, source, job, text):
    journal.write(JOB, JobState.STARTING)
    platform.jobs["j"] = job
    with pytest.raises(IngestJobFailed) as failed:
        finish(source=source)
    assert str(failed.value) == text
    assert state(journal) is JobState.FAILED


@pytest.mark.parametrize("is_answered", [True, False], ids=["a person's answer", "the journal"])
def test_a_job_that_is_known_to_make_nothing_asks_for_a_new_one(finish, platform, journal, is_answered):
    platform.jobs["j"] = "Pending"
    for one in (JobState.STAGED,) if is_answered else (JobState.STAGED, JobState.NEVER_SENT):
        journal.write(JOB, one)
    with pytest.raises(IngestJobFailed) as failed:
        finish(answers={"j": "not-applied"} if is_answered else {})
    assert str(failed.value) == (
        "ingest job j created no dataset, and will create none; run `pulumi up` again, which registers a new one"
    )
    assert platform.sent == []


def test_a_dataset_that_is_there_though_its_job_failed_is_adopted(finish, platform, journal, catalogue, told):
    journal.write(JOB, JobState.STARTING)
    platform.jobs["j"] = report("Failed", "j", error_message="Ensure DatasetName is unique in the workspace.")
    catalogue.by_id["d"] = MADE
    assert finish() is MADE
    assert told.infos == [r'dataset "Noon\x1b" (d) exists now; it is adopted']


def test_a_job_that_does_not_end_is_waited_for_as_long_as_a_job_may_take(finish, platform, journal, clock):
    for one in (JobState.STARTING, JobState.STARTED):
        journal.write(JOB, one)
    platform.jobs["j"], begun = "Running", clock.now
    with pytest.raises(IngestJobTimeout) as failed:
        finish()
    assert str(failed.value).splitlines()[:2] == [
        (
            "ingest job j (Create of a dataset) was started, and was not seen to end; the dataset is not known to be "
            "created."
        ),
        "  the platform shows it as Running, started 2026-01-01T12:00:00Z",
    ]
    assert clock.now - begun == pytest.approx(DEFAULT_JOB_TIMEOUT_S, abs=10.0)


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(
    "job",
    [
        pytest.param("Pending", id="the platform shows it as waiting"),
        pytest.param(None, id="the platform does not know it"),
        pytest.param("Cancelled", id="it was cancelled"),
    ],
)
def test_a_job_whose_start_has_no_answer_is_not_started_again(finish, platform, told, job):
    if job:
        platform.jobs["j"] = lambda _: job if platform.sent else "Pending"
    platform.starts = [StartAnswer(outcome=StartOutcome.UNKNOWN, error=AnswerLost("no answer came back"))]
    with pytest.raises(NewJobNeeded) as failed:
        finish()
    assert str(failed.value) == (
        "what became of ingest job j is not known, and there is no dataset of this name: run `pulumi up` again, "
        "which registers a new job"
    )
    assert platform.sent == [("w", "j")]
    assert told.warnings == ["no answer came back"]
