"""An ingest's life, on the local Veracity: exactly once, whatever is lost in between."""

import pytest
from veracity_provider.lifecycle.dataset_ingest import DatasetIngestLifecycle
from veracity_provider.lifecycle.ingest_upload import IngestUploadLifecycle
from veracity_provider.lifecycle.job_runner import journal_of
from veracity_provider.lifecycle.journal import JobState

from tests.engine.rows import noon_report, noon_reports, wind_readings
from veracity_provider.errors import (
    AnswerLost,
    EngineGone,
    IngestJobFailed,
    IngestJobInDoubt,
    IngestJobTimeout,
    PermissionDenied,
    PlatformFailed,
    RateLimited,
    RequestRefused,
    SourceChanged,
    StorageError,
)

UPLOADED = ("job_id", "content_hash", "size_bytes", "supersedes")
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

    def journal(self, job_id):
        return journal_of(self.services).get(job_id)


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


@pytest.mark.parametrize("second", ["409", "same", "again"])
def test_a_start_whose_answer_is_lost_is_not_sent_again_when_the_job_ends(machine, veracity, source, second):
    news = make_append(veracity, source, secondStart=second)
    veracity.fault(**START, effect={"kind": "cutAfter"})
    machine.up({}, news)
    assert rows(veracity, news) == 2
    assert starts(veracity, news) == [1]


def test_an_upsert_whose_start_never_arrived_is_started_again(machine, veracity, upsert):
    veracity.fault(**START, effect={"kind": "cutBefore"})
    state = {}
    machine.up(state, upsert)
    assert rows(veracity, upsert) == 3
    assert starts(veracity, upsert) == [1]


class TestAnAppendInDoubt:
    @pytest.fixture
    def doubt(self, machine, veracity, append):
        """A start that never arrived."""
        veracity.fault(**START, effect={"kind": "cutBefore"})
        state = {}
        with pytest.raises(IngestJobInDoubt) as asked:
            machine.up(state, append)
        return state, append, str(asked.value)

    def test_the_error_says_what_a_person_needs(self, doubt):
        state, append, text = doubt
        assert state["upload"]["job_id"] in text
        assert append["dataset_id"] in text
        assert f"veracity:resume.{state['upload']['job_id']}" in text
        assert "`start`" in text
        assert "--replace" in text

    def test_it_asks_again_until_it_is_answered(self, doubt, machine, veracity):
        state, append, _ = doubt
        with pytest.raises(IngestJobInDoubt):
            machine.up(state, append)
        assert starts(veracity, append) == [0]

    def test_resume_start_starts_it(self, doubt, make_services, told, veracity):
        state, append, _ = doubt
        resume = f'{{"{state["upload"]["job_id"]}": "start"}}'
        Machine(make_services(resume=resume), told).up(state, append)
        assert rows(veracity, append) == 2

    def test_resume_started_waits_for_it(self, doubt, make_services, told, veracity):
        state, append, _ = doubt
        job_id = state["upload"]["job_id"]
        path = f"/veracity/dw/gateway/api/v2/workspaces/{append['workspace_id']}/ingest/job/{job_id}/start"
        veracity.post(path, headers=veracity.headers())
        Machine(make_services(resume=f'{{"{job_id}": "started"}}'), told).up(state, append)
        assert rows(veracity, append) == 2
        assert starts(veracity, append) == [1]

    def test_a_word_is_done_once(self, doubt, make_services, told, veracity):
        """The start that a person asked for has no answer, and the job runs on beyond its usual time."""
        state, append, _ = doubt
        veracity.post(
            "/_emulator/settings", {"datasetId": append["dataset_id"], "jobSeconds": 4, "secondStart": "again"}
        )
        machine = Machine(make_services(resume=f'{{"{state["upload"]["job_id"]}": "start"}}'), told)
        veracity.fault(**START, effect={"kind": "cutAfter"})
        with pytest.raises(IngestJobInDoubt):
            machine.up(state, append)
        with pytest.raises(IngestJobInDoubt, match="done no second time"):
            machine.up(state, append)
        assert starts(veracity, append) == [1]
        veracity.post("/_emulator/clock", {"advanceSeconds": 10})
        machine.up(state, append)
        assert rows(veracity, append) == 2
        assert machine.is_unchanged(state, append)


class TestAnAppendThatEndedInDoubt:
    """The platform says how it ended, and not whether its rows are there."""

    @pytest.fixture
    def doubt(self, machine, veracity, append):
        veracity.fault(**START, effect={"kind": "failJob", "message": "stopped", "status": "Cancelled"})
        state = {}
        for _ in range(2):
            with pytest.raises(IngestJobInDoubt, match="Cancelled"):
                machine.up(state, append)
        assert len(veracity.jobs(append["dataset_id"])) == 1
        return state, append

    @pytest.mark.parametrize(("word", "jobs"), [("start", 2), ("started", 1)])
    def test_it_goes_on_as_a_person_says(self, doubt, make_services, told, veracity, word, jobs):
        state, append = doubt
        machine = Machine(make_services(resume=f'{{"{state["upload"]["job_id"]}": "{word}"}}'), told)
        machine.up(state, append)
        assert len(veracity.jobs(append["dataset_id"])) == jobs
        assert machine.is_unchanged(state, append)

    def test_it_stays_in_doubt_when_the_platform_forgets_it(self, doubt, machine, veracity):
        state, append = doubt
        forgotten = {"kind": "status", "status": 404}
        veracity.fault(path=f"*/{state['upload']['job_id']}/status", count=None, effect=forgotten)
        with pytest.raises(IngestJobInDoubt, match="Cancelled"):
            machine.up(state, append)
        assert len(veracity.jobs(append["dataset_id"])) == 1

    @pytest.mark.parametrize(("word", "jobs"), [("start", 2), ("started", 1)])
    def test_so_does_one_that_the_platform_has_forgotten(
        self, machine, make_services, told, veracity, append, word, jobs
    ):
        forgotten = {"kind": "status", "status": 404}
        veracity.fault(**START, effect={"kind": "hangJob"})
        state = {}
        with pytest.raises(IngestJobTimeout):
            machine.up(state, {**append, "job_timeout_seconds": 1.0})
        veracity.fault(path=f"*/{state['upload']['job_id']}/status", count=None, effect=forgotten)
        with pytest.raises(IngestJobInDoubt, match="no longer knows it"):
            machine.up(state, {**append, "job_timeout_seconds": 1.0})
        machine = Machine(make_services(resume=f'{{"{state["upload"]["job_id"]}": "{word}"}}'), told)
        machine.up(state, append)
        assert len(veracity.jobs(append["dataset_id"])) == jobs
        assert machine.is_unchanged(state, append)


