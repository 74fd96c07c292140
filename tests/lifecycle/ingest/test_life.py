"""An ingest's life, on the local Veracity: exactly once, whatever is lost in between."""

import json

import pytest

from tests.engine.rows import noon_report, noon_reports, wind_readings
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    EngineGone,
    IngestJobFailed,
    IngestJobInDoubt,
    IngestJobTimeout,
    JournalError,
    NewJobNeeded,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    RequestRefused,
    SourceChanged,
    StorageError,
    UnexpectedAnswer,
)
from veracity_provider.lifecycle.ingest.history import current_job
from veracity_provider.lifecycle.ingest.ingest import DatasetIngestLifecycle
from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of

START = {"method": "POST", "path": "*/start"}


class Machine:
    """What the engine does with the two resources on one machine, kills left out."""

    def __init__(self, services, told):
        self.services, self.told = services, told
        self.upload, self.ingest = IngestUploadLifecycle(services), DatasetIngestLifecycle(services)

    def checked(self, news, olds=None):
        found = self.upload.check(olds or {}, news, self.told)
        assert found.problems == ()
        return found.inputs

    def up(self, state, news):
        """One `pulumi up`; *state* is changed as the engine's would be, step by step."""
        old = state.get("upload")
        news = self.checked(news, old)
        if old is None:
            state["upload"] = self.upload.create(news, self.told).outputs
        elif self.upload.diff("id", old, news, self.told).changes:
            state["upload"] = self.upload.update("id", old, news, self.told)
        self.finish(state, news)

    def finish(self, state, news):
        given = {**news, **{name: state["upload"][name] for name in UPLOADED}}
        old = state.get("ingest")
        if old is None:
            state["ingest"] = self.ingest.create(given, self.told).outputs
        elif self.ingest.diff("id", old, given, self.told).changes:
            state["ingest"] = self.ingest.update("id", old, given, self.told)

    def is_unchanged(self, state, news):
        news = self.checked(news, state["upload"])
        given = {**news, **{name: state["upload"][name] for name in UPLOADED}}
        return not (
            self.upload.diff("id", state["upload"], news, self.told).changes
            or self.ingest.diff("id", state["ingest"], given, self.told).changes
        )

    def stage(self, news):
        """Only the upload, as an `up` that is killed before the start has left it."""
        return {"upload": self.upload.create(self.checked(news), self.told).outputs}

    def journal(self, upload):
        return journal_of(self.services).find(current_job(upload))


@pytest.fixture
def machine(services, told):
    return Machine(services, told)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "data.csv"

    def write(text):
        path.write_text(text)
        return path.name

    return write


@pytest.fixture
def append(veracity, source):
    """An `Append` of two rows."""
    return make_append(veracity, source)


def make_append(veracity, source, **settings):
    dataset = veracity.new_dataset(like="keyless", **settings)
    return {
        "workspace_id": veracity.demo["workspaceId"],
        "dataset_id": dataset,
        "source": source(wind_readings()),
        "operation": "Append",
        "preflight": "header",
        "job_timeout_seconds": 60.0,
    }


@pytest.fixture
def upsert(veracity, source):
    return {
        "workspace_id": veracity.demo["workspaceId"],
        "dataset_id": veracity.new_dataset(like="keyed"),
        "source": source(noon_reports()),
        "operation": "Upsert",
        "preflight": "header",
        "job_timeout_seconds": 60.0,
    }


def starts(veracity, news):
    return [job["startCount"] for job in veracity.jobs(news["dataset_id"])]


def rows(veracity, news):
    return len(veracity.rows(news["dataset_id"]))


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


