"""The garbage collector is paused while modules and models are made, and no longer."""

import gc
import subprocess
import sys

import pytest

from veracity_provider.collector import pause_collector


@pytest.fixture(autouse=True)
def enabled():
    assert gc.isenabled()
    yield
    gc.enable()


def test_it_goes_on_afterwards():
    with pause_collector():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error():
    with pytest.raises(ImportError), pause_collector():
        raise ImportError
    assert gc.isenabled()


def test_it_goes_on_after_the_outermost_pause():
    with pause_collector():
        with pause_collector():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_pauses_of_threads_that_overlap():
    first, second = pause_collector(), pause_collector()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off():
    gc.disable()
    with pause_collector():
        pass
    assert not gc.isenabled()


@pytest.mark.slow
def test_loading_what_a_program_needs_collects_once_afterwards():
    code = """
import gc, veracity_provider, veracity_provider.collector
def count():
    return sum(one["collections"] for one in gc.get_stats())
gc.collect()
before = count()
veracity_provider.declare_stack
print(count() - before)
"""
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(found.stdout) <= 1
