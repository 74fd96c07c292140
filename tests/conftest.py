import contextlib
import os
import pwd
from pathlib import Path

import pytest
import stamina

from tests.veracity import Veracity
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="session", autouse=True)
def _no_login_of_the_account_is_touched(tmp_path_factory):
    """A `pulumi login` of a test needs a PULUMI_HOME: without one it would replace the login of the account."""
    yield
    credentials = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pulumi" / "credentials.json"
    with contextlib.suppress(FileNotFoundError):
        assert str(tmp_path_factory.getbasetemp()) not in credentials.read_text(), "a test needs a PULUMI_HOME"


@pytest.fixture(scope="session")
def emulator():
    """A local Veracity in this process, for every test that needs no process of its own."""
    with run_emulator(job_seconds=0.02, strict=True) as running:
        yield running


@pytest.fixture
def client(emulator):
    """Somebody else's client of it; takes all faults back at the end."""
    found = Veracity(emulator.url)
    yield found
    found.control("DELETE", "/faults")


@pytest.fixture(autouse=True)
def _no_backoff():
    """What this process sends again it sends as often as ever, and at once."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def waits(monkeypatch):
    """Seconds that would have been waited before something was sent again, in place of waiting."""
    waited = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    with stamina.set_testing(False):
        yield waited
