"""Each declared change is applied exactly once: the ways in which that was once broken, on the real engine."""

import json

import pytest

from tests.engine.killing import Kill, kill_during, recover
from tests.engine.project import copy_template
from tests.rows import noon_report, noon_reports, wind_readings
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator

START = {"method": "POST", "path": "*/start"}
SEED_ONCE = 'opts=pulumi.ResourceOptions(ignore_changes=["content_hash"])'


@pytest.fixture
def append(project, veracity):
    """A project with one Append of two rows, into a platform that would apply a second start once more."""
    project.dataset = veracity.new_dataset(like="keyless", secondStart="again")
    project.write("data.csv", wind_readings())
    project.entry = {"name": "rows", "datasetId": project.dataset, "source": "data.csv", "operation": "Append"}
    project.entry["jobTimeoutSeconds"] = 3
    project.config["veracity:usualJobSeconds"] = "2"
    project.declare(datasets=[project.entry])
    return project


def starts(veracity, dataset):
    return [job["startCount"] for job in veracity.jobs(dataset)]


def succeed(outcome):
    assert outcome.succeeded, outcome.text
    return outcome


def fail(outcome, *words):
    assert not outcome.succeeded, outcome.text
    assert "Traceback" not in outcome
    for word in words:
        assert word in outcome, outcome.text
    return outcome


def answer(project, job, word):
    succeed(project.pulumi("config", "set", "--path", f"veracity:answers.{job}", word))
    project.keep_config()


def test_an_answer_that_stays_in_the_config_starts_nothing_again_on_a_fresh_machine(append, veracity):
    """Finding 2 a."""
    veracity.fault(**START, effect={"kind": "cutBefore"})
    fail(append.up(), "IngestJobInDoubt")
    answer(append, append.outputs("rows-upload")["job_id"], "not-applied")
    succeed(append.up())
    for job in veracity.jobs(append.dataset):
        veracity.post(f"/_emulator/jobs/{job['jobId']}/forget")
    append.environ["PULUMI_HOME"] = str(append.folder / "another home")
    assert append.is_unchanged()
    succeed(append.up())
    assert len(veracity.rows(append.dataset)) == 2


def test_an_edit_taken_back_after_two_kills_appends_nothing_twice(append, veracity):
    """Finding 4 a: killed while its job runs, edited, killed before the start, taken back."""
    kill_during(append, veracity, Kill("waiting", "all"))
    append.write("data.csv", wind_readings(3))
    succeed(append.pulumi("cancel", "--yes"))
    kill_during(append, veracity, Kill("looking before the start", "all"), after=1)
    append.write("data.csv", wind_readings())
    succeed(recover(append))
    assert len(veracity.rows(append.dataset)) == 2
    assert append.is_unchanged()


def test_a_dataset_changed_and_changed_back_is_ingested_once(append, veracity):
    """Finding 4 b."""
    succeed(append.up())
    append.entry["datasetId"] = veracity.new_dataset(like="keyless")
    veracity.fault(**START, effect={"kind": "status", "status": 403, "gateway": True})
    fail(append.up(), "It was not started, and is not tried again")
    append.entry["datasetId"] = append.dataset
    succeed(append.up())
    assert starts(veracity, append.dataset) == [1]
    assert append.is_unchanged()


def test_a_refresh_by_a_mistyped_address_forgets_nothing(append, veracity):
    """Finding 5."""
    succeed(append.up())
    append.config["veracity:dataWorkbenchUrl"] = f"{veracity.url}/veracity/dw/gateway/api/v3"
    fail(append.refresh(), "dataWorkbenchUrl")
    del append.config["veracity:dataWorkbenchUrl"]
    succeed(append.up())
    assert starts(veracity, append.dataset) == [1]


def test_an_append_that_was_cancelled_and_then_edited_is_asked_about(append, veracity):
    """Finding 6."""
    cancelled = {"kind": "failJob", "message": "stopped", "status": "Cancelled", "applies": True}
    veracity.fault(**START, effect=cancelled)
    fail(append.up(), "ended as Cancelled")
    append.write("data.csv", wind_readings(3))
    fail(append.up(), "ended as Cancelled", "0 before the upload, 2 now; rows of the file: 2")
    answer(append, append.outputs("rows-upload")["job_id"], "applied")
    succeed(append.up())
    assert len(veracity.rows(append.dataset)) == 5
    assert append.is_unchanged()


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param({"kind": "status", "status": 409}, id="409 at the first start"),
        pytest.param({"kind": "hangJob"}, id="a job that hangs"),
    ],
)
def test_a_dataset_is_blocked_no_longer_than_until_the_answer(append, veracity, effect):
    """Finding 8: an edit and another resource say what is in the way, and an answer clears it."""
    veracity.fault(**START, effect=effect)
    fail(append.up(), "veracity:answers.")
    job = append.outputs("rows-upload")["job_id"]
    append.write("data.csv", wind_readings(3))
    fail(append.up(), f"veracity:answers.{job}' not-applied")
    append.entry["name"] = "another"
    fail(append.up(), f"ingest job {job}", "was not started")
    if effect["kind"] == "hangJob":
        veracity.post(f"/_emulator/jobs/{job}/end", {"status": "Cancelled", "applies": False})
    answer(append, job, "not-applied")
    succeed(append.up())
    assert len(veracity.rows(append.dataset)) == 3


