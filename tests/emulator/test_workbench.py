"""What newer pages and clients say of the gateway: docs/platform.md."""

import re

import pytest
import requests

from tests.rows import NOON_COLUMNS, WIND_COLUMNS, csv_of, noon_report, noon_reports, wind_reading
from tests.veracity import GATEWAY, Veracity

ZEROS = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def scoped(emulator):
    return Veracity(emulator.url, "scoped")


def create(client, name, text, **body):
    version = client.gateway("GET", f"/datasets/{client.demo['datasets']['keyed']}").json()["schemaInfo"]
    given = {
        "files": [{"fileName": "a.csv", "operation": "Create"}],
        "startAutomatically": False,
        "datasetName": name,
        "schemaVersionId": version["schemaVersionId"],
        **body,
    }
    answer = client.gateway("POST", "/ingest/dataset", given)
    if answer.status_code != 200:
        return answer
    job = answer.json()
    client.upload(job["sasToken"], text, "a.csv")
    client.start(job["jobId"])
    return client.wait_for_end(job["jobId"])


def setting(client, **settings):
    assert client.control("POST", "/settings", settings).status_code == 200


def test_refusals_are_titled_in_one_word_and_name_members_in_camel_case(client):
    refused = client.register(client.new_dataset("keyed"), "Append")
    assert refused.json()["title"] == "BadRequest"
    body = {"Files": [], "StartAutomatically": False}
    refused = client.gateway("PUT", f"/ingest/dataset/{client.demo['datasets']['keyed']}", body).json()
    assert refused["title"] == "BadRequest"
    assert list(refused["errors"]) == ["files"]


def test_datasets_are_listed_in_the_page_envelope(client):
    found = client.gateway("GET", "/datasets?PageSize=1&pageindex=2&sortColumn=Name&sortDirection=Ascending").json()
    assert len(found["result"]) == 1
    assert (found["pageIndex"], found["pageSize"]) == (2, 1)
    assert found["totalPages"] == found["totalCount"]
    assert client.gateway("GET", "/datasets").json()["pageSize"] == 100
    assert client.gateway("GET", "/datasets?pageSize=x").status_code == 400


def test_schemas_are_listed_without_versions_unless_the_default_one_is_asked_for(client):
    plain = client.gateway("GET", "/schemas").json()
    assert all("schemaVersions" not in one for one in plain["result"])
    assert plain["totalCount"] == len(plain["result"])
    (last,) = [one for one in plain["result"] if one["isPredefined"]]
    assert (last["workspaceId"], plain["result"][-1]) == (ZEROS, last)
    found = client.gateway("GET", "/schemas?includeDefaultSchemaVersion=true").json()["result"]
    for one in (one for one in found if one["name"] in {"Noon reports", "File Metadata Schema"}):
        (version,) = one["schemaVersions"]
        assert version["isActive"]
        assert version["columns"]


def test_a_predefined_schema_can_be_read_and_not_changed(client):
    (found,) = [one for one in client.gateway("GET", "/schemas").json()["result"] if one["isPredefined"]]
    read = client.gateway("GET", f"/schemas/{found['id']}").json()
    version = read["schemaVersions"][0]
    assert client.gateway("GET", f"/schemas/schemaversions/{version['id']}").json()["isPredefined"] is True
    body = {"schemaVersionName": "x", "columns": [{"name": "a"}]}
    changed = client.gateway("PATCH", f"/schemas/{found['id']}/schemaversions/{version['id']}", body)
    assert changed.status_code == 409


def test_a_dataset_is_read_with_its_schema_version(client):
    path = f"/datasets/{client.demo['datasets']['keyed']}"
    plain = client.gateway("GET", path).json()["schemaInfo"]
    full = client.gateway("GET", f"{path}?includeSchemaVersion=true").json()["schemaInfo"]
    assert set(plain) == {"schemaVersionId", "schemaName"}
    assert plain.items() <= full.items()
    assert full["id"] == plain["schemaVersionId"]
    assert [column["name"] for column in full["columns"]] == NOON_COLUMNS.split(",")


