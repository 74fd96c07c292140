"""The control API: faults, clock, log, reset, description."""

import json
import re
import time

import pytest
import requests

from tests.rows import noon_report, noon_reports
from tests.veracity import DATA, FABRIC, PROVISIONING, WORKBENCH


def fault(client, effect, *, path="*/datasets/*", **options):
    answer = client.control("POST", "/faults", {"path": path, "effect": effect, **options})
    assert answer.status_code == 201
    return answer.json()["id"]


@pytest.fixture
def look(client):
    dataset = client.new_dataset("keyed")
    client.headers()
    return lambda: client.gateway("GET", f"/datasets/{dataset}")


@pytest.mark.parametrize(
    ("effect", "status"),
    [
        ({"kind": "status", "status": 429, "retryAfter": 3}, 429),
        ({"kind": "status", "status": 500}, 500),
        ({"kind": "status", "status": 502, "html": True}, 502),
        ({"kind": "expireToken"}, 401),
        ({"kind": "expireSas"}, 403),
        ({"kind": "html"}, 200),
    ],
)
def test_a_fault_happens_as_often_as_it_was_asked_for(client, look, effect, status):
    fault(client, effect)
    hit = look()
    assert hit.status_code == status
    assert ("html" in hit.headers["Content-Type"]) is (effect["kind"] == "html" or effect.get("html", False))
    assert hit.headers.get("Retry-After") == ("3" if status == 429 else None)
    assert look().status_code == 200


def test_a_connection_is_cut_before_or_after_the_work_was_done(client):
    dataset = client.new_dataset("keyed")
    client.headers()
    for effect, jobs in (("cutBefore", 0), ("cutAfter", 1)):
        fault(client, {"kind": effect}, path="*/ingest/dataset/*", method="PUT")
        with pytest.raises(requests.ConnectionError):
            client.register(dataset, "Upsert")
        found = client.control("GET", "/state").json()["jobs"]
        assert len([job for job in found if job["datasetId"] == dataset]) == jobs


def test_a_fault_by_chance_can_be_repeated_by_its_seed(client, look):
    def pattern():
        client.control("DELETE", "/faults")
        fault(client, {"kind": "status", "status": 503}, probability=0.5, seed=5, count=None)
        return [look().status_code for _ in range(12)]

    first = pattern()
    assert set(first) == {200, 503}
    assert pattern() == first


def test_a_fault_can_wait_for_its_turn(client, look):
    fault(client, {"kind": "status", "status": 500}, after=2)
    assert [look().status_code for _ in range(4)] == [200, 200, 500, 200]


def test_an_answer_can_be_slow(client, look):
    fault(client, {"kind": "delay", "seconds": 0.2})
    begun = time.monotonic()
    assert look().status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_a_job_can_fail_in_any_words(client):
    fault(client, {"kind": "failJob", "message": "out of memory", "status": "Cancelled"}, path="*/start")
    ended = client.ingest(client.new_dataset("keyed"), "Upsert", noon_reports(noon_report(1)))
    assert (ended["status"], ended["notebookErrorMessage"]) == ("Cancelled", "out of memory")


def test_a_job_can_hang(client):
    fault(client, {"kind": "hangJob"}, path="*/start")
    job = client.stage(client.new_dataset("keyed"), "Upsert", noon_reports(noon_report(1)))
    client.start(job)
    assert client.control("POST", "/clock", {"advanceSeconds": 1}).status_code == 200
    assert client.status(job).json()["status"] == "Running"


def test_a_test_can_move_the_clock(client):
    dataset = client.new_dataset("keyed", jobSeconds=3000)
    job = client.stage(dataset, "Upsert", noon_reports(noon_report(1)))
    client.start(job)
    assert client.status(job).json()["status"] == "Running"
    client.control("POST", "/clock", {"advanceSeconds": 3001})
    client.tokens.clear()
    assert client.wait_for_end(job)["status"] == "Completed"


