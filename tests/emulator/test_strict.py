"""The strict mode, and what a test can do to a job: end it, slow it down, let it be forgotten."""

import pytest

from tests.rows import WIND_COLUMNS, csv_of, noon_report, noon_reports, wind_reading
from tests.veracity import Veracity
from veracity_emulator.testing import run_emulator, spawn_emulator


@pytest.fixture(scope="module")
def strict():
    with run_emulator(job_seconds=0.02, strict=True) as running:
        yield running


@pytest.fixture
def client(strict):
    found = Veracity(strict.url)
    yield found
    found.control("DELETE", "/faults")
    found.control("DELETE", "/violations")


def violations(client):
    return [one["text"] for one in client.control("GET", "/violations").json()]


def job_of(client, job):
    (found,) = [one for one in client.control("GET", "/state").json()["jobs"] if one["jobId"] == job]
    return found


def hanging(client, dataset):
    client.control("POST", "/faults", {"path": "*/start", "effect": {"kind": "hangJob"}})
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    assert client.start(job).status_code == 200
    return job


def end(client, job, status, *, applies):
    return client.control("POST", f"/jobs/{job}/end", {"status": status, "applies": applies})


def test_jobs_one_after_another_violate_nothing(client):
    dataset = client.new_dataset("keyless")
    for minute in (1, 2):
        client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(minute)))
    assert violations(client) == []


@pytest.mark.parametrize(("second_start", "status", "rows"), [("409", 409, 1), ("same", 200, 1), ("again", 200, 2)])
def test_a_second_start_request_is_a_violation_and_is_answered_as_configured(client, second_start, status, rows):
    dataset = client.new_dataset("keyless", secondStart=second_start)
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    client.start(job)
    client.wait_for_end(job)
    assert client.start(job).status_code == status
    assert violations(client) == [f"Job {job} of dataset {dataset}: second start request; the job has ended."]
    client.wait_for_end(job)
    assert len(client.rows(dataset)) == rows


def test_a_second_start_of_a_job_at_work_says_that_it_is(client):
    dataset = client.new_dataset("keyless")
    job = hanging(client, dataset)
    client.start(job)
    assert violations(client) == [f"Job {job} of dataset {dataset}: second start request; the job is still at work."]


def test_a_start_whose_answer_was_lost_reached_the_service(client):
    dataset = client.new_dataset("keyless")
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    client.control("POST", "/faults", {"path": "*/start", "effect": {"kind": "status", "status": 503}})
    assert client.start(job).status_code == 503
    client.start(job)
    assert violations(client) == []


def test_two_jobs_at_once_in_one_dataset_are_a_violation(client):
    dataset = client.new_dataset("keyless")
    first = hanging(client, dataset)
    second = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(2)))
    assert client.start(second).status_code == 200
    (found,) = client.control("GET", "/violations").json()
    assert found == {
        "text": f"Job {second} of dataset {dataset}: started while job {first} of the same dataset is still at work.",
        "jobId": second,
        "datasetId": dataset,
        "at": found["at"],
    }
    client.control("DELETE", "/violations")
    assert violations(client) == []


def test_a_job_that_starts_by_itself_beside_another_is_a_violation(client):
    dataset = client.new_dataset("keyless")
    first = hanging(client, dataset)
    second = client.register(dataset, "Append", automatic=True).json()
    client.upload(second["sasToken"], csv_of(WIND_COLUMNS, wind_reading(2)))
    client.wait_for_end(second["jobId"])
    assert violations(client) == [
        f"Job {second['jobId']} of dataset {dataset}: started while job {first} of the same dataset is still at work."
    ]


def test_jobs_of_different_datasets_may_be_at_work_at_once(client):
    hanging(client, client.new_dataset("keyless"))
    hanging(client, client.new_dataset("keyless"))
    assert violations(client) == []


def test_one_dataset_may_be_spared(client):
    dataset = client.new_dataset("keyless", strict=False)
    job = hanging(client, dataset)
    client.start(job)
    assert violations(client) == []


