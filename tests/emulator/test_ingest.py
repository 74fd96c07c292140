"""Ingest jobs, by the documentation: docs/platform.md."""

import pytest

from tests.rows import NOON_COLUMNS, WIND_COLUMNS, csv_of, noon_report, noon_reports, wind_reading
from veracity_emulator.workbench.rows import LONGEST_CELL


def test_the_published_walk_ends_with_the_rows_in_the_dataset(client):
    dataset = client.new_dataset("keyed")
    answer = client.register(dataset, "Upsert")
    assert answer.status_code == 200
    job = answer.json()
    assert set(job) == {"jobId", "sasToken"}
    before = client.status(job["jobId"]).json()
    assert before == {
        "jobId": job["jobId"],
        "status": "Running",
        "operations": ["Upsert"],
        "notebookErrorMessage": "",
        "validationError": [],
    }
    client.upload(job["sasToken"], noon_reports(noon_report(1), noon_report(2)))
    assert client.start(job["jobId"]).json()["jobId"] == job["jobId"]
    assert client.wait_for_end(job["jobId"]) == {
        **before,
        "status": "Completed",
        "dataSetName": "of a test, keyed",
        "datasetId": dataset,
    }
    (first, _) = client.rows(dataset)
    assert first["speed_knots"] == 12.5
    assert first["wind_force_bft"] == 4
    assert first["remarks"] is None


@pytest.mark.parametrize(
    ("operation", "lines", "speeds"),
    [
        pytest.param(
            "Upsert", [noon_report(2, "9.0"), noon_report(3)], [12.5, 9.0, 12.5], id="Upsert updates and inserts"
        ),
        pytest.param("Delete", [noon_report(2), noon_report(7)], [12.5], id="Delete takes away what has the keys"),
        pytest.param("Overwrite", [noon_report(5, "8.0")], [8.0], id="Overwrite leaves nothing else"),
    ],
)
def test_an_operation_on_a_dataset_with_keys(client, operation, lines, speeds):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(1), noon_report(2)))
    assert client.ingest(dataset, operation, noon_reports(*lines))["status"] == "Completed"
    assert [row["speed_knots"] for row in client.rows(dataset)] == speeds


def test_append_adds_rows_each_time(client):
    dataset = client.new_dataset("keyless")
    for _ in range(2):
        client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1), wind_reading(2)))
    assert len(client.rows(dataset)) == 4


