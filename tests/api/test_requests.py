"""What each call of a client sends, what its errors begin with, and what it makes of the response."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from veracity_provider.api.data import DataClient
from veracity_provider.api.datasets import DatasetsClient, Presence
from veracity_provider.api.ingest import IngestClient, NewDataset
from veracity_provider.api.models import Column, Dataset, JobPhase, JobReport, RegisteredJob, RowPage, SchemaVersion
from veracity_provider.api.responses import Action
from veracity_provider.api.schema_models import DatasetOfVersion, Schema, SchemaVersionDetails
from veracity_provider.api.schemas import SchemasClient
from veracity_provider.errors import (
    ContainerNotFound,
    DatasetNotFound,
    IngestJobNotFound,
    PermissionDenied,
    SchemaNotFound,
    SchemaVersionNotFound,
    UnexpectedAnswer,
)

VERSION = SchemaVersionDetails(
    id="v", schema_id="s", name="1.0", description="First.", columns=(), is_active=True, is_locked=None
)
COLUMNS = ({"name": "imo", "type": "String", "is_key": True},)
WIRE_COLUMNS = [{"name": "imo", "type": "String", "isKey": True}]


@dataclass
class Recorder:
    """Stands in for a transport: notes what is sent; responds with *responses* in turn, or raises them."""

    responses: list[Any]
    sent: list[Any] = field(default_factory=list)
    service = SimpleNamespace(base_url="https://api.test")

    def read(self, method, path, action, *, body=None):
        return self._note("read", method, path, action, body)

    def write(self, method, path, action, *, body=None):
        return self._note("write", method, path, action, body)

    def _note(self, *request):
        self.sent.append(request)
        response = self.responses.pop(0)
        if isinstance(response, Exception):
            raise response
        return response


def page(*items, pages=1):
    return {"result": list(items), "totalPages": pages}


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
    pytest.param(
        SchemasClient,
        lambda client: list(client.list_schemas("w")),
        ("read", "GET", "/workspaces/w/schemas?pageIndex=1&pageSize=100"),
        Action(label="listing the schemas of workspace w"),
        None,
        page({"id": "s", "name": "Noon", "shortName": "noon", "description": "Reports."}),
        [Schema(id="s", name="Noon", short_name="noon", description="Reports.", is_predefined=False)],
        id="listing schemas",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.get_schema("w", "s"),
        ("read", "GET", "/workspaces/w/schemas/s"),
        Action(label="reading schema s", not_found=SchemaNotFound),
        None,
        {"id": "s", "name": None, "schemaVersions": None},
        Schema(id="s", name="", short_name="", description="", is_predefined=False),
        id="reading a schema",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.add_schema("w", name="Noon", short_name="noon", description="R.", columns=COLUMNS).id,
        ("write", "POST", "/workspaces/w/schemas/add"),
        Action(label='creating schema "Noon"'),
        {"name": "Noon", "shortName": "noon", "description": "R.", "columns": WIRE_COLUMNS},
        {"id": "s"},
        "s",
        id="making a schema",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.change_schema("w", "s", name="Noon", short_name="noon", description="R."),
        ("write", "PATCH", "/workspaces/w/schemas/s"),
        Action(label='changing schema "Noon"', not_found=SchemaNotFound),
        {"name": "Noon", "shortName": "noon", "description": "R."},
        None,
        None,
        id="changing a schema",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.add_version("w", "s", name="1.0", description="First.", columns=COLUMNS),
        ("write", "POST", "/workspaces/w/schemas/schemaversions/add"),
        Action(label='adding schema version "1.0"', not_found=SchemaNotFound),
        {"schemaId": "s", "schemaVersionName": "1.0", "description": "First.", "columns": WIRE_COLUMNS},
        {"id": "v"},
        "v",
        id="adding a version",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.change_version("w", VERSION, columns=COLUMNS),
        ("write", "PATCH", "/workspaces/w/schemas/s/schemaversions/v"),
        Action(label='changing schema version "1.0"', not_found=SchemaVersionNotFound),
        {"schemaId": "s", "schemaVersionName": "1.0", "description": "First.", "columns": WIRE_COLUMNS},
        None,
        None,
        id="changing a version",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.activate_version("w", "s", "v"),
        ("write", "POST", "/workspaces/w/schemas/s/schemaversions/v/activate"),
        Action(
            label="schema version v: activating the version",
            not_found=SchemaVersionNotFound,
        ),
        None,
        None,
        None,
        id="activating a version",
    ),
    pytest.param(
        SchemasClient,
        lambda client: client.lock_version("w", "s", "v"),
        ("write", "POST", "/workspaces/w/schemas/s/schemaversions/v/lock"),
        Action(label="schema version v: locking it", not_found=SchemaVersionNotFound),
        None,
        None,
        None,
        id="locking a version",
    ),
    pytest.param(
        SchemasClient,
        lambda client: list(client.list_datasets("w", "v")),
        ("read", "POST", "/workspaces/w/datasets/query"),
        Action(label="listing the datasets with schema version v"),
        {"schemaVersionIds": ["v"], "pageIndex": 1, "pageSize": 100},
        page({"id": "d", "name": "Noon"}),
        [DatasetOfVersion(id="d", name="Noon")],
        id="listing the datasets of a version",
    ),
]


@pytest.mark.parametrize(("client", "call", "request_", "action", "body", "response", "found"), CALLS)
def test_a_call_is_one_request(client, call, request_, action, body, response, found):
    transport = Recorder([response])
    assert call(client(transport)) == found
    [(*sent, told, sent_body)] = transport.sent
    assert (tuple(sent), sent_body) == (request_, body)
    assert (told.label, told.not_found) == (action.label, action.not_found)
    assert action.hints.items() <= told.hints.items()


@pytest.mark.parametrize(
    ("client", "call", "action"),
    [pytest.param(*one.values[:2], one.values[3], id=one.id) for one in CALLS if one.values[-1] is not None],
)
def test_a_response_of_another_shape_is_told_as_one_to_this_request(client, call, action):
    with pytest.raises(UnexpectedAnswer) as failed:
        call(client(Recorder([7])))
    assert str(failed.value).startswith(f"{action.label} failed: the response is ")


class TestPages:
    @pytest.mark.parametrize(
        ("call", "sent"),
        [
            pytest.param(
                lambda client: client.list_schemas("w"),
                [(f"/workspaces/w/schemas?pageIndex={i}&pageSize=100", None) for i in (1, 2, 3)],
                id="with paging in the address",
            ),
            pytest.param(
                lambda client: client.list_datasets("w", "v"),
                [
                    ("/workspaces/w/datasets/query", {"schemaVersionIds": ["v"], "pageIndex": i, "pageSize": 100})
                    for i in (1, 2, 3)
                ],
                id="with paging in the body",
            ),
        ],
    )
    def test_as_many_are_read_as_there_are(self, call, sent):
        transport = Recorder([page({"id": str(i)}, pages=3) for i in range(3)])
        assert [one.id for one in call(SchemasClient(transport))] == ["0", "1", "2"]
        assert [(path, body) for _, _, path, _, body in transport.sent] == sent

    @pytest.mark.parametrize("paging", [{}, {"totalPages": None}, {"totalPages": 0}])
    def test_a_list_that_says_nothing_of_pages_has_one(self, paging):
        transport = Recorder([{"result": [{"id": "s"}], **paging}])
        assert [one.id for one in SchemasClient(transport).list_schemas("w")] == ["s"]

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