def test_a_dataset_is_renamed_and_deleted_as_in_the_portal(client):
    dataset = client.new_dataset("keyed")
    assert client.control("POST", f"/datasets/{dataset}/rename", {"name": "Renamed"}).json() == {"id": dataset}
    assert client.gateway("GET", f"/datasets/{dataset}").json()["name"] == "Renamed"
    assert client.control("DELETE", f"/datasets/{dataset}").json() == {"id": dataset}
    assert client.gateway("GET", f"/datasets/{dataset}").status_code == 404
    assert client.control("DELETE", f"/datasets/{dataset}").status_code == 404


def test_the_log_shows_requests_and_no_secrets(client):
    dataset = client.new_dataset("keyed")
    client.stage(dataset, "Upsert", noon_reports(noon_report(1)))
    shown = client.control("GET", "/requests").text
    assert f"/ingest/dataset/{dataset}" in shown
    assert "action=append" in shown
    assert client.demo["subscriptionKey"] not in shown
    assert client.headers()["Authorization"] not in shown
    assert "sig=***" in shown


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/faults", {"effect": {"kind": "earthquake"}}),
        ("POST", "/faults", {}),
        ("POST", "/faults", {"effect": {"kind": "status", "status": 500, "gateway": True}}),
        ("POST", "/settings", {"idleStatus": "Asleep"}),
        ("POST", "/clock", {"advanceSeconds": -1}),
        ("POST", "/clock", {"advanceSeconds": 1e9 + 1}),
        ("POST", "/settings", {"sasSeconds": 1e300}),
        ("POST", "/datasets", {"like": "x"}),
    ],
)
def test_the_control_api_refuses_what_it_does_not_know(client, method, path, body):
    assert client.control(method, path, body).status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/settings", {"datasetId": "no-such", "jobSeconds": 1}, "There is no dataset no-such."),
        ("/accounts", {"id": "no-such", "secretExpired": True}, "There is no account no-such."),
        ("/datasets", {"like": "no-such", "name": "x"}, "There is no such dataset to be like."),
    ],
)
def test_the_control_api_names_what_is_not_there(client, path, body, detail):
    answer = client.control("POST", path, body)
    assert (answer.status_code, answer.json()["detail"]) == (404, detail)


def test_it_describes_what_it_implements(client):
    described = client.control("GET", "/openapi.json").json()
    put = described["paths"]["/veracity/dw/gateway/api/v2/workspaces/{workspace}/ingest/dataset/{dataset}"]["put"]
    assert put["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/UpdateInput"}
    assert "fileName" in described["components"]["schemas"]["IngestFile"]["properties"]
    assert f"{DATA}/resources/{{id}}" in described["paths"]
    patch = described["paths"][f"{PROVISIONING}/container/{{id}}/metadata"]["patch"]["requestBody"]
    assert patch["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/PatchBody"}
    assert "move" in described["components"]["schemas"]["PatchOperation"]["properties"]["op"]["enum"]
    token = described["paths"]["/{tenant}/oauth2/token"]["post"]["requestBody"]["content"]
    assert "resource" in token["application/x-www-form-urlencoded"]["schema"]["properties"]
    upload = described["paths"]["/veracitylocal/{filesystem}/{path}"]
    (action,) = [one for one in upload["patch"]["parameters"] if one["name"] == "action"]
    assert action["schema"]["enum"] == ["append", "flush"]


