"""Killed with `kill -9` in the middle of any request, then `pulumi up` again: each declared change is there once."""

import pytest

from tests.engine.killing import PHASES, kill_all, kill_during, kills_at, recover
from tests.engine.project import copy_template
from tests.rows import noon_report, noon_reports, wind_readings
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator


def starts(veracity, dataset):
    return sum(job["startCount"] for job in veracity.jobs(dataset))


def declare(project, veracity, operation):
    kind = "keyless" if operation == "Append" else "keyed"
    project.config["veracity:usualJobSeconds"] = "8"
    project.dataset = veracity.new_dataset(like=kind, secondStart="again")
    project.write("data.csv", wind_readings() if kind == "keyless" else noon_reports())
    project.declare(
        datasets=[{"name": "rows", "datasetId": project.dataset, "source": "data.csv", "operation": operation}]
    )


@pytest.mark.parametrize("kill", kills_at(PHASES, always="starting"))
def test_an_append_is_applied_once(project, veracity, kill):
    declare(project, veracity, "Append")
    kill_during(project, veracity, kill)
    again = recover(project)
    assert again.succeeded, again.text
    assert len(veracity.rows(project.dataset)) == 2
    assert starts(veracity, project.dataset) == 1
    assert project.is_unchanged()
    cleared = project.refresh("--clear-pending-creates")
    assert cleared.succeeded, cleared.text
    assert not project.state().get("pending_operations")


@pytest.mark.parametrize("kill", kills_at(["appending", "starting", "waiting"], always="waiting"))
def test_an_edit_between_the_kill_and_the_next_up_wins(project, veracity, kill):
    declare(project, veracity, "Upsert")
    kill_during(project, veracity, kill)
    project.write("data.csv", noon_reports(noon_report(1, speed=7.0), noon_report(9)))
    again = recover(project)
    assert again.succeeded, again.text
    speeds = {row["report_time"][8:10]: row["speed_knots"] for row in veracity.rows(project.dataset)}
    assert speeds["01"] == 7.0
    assert "09" in speeds
    assert project.is_unchanged()


def test_everything_is_killed_the_platform_too(template, tmp_path):
    with spawn_emulator(job_seconds=0.2) as emulator:
        veracity = Veracity(emulator.url)
        project = copy_template(template, tmp_path / "project", veracity.config)
        declare(project, veracity, "Append")
        veracity.fault(**PHASES["waiting"], effect={"kind": "delay", "seconds": 5})
        with project.running("up", "--yes", "--skip-preview") as process:
            while veracity.get("/_emulator/faults"):
                assert process.poll() is None
            emulator.kill()
            kill_all(project.processes())
        emulator.restart()
        again = recover(project)
        assert again.succeeded, again.text
        assert len(veracity.rows(project.dataset)) == 2
        assert starts(veracity, project.dataset) == 1
