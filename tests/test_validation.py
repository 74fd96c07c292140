"""Models whose validators are built at their first use."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ConfigDict, ValidationError, create_model

from veracity_provider.validation import validate


def make_model():
    part = create_model("Part", __config__=ConfigDict(defer_build=True), name=(str, ...))
    return create_model("Whole", __config__=ConfigDict(defer_build=True), parts=(list[part], ...))


@pytest.fixture
def frequent_switches():
    """Threads take turns a thousand times as often as usual."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 1000)
    yield
    sys.setswitchinterval(interval)


def test_values_are_read_as_the_model_says():
    assert validate(make_model(), {"parts": [{"name": "a"}]}).parts[0].name == "a"


def test_options_are_those_of_the_model():
    model = create_model("Number", value=(int, ...))
    with pytest.raises(ValidationError):
        validate(model, {"value": "1"}, strict=True)


def test_what_does_not_fit_is_told():
    with pytest.raises(ValidationError, match=r"parts\.0\.name"):
        validate(make_model(), {"parts": [{}]})


def test_many_threads_may_use_a_model_first(frequent_switches):
    """Without the lock pydantic 2.11 fails here each time, and 2.12 now and then."""
    threads = 30
    model, together = make_model(), threading.Barrier(threads)

    def read(_):
        together.wait()
        return validate(model, {"parts": [{"name": "a"}]}).parts[0].name

    with ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(read, range(threads))) == {"a"}
