"""Ingests on the real engine: what re-runs a job, what replaces, what does nothing, and what is asked of a person."""

import json
import os
import signal
from itertools import pairwise

import pytest

from tests.rows import noon_report, noon_reports, wind_readings

PROGRAM = """
DatasetIngest("rows", dataset_id="{dataset}", source="data.csv", operation="Upsert"{more})
"""


@pytest.fixture
def ingest(project, veracity):
    """A project with one Upsert, written as a program."""
    project.dataset = veracity.new_dataset()
    project.write("data.csv", noon_reports())
    project.declared = lambda more="", **change: project.program(
        PROGRAM.format(dataset=project.dataset, more=more).replace("data.csv", change.get("source", "data.csv"))
    )
    project.declared()
    return project


def started(veracity, dataset):
    return sum(job["startCount"] for job in veracity.jobs(dataset))


def test_what_changes_nothing_of_the_content_does_nothing(ingest, veracity):
    first = ingest.up()
    assert first.succeeded, first.text
    assert "Diagnostics:" not in first, first.text
    ingest.write("elsewhere/other.csv", noon_reports())
    ingest.declared(', file_name="b.csv", preflight="off", job_timeout_seconds=60', source="elsewhere/other.csv")
    again = ingest.up()
    assert again.succeeded, again.text
    assert started(veracity, ingest.dataset) == 1
    assert ingest.is_unchanged()


def test_a_trigger_runs_the_same_bytes_again(ingest, veracity):
    assert ingest.up().succeeded
    ingest.declared(", triggers=[1]")
    assert ingest.up().succeeded
    assert started(veracity, ingest.dataset) == 2
    assert ingest.is_unchanged()


def test_another_operation_runs_the_same_bytes_again(ingest, veracity):
    assert ingest.up().succeeded
    ingest.program(PROGRAM.format(dataset=ingest.dataset, more="").replace("Upsert", "Overwrite"))
    previewed = ingest.preview()
    assert previewed.lines_with("~ operation", "Upsert", "Overwrite"), previewed.text
    assert ingest.up().succeeded
    assert [job["operation"] for job in veracity.jobs(ingest.dataset)] == ["Upsert", "Overwrite"]
    assert ingest.is_unchanged()


def test_what_was_forgotten_is_ingested_again(ingest, veracity):
    assert ingest.up().succeeded
    assert ingest.destroy().succeeded
    assert len(veracity.rows(ingest.dataset)) == 3
    assert ingest.up().succeeded
    assert started(veracity, ingest.dataset) == 2


def test_a_file_is_found_by_its_absolute_path_and_at_home(project, veracity):
    path = project.write("elsewhere/data.csv", noon_reports())
    first, second = veracity.new_dataset(), veracity.new_dataset()
    project.program(
        f'DatasetIngest("absolute", dataset_id="{first}", source="{path}", operation="Upsert")\n'
        f'DatasetIngest("home", dataset_id="{second}", source="~/elsewhere/data.csv", operation="Upsert")'
    )
    up = project.up()
    assert up.succeeded, up.text
    assert len(veracity.rows(first)) == len(veracity.rows(second)) == 3


def test_another_dataset_replaces_and_leaves_the_rows_of_the_old_one(ingest, veracity):
    assert ingest.up().succeeded
    old, ingest.dataset = ingest.dataset, veracity.new_dataset()
    ingest.declared()
    previewed = ingest.preview()
    assert "1 to replace" in previewed, previewed.text
    assert ingest.up().succeeded
    assert len(veracity.rows(old)) == len(veracity.rows(ingest.dataset)) == 3


def test_ignoring_the_hash_seeds_once(ingest, veracity):
    ingest.declared(', opts=pulumi.ResourceOptions(ignore_changes=["content_hash"])')
    assert ingest.up().succeeded
    ingest.write("data.csv", noon_reports(noon_report(9)))
    assert ingest.is_unchanged()
    assert started(veracity, ingest.dataset) == 1

    ingest.declared(', triggers=[1], opts=pulumi.ResourceOptions(ignore_changes=["content_hash"])')
    refused = ingest.preview()
    assert not refused.succeeded
    assert refused.lines_with("data.csv", "ignore_changes"), refused.text
    ingest.write("data.csv", noon_reports())
    again = ingest.up()
    assert again.succeeded, again.text
    assert started(veracity, ingest.dataset) == 2
    assert ingest.is_unchanged()