def test_the_order_holds_however_the_workspace_is_given(project, veracity):
    """Finding 9."""
    workspace, dataset = project.config.pop("veracity:workspaceId"), veracity.new_dataset()
    project.environ["VERACITY_WORKSPACE_ID"] = workspace
    for speed in (1, 2):
        project.write(f"{speed}.csv", noon_reports(noon_report(1, speed=float(speed))))
    project.program(
        f'DatasetIngest("one", dataset_id="{dataset}", source="1.csv", operation="Overwrite")\n'
        f'DatasetIngest("two", dataset_id="{dataset.upper()}", source="2.csv", operation="Overwrite", '
        f'workspace_id="{workspace}")'
    )
    veracity.fault(method="PUT", path="/veracitylocal/*", effect={"kind": "delay", "seconds": 2})
    succeed(project.up())
    assert [row["speed_knots"] for row in veracity.rows(dataset)] == [2.0]
    assert project.is_unchanged()


def is_input(name, document):
    """Whether *name* is a property anywhere in a plan or state; the engine's list of dependencies has it, empty."""
    if isinstance(document, dict):
        members = {key: value for key, value in document.items() if not key.lower().startswith("propertydependenc")}
        return name in members or any(is_input(name, value) for value in members.values())
    return isinstance(document, list) and any(is_input(name, value) for value in document)


class TestTheBytesPreviewed:
    """Finding 10."""

    @pytest.fixture
    def changing(self, append):
        """A program that changes its file between the preview and the update, as somebody may while a person reads."""
        append.write("later.csv", wind_readings(5))
        append.program(
            "import shutil\n"
            'if not pulumi.runtime.is_dry_run(): shutil.copy("later.csv", "data.csv")\n'
            f'DatasetIngest("rows", dataset_id="{append.dataset}", source="data.csv", operation="Append")'
        )
        return append

    def test_are_the_bytes_ingested(self, changing, veracity):
        fail(changing.pulumi("up", "--yes"), "the source changed after the preview of this `pulumi up`")
        assert veracity.jobs(changing.dataset) == []
        succeed(changing.pulumi("up", "--yes"))
        assert len(veracity.rows(changing.dataset)) == 5

    def test_without_a_preview_the_file_as_it_is_counts(self, changing, veracity):
        succeed(changing.up())
        assert len(veracity.rows(changing.dataset)) == 5

    def test_a_saved_plan_holds_and_has_no_trace_of_the_phase(self, changing, veracity):
        succeed(changing.pulumi("preview", "--save-plan", "plan.json"))
        assert not is_input("is_preview", json.loads((changing.folder / "plan.json").read_text()))
        fail(changing.pulumi("up", "--yes", "--skip-preview", "--plan", "plan.json"), "content_hash")
        assert veracity.jobs(changing.dataset) == []
        succeed(changing.up())
        assert not is_input("is_preview", changing.state())


def test_an_id_in_capitals_is_the_same_dataset(append, veracity):
    """Finding 13."""
    succeed(append.up())
    append.entry["datasetId"] = append.dataset.upper()
    assert append.is_unchanged()
    succeed(append.up())
    assert starts(veracity, append.dataset) == [1]


