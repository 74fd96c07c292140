"""The life of an ingest: its job is started and awaited."""

from dataclasses import replace

import pytest

from tests.lifecycle.ingest.machine import START, Machine, rows, starts
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.errors import EngineGone, IngestJobInDoubt, IngestJobTimeout, PlatformFailed
from veracity_provider.lifecycle.ingest.history import current_job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of


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


def test_another_place_is_another_ingest(machine, append):
    state = {}
    machine.up(state, append)
    news = {name: value for name, value in state["ingest"].items() if name not in {"status", "completed_at"}}
    for name in ("dataset_id", "workspace_id"):
        found = machine.ingest.diff("x", state["ingest"], {**news, name: "other"}, machine.told)
        assert (found.changes, found.replaces) == (True, (name,))


class TestWhatIsSaid:
    """Nothing of what went well; what is unusual is."""

    def test_an_ingest_that_goes_well_is_worth_no_word(self, machine, append):
        machine.up({}, append)
        assert machine.told.infos == machine.told.warnings == []

    def test_a_job_that_took_effect_before_is_said_to_have_and_when(self, machine, veracity, append):
        """As after `pulumi state delete` of the ingest."""
        state = {}
        machine.up(state, append)
        completed_at = state.pop("ingest")["completed_at"]
        time = machine.services.time
        machine = Machine(replace(machine.services, time=lambda: time() + 3600), machine.told)
        machine.finish(state, machine.checked(append, state["upload"]))
        job_id = state["upload"]["job_id"]
        assert machine.told.infos == [
            f"ingest job {job_id} had been applied before on {completed_at}; nothing was started"
        ]
        assert state["ingest"]["completed_at"] == completed_at
        assert rows(veracity, append) == 2

    def test_on_another_machine_it_is_said_without_the_date(self, machine, make_services, told, append):
        state = {}
        machine.up(state, append)
        del state["ingest"]
        other = Machine(make_services(home="elsewhere"), told)
        other.finish(state, other.checked(append, state["upload"]))
        job_id = state["upload"]["job_id"]
        assert told.infos == [f"ingest job {job_id} had been applied before; nothing was started"]

    def test_a_job_that_the_state_shows_as_done_is_asked_nobody_about(self, machine, make_services, told, append):
        state = {}
        machine.up(state, append)
        other = Machine(make_services(home="elsewhere"), told)
        news = {**other.checked(append, state["upload"]), **{name: state["upload"][name] for name in UPLOADED}}
        done = other.ingest.update("x", state["ingest"], news, told)
        assert (done["status"], done["dataset_name"]) == ("Completed", "")

    def test_a_job_that_is_waited_for_after_a_kill_is_not_said_to_have_taken_effect_before(
        self, machine, veracity, append
    ):
        veracity.post("/_emulator/settings", {"datasetId": append["dataset_id"], "jobSeconds": 1})
        state = machine.stage(append)
        veracity.somebody_starts(state["upload"]["job_id"])
        journal_of(machine.services).write(current_job(state["upload"]), JobState.STARTING)
        machine.finish(state, machine.checked(append, state["upload"]))
        assert not [text for text in machine.told.infos if "had taken effect" in text]

    def test_warnings_of_a_job_that_completed_are_shown_and_no_failure(self, machine, veracity, append):
        warning = {"severity": "Warning", "row": 0, "message": "Property 'x' doesn't exist in schema"}
        end = {"kind": "failJob", "status": "Completed", "applies": True, "validationError": [warning]}
        veracity.fault(**START, effect=end)
        state = {}
        machine.up(state, append)
        (told,) = machine.told.warnings
        assert told.splitlines() == [
            f"ingest job {state['upload']['job_id']} ended as Completed, with warnings:",
            "  row 0  Property 'x' doesn't exist in schema",
        ]
        assert state["ingest"]["status"] == "Completed"
        assert rows(veracity, append) == 2
        assert machine.is_unchanged(state, append)

    def test_an_error_beside_a_warning_leaves_it_in_doubt(self, machine, veracity, append):
        items = [{"severity": "Warning", "row": 1}, {"severity": "Error", "row": 2}]
        end = {"kind": "failJob", "status": "Completed", "applies": True, "validationError": items}
        veracity.fault(**START, effect=end)
        with pytest.raises(
            IngestJobInDoubt, match="ended as Completed, which does not say whether its rows are in the dataset"
        ):
            machine.up({}, append)

    def test_what_is_forgotten_names_the_dataset_safely(self, machine, told):
        state = {"job_id": "j", "dataset_id": "d", "workspace_id": "w", "operation": "Append", "content_hash": "abc"}
        machine.ingest.delete("j", {**state, "dataset_name": "Noon\x1b[2J"}, told)
        machine.ingest.delete("j", state, told)
        assert told.infos == [
            r'removed from the state; its rows stay in "Noon\x1b[2J"',
            "removed from the state; its rows stay in dataset d",
        ]


class TestAtPreview:
    """What `up` may do about the job of an upload."""

    def say(self, machine, append, state):
        machine.told.warnings.clear()
        news = machine.checked(append, state["upload"])
        machine.ingest.check({}, {**news, **{name: state["upload"][name] for name in UPLOADED}}, machine.told)
        return machine.told.warnings

    def test_a_job_that_waits_for_its_start_is_worth_no_word_and_no_request(self, machine, veracity, append):
        state = machine.stage(append)
        veracity.forget_requests()
        assert self.say(machine, append, state) == []
        assert veracity.requests_to("/status") == []

    def test_a_job_that_may_be_at_work_is_waited_for(self, machine, append):
        state = machine.stage(append)
        journal_of(machine.services).write(current_job(state["upload"]), JobState.STARTING)
        (warning,) = self.say(machine, append, state)
        assert warning == (
            f"ingest job {state['upload']['job_id']} may be running; `pulumi up` waits for it to end, and may stop if "
            "it does not"
        )

    def test_a_job_of_which_a_person_has_to_say_what_became_of_it_stops(self, machine, veracity, append):
        state = machine.stage(append)
        job_id = state["upload"]["job_id"]
        veracity.somebody_starts(job_id)
        journal_of(machine.services).write(current_job(state["upload"]), JobState.STARTING)
        veracity.post(f"/_emulator/jobs/{job_id}/forget")
        (warning,) = self.say(machine, append, state)
        job = f"ingest job {job_id} (Append into dataset {append['dataset_id']})"
        assert warning.splitlines()[0] == (
            f"`pulumi up` will stop: {job} is not known to the platform, which does not say whether its rows are in "
            "the dataset."
        )

    def test_where_the_platform_does_not_say_it_warns_and_goes_on(self, machine, veracity, append):
        state = machine.stage(append)
        journal_of(machine.services).write(current_job(state["upload"]), JobState.STARTING)
        veracity.fault(path="*/status", count=None, effect={"kind": "status", "status": 500})
        (warning,) = self.say(machine, append, state)
        assert warning.startswith(f"the status of ingest job {state['upload']['job_id']} could not be read: ")