def test_a_rename_with_an_alias_ingests_nothing_again(ingest, veracity):
    assert ingest.up().succeeded
    renamed = PROGRAM.format(
        dataset=ingest.dataset, more=', opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="rows")])'
    )
    ingest.program(renamed.replace('"rows", dataset', '"renamed", dataset'))
    again = ingest.up()
    assert again.succeeded, again.text
    assert set(ingest.resources()) >= {"renamed", "renamed-upload"}
    assert "rows" not in ingest.resources()
    assert started(veracity, ingest.dataset) == 1


def test_a_preview_says_which_rows_would_come_twice_and_which_would_go(project, veracity):
    dataset, overwritten = veracity.new_dataset(like="keyless"), veracity.new_dataset(like="keyless")
    project.write("data.csv", wind_readings())
    project.write("whole.csv", wind_readings(3))
    entries = [
        {"name": "added", "datasetId": dataset, "source": "data.csv", "operation": "Append"},
        {"name": "whole", "datasetId": overwritten, "source": "whole.csv", "operation": "Overwrite"},
    ]
    project.declare(datasets=entries)
    assert project.up().succeeded
    project.write("whole.csv", wind_readings(0))
    project.declare(datasets=[{**entries[0], "name": "renamed"}, entries[1]])
    previewed = project.preview()
    assert previewed.succeeded, previewed.text
    assert previewed.lines_with("a file of the same bytes was ingested into this dataset on", "give it an alias")
    assert previewed.lines_with("whole.csv has no row below its header: Overwrite empties the dataset of its 3 rows")


def test_assets_and_outputs_of_other_resources_are_sources(project, veracity):
    first, second = veracity.new_dataset(), veracity.new_dataset()
    project.write("data.csv", noon_reports())
    text = noon_reports(noon_report(5))
    project.program(
        f'one = DatasetIngest("one", dataset_id="{first}", source=pulumi.FileAsset("data.csv"), operation="Upsert")\n'
        f'DatasetIngest("two", dataset_id=one.status.apply(lambda _: "{second}"), '
        f"source=pulumi.StringAsset({text!r}), operation='Upsert', file_name='my file.csv')"
    )
    previewed = project.preview()
    assert previewed.succeeded, previewed.text
    up = project.up()
    assert up.succeeded, up.text
    assert '"my file.csv" is uploaded as "my_file.csv"' in up
    assert len(veracity.rows(first)) == 3
    assert len(veracity.rows(second)) == 1
    assert project.is_unchanged()


def test_ingests_into_one_dataset_run_in_the_order_of_declaration(project, veracity):
    dataset = veracity.new_dataset(jobSeconds=0.3)
    entries = []
    for speed in (1, 2, 3):
        project.write(f"{speed}.csv", noon_reports(noon_report(1, speed=float(speed))))
        entries.append({"name": f"n{speed}", "datasetId": dataset, "source": f"{speed}.csv", "operation": "Upsert"})
    project.declare(datasets=entries)
    up = project.up()
    assert up.succeeded, up.text
    assert veracity.rows(dataset)[0]["speed_knots"] == 3.0
    jobs = veracity.jobs(dataset)
    assert all(later["createdAt"] > earlier["completedAt"] for earlier, later in pairwise(jobs))


def test_a_failed_ingest_holds_back_its_followers(project, veracity):
    dataset = veracity.new_dataset()
    project.write("bad.csv", noon_reports(noon_report(1).replace("12.5", "fast")))
    project.write("good.csv", noon_reports())
    project.declare(
        datasets=[
            {"name": "bad", "datasetId": dataset, "source": "bad.csv", "operation": "Upsert"},
            {"name": "good", "datasetId": dataset, "source": "good.csv", "operation": "Upsert"},
        ]
    )
    failed = project.up()
    assert not failed.succeeded
    assert failed.lines_with("row 1", "column speed_knots", "'fast' is not a valid Decimal"), failed.text
    assert "Traceback" not in failed
    assert veracity.rows(dataset) == []

    project.write("bad.csv", noon_reports(noon_report(1, speed=1.0)))
    mended = project.up()
    assert mended.succeeded, mended.text
    assert len(veracity.rows(dataset)) == 3
    assert project.is_unchanged()


@pytest.fixture
def doubt(project, veracity):
    """An Append whose start never arrived, and which nobody can tell from one that did."""
    project.dataset = veracity.new_dataset(like="keyless", secondStart="again")
    project.write("data.csv", wind_readings())
    entry = {"name": "wind", "datasetId": project.dataset, "source": "data.csv", "operation": "Append"}
    project.declare(datasets=[{**entry, "jobTimeoutSeconds": 2}])
    veracity.fault(method="POST", path="*/start", effect={"kind": "cutBefore"})
    asked = project.up()
    assert not asked.succeeded
    project.job = project.outputs("wind-upload")["job_id"]
    assert asked.lines_with(f"--path 'veracity:answers.{project.job}'"), asked.text
    assert veracity.rows(project.dataset) == []
    previewed = project.preview()
    assert "`pulumi up` will stop: ingest job" in previewed, previewed.text
    return project


