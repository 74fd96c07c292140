import pytest

from tests.emulator.client import Client
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="session")
def emulator():
    with run_emulator(job_seconds=0.02) as running:
        yield running


@pytest.fixture
def client(emulator):
    yield Client(emulator)
    Client(emulator).control("DELETE", "/faults")


@pytest.fixture
def reader(emulator):
    return Client(emulator, reader=True)