def test_every_reference_in_the_description_leads_somewhere(client):
    text = client.control("GET", "/openapi.json").text
    described = json.loads(text)
    for name in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert name in described["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/veracity/dw/gateway/api/v2/workspaces/{ws}/ingest/dataset/{ds}"),
        ("POST", "/veracity/dw/gateway/api/v2/workspaces/{ws}/datasets/{ds}/query"),
        ("POST", "/veracity/dw/gateway/api/v2/workspaces/{ws}/datasets/query"),
        ("POST", "/veracity/dw/gateway/api/v2/workspaces/{ws}/schemas/add"),
        ("PATCH", "/veracity/datafabric/provisioning/api/1/container/{ct}/metadata"),
        ("POST", "/_emulator/faults"),
        ("POST", "/_emulator/clock"),
    ],
)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="half an object"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(b"[" * 100_000, id="very deep"),
        pytest.param(b'{"pageIndex": 1e400, "pageSize": 99999999999999999999}', id="numbers beyond reason"),
        pytest.param(b'{"name": "x", "columns": [{"name": "c", "precision": NaN}]}', id="not a number"),
        pytest.param(b'{"pageIndex": 1, "advanceSeconds": 1e308}'.replace(b"1,", b"1" * 30 + b","), id="huge numbers"),
        pytest.param(b'{"name": "\\ud800", "filterValues": ["\\ud800"]}', id="half a character"),
        pytest.param(b'"text"', id="a text"),
        pytest.param(b"17", id="a number"),
    ],
)
def test_no_body_is_answered_with_a_failure_of_ours(client, method, path, body):
    path = path.format(ws=client.workspace, ds=client.new_dataset("keyed"), ct=client.new_container())
    headers = client.headers(FABRIC if "datafabric" in path else WORKBENCH)
    answer = requests.request(method, client.url + path, data=body, headers=headers, timeout=30)
    assert answer.status_code == 400
    assert answer.json()


def test_a_fault_speaks_as_the_service_does(client):
    sas = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    fault(client, {"kind": "status", "status": 503}, path="/veracitylocal/*")
    url, _, query = sas.partition("?")
    assert requests.put(f"{url}/a?resource=file&{query}", timeout=30).headers["x-ms-error-code"] == "ServerBusy"
    fault(client, {"kind": "status", "status": 500}, path="*/metadata")
    answer = client.fabric("PATCH", f"{PROVISIONING}/container/{client.new_container()}/metadata", [])
    assert answer.json() == {"message": "Container metadata was not updated"}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_status_is_worded_as_data_workbench_words_it(client, look, status):
    fault(client, {"kind": "status", "status": status, "retryAfter": 3})
    answer = look()
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "3")
    assert answer.json()["type"] == "BusinessError"
    assert re.fullmatch("[0-9a-f]{32}", answer.json()["traceId"])


@pytest.mark.parametrize(
    ("status", "text"), [(404, "Resource was not found"), (403, "Not resource owner"), (400, "Fault")]
)
def test_a_status_is_worded_as_data_fabric_words_it(client, status, text):
    fault(client, {"kind": "status", "status": status}, path="*/resources/*")
    answer = client.fabric("GET", f"{DATA}/resources/{client.new_container()}")
    assert (answer.status_code, answer.json()) == (status, {"message": text})


@pytest.mark.parametrize(
    ("status", "retry_after", "text"),
    [
        pytest.param(
            401,
            None,
            "Access denied due to invalid subscription key. "
            "Make sure to provide a valid key for an active subscription.",
            id="a wrong key",
        ),
        pytest.param(
            403,
            "3661",
            "Out of call volume quota. Quota will be replenished in 01:01:01.",
            id="a quota that is used up",
        ),
        pytest.param(404, None, "Resource not found", id="no such operation"),
        pytest.param(429, "7", "Rate limit is exceeded. Try again in 7 seconds.", id="too many calls"),
    ],
)
def test_a_status_can_be_worded_as_api_management_does(client, look, status, retry_after, text):
    effect = {"kind": "status", "status": status, "gateway": True}
    fault(client, effect if retry_after is None else {**effect, "retryAfter": int(retry_after)})
    answer = look()
    assert (answer.status_code, answer.json()) == (status, {"statusCode": status, "message": text})
    assert answer.headers.get("Retry-After") == retry_after
    assert ("AzureApiManagementKey" in answer.headers.get("WWW-Authenticate", "")) is (status == 401)


def test_a_quota_says_when_it_is_replenished_unasked(client, look):
    fault(client, {"kind": "status", "status": 403, "gateway": True})
    answer = look()
    assert answer.headers["Retry-After"] == "3600"
    assert answer.json()["message"] == "Out of call volume quota. Quota will be replenished in 01:00:00."