@pytest.mark.parametrize("role", ["Admin", "Reader"])
def test_the_caller_is_told_tenants_workspaces_and_role(emulator, role):
    client = Veracity(emulator.url, "reader" if role == "Reader" else "writer")
    url = f"{client.url}{GATEWAY}/me/tenants"
    (tenant,) = requests.get(f"{url}?includeRoleName=true", headers=client.headers(), timeout=30).json()
    assert [(one["id"], one["roleName"]) for one in tenant["workspaces"]] == [(client.workspace, role)]
    plain = requests.get(f"{url}?tenantIdOrAlias={tenant['alias']}", headers=client.headers(), timeout=30).json()
    assert "roleName" not in plain[0]["workspaces"][0]
    assert requests.get(f"{url}?tenantIdOrAlias=x", headers=client.headers(), timeout=30).json() == []


@pytest.mark.parametrize("body", [None, {}, {"predefine": True, "isBaseDataset": None}])
def test_queries_take_no_body_and_members_that_they_do_not_know(client, body):
    assert client.gateway("POST", "/datasets/query", body).status_code == 200
    path = f"/datasets/{client.demo['datasets']['keyed']}/query"
    assert client.gateway("POST", path, body).status_code == 200


def test_a_taken_name_is_refused_at_registration(client):
    refused = create(client, "noon REPORTS", noon_reports(noon_report(1)))
    assert (refused.status_code, refused.json()["detail"]) == (400, "Ensure DatasetName is unique in the workspace.")


def test_a_taken_name_may_be_found_at_the_end_of_the_job_alone(client):
    setting(client, nameTaken="end")
    try:
        ended = create(client, "Noon reports", noon_reports(noon_report(1)))
    finally:
        setting(client, nameTaken="registration")
    assert (ended["status"], ended["notebookErrorMessage"]) == (
        "Failed",
        "Ensure DatasetName is unique in the workspace.",
    )


@pytest.mark.parametrize(("completes", "status"), [(True, "Completed"), (False, "Failed")])
def test_whether_a_header_alone_makes_a_dataset_is_a_setting(client, completes, status):
    setting(client, headerOnlyCreate=completes)
    try:
        assert create(client, f"of a header, {completes}", f"{NOON_COLUMNS}\n")["status"] == status
    finally:
        setting(client, headerOnlyCreate=True)


def test_findings_have_a_severity(client):
    ended = client.ingest(
        client.new_dataset("keyless"), "Append", csv_of(WIND_COLUMNS, wind_reading(1).replace("9.1", "x"))
    )
    assert ended["validationError"] == [
        {"column": "wind_speed_ms", "row": 1, "message": "'x' is not a valid Decimal.", "severity": "Error"}
    ]


def test_a_failure_without_words_has_an_id(client):
    client.control("POST", "/faults", {"path": "*/start", "effect": {"kind": "failJob"}})
    ended = client.ingest(client.new_dataset("keyed"), "Upsert", noon_reports(noon_report(1)))
    assert re.fullmatch(r"The job failed\. Error ID: [0-9a-f-]{36}", ended["notebookErrorMessage"])


def test_a_derived_dataset_refuses_updates(client):
    refused = client.register(client.demo["datasets"]["derived"], "Upsert")
    assert refused.status_code == 400
    assert "only uploaded datasets can be updated" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 403),
        ("GET", "/schemas", 403),
        ("POST", "/storages/sas", 403),
        ("POST", "/ingest/dataset", 403),
        ("GET", "/datasets/{other}", 403),
        ("PUT", "/ingest/dataset/{other}", 403),
        ("GET", "/datasets/{own}", 200),
        ("POST", "/datasets/{own}/query", 200),
        ("GET", "/datasets", 200),
    ],
)
def test_an_account_that_is_scoped_to_datasets_gets_no_further(scoped, method, path, status):
    own, other = scoped.demo["datasets"]["keyed"], scoped.demo["datasets"]["keyless"]
    assert scoped.gateway(method, path.format(own=own, other=other)).status_code == status


def test_a_scoped_account_ingests_and_sees_its_datasets_alone(scoped):
    own = scoped.demo["datasets"]["keyed"]
    job = scoped.register(own, "Upsert").json()["jobId"]
    assert scoped.status(job).status_code == 200
    assert [one["id"] for one in scoped.gateway("GET", "/datasets").json()["result"]] == [own]


@pytest.mark.parametrize(("path", "product"), [("/schemas", "Schema management"), ("/storages/sas", "File storage")])
def test_a_subscription_can_be_missing(client, path, product):
    client.headers()
    client.control("POST", "/faults", {"path": f"*{path}", "effect": {"kind": "noSubscription"}})
    refused = client.gateway("GET" if path == "/schemas" else "POST", path)
    assert refused.status_code == 403
    assert refused.json()["detail"] == f"The workspace has no subscription to {product}."