class TestAQuestion:
    """About an Append of which only a person can tell whether its rows are there."""

    @pytest.fixture
    def append(self, append):
        return {**append, "job_timeout_seconds": 1.0}

    @pytest.fixture
    def doubt(self, machine, veracity, append):
        """A start that never arrived."""
        veracity.fault(**START, effect={"kind": "cutBefore"})
        state = {}
        with pytest.raises(IngestJobInDoubt) as asked:
            machine.up(state, append)
        return state, append, str(asked.value)

    def test_it_shows_the_evidence_and_the_answers(self, doubt):
        state, append, text = doubt
        job_id = state["upload"]["job_id"]
        set_it = f"pulumi config set --path 'veracity:answers.{job_id}'"
        lines = text.splitlines()
        assert lines.pop(0) == (
            f"ingest job {job_id} (Append into dataset {append['dataset_id']}) may have been started, and was not seen "
            "to end, so nothing was started."
        )
        assert lines.pop(0).startswith("  the platform shows it as Running, started 20")
        assert lines == [
            "  rows of the dataset: 0 before the upload, 0 now; rows of the file: 2",
            "While a job of this dataset runs it is too early to decide; the portal shows which do.",
            f"  if its rows are there                        {set_it} applied",
            f"  if they are not, and it will not bring them  {set_it} not-applied",
            f"""Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{{"{job_id}": "applied"}}'.)""",
        ]

    def test_preview_says_that_up_will_stop(self, doubt, machine):
        state, append, _ = doubt
        machine.told.warnings.clear()
        news = machine.checked(append, state["upload"])
        assert machine.upload.diff("id", state["upload"], news, machine.told).changes
        assert machine.told.warnings[0].startswith("`pulumi up` will stop: ingest job")

    def test_it_asks_again_until_it_is_answered(self, doubt, machine, veracity):
        state, append, _ = doubt
        with pytest.raises(IngestJobInDoubt, match="so nothing was uploaded"):
            machine.up(state, append)
        assert starts(veracity, append) == [0]

    @pytest.mark.parametrize(("answer", "jobs"), [("not-applied", 2), ("applied", 1)])
    def test_it_goes_on_as_a_person_says(self, doubt, make_services, told, veracity, answer, jobs):
        state, append, _ = doubt
        answers = json.dumps({state["upload"]["job_id"]: answer})
        machine = Machine(make_services(answers=answers), told)
        for _ in range(2):
            machine.up(state, append)  # an answer stays true
        assert len(veracity.jobs(append["dataset_id"])) == jobs
        assert rows(veracity, append) == 2 * (jobs - 1)
        assert machine.is_unchanged(state, append)

    @pytest.mark.parametrize("home", ["home", "elsewhere"])
    def test_an_answer_that_stays_in_the_config_starts_nothing_again(self, doubt, make_services, told, veracity, home):
        """Finding 2 a: a fresh machine, and a platform that has forgotten the jobs."""
        state, append, _ = doubt
        answers = json.dumps({state["upload"]["job_id"]: "not-applied"})
        Machine(make_services(answers=answers), told).up(state, append)
        for job in veracity.jobs(append["dataset_id"]):
            veracity.post(f"/_emulator/jobs/{job['jobId']}/forget")
        later = Machine(make_services(home=home, answers=answers), told)
        assert later.is_unchanged(state, append)
        later.up(state, append)
        assert rows(veracity, append) == 2

    @pytest.mark.parametrize("is_edited", [False, True], ids=["unchanged", "edited"])
    @pytest.mark.parametrize(("applies", "answer", "count"), [(True, "applied", 2), (False, "not-applied", 0)])
    def test_an_append_that_was_cancelled_is_asked_about(
        self, machine, make_services, told, veracity, append, source, is_edited, applies, answer, count
    ):
        """Finding 6: whether it was edited since or not."""
        veracity.fault(
            **START, effect={"kind": "failJob", "message": "stopped", "status": "Cancelled", "applies": applies}
        )
        state = {}
        with pytest.raises(IngestJobInDoubt, match="ended as Cancelled"):
            machine.up(state, append)
        if is_edited:
            source(wind_readings(3))
        with pytest.raises(IngestJobInDoubt, match="ended as Cancelled") as asked:
            machine.up(state, append)
        assert f"rows of the dataset: 0 before the upload, {count} now; rows of the file: 2" in str(asked.value)
        machine = Machine(make_services(answers=json.dumps({state["upload"]["job_id"]: answer})), told)
        machine.up(state, append)
        assert rows(veracity, append) == count + (3 if is_edited else 2 - count)
        assert machine.is_unchanged(state, append)

    def test_a_job_that_hangs_blocks_nothing_for_ever(self, machine, make_services, told, veracity, append, source):
        """Finding 8: the error names the answers, and each of an edit and another name is possible then."""
        veracity.fault(**START, effect={"kind": "hangJob"})
        state = {}
        with pytest.raises(IngestJobTimeout, match="was started, and was not seen to end") as timed_out:
            machine.up(state, append)
        job_id = state["upload"]["job_id"]
        assert f"'veracity:answers.{job_id}' not-applied" in str(timed_out.value)
        source(wind_readings(3))
        with pytest.raises(IngestJobTimeout, match="was not started"):
            machine.up({}, append)
        veracity.post(f"/_emulator/jobs/{job_id}/end", {"status": "Cancelled", "applies": False})
        answered = Machine(make_services(answers=json.dumps({job_id: "not-applied"})), told)
        answered.up(state, append)
        assert rows(veracity, append) == 3

    def test_a_job_of_another_ingest_is_a_reason_to_wait_with_the_answer(self, machine, veracity, append, source):
        veracity.fault(**START, effect={"kind": "cutBefore"})
        with pytest.raises(IngestJobInDoubt):
            machine.up({}, append)
        (first,) = veracity.jobs(append["dataset_id"])
        source(wind_readings(3))
        with pytest.raises(IngestJobTimeout) as asked:
            machine.up({}, append)
        assert first["jobId"] in str(asked.value).splitlines()[0]
        assert "was not started" in str(asked.value).splitlines()[0]


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
        veracity.post("/_emulator/settings", {"datasetId": upsert["dataset_id"], "jobSeconds": 3, "strict": False})
        source(noon_reports(noon_report(1, speed=9.0)))
        veracity.fault(**START, effect={"kind": "cutAfter"})
        with pytest.raises(NewJobNeeded):
            machine.up(state, upsert)
        source(noon_reports())
        veracity.fault(method="PUT", path="*/ingest/dataset/*", effect={"kind": "status", "status": 403})
        with pytest.raises(PermissionDenied):
            machine.up(state, upsert)
        _until_done(machine, state, upsert)
        veracity.post("/_emulator/clock", {"advanceSeconds": 60})
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
        with pytest.raises(IngestJobFailed, match="had no effect, and will have none"):
            machine.finish(left_over, machine.checked(upsert))
        assert starts(veracity, upsert) == [0, 1]

    def test_a_running_job_is_waited_for_before_the_next_is_staged(self, machine, veracity, upsert, source):
        veracity.post("/_emulator/settings", {"datasetId": upsert["dataset_id"], "jobSeconds": 0.5})
        state = machine.stage(upsert)
        upsert["job_timeout_seconds"] = 1.0
        veracity.fault(path="*/status", after=1, count=None, effect={"kind": "status", "status": 500})
        with pytest.raises(PlatformFailed):
            machine.finish(state, machine.checked(upsert))
        veracity.heal()
        machine.finish(state, machine.checked(upsert))
        upsert["job_timeout_seconds"] = 60.0
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
            f"ingest job {state['upload']['job_id']} ended as Failed, and had no effect; a new one will be made"
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
        veracity.post("/_emulator/settings", {"datasetId": upsert["dataset_id"], "jobSeconds": 3})
        with pytest.raises(IngestJobTimeout):
            machine.up({}, {**upsert, "job_timeout_seconds": 1.0})
        return upsert

    def test_it_is_waited_for_before_the_next_is_started(self, left, machine, veracity, source):
        source(noon_reports(noon_report(1, speed=1.0)))
        machine.up({}, left)
        first, second = veracity.jobs(left["dataset_id"])
        assert second["startedAt"] >= first["completedAt"]

    def test_if_it_does_not_end_the_next_is_not_started(self, left, machine, veracity, source):
        source(noon_reports(noon_report(1, speed=1.0)))
        state = {}
        with pytest.raises(IngestJobTimeout, match=r"was not seen to end, so ingest job .* was not started"):
            machine.up(state, {**left, "job_timeout_seconds": 1.0})
        assert starts(veracity, left) == [1, 0]
        machine.up(state, left)
        assert starts(veracity, left) == [1, 1]

    def test_a_person_may_say_that_it_is_over(self, left, make_services, told, veracity, source):
        (first,) = veracity.jobs(left["dataset_id"])
        veracity.post(f"/_emulator/jobs/{first['jobId']}/end", {"status": "Running", "applies": False})
        source(noon_reports(noon_report(1, speed=1.0)))
        Machine(make_services(answers=json.dumps({first["jobId"]: "ended"})), told).up({}, left)
        assert starts(veracity, left) == [1, 1]


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
        machine.services.home.mkdir()
        (machine.services.home / "jobs").write_text("a file in the way")
        with pytest.raises(JournalError, match=r"cannot be written \(Not a directory\)"):
            machine.up({}, append)
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