@pytest.mark.parametrize(
    ("kind", "operation", "words"),
    [
        ("keyed", "Append", "do not have schema keys"),
        ("keyless", "Upsert", "requires that row keys"),
        ("keyless", "Delete", "requires that row keys"),
        ("keyed", "Create", "is not one of"),
        ("keyed", "Merge", "is not one of"),
    ],
)
def test_an_operation_that_the_schema_or_the_call_forbids(client, kind, operation, words):
    refused = client.register(client.new_dataset(kind), operation)
    assert refused.status_code == 400
    assert refused.json()["type"] == "BusinessError"
    assert words in refused.json()["detail"]
    assert len(refused.json()["traceId"]) == 32


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"files": [], "startAutomatically": False}, id="no file"),
        pytest.param({"files": [{"fileName": "a.csv"}], "startAutomatically": False}, id="no operation"),
        pytest.param(
            {"files": [{"fileName": "a/b.csv", "operation": "Upsert"}], "startAutomatically": False}, id="path"
        ),
        pytest.param({"files": "a.csv"}, id="a text in place of a list"),
        pytest.param([], id="a list in place of an object"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_body_that_does_not_match_the_model_is_a_400(client, body):
    refused = client.gateway("PUT", f"/ingest/dataset/{client.new_dataset('keyed')}", body)
    assert refused.status_code == 400
    assert refused.json()["errors"]


def test_two_files_in_one_job_are_refused(client):
    files = [{"fileName": f"{name}.csv", "operation": "Upsert"} for name in "ab"]
    body = {"files": files, "startAutomatically": False}
    assert client.gateway("PUT", f"/ingest/dataset/{client.new_dataset('keyed')}", body).status_code == 400


def test_members_and_paths_are_taken_in_any_case(client):
    body = {"Files": [{"FileName": "a.csv", "Operation": "upsert"}], "StartAutomatically": False}
    assert client.gateway("PUT", f"/Ingest/Dataset/{client.new_dataset('keyed')}", body).status_code == 200


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param(
            noon_reports(noon_report(1), noon_report(2, "fast")),
            {"column": "speed_knots", "row": 2, "message": "'fast' is not a valid Decimal."},
            id="a value of another type",
        ),
        pytest.param(
            noon_reports(noon_report(1, "")),
            {"column": "speed_knots", "row": 1, "message": "A value is required."},
            id="a required value that is missing",
        ),
        pytest.param(
            csv_of(f"{NOON_COLUMNS},extra", f"{noon_report(1)},x"),
            {"column": "extra", "row": 0, "message": "Property 'extra' doesn't exist in schema."},
            id="an unknown column",
        ),
        pytest.param(
            csv_of("imo_number", "1"),
            {"column": "report_time", "row": 0, "message": "Required property 'report_time' is missing."},
            id="a missing column",
        ),
        pytest.param(
            noon_reports(noon_report(1), noon_report(1)),
            {"column": "imo_number, report_time", "row": 2, "message": "The key occurs twice in the file."},
            id="a key twice",
        ),
        pytest.param(
            noon_reports(noon_report(1).replace("2026-01-01T12:00:00Z", "0001-01-01T00:00:00+05:00")),
            {"column": "report_time", "row": 1, "message": "'0001-01-01T00:00:00+05:00' is not a valid DateTime."},
            id="a moment that no calendar has",
        ),
        pytest.param(
            noon_reports(noon_report(1, "1e999")),
            {"column": "speed_knots", "row": 1, "message": "'1e999' is not a valid Decimal."},
            id="a number beyond reason",
        ),
        pytest.param(
            csv_of(NOON_COLUMNS, "1,2"),
            {"column": "", "row": 1, "message": "The row has 2 cells; the header has 9."},
            id="a short row",
        ),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing_and_says_where(client, text, error):
    dataset = client.new_dataset("keyed")
    client.ingest(dataset, "Upsert", noon_reports(noon_report(9)))
    ended = client.ingest(dataset, "Upsert", text)
    assert ended["status"] == "Failed"
    assert ended["validationError"][0] == {**error, "severity": "Error"}
    assert len(client.rows(dataset)) == 1


def test_a_file_under_another_name_than_announced_fails_the_job(client):
    job = client.register(client.new_dataset("keyed"), "Upsert").json()
    client.upload(job["sasToken"], noon_reports(noon_report(1)), file_name="other.csv")
    client.start(job["jobId"])
    assert "ImportData.csv was not found" in client.wait_for_end(job["jobId"])["notebookErrorMessage"]


@pytest.mark.parametrize(("setting", "rows"), [("409", 1), ("same", 1), ("again", 2)])
def test_what_a_second_start_does_is_a_setting(client, setting, rows):
    dataset = client.new_dataset("keyless", secondStart=setting)
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    client.start(job)
    client.wait_for_end(job)
    assert client.start(job).status_code == (409 if setting == "409" else 200)
    client.wait_for_end(job)
    assert len(client.rows(dataset)) == rows


@pytest.mark.parametrize(("setting", "status", "word"), [("Running", 200, "Running"), ("Pending", 200, "Pending")])
def test_the_word_for_a_job_not_started_is_a_setting(client, setting, status, word):
    answer = client.status(
        client.stage(client.new_dataset("keyed", idleStatus=setting), "Upsert", noon_reports(noon_report(1)))
    )
    assert (answer.status_code, answer.json()["status"]) == (status, word)


def test_a_job_not_started_may_be_unknown_to_the_status_endpoint(client):
    job = client.stage(client.new_dataset("keyed", idleStatus="404"), "Upsert", noon_reports(noon_report(1)))
    assert client.status(job).status_code == 404
    client.start(job)
    assert client.wait_for_end(job)["status"] == "Completed"


def test_an_automatic_job_begins_when_its_file_has_arrived(client):
    dataset = client.new_dataset("keyed")
    job = client.register(dataset, "Upsert", automatic=True).json()
    client.upload(job["sasToken"], noon_reports(noon_report(1)))
    assert client.wait_for_end(job["jobId"])["status"] == "Completed"


def test_jobs_of_one_dataset_run_in_the_order_of_their_starts(client):
    dataset = client.new_dataset("keyed", jobSeconds=0.1)
    jobs = [client.stage(dataset, "Upsert", noon_reports(noon_report(1, f"{speed}.0"))) for speed in (1, 2, 3)]
    for job in jobs:
        client.start(job)
    for job in jobs:
        client.wait_for_end(job)
    assert client.rows(dataset)[0]["speed_knots"] == 3.0


def test_a_reader_may_look_and_not_write(client, reader):
    dataset = client.new_dataset("keyed")
    assert reader.register(dataset, "Upsert").status_code == 403
    assert reader.gateway("GET", f"/datasets/{dataset}").status_code == 200
    assert reader.start(client.stage(dataset, "Upsert", noon_reports(noon_report(1)))).status_code == 403


def test_what_is_not_there_is_a_404(client):
    nothing = "99999999-0000-4000-8000-000000000000"
    assert client.register(nothing, "Upsert").status_code == 404
    assert client.start(nothing).status_code == 404
    assert client.status(nothing).status_code == 404
    assert client.gateway("GET", "/no/such/thing").json() == {"statusCode": 404, "message": "Resource not found"}


def test_a_dataset_is_created_by_a_job(client):
    version = client.gateway("GET", f"/datasets/{client.demo['datasets']['keyed']}").json()["schemaInfo"]
    body = {
        "datasetName": "WindData of a test",
        "schemaVersionId": version["schemaVersionId"],
        "files": [{"fileName": "a.csv", "operation": "Create"}],
        "tags": [{"Key": "Customer", "Values": ["ABC"]}],
        "provider": "BYOD",
        "startAutomatically": False,
    }
    job = client.gateway("POST", "/ingest/dataset", body).json()
    client.upload(job["sasToken"], noon_reports(noon_report(1)), file_name="a.csv")
    client.start(job["jobId"])
    ended = client.wait_for_end(job["jobId"])
    assert ended["dataSetName"] == "WindData of a test"
    assert client.gateway("GET", f"/datasets/{ended['datasetId']}").json()["tags"] == {"Customer": ["ABC"]}
    assert len(client.rows(ended["datasetId"])) == 1
    assert client.gateway("POST", "/ingest/dataset", body).status_code == 400


def test_a_failure_of_the_emulators_own_ends_one_job_and_no_other(client, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr("veracity_emulator.workbench.jobs.read_table", broken)
        ended = client.ingest(client.new_dataset("keyed"), "Upsert", noon_reports(noon_report(1)))
    assert (ended["status"], ended["notebookErrorMessage"]) == ("Failed", "The emulator failed: RuntimeError.")
    assert client.ingest(client.new_dataset("keyed"), "Upsert", noon_reports(noon_report(1)))["status"] == "Completed"


def test_a_failed_job_leaves_the_dataset_as_it_was(client):
    dataset = client.new_dataset("keyed")
    before = client.gateway("GET", f"/datasets/{dataset}").json()
    assert client.ingest(dataset, "Upsert", noon_reports(noon_report(1, "fast")))["status"] == "Failed"
    assert client.gateway("GET", f"/datasets/{dataset}").json() == before


@pytest.mark.parametrize(
    ("length", "status", "message"),
    [
        pytest.param(200_000, "Completed", None, id="200 KB"),
        pytest.param(
            LONGEST_CELL + 1,
            "Failed",
            "A cell has more than 16,777,216 characters, a limit of the local Veracity.",
            id="more than the limit",
        ),
    ],
)
def test_a_cell_may_be_long(client, length, status, message):
    text = noon_reports(noon_report(1) + "x" * length)
    ended = client.ingest(client.new_dataset("keyed"), "Upsert", text)
    assert ended["status"] == status
    assert [one["message"] for one in ended["validationError"]] == ([message] if message else [])
