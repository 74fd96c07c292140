"""`Dataset` on the real engine: made with its rows in one `up`, and once whatever dies."""

import time

import pytest

from tests.engine.killing import PHASES, kill_request, kills_at, recover
from tests.rows import NOON_SCHEMA, noon_reports

COUNT = 12
JOB_SECONDS = 2.0
"""Of each job: one after the other, all jobs would take COUNT * 2 * JOB_SECONDS."""
REQUESTS = {
    "registering the dataset": {"method": "POST", "path": "*/ingest/dataset"},
    **{phase: PHASES[phase] for phase in ("looking before the start", "starting", "waiting")},
}


def succeed(outcome):
    assert outcome.succeeded, outcome.text
    return outcome


def datasets_of(veracity, name):
    return [one for one in veracity.get("/_emulator/state")["datasets"] if one["name"] == name]


@pytest.fixture
def name(request):
    return f"{request.node.name} {time.time_ns()}"[:128]


@pytest.fixture
def program(project, name):
    """A schema, a dataset with it, and the rows of a file in the dataset."""
    project.write("data.csv", noon_reports())
    project.config["veracity:usualJobSeconds"] = "5"

    def write(*, description="Noon.", more=""):
        project.program(f"""
schema = Schema("noon-schema", schema_name={name!r}, columns={NOON_SCHEMA!r})
noon = Dataset("noon", dataset_name={name!r}, schema_version_id=schema.schema_version_id,
               description={description!r}, tags={{"Site": ["123"]}})
DatasetIngest("reports", dataset_id=noon.dataset_id, source="data.csv", operation="Upsert")
pulumi.export("dataset_id", noon.dataset_id)
{more}
""")

    write()
    project.rewrite = write
    return project


def test_a_dataset_and_its_rows_are_there_after_one_up_and_the_next_one_finds_nothing_to_do(program, veracity, name):
    preview = succeed(program.preview())
    assert "+ pulumi-python:dynamic/veracity:Dataset: (create)" in preview
    assert preview.lines_with("dataset_id", "[unknown]"), preview.text
    succeed(program.up())
    [made] = datasets_of(veracity, name)
    assert program.outputs("noon")["dataset_id"] == made["id"]
    assert program.outputs("noon")["columns"][:2] == ["imo_number", "report_time"]
    assert len(veracity.rows(made["id"])) == 3
    assert program.is_unchanged()
    assert "unchanged" in succeed(program.up())
    assert [job["startCount"] for job in veracity.jobs(made["id"])] == [1, 1]
    succeed(program.refresh())
    assert program.is_unchanged()

    program.rewrite(description="Other.")
    warned = succeed(program.preview("--expect-no-changes"))
    assert 'description: "Noon." on the platform, "Other." declared' in warned

    destroyed = succeed(program.destroy())
    assert "stays on the platform, whose API cannot delete it" in destroyed
    assert [one["id"] for one in datasets_of(veracity, name)] == [made["id"]]
    adopted = succeed(program.up())
    assert "adopts dataset" in adopted
    assert program.outputs("noon")["dataset_id"] == made["id"]


@pytest.mark.parametrize("kill", kills_at(REQUESTS, always="starting"))
def test_after_a_kill_the_next_up_makes_it_once(program, veracity, name, kill):
    kill_request(program, veracity, REQUESTS[kill.phase], kill.victim)
    outcome = recover(program)
    if not outcome.succeeded:  # a job whose start may have been lost is given up for a new one
        assert "run `pulumi up` again" in outcome
        succeed(program.up())
    [made] = datasets_of(veracity, name)
    assert program.outputs("noon")["dataset_id"] == made["id"]
    assert len(veracity.rows(made["id"])) == 3
    assert program.is_unchanged()


def test_datasets_with_an_ingest_each_are_made_side_by_side(program, veracity, name):
    program.config["veracity:usualJobSeconds"] = "30"
    many = f"""
for i in range({COUNT}):
    made = Dataset(f"noon-{{i}}", dataset_name={name!r} + f" {{i}}", schema_version_id=schema.schema_version_id)
    DatasetIngest(f"reports-{{i}}", dataset_id=made.dataset_id, source="data.csv", operation="Upsert")
"""
    program.rewrite(more=many)
    veracity.post("/_emulator/settings", {"jobSeconds": JOB_SECONDS})
    try:
        begun = time.monotonic()
        succeed(program.up())
        assert time.monotonic() - begun < COUNT * JOB_SECONDS
    finally:
        veracity.post("/_emulator/settings", {"jobSeconds": 0.1})
    for i in range(COUNT):
        [made] = datasets_of(veracity, f"{name} {i}")
        assert len(veracity.rows(made["id"])) == 3


def test_a_stack_file_makes_a_dataset_with_a_schema_of_its_own(project, veracity, name):
    project.write("ships.csv", "imo_number,remarks\n9300001,a\n")
    columns = [{"name": "imo_number", "type": "Int32", "isKey": True}, {"name": "remarks", "type": "String"}]
    entry = {"datasetName": name, "schemaName": name, "source": "ships.csv"}
    project.declare(
        schemas=[{"name": "ship", "schemaName": name, "columns": columns}],
        datasets=[
            {**entry, "name": "ships", "operation": "Upsert"},
            {**entry, "name": "gone", "operation": "Delete"},
        ],
    )
    assert "creates the dataset" in succeed(project.preview())
    succeed(project.up())
    [made] = datasets_of(veracity, name)
    assert project.outputs("ships-dataset")["dataset_id"] == made["id"]
    assert project.outputs("ships")["dataset_id"] == project.outputs("gone")["dataset_id"] == made["id"]
    assert [job["operation"] for job in veracity.jobs(made["id"])] == ["Create", "Upsert", "Delete"]
    assert veracity.rows(made["id"]) == []
    assert project.is_unchanged()
