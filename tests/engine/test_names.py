"""Datasets and workspaces by their names, on the real engine."""

import time

import pytest

from tests.rows import noon_report, noon_reports


@pytest.fixture
def dataset(veracity, request):
    """An empty dataset of a name that no other test uses: its id and its name."""
    name = f"{request.node.name} {time.time_ns()}"[:100]
    made = veracity.post("/_emulator/datasets", {"like": veracity.demo["datasets"]["keyed"], "name": name})
    return made["id"], name


def succeed(outcome):
    assert outcome.succeeded, outcome.text
    return outcome


def test_a_dataset_is_found_by_its_name_until_it_is_renamed(project, veracity, dataset):
    dataset_id, name = dataset
    admin = {key: value for key, value in project.config.items() if key != "veracity:workspaceId"}
    project.config.clear()
    project.config |= {**admin, "veracity:workspaceName": "Local workspace"}
    project.write("data.csv", noon_reports())
    entry = {"name": "noon", "source": "data.csv", "operation": "Upsert"}

    project.declare(datasets=[{**entry, "datasetName": name}])
    reader = {key: veracity.reader_config[f"veracity:{key}"] for key in ("clientId", "clientSecret")}
    project.config |= {f"veracity:{key}": value for key, value in reader.items()}
    assert succeed(project.preview()).lines_with("dataset_id", dataset_id)

    project.config |= admin
    succeed(project.up())
    assert len(veracity.rows(dataset_id)) == 3
    for resource in ("noon", "noon-upload"):
        found = project.outputs(resource)
        assert (found["dataset_id"], found["workspace_id"]) == (dataset_id, veracity.demo["workspaceId"])
    project.declare(datasets=[{**entry, "datasetId": dataset_id.upper()}])
    assert project.is_unchanged()

    project.declare(datasets=[{**entry, "datasetName": name}])
    veracity.post(f"/_emulator/datasets/{dataset_id}/rename", {"name": f"{name} of 2026"})
    refused = project.preview()
    assert not refused.succeeded
    assert refused.lines_with('veracity:datasets[0] "noon".datasetName: must be the name of a dataset of workspace')
    project.declare(datasets=[{**entry, "datasetName": f"{name} of 2026"}])
    assert project.is_unchanged()


def test_ingests_into_a_dataset_of_one_name_run_in_order_and_two_ways_to_name_it_are_refused(
    project, veracity, dataset
):
    dataset_id, name = dataset
    project.write("first.csv", noon_reports())
    project.write("second.csv", noon_reports(noon_report(7)))
    program = f"""
DatasetIngest("first", dataset_name={name!r}, source="first.csv", operation="Overwrite")
DatasetIngest("second", {{named}}, source="second.csv", operation="Upsert")
"""
    project.program(program.format(named=f"dataset_id={dataset_id!r}"))
    refused = project.preview()
    assert not refused.succeeded
    assert 'dataset_id: must be replaced by dataset_name "' in refused
    assert f'which "first" uses for dataset {dataset_id}: a program must refer to a dataset in one way' in refused
    assert veracity.jobs(dataset_id) == []

    project.program(program.format(named=f"dataset_name={name!r}"))
    succeed(project.up())
    assert [job["operation"] for job in veracity.jobs(dataset_id)] == ["Overwrite", "Upsert"]
    assert len(veracity.rows(dataset_id)) == 4
    first = project.outputs("first-upload")["job_id"]
    assert project.outputs("second-upload")["follows"] == [first]


def test_a_program_looks_up_what_is_there_and_says_what_is_not(project, veracity, dataset):
    dataset_id, name = dataset
    project.write("data.csv", noon_reports())
    program = f"""
workspace = get_workspace()
found = get_dataset(dataset_name=pulumi.Output.concat({{name!r}}, ""), workspace_id=workspace.workspace_id)
schema = get_schema(schema_name="Noon reports")
ingest = DatasetIngest("noon", dataset_id=found.dataset_id, source="data.csv", operation="Upsert")
pulumi.export("role", workspace.role)
pulumi.export("version", schema.schema_version_id)
pulumi.export("later", get_dataset(dataset_id=ingest.dataset_name.apply(lambda _: {dataset_id!r})).columns)
"""
    project.program(program.replace("{name!r}", repr(name)))
    veracity.forget_requests()
    preview = succeed(project.preview())
    assert preview.lines_with("dataset_id", dataset_id)
    assert [preview.lines_with(one) != [] for one in ('role   : "Admin"', "later  : [unknown]")] == [True, True]
    assert len(veracity.requests_to("/me/tenants")) == 1
    succeed(project.up())
    assert len(veracity.rows(dataset_id)) == 3

    project.program(program.replace("{name!r}", repr(name + "?")))
    refused = project.preview()
    assert not refused.succeeded
    assert refused.lines_with("error: get_dataset.dataset_name: must be the name of a dataset of workspace "), refused
    for noise in ("Traceback", "unhandled"):
        assert noise not in refused, refused.text
