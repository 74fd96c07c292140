"""The jobs before the one that is declared now, and what becomes of them."""

import json

import pytest

from tests.lifecycle.ingest.machine import START, Machine, end_job, rows, starts
from tests.rows import noon_report, noon_reports, wind_readings
from veracity_provider.errors import (
    IngestJobFailed,
    IngestJobInDoubt,
    IngestJobTimeout,
    NewJobNeeded,
    PermissionDenied,
    PlatformFailed,
)
from veracity_provider.lifecycle.jobs.journal import JobState


class TestTakenBack:
    """A change that is taken back before it took effect is the job that did: no upload, no job."""

    def test_a_bad_file_that_is_taken_back_starts_nothing(self, machine, veracity, append, source):
        state = {}
        machine.up(state, append)
        good = wind_readings()
        source(good.replace("1500.5", "fast", 1))
        with pytest.raises(IngestJobFailed) as failed:
            machine.up(state, append)
        assert "row 1" in str(failed.value)
        assert "'fast' is not a valid Decimal" in str(failed.value)
        source(good)
        machine.up(state, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [1, 1]
        assert machine.is_unchanged(state, append)
        source(wind_readings(3))
        machine.up(state, append)
        assert rows(veracity, append) == 5

    def test_two_kills_and_two_edits_bring_nothing_twice(self, machine, veracity, append, source):
        """Finding 4 a: killed while its job runs, edited, killed before the start, taken back."""
        state = machine.stage(append)
        machine.finish(dict(state), machine.checked(append))  # its record is lost with the kill
        source(wind_readings(3))
        news = machine.checked(append, state["upload"])
        state["upload"] = machine.upload.update("id", state["upload"], news, machine.told)
        source(wind_readings())
        machine.up(state, append)
        assert starts(veracity, append) == [1, 0]
        assert rows(veracity, append) == 2
        assert machine.is_unchanged(state, append)

    @pytest.mark.parametrize("is_fresh", [False, True], ids=["the same machine", "another one"])
    def test_a_dataset_that_is_changed_and_changed_back_is_remembered(
        self, machine, make_services, told, veracity, append, is_fresh
    ):
        """Finding 4 b."""
        state = {}
        machine.up(state, append)
        other = {**append, "dataset_id": veracity.new_dataset(like="keyless")}
        veracity.fault(**START, effect={"kind": "failJob", "message": "cluster lost"})
        with pytest.raises(IngestJobFailed):
            machine.up(state, other)
        later = Machine(make_services(home="elsewhere"), told) if is_fresh else machine
        later.up(state, append)
        assert starts(veracity, append) == [1]
        assert rows(veracity, append) == 2
        assert later.is_unchanged(state, append)

    def test_an_edit_that_may_still_take_effect_is_not_taken_for_one_that_did_not(
        self, machine, veracity, upsert, source
    ):
        """Finding 3: the old bytes do not win."""
        state = {}
        machine.up(state, upsert)
        settings = {"datasetId": upsert["dataset_id"], "strict": False}
        veracity.post("/_emulator/settings", {**settings, "jobSeconds": 3600})
        source(noon_reports(noon_report(1, speed=9.0)))
        veracity.fault(**START, effect={"kind": "cutAfter"})
        with pytest.raises(NewJobNeeded):
            machine.up(state, upsert)
        veracity.post("/_emulator/settings", {**settings, "jobSeconds": 0.02})
        source(noon_reports())
        veracity.fault(method="PUT", path="*/ingest/dataset/*", effect={"kind": "status", "status": 403})
        with pytest.raises(PermissionDenied):
            machine.up(state, upsert)
        end_job(veracity, upsert, which=1)
        _until_done(machine, state, upsert)
        assert {row["speed_knots"] for row in veracity.rows(upsert["dataset_id"])} == {12.5}


def _until_done(machine, state, news, ups=4):
    """As a person does who is told to run it again."""
    for _ in range(ups):
        try:
            return machine.up(state, news)
        except NewJobNeeded:
            continue
    raise AssertionError("it does not come to an end")


class TestAnotherMachine:
    def test_an_ended_job_is_known_by_its_status(self, machine, make_services, told, veracity, append):
        state = {}
        machine.up(state, append)
        del state["ingest"]
        Machine(make_services(home="elsewhere"), told).up(state, append)
        assert starts(veracity, append) == [1]

    def test_a_preview_writes_nothing_into_the_journal(self, machine, make_services, told, append):
        """Finding 20."""
        state = {}
        machine.up(state, append)
        other = Machine(make_services(home="elsewhere"), told)
        assert other.is_unchanged(state, append)
        assert other.journal(state["upload"]) is None

    def test_an_append_that_was_not_started_is_asked_about(self, machine, make_services, told, veracity, append):
        state = machine.stage(append)
        other = Machine(make_services(home="elsewhere"), told)
        with pytest.raises(IngestJobInDoubt):
            other.up(state, {**append, "job_timeout_seconds": 1.0})
        assert rows(veracity, append) == 0

    def test_an_upsert_that_was_not_started_gets_a_new_job(self, machine, make_services, told, veracity, upsert):
        state = machine.stage(upsert)
        Machine(make_services(home="elsewhere"), told).up(state, upsert)
        assert starts(veracity, upsert) == [0, 1]
        assert rows(veracity, upsert) == 3


class TestSettling:
    def test_an_upload_that_is_superseded_before_its_start_never_starts(self, machine, veracity, upsert, source):
        state = machine.stage(upsert)
        first = state["upload"]
        source(noon_reports(noon_report(9)))
        machine.up(state, upsert)
        assert machine.journal(first).state is JobState.NEVER_SENT
        assert starts(veracity, upsert) == [0, 1]
        assert rows(veracity, upsert) == 1

    def test_a_process_left_over_does_not_start_what_was_superseded(self, machine, veracity, upsert, source):
        state = machine.stage(upsert)
        left_over = dict(state)
        source(noon_reports(noon_report(9)))
        machine.up(state, upsert)
        with pytest.raises(IngestJobFailed, match="was not applied, and will not be"):
            machine.finish(left_over, machine.checked(upsert))
        assert starts(veracity, upsert) == [0, 1]

    def test_a_running_job_is_waited_for_before_the_next_is_staged(self, machine, veracity, upsert, source):
        veracity.post("/_emulator/settings", {"datasetId": upsert["dataset_id"], "jobSeconds": 0.2})
        state = machine.stage(upsert)
        upsert["job_timeout_seconds"] = 1.0
        veracity.fault(path="*/status", after=1, count=None, effect={"kind": "status", "status": 500})
        with pytest.raises(PlatformFailed):
            machine.finish(state, machine.checked(upsert))
        veracity.heal()
        upsert["job_timeout_seconds"] = 600.0
        machine.finish(state, machine.checked(upsert))
        source(noon_reports(noon_report(1, speed=1.0)))
        machine.up(state, upsert)
        assert sorted(row["speed_knots"] for row in veracity.rows(upsert["dataset_id"])) == [1.0, 12.5, 12.5]

    def test_a_failed_job_gets_a_new_one_at_the_next_up(self, machine, veracity, upsert, told):
        veracity.fault(**START, effect={"kind": "failJob", "message": "cluster lost"})
        state = {}
        with pytest.raises(IngestJobFailed, match="cluster lost"):
            machine.up(state, upsert)
        news = machine.checked(upsert, state["upload"])
        assert machine.upload.diff("id", state["upload"], news, told).changes
        assert told.infos[-1] == (
            f"ingest job {state['upload']['job_id']} ended as Failed, and was not applied; a new one will be registered"
        )
        machine.up(state, upsert)
        assert rows(veracity, upsert) == 3

    def test_a_repeatable_job_that_is_forgotten_gets_a_new_one_in_the_same_up(self, machine, veracity, upsert):
        """Finding 17: without a wait of a quarter of an hour, and without a question."""
        state = machine.stage(upsert)
        machine.finish(dict(state), machine.checked(upsert))
        veracity.post(f"/_emulator/jobs/{state['upload']['job_id']}/forget")
        folder = machine.services.home / "jobs" / upsert["dataset_id"]
        (entry,) = folder.glob("*.json")
        entry.write_text(json.dumps({**json.loads(entry.read_text()), "state": "started"}))  # killed while it ran
        machine.up(state, upsert)
        assert starts(veracity, upsert) == [1, 1]
        assert machine.is_unchanged(state, upsert)


class TestAJobLeftAtWork:
    """By an up that was killed or timed out, and under another name than the next ingest into its dataset has."""

    @pytest.fixture
    def left(self, machine, veracity, upsert):
        """An ingest whose first job runs until it is ended."""
        veracity.fault(**START, effect={"kind": "hangJob"})
        with pytest.raises(IngestJobTimeout):
            machine.up({}, {**upsert, "job_timeout_seconds": 1.0})
        return upsert

    def test_it_is_waited_for_before_the_next_is_started(self, left, machine, veracity, source):
        def end_first_job(message):
            if message.endswith(", Running") and starts(veracity, left) == [1, 0]:
                end_job(veracity, left)

        machine.told.live = end_first_job
        source(noon_reports(noon_report(1, speed=1.0)))
        machine.up({}, left)
        first, second = veracity.jobs(left["dataset_id"])
        assert second["startedAt"] >= first["completedAt"]

    def test_if_it_does_not_end_the_next_is_not_started(self, left, machine, veracity, source):
        source(noon_reports(noon_report(1, speed=1.0)))
        state = {}
        with pytest.raises(IngestJobTimeout, match=r"was not seen to end; ingest job .* was not started"):
            machine.up(state, {**left, "job_timeout_seconds": 1.0})
        assert starts(veracity, left) == [1, 0]
        end_job(veracity, left)
        machine.up(state, left)
        assert starts(veracity, left) == [1, 1]

    def test_a_person_may_say_that_it_is_over(self, left, make_services, told, veracity, source):
        (first,) = veracity.jobs(left["dataset_id"])
        veracity.post(f"/_emulator/jobs/{first['jobId']}/end", {"status": "Running", "applies": False})
        source(noon_reports(noon_report(1, speed=1.0)))
        Machine(make_services(answers=json.dumps({first["jobId"]: "ended"})), told).up({}, left)
        assert starts(veracity, left) == [1, 1]
