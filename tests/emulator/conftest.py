import pytest

from tests.veracity import Veracity


@pytest.fixture
def reader(emulator):
    return Veracity(emulator.url, "reader")
