"""Schemas, datasets, workspaces: docs/platform.md."""

import pytest

from tests.rows import NOON_COLUMNS, noon_report, noon_reports

COLUMNS = [{"name": "id", "type": "String", "isKey": True}, {"name": "value", "type": "Decimal", "isRequired": True}]


@pytest.fixture
def schema(client):
    body = {"name": "Of a test", "shortName": "oat", "description": "", "columns": COLUMNS}
    return client.gateway("POST", "/schemas/add", body).json()


def test_a_schema_begins_with_an_active_version(client, schema):
    (version,) = schema["schemaVersions"]
    assert version["schemaVersionName"] == "Of a test V1"
    assert version["isActive"]
    assert client.gateway("GET", f"/schemas/{schema['id']}").json() == schema
    assert client.gateway("GET", f"/schemas/schemaversions/{version['id']}").json() == version
    listed = client.gateway("GET", "/schemas?includeDefaultSchemaVersion=true").json()["result"]
    assert schema in listed


def test_versions_are_added_activated_and_locked(client, schema):
    body = {"schemaId": schema["id"], "schemaVersionName": "V2", "description": "", "columns": COLUMNS[:1]}
    second = client.gateway("POST", "/schemas/schemaversions/add", body).json()
    assert not second["isActive"]
    path = f"/schemas/{schema['id']}/schemaversions/{second['id']}"
    client.gateway("POST", f"{path}/activate")
    flags = [
        version["isActive"] for version in client.gateway("GET", f"/schemas/{schema['id']}").json()["schemaVersions"]
    ]
    assert flags == [False, True]
    assert client.gateway("PATCH", path, {**body, "columns": COLUMNS}).json()["columns"][1]["name"] == "value"
    assert client.gateway("POST", f"{path}/lock").status_code == 200
    assert client.gateway("PATCH", path, body).status_code == 409


def test_a_schema_is_renamed(client, schema):
    assert client.gateway("PATCH", f"/schemas/{schema['id']}", {"name": "Renamed"}).json()["name"] == "Renamed"


def test_a_reader_may_not_change_schemas(reader, schema):
    assert reader.gateway("PATCH", f"/schemas/{schema['id']}", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    "columns", [[], [{"name": "a", "type": "Colour"}], [{"type": "String"}], [{"name": "a"}, {"name": "a"}]]
)
def test_a_schema_that_is_none_is_refused(client, columns):
    assert client.gateway("POST", "/schemas/add", {"name": "x", "columns": columns}).status_code == 400


def test_a_dataset_tells_what_it_is(client):
    dataset = client.new_dataset("keyed")
    found = client.gateway("GET", f"/datasets/{dataset}").json()
    assert found["columns"] == NOON_COLUMNS.split(",")
    assert found["schemaInfo"]["schemaName"] == "Noon reports V1"
    assert found["workspaceId"] == client.workspace


def test_datasets_are_found_page_by_page(client):
    for _ in range(3):
        client.new_dataset("keyless")
    first = client.gateway("POST", "/datasets/query", {"datasetName": "keyless", "pageSize": 2}).json()
    assert len(first["result"]) == 2
    assert first["totalCount"] >= 3
    assert first["totalPages"] == -(-first["totalCount"] // 2)


def test_datasets_are_found_by_schema_and_by_time(client):
    made = client.new_dataset("keyless")
    schema = client.demo["datasets"]["keyless"].replace("22222222", "55555555")

    def found(**query):
        result = client.gateway("POST", "/datasets/query", {"pageSize": 1000, **query}).json()["result"]
        return made in {one["id"] for one in result}

    assert found(schemaId=schema)
    assert not found(schemaId=schema.replace("5", "6"))
    assert found(createdAfter="0001-01-01T00:00:00", createdBefore="9999-01-01T00:00:00Z")
    assert not found(createdAfter="2999-01-01T00:00:00")


@pytest.mark.parametrize("value", ["1" * 400, "abc", None, []])
def test_a_filter_that_does_not_fit_its_column_is_refused(client, value):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(1)))
    filters = [{"column": "wind_force_bft", "filterType": "Equals", "filterValues": [value]}]
    answer = client.gateway("POST", f"/datasets/{dataset}/query", {"queryFilters": filters})
    assert answer.status_code in {200, 400}
    assert answer.json().get("data", []) == []


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({}, [1, 2, 3]),
        ({"pageSize": 2, "pageIndex": 2}, [3]),
        ({"sorting": {"column": "speed_knots", "order": "Descending"}}, [3, 2, 1]),
        ({"queryFilters": [{"column": "speed_knots", "filterType": "Greater", "filterValues": ["11"]}]}, [2, 3]),
        ({"queryFilters": [{"column": "report_time", "filterType": "StringContains", "filterValues": ["-02T"]}]}, [2]),
        ({"queryFilters": [{"column": "speed_knots", "filterType": "List", "filterValues": ["11", 13]}]}, [1, 3]),
    ],
)
def test_rows_are_selected_sorted_and_paged(client, query, days):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(1, "11"), noon_report(2, "12"), noon_report(3, "13")))
    assert [int(row["report_time"][8:10]) for row in client.rows(dataset, **query)] == days


def test_columns_can_be_chosen(client):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(1)))
    assert client.rows(dataset, columnFilter=["speed_knots"]) == [{"speed_knots": 12.5}]
    assert client.gateway("POST", f"/datasets/{dataset}/query", {"columnFilter": ["x"]}).status_code == 400


def test_a_workspace_tells_what_it_is(client):
    assert client.gateway("GET", "").json()["name"] == "Local workspace"