class TestAnotherMachine:
    def test_an_ended_job_is_known_by_its_status(self, machine, make_services, told, veracity, append):
        state = {}
        machine.up(state, append)
        del state["ingest"]
        Machine(make_services(home="elsewhere"), told).up(state, append)
        assert starts(veracity, append) == [1]

    def test_what_was_made_elsewhere_is_looked_up_once(self, machine, make_services, told, veracity, append):
        state = {}
        machine.up(state, append)
        other = Machine(make_services(home="elsewhere"), told)
        assert other.is_unchanged(state, append)
        before = len(veracity.requests_to("/status"))
        assert other.is_unchanged(state, append)
        assert len(veracity.requests_to("/status")) == before

    def test_an_append_that_was_not_started_is_asked_about(self, machine, make_services, told, veracity, append):
        state = {"upload": machine.upload.create(machine.checked(append), told).outputs}
        other = Machine(make_services(home="elsewhere"), told)
        with pytest.raises(IngestJobInDoubt):
            other.up(state, append)
        assert rows(veracity, append) == 0

    def test_an_upsert_that_was_not_started_is_started(self, machine, make_services, told, veracity, upsert):
        state = {"upload": machine.upload.create(machine.checked(upsert), told).outputs}
        Machine(make_services(home="elsewhere"), told).up(state, upsert)
        assert rows(veracity, upsert) == 3


class TestSettling:
    def test_an_upload_that_is_superseded_before_its_start_never_starts(self, machine, veracity, upsert, source, told):
        state = {"upload": machine.upload.create(machine.checked(upsert), told).outputs}
        first = state["upload"]["job_id"]
        source(noon_reports(noon_report(9)))
        machine.up(state, upsert)
        assert machine.journal(first).state is JobState.ABANDONED
        assert starts(veracity, upsert) == [0, 1]
        assert rows(veracity, upsert) == 1

    def test_a_running_job_is_waited_for_before_the_next_is_staged(self, machine, veracity, upsert, source, told):
        veracity.post("/_emulator/settings", {"datasetId": upsert["dataset_id"], "jobSeconds": 0.5})
        state = {"upload": machine.upload.create(machine.checked(upsert), told).outputs}
        upsert["job_timeout_seconds"] = 1.0
        veracity.fault(path="*/status", count=None, effect={"kind": "status", "status": 500})
        with pytest.raises(PlatformFailed):
            machine.finish(state, machine.checked(upsert))
        veracity.heal()
        machine.finish(state, machine.checked(upsert))
        upsert["job_timeout_seconds"] = 60.0
        source(noon_reports(noon_report(1, speed=1.0)))
        machine.up(state, upsert)
        assert sorted(row["speed_knots"] for row in veracity.rows(upsert["dataset_id"])) == [1.0, 12.5, 12.5]

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
        assert starts(veracity, append) == [1, 1, 0]
        assert machine.is_unchanged(state, append)
        source(wind_readings(3))
        machine.up(state, append)
        assert rows(veracity, append) == 5

    def test_a_failed_job_gets_a_new_one_at_the_next_up(self, machine, veracity, upsert, told):
        veracity.fault(**START, effect={"kind": "failJob", "message": "cluster lost"})
        state = {}
        with pytest.raises(IngestJobFailed, match="cluster lost"):
            machine.up(state, upsert)
        news = machine.checked(upsert, state["upload"])
        assert machine.upload.diff("id", state["upload"], news, told).changes
        machine.up(state, upsert)
        assert rows(veracity, upsert) == 3


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
        with pytest.raises(IngestJobTimeout, match="still at work in dataset"):
            machine.up(state, {**left, "job_timeout_seconds": 1.0})
        assert starts(veracity, left) == [1, 0]
        machine.up(state, left)
        assert starts(veracity, left) == [1, 1]


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

    def test_a_dataset_that_is_gone_is_the_only_absence(self, machine, veracity, append, told):
        state = {}
        machine.up(state, append)
        assert machine.ingest.read("id", state["ingest"], told).outputs == state["ingest"]
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", effect={"kind": "status", "status": 404})
        assert machine.ingest.read("id", state["ingest"], told) is None
        veracity.fault(path=f"*/datasets/{append['dataset_id']}", count=None, effect={"kind": "status", "status": 500})
        with pytest.raises(PlatformFailed):
            machine.upload.read("id", state["upload"], told)

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
