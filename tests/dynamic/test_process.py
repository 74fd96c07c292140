"""The plugin process is made ready once."""

import pytest
import stamina

from veracity_provider.dynamic import process


@pytest.fixture
def retry_hooks():
    """Those of the library, given back at the end."""
    stamina.instrumentation.set_on_retry_hooks(None)
    yield stamina.instrumentation.get_on_retry_hooks
    stamina.instrumentation.set_on_retry_hooks(None)


def test_a_retry_is_no_warning_on_the_stack(monkeypatch, retry_hooks):
    monkeypatch.setattr(process.sdk, "widen_worker_pool", lambda: True)
    monkeypatch.setattr(process, "_services", lambda *_: None)
    assert retry_hooks() != ()
    process._start(config=None, environ={"VERACITY_DEBUG": "1"})
    assert retry_hooks() == ()
