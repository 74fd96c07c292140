"""What each call of a client sends, what its errors begin with, and what it makes of the response."""

import pytest

from tests.api.recorder import Recorder, expect_one_request, expect_shape_refused, page
from veracity_provider.api.answers import Presence
from veracity_provider.api.data import DataClient
from veracity_provider.api.datasets import DatasetsClient
from veracity_provider.api.ingest import IngestClient, NewDataset
from veracity_provider.api.models import Column, Dataset, JobPhase, JobReport, RegisteredJob, RowPage, SchemaVersion
from veracity_provider.api.responses import Action
from veracity_provider.errors import (
    ContainerNotFound,
    DatasetNotFound,
    IngestJobNotFound,
    PermissionDenied,
    SchemaVersionNotFound,
)

CALLS = [
    pytest.param(
        IngestClient,
        lambda client: client.register_ingest_job("w", "d", file_name="a.csv", operation="Upsert"),
        ("write", "PUT", "/workspaces/w/ingest/dataset/d"),
        Action(
            label="registering an ingest job for dataset d",
            not_found=DatasetNotFound,
            hints={404: "Check dataset_id and workspace_id: both are in the portal's address of the dataset."},
        ),
        {"files": [{"fileName": "a.csv", "operation": "Upsert"}], "startAutomatically": False},
        {"jobId": "j", "sasToken": '"https://host/fs/d?sig=X"'},
        RegisteredJob(job_id="j", sas_uri="https://host/fs/d?sig=X"),
        id="registering an ingest",
    ),
    pytest.param(
        IngestClient,
        lambda client: client.register_create_job(
            "w",
            NewDataset(name="Noon", schema_version_id="v", description="Reports.", tags={"Site": ("1", "2")}),
            file_name="a.csv",
        ),
        ("write", "POST", "/workspaces/w/ingest/dataset"),
        Action(label='registering an ingest job that creates dataset "Noon"'),
        {
            "datasetName": "Noon",
            "datasetDescription": "Reports.",
            "schemaVersionId": "v",
            "files": [{"fileName": "a.csv", "operation": "Create"}],
            "tags": [{"Key": "Site", "Values": ["1", "2"]}],
            "provider": "BYOD",
            "startAutomatically": False,
        },
        {"jobId": '"j"', "sasToken": "https://host/fs/d?sig=x"},
        RegisteredJob(job_id="j", sas_uri="https://host/fs/d?sig=x"),
        id="registering a creation",
    ),
    pytest.param(
        IngestClient,
        lambda client: client.get_ingest_job("w", "j"),
        ("read", "GET", "/workspaces/w/ingest/job/j/status"),
        Action(label="looking up ingest job j", not_found=IngestJobNotFound),
        None,
        {"status": "Failed", "notebookErrorMessage": "why", "dataSetName": "Noon", "datasetId": "d"},
        JobReport(
            job_id="j",
            status="Failed",
            phase=JobPhase.FAILED,
            error_message="why",
            dataset_name="Noon",
            dataset_id="d",
        ),
        id="looking up a job",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.get_dataset("w", "d"),
        ("read", "GET", "/workspaces/w/datasets/d"),
        Action(
            label="reading dataset d",
            not_found=DatasetNotFound,
            hints={404: "Check dataset_id, and that it is in workspace w."},
        ),
        None,
        {
            "id": "d",
            "name": "Noon",
            "description": "Reports.",
            "schemaInfo": {"schemaVersionId": "v"},
            "columns": ["imo", 7],
            "tags": {"Site": ["1", 2], "Fleet": "A", "None": None},
        },
        Dataset(
            id="d",
            name="Noon",
            schema_version_id="v",
            description="Reports.",
            columns=("imo", "7"),
            tags={"Site": ("1", "2"), "Fleet": ("A",), "None": ()},
        ),
        id="reading a dataset",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.find_datasets("w", "noon"),
        ("read", "POST", "/workspaces/w/datasets/query"),
        Action(label='looking for dataset "noon" in workspace w'),
        {"datasetName": "noon", "pageIndex": 1, "pageSize": 100},
        page({"id": "d", "name": "Noon"}, {"id": "e", "name": "Noon 2"}),
        [Dataset(id="d", name="Noon", schema_version_id=None)],
        id="looking for a dataset",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.get_schema_version("w", "v"),
        ("read", "GET", "/workspaces/w/schemas/schemaversions/v"),
        Action(label="reading schema version v", not_found=SchemaVersionNotFound),
        None,
        {
            "id": "v",
            "schemaVersionName": "1.0",
            "columns": [
                {"name": "imo", "type": "String", "isKey": True, "isRequired": False},
                {"name": "at", "type": "DateTime", "isKey": False, "isRequired": True},
                {"name": "note"},
            ],
        },
        SchemaVersion(
            id="v",
            name="1.0",
            columns=(
                Column(name="imo", type="String", is_key=True, is_required=False),
                Column(name="at", type="DateTime", is_key=False, is_required=True),
                Column(name="note", type="", is_key=False, is_required=False),
            ),
        ),
        id="reading a schema version",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.query_rows("w", "d", page_index=2, page_size=50),
        ("read", "POST", "/workspaces/w/datasets/d/query"),
        Action(label="reading rows of dataset d", not_found=DatasetNotFound),
        {"pageIndex": 2, "pageSize": 50},
        {"data": [{"imo": "1"}], "pagination": {"totalCount": 51}},
        RowPage(rows=({"imo": "1"},), total_count=51),
        id="reading rows",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.count_rows("w", "d"),
        ("read", "POST", "/workspaces/w/datasets/d/query"),
        Action(label="reading rows of dataset d", not_found=DatasetNotFound),
        {"pageIndex": 1, "pageSize": 1},
        {"data": [{"imo": "1"}], "pagination": {"totalCount": 51}},
        51,
        id="counting rows",
    ),
    pytest.param(
        DatasetsClient,
        lambda client: client.list_dataset_names("w"),
        ("read", "POST", "/workspaces/w/datasets/query"),
        Action(label="listing the datasets of workspace w"),
        {"pageIndex": 1, "pageSize": 1000},
        {"result": [{"id": "D", "name": "Noon"}, {"id": "e"}], "totalCount": 2},
        {"d": "Noon", "e": ""},
        id="listing datasets",
    ),
    pytest.param(
        DataClient,
        lambda client: client.list_containers().keys(),
        ("read", "GET", "/resources"),
        Action(label="listing the containers"),
        None,
        [{"id": "C"}, {"id": "d"}],
        {"c", "d"},
        id="listing containers",
    ),
    pytest.param(
        DataClient,
        lambda client: client.get_container("c").id,
        ("read", "GET", "/resources/c"),
        Action(
            label="reading container c",
            not_found=ContainerNotFound,
            hints={
                403: "The account has no access to it: ask its owner for a share, or to be made a data steward.",
                404: (
                    "It is not at https://api.test. If it was deleted outside Pulumi, run `pulumi refresh`; if not, "
                    "check container_id and which environment this stack points at."
                ),
            },
        ),
        None,
        {"id": "c"},
        "c",
        id="reading a container",
    ),
]


