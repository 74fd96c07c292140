"""A test that breaks the rules of starting jobs, or lets a secret out, fails, whatever else it asserts."""

import pytest
import requests

from tests.veracity import held_to_the_rules
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="module")
def url():
    with run_emulator(job_seconds=30, strict=True) as emulator:
        yield emulator.url


def register(veracity, dataset):
    return veracity.register(dataset, "Upsert").json()["jobId"]


def start_twice(veracity, dataset):
    job = register(veracity, dataset)
    veracity.post("/_emulator/settings", {"datasetId": dataset, "secondStart": "same"})
    veracity.somebody_starts(job)
    veracity.somebody_starts(job)


def start_two(veracity, dataset):
    for _ in range(2):
        veracity.somebody_starts(register(veracity, dataset))


def put_a_secret_into_an_address(veracity, _dataset):
    requests.get(veracity.url + "/somewhere", params={"q": veracity.demo["clientSecret"]}, timeout=30)


@pytest.mark.parametrize("break_rule", [start_twice, start_two, put_a_secret_into_an_address])
def test_a_second_start_two_jobs_at_work_and_a_leak_fail_the_test(url, break_rule):
    with pytest.raises(AssertionError, match="the emulator saw violations:"), held_to_the_rules(url) as veracity:
        break_rule(veracity, veracity.new_dataset())


def test_one_start_of_one_job_does_not(url):
    with held_to_the_rules(url) as veracity:
        veracity.somebody_starts(register(veracity, veracity.new_dataset()))