def test_one_dataset_may_be_watched_alone(emulator):
    lax = Veracity(emulator.url)
    dataset = lax.new_dataset("keyless", strict=True)
    job = hanging(lax, dataset)
    lax.start(job)
    found = [one["jobId"] for one in lax.control("GET", "/violations").json()]
    assert found.count(job) == 1


@pytest.mark.slow
def test_the_command_has_the_flag():
    with spawn_emulator(strict=True) as emulator:
        client = Veracity(emulator.url)
        job = hanging(client, client.new_dataset("keyless"))
        client.start(job)
        assert len(violations(client)) == 1
        client.control("POST", "/reset")
        assert violations(client) == []


@pytest.mark.parametrize(("applies", "rows"), [(True, 1), (False, 0)])
def test_a_job_can_be_cancelled_with_effect_or_without(client, applies, rows):
    effect = {"kind": "failJob", "status": "Cancelled", "applies": applies}
    client.control("POST", "/faults", {"path": "*/start", "effect": effect})
    dataset = client.new_dataset("keyless")
    assert client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))["status"] == "Cancelled"
    assert len(client.rows(dataset)) == rows


@pytest.mark.parametrize("status", ["Completed", "Failed", "Cancelled"])
@pytest.mark.parametrize(("applies", "rows"), [(True, 1), (False, 0)])
def test_a_job_at_work_can_be_ended_at_once(client, status, applies, rows):
    dataset = client.new_dataset("keyless")
    job = hanging(client, dataset)
    assert job_of(client, job)["atWork"] is True
    ended = end(client, job, status, applies=applies)
    assert (ended.status_code, ended.json()["status"], ended.json()["atWork"]) == (200, status, False)
    assert client.status(job).json()["status"] == status
    assert job_of(client, job)["atWork"] is False
    assert len(client.rows(dataset)) == rows


def test_a_job_that_is_not_at_work_cannot_be_ended(client):
    job = client.stage(client.new_dataset("keyless"), "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    assert end(client, job, "Completed", applies=True).status_code == 409
    assert end(client, "no-such-job", "Completed", applies=True).status_code == 404


def test_what_was_ended_stays_so_when_its_time_has_come(client):
    dataset = client.new_dataset("keyless", jobSeconds=1000)
    job = client.stage(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(1)))
    client.start(job)
    end(client, job, "Cancelled", applies=False)
    client.control("POST", "/clock", {"advanceSeconds": 1001})
    client.tokens.clear()
    client.control("POST", "/settings", {"datasetId": dataset, "jobSeconds": 0})
    client.ingest(dataset, "Append", csv_of(WIND_COLUMNS, wind_reading(2)))
    assert client.status(job).json()["status"] == "Cancelled"
    assert len(client.rows(dataset)) == 1


def test_one_job_can_be_slow(client):
    client.control("POST", "/faults", {"path": "*/start", "effect": {"kind": "slowJob", "seconds": 500}})
    dataset = client.new_dataset("keyed")
    job = client.stage(dataset, "Upsert", noon_reports(noon_report(1)))
    client.start(job)
    client.control("POST", "/clock", {"advanceSeconds": 400})
    assert client.status(job).json()["status"] == "Running"
    client.control("POST", "/clock", {"advanceSeconds": 101})
    assert client.wait_for_end(job)["status"] == "Completed"


def test_a_job_can_be_forgotten_for_good_and_its_work_goes_on(client):
    dataset = client.new_dataset("keyless")
    job = hanging(client, dataset)
    assert client.control("POST", f"/jobs/{job}/forget").status_code == 200
    answer = client.status(job)
    assert (answer.status_code, answer.json()["detail"]) == (404, "The job was not found.")
    assert client.start(job).status_code == 404
    assert violations(client) == [f"Job {job} of dataset {dataset}: second start request; the job is still at work."]
    assert end(client, job, "Completed", applies=True).status_code == 200
    assert client.status(job).status_code == 404
    assert len(client.rows(dataset)) == 1
