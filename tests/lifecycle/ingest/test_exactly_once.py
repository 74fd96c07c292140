"""Each change takes effect once, whatever is lost in between."""

import json

import pytest

from tests.lifecycle.ingest.machine import START, Machine, make_append, rows, starts
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.errors import (
    AuthenticationFailed,
    IngestJobInDoubt,
    JournalError,
    NewJobNeeded,
    PlatformFailed,
    PlatformUnreachable,
)
from veracity_provider.lifecycle.ingest.history import current_job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of


@pytest.mark.slow  # seconds altogether
@pytest.mark.parametrize("idle", ["Running", "Pending", "404"])
@pytest.mark.parametrize("second", ["409", "same", "again"])
def test_an_append_is_applied_once_under_every_reading_of_the_documentation(machine, veracity, source, idle, second):
    news = make_append(veracity, source, idleStatus=idle, secondStart=second)
    state = {}
    machine.up(state, news)
    assert rows(veracity, news) == 2
    assert state["ingest"]["status"] == "Completed"
    assert machine.is_unchanged(state, news)
    machine.up(state, news)
    assert rows(veracity, news) == 2


def test_a_start_whose_answer_is_lost_is_seen_through_by_its_end(machine, veracity, append):
    veracity.fault(**START, effect={"kind": "cutAfter"})
    machine.up({}, append)
    assert rows(veracity, append) == 2
    assert starts(veracity, append) == [1]


class TestOneStartRequest:
    """A job gets one; whatever else is to be done is done by a new job, which the state holds before it is started."""

    def test_a_repeatable_job_whose_start_never_arrived_gets_a_new_one_at_the_next_up(self, machine, veracity, upsert):
        veracity.fault(**START, effect={"kind": "cutBefore"})
        state = {}
        with pytest.raises(NewJobNeeded, match="it can be repeated: run `pulumi up` again"):
            machine.up(state, upsert)
        machine.up(state, upsert)
        assert rows(veracity, upsert) == 3
        assert starts(veracity, upsert) == [0, 1]
        assert machine.is_unchanged(state, upsert)

    def test_after_a_kill_one_up_is_enough(self, machine, veracity, upsert):
        state = machine.stage(upsert)
        journal_of(machine.services).write(current_job(state["upload"]), JobState.STARTING)  # and killed right there
        machine.up(state, upsert)
        assert starts(veracity, upsert) == [0, 1]
        assert rows(veracity, upsert) == 3

    @pytest.mark.parametrize(
        "effect",
        [
            pytest.param({"kind": "status", "status": 409}, id="409, which proves nothing"),
            pytest.param({"kind": "status", "status": 403}, id="403 of the service"),
            pytest.param({"kind": "status", "status": 401}, id="401 of the service"),
            pytest.param({"kind": "status", "status": 404}, id="404 of the service"),
            pytest.param({"kind": "status", "status": 404, "gateway": True}, id="404 of API Management"),
            pytest.param({"kind": "status", "status": 500}, id="500"),
            pytest.param({"kind": "status", "status": 503, "retryAfter": 0}, id="503"),
            pytest.param({"kind": "html"}, id="a page of HTML"),
            pytest.param({"kind": "cutBefore"}, id="no answer"),
        ],
    )
    def test_an_answer_that_proves_nothing_stays_a_question(self, machine, veracity, append, effect):
        veracity.fault(**START, effect=effect)
        state = {}
        with pytest.raises(IngestJobInDoubt, match="may have been started, and was not seen to end"):
            machine.up(state, {**append, "job_timeout_seconds": 1.0})
        assert machine.journal(state["upload"]).state is JobState.STARTING
        assert sum(starts(veracity, append)) <= 1
        assert len(veracity.requests_to(f"{state['upload']['job_id']}/start")) == 1

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            pytest.param(401, "subscription key", id="a key that is refused"),
            pytest.param(403, "quota", id="a quota that is used up for longer than is waited"),
        ],
    )
    def test_what_api_management_turned_away_was_not_started(self, machine, veracity, append, status, words):
        refused = {"kind": "status", "status": status, "gateway": True, "retryAfter": 3600}
        veracity.fault(**START, effect=refused)
        state = {}
        with pytest.raises(NewJobNeeded, match=words) as failed:
            machine.up(state, append)
        assert "It was not started, and is not tried again: run `pulumi up` again" in str(failed.value)
        assert machine.journal(state["upload"]).state is JobState.FAILED
        machine.up(state, append)
        assert starts(veracity, append) == [0, 1]
        assert rows(veracity, append) == 2

    def test_a_rate_limit_is_waited_out(self, make_services, told, clock, veracity, append):
        veracity.fault(**START, count=3, effect={"kind": "status", "status": 429, "gateway": True, "retryAfter": 20})
        Machine(make_services(clock=clock), told).up({}, {**append, "job_timeout_seconds": 86_400.0})
        assert clock.now >= 60
        assert starts(veracity, append) == [1]

    @pytest.mark.parametrize("error", [PlatformFailed, PlatformUnreachable, AuthenticationFailed])
    def test_what_fails_before_the_request_leaves_no_doubt(self, machine, veracity, append, monkeypatch, error):
        """Finding 18: no token, no connection. What raises which is the business of tests/api/test_ingest.py."""
        state = machine.stage(append)

        def refuse(*_):
            raise error("not ready", **({} if error is PlatformUnreachable else {"status": 503}))

        with monkeypatch.context() as patch:
            patch.setattr(machine.services.clients.ingest, "prepare_start", refuse)
            with pytest.raises(error):
                machine.finish(state, machine.checked(append))
        assert machine.journal(state["upload"]).state is JobState.STAGED
        machine.up(state, append)
        assert starts(veracity, append) == [1]

    def test_a_job_that_another_machine_has_started_is_not_started_here(self, make_services, told, veracity, append):
        """Finding 12: staged here, started there, which was killed while it ran."""
        first, second = Machine(make_services(), told), Machine(make_services(home="elsewhere"), told)
        state = first.stage(append)
        job_id = state["upload"]["job_id"]
        with pytest.raises(IngestJobInDoubt):
            second.up(state, {**append, "job_timeout_seconds": 1.0})
        answered = make_services(answers=json.dumps({job_id: "not-applied"}))
        Machine(answered, told).up(state, append)
        assert starts(veracity, append) == [0, 1]
        assert rows(veracity, append) == 2