class TestWhatComesAfterAnOverwrite:
    """Finding 14: an Overwrite that runs wipes what came after it, so that runs again; nothing else causes it."""

    @pytest.fixture
    def entries(self, project, veracity):
        project.dataset = veracity.new_dataset()
        project.write("base.csv", noon_reports())
        project.write("more.csv", noon_reports(noon_report(9)))
        base = {"name": "base", "datasetId": project.dataset, "source": "base.csv", "operation": "Overwrite"}
        more = {"name": "more", "datasetId": project.dataset, "source": "more.csv", "operation": "Upsert"}
        project.declare(datasets=[base, more])
        succeed(project.up())
        return base, more

    @pytest.mark.usefixtures("entries")
    def test_runs_again_with_it(self, project, veracity):
        project.write("base.csv", noon_reports(noon_report(1)))
        previewed = succeed(project.preview())
        assert "4 to update" in previewed, previewed.text
        succeed(project.up())
        assert {row["report_time"][8:10] for row in veracity.rows(project.dataset)} == {"01", "09"}
        assert project.is_unchanged()

    def test_does_not_when_it_changes_alone_or_entries_move_or_go(self, project, veracity, entries):
        base, more = entries
        project.write("more.csv", noon_reports(noon_report(8)))
        assert "2 to update" in succeed(project.preview())
        succeed(project.up())
        project.declare(datasets=[more, base])
        assert project.is_unchanged()
        succeed(project.up())
        project.declare(datasets=[base, more])
        assert project.is_unchanged()
        project.declare(datasets=[more])
        succeed(project.up())
        assert len(veracity.jobs(project.dataset)) == 3


def test_a_mended_file_is_ingested_although_its_hash_is_ignored(project, veracity):
    """Finding 15."""
    dataset = veracity.new_dataset()
    project.write("data.csv", noon_reports(noon_report(1).replace("12.5", "fast")))
    project.program(
        f'DatasetIngest("rows", dataset_id="{dataset}", source="data.csv", operation="Upsert", {SEED_ONCE})'
    )
    fail(project.up(), "IngestJobFailed")
    project.write("data.csv", noon_reports())
    succeed(project.preview())
    succeed(project.up())
    assert len(veracity.rows(dataset)) == 3
    assert project.is_unchanged()
    project.write("data.csv", noon_reports(noon_report(9)))
    assert project.is_unchanged()


def test_without_a_journal_nothing_is_sent(append, veracity):
    """Finding 19."""
    append.write("home/veracity/jobs", "a file in the way")
    fail(append.preview(), "JournalError: the journal of ingest jobs in", "cannot be read (Not a directory)")
    fail(append.up(), "JournalError: the journal of ingest jobs in", "cannot be read (Not a directory)")
    assert veracity.jobs(append.dataset) == []


@pytest.mark.parametrize(
    ("word", "jobs"),
    [
        ("completed", 1),
        ("starting", 1),
        *(pytest.param(word, 1, marks=pytest.mark.extended) for word in ("failed", "staged", "started", "abandoned")),
    ],
)
def test_a_journal_of_0_1_0_is_read(project, veracity, word, jobs):
    """The job has completed on the platform, so whatever 0.1.0 wrote of it, nothing is ingested again."""
    project.dataset = veracity.new_dataset(like="keyless")
    project.write("data.csv", wind_readings())
    project.declare(
        datasets=[{"name": "rows", "datasetId": project.dataset, "source": "data.csv", "operation": "Append"}]
    )
    succeed(project.up())
    journal = project.folder / "home/veracity/jobs"
    (entry,) = (journal / project.dataset).glob("*.json")
    entry.unlink()
    (journal / entry.name).write_text(json.dumps({"state": word, "at": "2026-11-01T00:00:00Z"}))
    assert project.is_unchanged()
    succeed(project.up())
    assert len(veracity.jobs(project.dataset)) == jobs
    assert len(veracity.rows(project.dataset)) == 2


def test_words_of_0_1_0_are_named_and_not_followed(append, veracity):
    append.config["veracity:resume"] = {"11111111-2222-4333-8444-555555555555": "start"}
    assert "warning: veracity:resume is ignored" in succeed(append.preview())
    succeed(append.up())


def test_two_stacks_that_start_jobs_of_one_dataset_at_once_take_turns(template, tmp_path):
    with spawn_emulator(job_seconds=1, strict=True) as emulator:
        veracity = Veracity(emulator.url)
        dataset = veracity.new_dataset(like="keyless")
        projects = [copy_template(template, tmp_path / name, veracity.config) for name in ("one", "two")]
        for count, project in enumerate(projects, 2):
            project.environ["PULUMI_HOME"] = str(tmp_path / "one/home")
            project.write("data.csv", wind_readings(count))
            project.declare(
                datasets=[{"name": "rows", "datasetId": dataset, "source": "data.csv", "operation": "Append"}]
            )
        with projects[0].running("up", "--yes", "--skip-preview") as first:
            second = projects[1].up()
            shown, _ = first.communicate(timeout=120)
        assert first.returncode == 0, shown
        succeed(second)
        assert len(veracity.rows(dataset)) == 5
        assert veracity.violations() == []
