"""The main job, end to end: a stack's config becomes Veracity state, and stays so."""

import pytest

from tests.engine.project import CONTAINER
from tests.rows import noon_report, noon_reports, wind_readings

TITLE = "Emissions 2026"


@pytest.fixture
def walk(project, veracity):
    """A stack like `local`: one container, one Upsert, one Append."""
    project.container = veracity.new_container()
    project.keyed = veracity.new_dataset(like="keyed")
    project.keyless = veracity.new_dataset(like="keyless")
    project.write("data/noon.csv", noon_reports())
    project.write("data/wind.csv", wind_readings())
    project.declare(
        containers=[{"name": "emissions", "containerId": project.container, "title": TITLE, "tags": ["emissions"]}],
        datasets=[
            {"name": "noon", "datasetId": project.keyed, "source": "data/noon.csv", "operation": "Upsert"},
            {"name": "wind", "datasetId": project.keyless, "source": "data/wind.csv", "operation": "Append"},
        ],
    )
    return project


def test_what_a_stack_declares_is_so_after_up_and_stays_so(walk, veracity):
    previewed = walk.preview()
    assert previewed.succeeded, previewed.text
    assert "+ 6 to create" in previewed
    assert veracity.jobs(walk.keyed) == []

    first = walk.up()
    assert first.succeeded, first.text
    assert veracity.container(walk.container)["metadata"]["title"] == TITLE
    assert len(veracity.rows(walk.keyed)) == 3
    assert len(veracity.rows(walk.keyless)) == 2
    assert walk.outputs("noon")["status"] == "Completed"

    assert walk.is_unchanged()
    again = walk.up()
    assert "6 unchanged" in again, again.text
    assert [job["startCount"] for job in veracity.jobs(walk.keyless)] == [1]

    gone = walk.destroy()
    assert gone.succeeded, gone.text
    assert gone.lines_with("its rows stay"), gone.text
    assert veracity.container(walk.container)["metadata"]["title"] == TITLE
    assert len(veracity.rows(walk.keyed)) == 3


def test_a_changed_row_shows_as_content_hash_and_runs_one_job(walk, veracity):
    assert walk.up().succeeded
    walk.write("data/noon.csv", noon_reports(noon_report(1), noon_report(2, speed=9.9), noon_report(3)))

    previewed = walk.preview()
    assert previewed.lines_with("~ content_hash", "=>"), previewed.text
    updated = walk.up()
    assert "2 updated" in updated, updated.text

    assert [job["startCount"] for job in veracity.jobs(walk.keyed)] == [1, 1]
    assert sorted(float(row["speed_knots"]) for row in veracity.rows(walk.keyed)) == [9.9, 12.5, 12.5]
    assert walk.is_unchanged()


def test_a_touched_but_unchanged_file_does_nothing(walk, veracity):
    assert walk.up().succeeded
    walk.write("data/noon.csv", noon_reports())
    assert walk.is_unchanged()
    assert len(veracity.jobs(walk.keyed)) == 1


def test_a_change_behind_our_back_is_shown_and_put_back(walk, veracity):
    assert walk.up().succeeded
    veracity.somebody_sets(walk.container, title="Somebody's")

    without_refresh = walk.preview()
    assert "Somebody's" in without_refresh, without_refresh.text

    assert walk.refresh().succeeded
    assert walk.outputs("emissions")["metadata"]["title"] == "Somebody's"
    previewed = walk.preview()
    assert previewed.lines_with("~ title", "Somebody's", TITLE), previewed.text

    assert walk.up().succeeded
    assert veracity.container(walk.container)["metadata"]["title"] == TITLE
    assert walk.is_unchanged()


def test_no_secret_of_a_run_is_kept_or_shown(walk, veracity):
    up = walk.up("--logtostderr", "-v=3", environ={"VERACITY_DEBUG": "1"})
    assert up.succeeded, up.text
    walk.config["veracity:clientSecret"] = "a wrong secret"
    failed = walk.refresh()
    assert not failed.succeeded
    state = walk.state_file().read_text()
    shown = up.text + failed.text
    assert "sig=" not in state + shown
    assert veracity.headers()["Authorization"][:20] not in state + shown
    assert veracity.demo["clientSecret"] not in failed.text
    outputs = [one["outputs"] for one in walk.state()["resources"] if one["type"].startswith(CONTAINER[:28])]
    assert veracity.demo["clientSecret"] not in str(outputs)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param({"source": "data/none.csv"}, "data/none.csv", id="a missing file"),
        pytest.param({"operation": "Upsret"}, "Upsert", id="an unknown operation"),
        pytest.param({"operation": "Append"}, "key", id="an operation that the schema forbids"),
    ],
)
def test_bad_input_is_one_clear_error_and_nothing_is_sent(walk, veracity, change, line):
    walk.config["veracity:datasets"][0] |= change
    refused = walk.preview()
    assert not refused.succeeded
    assert refused.lines_with(line), refused.text
    assert "Traceback" not in refused
    assert veracity.jobs(walk.keyed) == []


def test_a_wrong_secret_is_one_clear_error_and_leaves_the_state(walk, veracity):
    walk.config["veracity:clientSecret"] = "a wrong secret"
    refused = walk.up()
    assert not refused.succeeded
    assert refused.lines_with("veracity:clientSecret"), refused.text
    assert "Traceback" not in refused
    assert veracity.jobs(walk.keyed) == []
    assert not {"emissions", "noon"} & set(walk.resources())


def test_a_foreign_container_is_one_clear_error_and_stays_as_it_is(project, veracity):
    foreign = veracity.new_container(like="foreign")
    project.declare(containers=[{"name": "theirs", "containerId": foreign, "title": "Mine"}])
    refused = project.up()
    assert not refused.succeeded
    assert refused.lines_with("owner"), refused.text
    assert "Traceback" not in refused
    assert "theirs" not in project.resources()