class TestOneFormOfAnId:
    """Finding 13: ids are the same in every case, whoever typed them."""

    def test_an_id_in_capitals_is_no_other_dataset(self, machine, veracity, append):
        state = {}
        machine.up(state, append)
        shouted = {**append, "dataset_id": append["dataset_id"].upper(), "workspace_id": append["workspace_id"].upper()}
        assert machine.is_unchanged(state, shouted)
        machine.up(state, shouted)
        assert rows(veracity, append) == 2

    def test_a_state_in_capitals_is_no_other_dataset(self, machine, append):
        state = {}
        machine.up(state, append)
        for resource in state.values():
            for name in ("dataset_id", "workspace_id"):
                resource[name] = resource[name].upper()
        assert machine.is_unchanged(state, append)


class TestTheJournalComesFirst:
    def test_nothing_is_sent_where_it_cannot_be_written(self, machine, veracity, append):
        """Finding 19."""
        jobs = machine.services.home / "jobs"
        jobs.mkdir(parents=True)
        (jobs / append["dataset_id"]).write_text("a file in the way")
        with pytest.raises(JournalError, match=r"cannot be written \(File exists\)"):
            machine.up({}, append)
        assert veracity.jobs(append["dataset_id"]) == []

    def test_nothing_is_sent_where_it_cannot_be_read(self, machine, veracity, append):
        machine.services.home.mkdir()
        (machine.services.home / "jobs").write_text("a file in the way")
        with pytest.raises(JournalError, match=r"cannot be read \(Not a directory\)"):
            machine.checked(append)
        assert veracity.jobs(append["dataset_id"]) == []

    @pytest.mark.parametrize("state", list(JobState))
    def test_diff_and_check_change_nothing(self, machine, append, state):
        upload = machine.stage(append)["upload"]
        folder = machine.services.home / "jobs"
        (path,) = folder.rglob("*.json")
        path.write_text(json.dumps({**json.loads(path.read_text()), "state": state}))
        before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        news = machine.checked(append, upload)
        machine.upload.diff("id", upload, news, machine.told)
        machine.ingest.diff("id", {}, {**news, **{name: upload[name] for name in UPLOADED}}, machine.told)
        assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before