class TestReading:
    """Finding 5: forgetting an ingest whose rows are there is the dangerous direction."""

    @pytest.fixture
    def state(self, machine, append):
        state = {}
        machine.up(state, append)
        return state

    def test_a_dataset_that_is_there_keeps_its_ingest(self, machine, state, told):
        assert machine.ingest.read("id", state["ingest"], told).outputs == state["ingest"]

    def test_a_dataset_that_is_surely_gone_is_the_only_absence(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=2, effect={"kind": "status", "status": 404})
        assert machine.ingest.read("id", state["ingest"], told) is None

    def test_one_stray_404_loses_nothing(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", effect={"kind": "status", "status": 404})
        assert machine.upload.read("id", state["upload"], told).outputs == state["upload"]

    def test_without_a_second_witness_it_is_kept_and_warned_of(self, machine, veracity, state, append, told):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=2, effect={"kind": "status", "status": 404})
        veracity.fault(path=f"*/workspaces/{append['workspace_id']}", effect={"kind": "status", "status": 404})
        assert machine.upload.read("id", state["upload"], told).outputs == state["upload"]
        assert "was not found, but workspace" in told.warnings[-1]

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            pytest.param({"kind": "status", "status": 500}, PlatformFailed, id="500"),
            pytest.param({"kind": "status", "status": 404, "gateway": True}, UnexpectedAnswer, id="a gateway's 404"),
            pytest.param({"kind": "html"}, UnexpectedAnswer, id="a page of HTML"),
        ],
    )
    def test_a_failure_to_read_is_no_absence(self, machine, veracity, state, append, told, effect, error):
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=None, effect=effect)
        with pytest.raises(error):
            machine.upload.read("id", state["upload"], told)