@pytest.mark.parametrize(("answer", "starts"), [("not-applied", [0, 1]), ("applied", [1])])
@pytest.mark.parametrize("by", ["config", pytest.param("environment", marks=pytest.mark.extended)])
def test_an_append_in_doubt_goes_on_as_a_person_says(doubt, veracity, answer, starts, by):
    if answer == "applied":
        veracity.somebody_starts(doubt.job)
    environ = {}
    if by == "environment":
        environ = {"VERACITY_ANSWERS": json.dumps({doubt.job: answer})}
    else:
        set_it = doubt.pulumi("config", "set", "--path", f"veracity:answers.{doubt.job}", answer)
        assert set_it.succeeded, set_it.text
        doubt.keep_config()
    answered = doubt.up(environ=environ)
    assert answered.succeeded, answered.text
    assert len(veracity.rows(doubt.dataset)) == 2
    assert [job["startCount"] for job in veracity.jobs(doubt.dataset)] == starts
    assert doubt.is_unchanged()


def test_a_new_upload_does_not_start_beside_an_append_in_doubt(doubt, veracity):
    (urn,) = [one["urn"] for one in doubt.state()["resources"] if one["urn"].endswith("::wind-upload")]
    asked = doubt.up("--replace", urn)
    assert not asked.succeeded
    assert asked.lines_with(f"ingest job {doubt.job}", "was not started"), asked.text
    answered = doubt.up(environ={"VERACITY_ANSWERS": json.dumps({doubt.job: "not-applied"})})
    assert answered.succeeded, answered.text
    assert len(veracity.rows(doubt.dataset)) == 2
    assert [job["startCount"] for job in veracity.jobs(doubt.dataset)] == [0, 1]
    assert doubt.is_unchanged()


def test_a_reader_can_preview_and_is_told_how_to_ingest(ingest, veracity):
    ingest.config |= veracity.reader_config
    assert ingest.preview().succeeded
    refused = ingest.up()
    assert not refused.succeeded
    assert refused.lines_with("Admin role", "service account id"), refused.text
    assert "Traceback" not in refused


def test_everything_wrong_with_one_resource_is_told_at_once(project, veracity):
    project.write("data.csv", noon_reports())
    dataset = veracity.new_dataset()
    project.program(
        f'DatasetIngest("rows", dataset_id="{dataset}", source="data.csv", operation="Upsret", '
        'preflight="full", job_timeout_seconds=-1, workspace_id="ws")'
    )
    refused = project.preview()
    assert not refused.succeeded
    for property_ in ("operation", "preflight", "job_timeout_seconds", "workspace_id"):
        assert property_ in refused, refused.text


def test_the_same_file_twice_into_one_dataset_is_refused_by_both_names(project, veracity):
    project.write("data.csv", noon_reports())
    entry = {"datasetId": veracity.new_dataset(), "source": "data.csv", "operation": "Upsert"}
    project.declare(datasets=[{"name": "one", **entry}, {"name": "two", **entry}])
    refused = project.preview()
    assert not refused.succeeded
    assert refused.lines_with("two", '"one"'), refused.text


def test_ctrl_c_waits_for_what_runs_and_starts_nothing_new(project, veracity):
    dataset = veracity.new_dataset(like="keyless", jobSeconds=2, secondStart="again")
    project.write("one.csv", wind_readings(1))
    project.write("two.csv", wind_readings(2))
    project.declare(
        datasets=[
            {"name": name, "datasetId": dataset, "source": f"{name}.csv", "operation": "Append"}
            for name in ("one", "two")
        ]
    )
    with project.running("up", "--yes", "--skip-preview") as process:
        while started(veracity, dataset) == 0:
            assert process.poll() is None, process.communicate()[0]
        os.killpg(process.pid, signal.SIGINT)
        shown, _ = process.communicate(timeout=120)
    assert process.returncode != 0, shown
    assert len(veracity.rows(dataset)) == 1
    assert project.outputs("one")["status"] == "Completed"
    assert "two" not in project.resources()

    again = project.up()
    assert again.succeeded, again.text
    assert len(veracity.rows(dataset)) == 3
    assert [job["startCount"] for job in veracity.jobs(dataset)] == [1, 1]
