import pytest

from tests.emulator.client import Client


@pytest.fixture
def reader(emulator):
    return Client(emulator, reader=True)