@pytest.mark.parametrize(("client", "call", "request_", "action", "body", "response", "found"), CALLS)
def test_a_call_is_one_request(client, call, request_, action, body, response, found):
    expect_one_request(call, client, request_, action, body, response, found)


@pytest.mark.parametrize(
    ("client", "call", "action"),
    [pytest.param(*one.values[:2], one.values[3], id=one.id) for one in CALLS if one.values[-1] is not None],
)
def test_a_response_of_another_shape_is_told_as_one_to_this_request(client, call, action):
    expect_shape_refused(call, client, action)


class TestPagesOfNames:
    def test_names_of_datasets_are_read_until_all_are_there(self):
        pages = [{"result": [{"id": str(i)}], "totalCount": 3} for i in range(3)]
        transport = Recorder(pages)
        assert DatasetsClient(transport).list_dataset_names("w").keys() == {"0", "1", "2"}
        assert [body["pageIndex"] for *_, body in transport.sent] == [1, 2, 3]

    def test_a_list_that_ends_before_its_count_is_read_to_its_end(self):
        transport = Recorder([{"result": [{"id": "0"}], "totalCount": 3}, {"result": [], "totalCount": 3}])
        assert DatasetsClient(transport).list_dataset_names("w").keys() == {"0"}

    def test_no_more_than_twenty_pages_of_names_are_read(self):
        transport = Recorder([{"result": [{"id": str(i)}], "totalCount": 1000} for i in range(30)])
        assert len(DatasetsClient(transport).list_dataset_names("w")) == 20


def test_an_account_that_may_not_read_the_workspace_has_its_datasets_listed():
    missing, denied = DatasetNotFound("no", status=404), PermissionDenied("no", status=403)
    transport = Recorder([missing, denied, {"result": []}, missing])
    assert DatasetsClient(transport).check_presence("w", "d").presence is Presence.GONE
    assert [(method, path, action.label, body) for _, method, path, action, body in transport.sent[1:3]] == [
        ("GET", "/workspaces/w", "reading workspace w", None),
        (
            "POST",
            "/workspaces/w/datasets/query",
            "listing the datasets of workspace w",
            {"pageIndex": 1, "pageSize": 1},
        ),
    ]


def test_a_preview_reads_containers_by_the_same_client():
    transport = Recorder([{"id": "c"}])
    assert DataClient(transport).previewed.read("c").id == "c"
