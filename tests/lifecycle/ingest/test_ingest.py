"""The life of an ingest: its job is started and awaited."""

import pytest

from tests.lifecycle.ingest.machine import START, Machine, rows, starts
from veracity_provider.errors import EngineGone, IngestJobTimeout, PlatformFailed


class TestWaiting:
    """The platform does not answer for a while, and the job goes on all the same."""

    @pytest.fixture
    def machine(self, make_services, told, clock):
        return Machine(make_services(clock=clock), told)

    @pytest.fixture
    def append(self, append):
        """With a time-out that the clock, which runs ahead of the job, does not reach."""
        return {**append, "job_timeout_seconds": 86_400.0}

    @pytest.mark.parametrize("status", [429, 503])
    def test_retry_after_is_waited_for(self, machine, veracity, append, clock, status):
        away = {"kind": "status", "status": status, "retryAfter": 40}
        veracity.fault(method="GET", path="*/status", after=1, effect=away)
        machine.up({}, append)
        assert clock.now >= 40
        assert starts(veracity, append) == [1]
        assert rows(veracity, append) == 2

    def test_a_platform_that_stays_away_is_told_and_the_next_up_goes_on(self, machine, veracity, append, clock):
        away = {"kind": "status", "status": 503, "retryAfter": 30}
        veracity.fault(method="GET", path="*/status", after=1, count=None, effect=away)
        state = {}
        with pytest.raises(PlatformFailed, match="503"):
            machine.up(state, append)
        assert 120 <= clock.now < 300
        veracity.heal()
        machine.up(state, append)
        assert starts(veracity, append) == [1]

    def test_the_time_out_ends_the_wait_also_then(self, machine, veracity, append, clock):
        away = {"kind": "status", "status": 503, "retryAfter": 30}
        veracity.fault(method="GET", path="*/status", after=1, count=None, effect=away)
        with pytest.raises(PlatformFailed):
            machine.up({}, {**append, "job_timeout_seconds": 20.0})
        assert clock.now <= 20


def test_a_job_that_hangs_ends_in_a_time_out_that_names_it(machine, veracity, append):
    veracity.fault(**START, effect={"kind": "hangJob"})
    state = {}
    with pytest.raises(IngestJobTimeout) as timed_out:
        machine.up(state, {**append, "job_timeout_seconds": 1.0})
    assert state["upload"]["job_id"] in str(timed_out.value)


def test_nothing_is_started_for_an_engine_that_is_gone(make_services, told, veracity, append):
    orphan = Machine(make_services(engine_is_alive=lambda: False), told)
    with pytest.raises(EngineGone):
        orphan.up({}, append)
    assert starts(veracity, append) == [0]
