"""The garbage collector is paused while modules and models are made, and no longer; in a program it runs less often."""

import gc
import subprocess
import sys

import pytest

from veracity_provider.collector import collect_less_often, pause_collector
from veracity_provider.dynamic import sdk


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((700, 10, 10), (100_000, 10, 10), id="as it usually is"),
        pytest.param((0, 10, 10), (0, 10, 10), id="turned off by the program"),
        pytest.param((200_000, 5, 5), (200_000, 5, 5), id="set to less often by the program"),
    ],
)
def test_it_can_run_less_often(before, after):
    usual = gc.get_threshold()
    try:
        gc.set_threshold(*before)
        collect_less_often()
        assert gc.get_threshold() == after
    finally:
        gc.set_threshold(*usual)


@pytest.mark.slow
@pytest.mark.parametrize("is_run_by_pulumi", [True, False])
def test_it_runs_less_often_only_in_a_process_of_the_program(is_run_by_pulumi):
    host = f"{sdk._ALREADY_SHOWN} = 32\n" if is_run_by_pulumi else ""
    code = f"{host}import gc; usual = gc.get_threshold(); import veracity_provider; veracity_provider.DatasetIngest; "
    code += "print(gc.get_threshold() == usual, gc.get_threshold()[0])"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert found[0] == str(not is_run_by_pulumi)
    assert (found[1] == "100000") is is_run_by_pulumi


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