class TestTheUpload:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param(lambda text: text.replace("1500.5", "1500.6"), id="another byte"),
            pytest.param(lambda text: text[:-5], id="truncated"),
            pytest.param(lambda text: text * 2, id="longer"),
        ],
    )
    def test_bytes_that_are_not_those_planned_start_no_job(self, machine, veracity, append, source, change):
        planned = machine.checked(append)
        source(change(wind_readings()))
        with pytest.raises(SourceChanged):
            machine.upload.create(planned, machine.told)
        assert starts(veracity, append) == [0]

    def test_a_sas_that_dies_in_the_middle_is_replaced_by_a_fresh_jobs(self, machine, veracity, append):
        veracity.fault(method="PATCH", path="/veracitylocal/*", effect={"kind": "expireSas"})
        machine.up({}, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [0, 1]

    def test_a_chunk_that_fails_is_sent_again(self, make_services, told, veracity, append, source):
        source(wind_readings(30_000))
        veracity.fault(method="PATCH", path="/veracitylocal/*", effect={"kind": "status", "status": 503}, after=1)
        machine = Machine(make_services(uploadChunkMib="1", uploadWorkers="2"), told)
        machine.up({}, append)
        assert rows(veracity, append) == 30_000
        assert starts(veracity, append) == [1]

    def test_a_storage_that_stays_away_is_told(self, machine, veracity, append):
        veracity.fault(method="PUT", path="/veracitylocal/*", count=None, effect={"kind": "status", "status": 403})
        with pytest.raises(StorageError) as failed:
            machine.up({}, append)
        assert "sig=" not in str(failed.value)

    def test_a_register_whose_answer_is_lost_is_asked_once_more(self, machine, veracity, append):
        veracity.fault(method="PUT", path="*/ingest/dataset/*", effect={"kind": "cutAfter"})
        machine.up({}, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [0, 1]

    def test_progress_is_said_in_bytes_rate_and_time(self, machine, append):
        machine.up({}, append)
        size = len(wind_readings())
        assert any(f"{size} bytes of {size} bytes" in text and "/s" in text for text in machine.told.lives)


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


class TestErrors:
    def test_a_quota_that_is_used_up_is_no_matter_of_roles(self, machine, veracity, append):
        used_up = {"kind": "status", "status": 403, "message": "Out of call volume quota. Replenished in 01:00:00."}
        veracity.fault(method="PUT", path="*/ingest/dataset/*", effect=used_up)
        with pytest.raises(RateLimited, match="quota") as refused:
            machine.up({}, append)
        assert "Admin" not in str(refused.value)

    @pytest.mark.parametrize(
        "path",
        [pytest.param("~nobody-of-that-name/a.csv", id="nobody's home"), pytest.param("a\0b.csv", id="no path at all")],
    )
    def test_a_path_that_leads_nowhere_is_a_problem_of_the_source(self, machine, append, path):
        found = machine.upload.check({}, {**append, "source": path}, machine.told)
        assert [problem.property for problem in found.problems] == ["source"]

    def test_a_reader_is_told_how_to_become_admin(self, make_services, told, veracity, append):
        reader = {key.removeprefix("veracity:"): value for key, value in veracity.reader_config.items()}
        with pytest.raises(PermissionDenied, match="Admin") as refused:
            Machine(make_services(**reader), told).up({}, append)
        assert "service account id" in str(refused.value)

    def test_a_job_that_hangs_ends_in_a_time_out_that_names_it(self, machine, veracity, append):
        veracity.fault(**START, effect={"kind": "hangJob"})
        state = {}
        with pytest.raises(IngestJobTimeout) as timed_out:
            machine.up(state, {**append, "job_timeout_seconds": 1.0})
        assert state["upload"]["job_id"] in str(timed_out.value)

    def test_nothing_is_started_for_an_engine_that_is_gone(self, make_services, told, veracity, append):
        orphan = Machine(make_services(engine_is_alive=lambda: False), told)
        with pytest.raises(EngineGone):
            orphan.up({}, append)
        assert starts(veracity, append) == [0]

    def test_an_operation_that_the_schema_forbids_is_refused_at_preview(self, machine, append):
        found = machine.upload.check({}, {**append, "operation": "Upsert"}, machine.told)
        assert [problem.property for problem in found.problems] == ["operation"]

    def test_where_the_schema_cannot_be_read_preview_warns_and_goes_on(self, machine, veracity, append):
        veracity.fault(path="*/schemaversions/*", effect={"kind": "status", "status": 403})
        assert machine.upload.check({}, append, machine.told).problems == ()
        assert "not checked" in machine.told.warnings[0]

    def test_a_preflight_passes_once_for_a_content_and_schema_version(self, machine, veracity, append):
        before = len(veracity.requests_to("/schemaversions/"))
        machine.checked(append)
        machine.checked(append)
        assert len(veracity.requests_to("/schemaversions/")) == before + 1

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            ({"kind": "status", "status": 400}, RequestRefused),
            ({"kind": "status", "status": 429, "retryAfter": 0}, RateLimited),
            ({"kind": "status", "status": 500}, PlatformFailed),
            ({"kind": "cutAfter"}, AnswerLost),
        ],
    )
    def test_a_register_that_is_refused_is_one_error(self, machine, veracity, append, effect, error):
        veracity.fault(method="PUT", path="*/ingest/dataset/*", count=None, effect=effect)
        with pytest.raises(error) as failed:
            machine.up({}, append)
        assert append["dataset_id"] in str(failed.value)
        assert set(starts(veracity, append)) <= {0}
