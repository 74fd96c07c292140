"""What a preview says of the jobs so far, and what an `up` does about each, on a platform that a test writes down."""

from dataclasses import replace

import pytest

from tests.lifecycle.platform import reference
from veracity_provider.errors import IngestJobInDoubt, IngestJobTimeout, NewJobNeeded, PermissionDenied, PlatformFailed
from veracity_provider.lifecycle.ingest.history import JobHistory
from veracity_provider.lifecycle.ingest.ingest import DatasetIngestLifecycle
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.ingest.past import PastJobs
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of
from veracity_provider.lifecycle.protocols import UNKNOWN

UPSERT = Job(job_id="j", workspace_id="w", dataset_id="d", operation="Upsert", content_hash="h", size_bytes=2048)
APPEND = replace(UPSERT, operation="Append")
WAY_TO = {
    None: [],
    JobState.STAGED: [JobState.STAGED],
    JobState.NEVER_SENT: [JobState.STAGED, JobState.NEVER_SENT],
    JobState.STARTING: [JobState.STARTING],
    JobState.STARTED: [JobState.STARTING, JobState.STARTED],
    JobState.COMPLETED: [JobState.STARTING, JobState.COMPLETED],
    JobState.FAILED: [JobState.STARTING, JobState.FAILED],
    JobState.IN_DOUBT: [JobState.STARTING, JobState.IN_DOUBT],
}
STOPS = "stop: ingest job j (Append into dataset d) "


def declared(job, **changes):
    given = {"content_hash": job.content_hash, "operation": job.operation, "triggers": job.triggers, **changes}
    return {"workspace_id": "w", "dataset_id": "d", "source": "a.csv", "size_bytes": job.size_bytes, **given}


def state(job, history=JobHistory(), **changes):  # noqa: B008 — frozen
    return {**declared(job, **changes), "job_id": job.job_id, **history.to_properties(job)}


@pytest.fixture
def journal(make_platform_services, platform):
    return journal_of(make_platform_services())


@pytest.fixture
def write(journal):
    def to(job, job_state, **options):
        for one in WAY_TO[job_state]:
            journal.write(job, one, **(options if one is JobState.STARTING else {}))

    return to


class TestAnUpload:
    """`diff` of an `IngestUpload` plans, and says why where nothing declared has changed."""

    @pytest.fixture
    def past(self, make_platform_services, told):
        def of(job, history=JobHistory(), **changes):  # noqa: B008 — frozen
            inputs = IngestInputs.from_properties(declared(job, **changes))
            return PastJobs(make_platform_services(), state(job, history), inputs, told)

        return of

    @pytest.mark.parametrize(
        ("journal_state", "found", "reason"),
        [
            pytest.param(JobState.COMPLETED, None, None, id="took effect"),
            pytest.param(None, None, None, id="unknown to all, and so perhaps recorded by its ingest"),
            pytest.param(
                JobState.FAILED,
                "Failed",
                "ingest job j ended as Failed, and was not applied; a new one will be registered",
                id="failed",
            ),
            pytest.param(
                JobState.NEVER_SENT,
                "Running",
                "ingest job j was not started, and was not applied; a new one will be registered",
                id="withdrawn",
            ),
            pytest.param(
                JobState.FAILED,
                None,
                "ingest job j was not started, and was not applied; a new one will be registered",
                id="refused before the service saw it",
            ),
            pytest.param(
                JobState.STARTED,
                "Cancelled",
                "ingest job j ended as Cancelled, which does not show whether it was applied; a new one will be "
                "registered",
                id="cancelled",
            ),
            pytest.param(
                JobState.IN_DOUBT,
                None,
                "ingest job j has ended, which does not show whether it was applied; a new one will be registered",
                id="cancelled, and forgotten",
            ),
            pytest.param(
                JobState.STARTED,
                None,
                "the platform does not know ingest job j any more; a new one will be registered",
                id="forgotten",
            ),
            pytest.param(
                JobState.STARTING,
                "Running",
                "ingest job j may have been started, and was not seen to end; if it does not, a new one is registered",
                id="a start without an answer",
            ),
        ],
    )
    def test_a_job_that_can_be_repeated_gets_a_new_one(self, past, write, platform, told, journal_state, found, reason):
        write(UPSERT, journal_state)
        platform.jobs["j"] = found
        plan = past(UPSERT).plan()
        assert plan.is_update_due is (reason is not None)
        assert told.infos == ([reason] if reason else [])
        assert told.warnings == []

    @pytest.mark.parametrize(
        ("job", "journal_state", "found", "elapsed_s", "warning"),
        [
            pytest.param(
                APPEND,
                JobState.STARTING,
                "Running",
                20,
                f"`pulumi up` will wait up to 14 min 40 s to see it end, and if it does not, {STOPS}"
                "may have been started, and was not seen to end.",
                id="an Append that may be at work",
            ),
            pytest.param(
                APPEND,
                JobState.STARTING,
                "Running",
                5000,
                f"`pulumi up` will {STOPS}may have been started, and was not seen to end.",
                id="an Append whose time is over",
            ),
            pytest.param(
                UPSERT,
                JobState.STARTED,
                "Running",
                5000,
                "`pulumi up` will wait up to 15 min 00 s to see it end, and if it does not, stop: ingest job j (Upsert "
                "into dataset d) was started, and was not seen to end.",
                id="any job that was started",
            ),
            pytest.param(
                APPEND,
                JobState.STARTED,
                "Cancelled",
                20,
                f"`pulumi up` will {STOPS}ended as Cancelled, which does not say whether its rows are in the dataset.",
                id="an Append that was cancelled",
            ),
        ],
    )
    def test_where_up_waits_or_stops_the_preview_says_so(
        self, past, write, platform, told, clock, job, journal_state, found, elapsed_s, warning
    ):
        write(job, journal_state)
        platform.jobs["j"] = found
        clock.now += elapsed_s
        assert past(job).plan().stop
        (said,) = told.warnings
        assert said.splitlines()[0] == warning
        assert told.infos == []

    def test_a_job_that_ended_after_it_was_started_beside_it_has_the_last_word(self, past, write, platform, told):
        other = reference("o")
        write(UPSERT, JobState.STARTED, concurrent_jobs=(other,))
        platform.jobs |= {"j": "Completed", "o": "Completed"}
        assert past(UPSERT).plan().is_overtaken
        assert told.infos == [
            "a job that ran at the same time as ingest job j has ended after it; what is declared is ingested again"
        ]

    def test_a_change_that_is_taken_back_is_served_by_the_job_that_took_effect(self, past, write, told):
        failed, last = replace(UPSERT, content_hash="other"), replace(UPSERT, job_id="last")
        write(failed, JobState.NEVER_SENT)
        plan = past(failed, JobHistory(effective={"d": last}), content_hash="h").plan()
        assert plan.serving == last
        assert told.infos == []

    def test_of_a_job_that_serves_nothing_any_more_it_is_said_which_one_does(self, past, write, told):
        last = replace(UPSERT, job_id="last")
        write(UPSERT, JobState.STAGED)
        plan = past(UPSERT, JobHistory(effective={"d": last})).plan()
        assert (plan.serving, plan.is_update_due) == (last, True)
        assert told.infos == [
            "ingest job j is not the one that was applied last; that one already has what is declared"
        ]

    @pytest.mark.parametrize(
        ("doubt", "operation", "is_warned"),
        [
            pytest.param(replace(APPEND, job_id="o"), "Upsert", True, id="an Append"),
            pytest.param(replace(UPSERT, job_id="o"), "Append", True, id="any job before an Append"),
            pytest.param(replace(UPSERT, job_id="o"), "Upsert", False, id="no job that can be repeated"),
            pytest.param(replace(APPEND, job_id="o", dataset_id="e"), "Upsert", False, id="none of another dataset"),
        ],
    )
    def test_what_is_not_known_to_have_taken_effect_may_be_asked_about(
        self, past, write, told, doubt, operation, is_warned
    ):
        write(UPSERT, JobState.FAILED)
        past(UPSERT, JobHistory(in_doubt=(doubt,)), operation=operation, content_hash="new").plan()
        warning = (
            "it is not known whether ingest job o was applied; unless its ingest's state shows it done, "
            "`pulumi up` checks again, and may stop and ask"
        )
        assert told.warnings == [warning] * is_warned

    @pytest.mark.parametrize(
        ("journal_state", "found", "operation", "changes", "warning"),
        [
            pytest.param(JobState.STARTING, "Running", "Upsert", {}, "", id="may be at work"),
            pytest.param(
                JobState.STARTED,
                "Running",
                "Upsert",
                {},
                ", and if it does not, stops and asks about it",
                id="is at work",
            ),
            pytest.param(
                JobState.STARTING,
                "Running",
                "Append",
                {},
                ", and if it does not, stops and asks about it",
                id="before an Append",
            ),
            pytest.param(JobState.STARTING, "Completed", "Upsert", {}, None, id="has ended"),
            pytest.param(JobState.STARTED, "Running", "Upsert", {"dataset_id": UNKNOWN}, None, id="where: not known"),
            pytest.param(
                JobState.STARTED, "Running", "Upsert", {"workspace_id": UNKNOWN}, None, id="nor the workspace"
            ),
        ],
    )
    def test_a_job_of_another_ingest_is_waited_for(
        self, past, write, platform, told, journal_state, found, operation, changes, warning
    ):
        write(UPSERT, JobState.FAILED)
        write(reference("o"), journal_state)
        platform.jobs["o"] = found
        past(UPSERT, operation=operation, content_hash="new", **changes).plan()
        said = "ingest job o may be running in dataset d; `pulumi up` waits for it to end"
        assert told.warnings == ([] if warning is None else [said + warning])

    def test_a_job_that_another_machine_may_have_started_is_a_warning(self, past, platform, told):
        platform.jobs["j"] = "Running"
        past(UPSERT).plan()
        warning = (
            "ingest job j may have been started, and was not seen to end; if it does not, a new one is registered; "
            "an Append into its dataset may have to wait for it too, and ask"
        )
        assert (told.infos, told.warnings) == ([], [warning])

    def test_a_plan_waits_for_nothing_and_writes_nothing(self, past, write, platform, clock, journal):
        write(UPSERT, JobState.STARTED)
        platform.jobs["j"], begun = "Running", clock.now
        past(UPSERT).plan()
        assert (clock.now, journal.find(UPSERT).state) == (begun, JobState.STARTED)

    def test_a_job_of_another_machine_is_written_down_since_when_it_was_seen(self, past, platform, clock, journal):
        platform.jobs["j"], begun = "Running", clock.now
        past(UPSERT, content_hash="new").settle()
        entry = journal.find(UPSERT)
        assert (entry.state, entry.starting_at) == (JobState.STARTING, begun)

    @pytest.mark.parametrize(
        ("job", "journal_state", "error", "known"),
        [
            pytest.param(UPSERT, JobState.STARTED, IngestJobTimeout, "was started", id="one at work"),
            pytest.param(APPEND, JobState.STARTING, IngestJobInDoubt, "may have been started", id="in doubt"),
        ],
    )
    def test_after_its_time_an_upload_stops_for_a_job(self, past, write, platform, job, journal_state, error, known):
        write(job, journal_state)
        platform.jobs["j"] = "Running"
        with pytest.raises(error) as stopped:
            past(job, content_hash="new").settle()
        assert str(stopped.value).splitlines()[0] == (
            f"ingest job j ({job.operation} into dataset d) {known}, and was not seen to end; nothing was uploaded."
        )

    def test_what_was_not_sent_never_is(self, past, write, journal):
        write(UPSERT, JobState.STAGED)
        assert past(UPSERT, content_hash="new").settle().withdrawn == (UPSERT,)
        assert journal.find(UPSERT).state is JobState.NEVER_SENT

    def test_one_that_another_process_sends_meanwhile_is_settled_again(
        self, past, write, platform, journal, monkeypatch
    ):
        write(UPSERT, JobState.STAGED)
        turn = type(journal).dataset_locked

        def send_first(journal, dataset_id, **options):
            if journal.write(UPSERT, JobState.STARTING).state is JobState.STARTING:
                platform.jobs["j"] = "Completed"
            return turn(journal, dataset_id, **options)

        monkeypatch.setattr(type(journal), "dataset_locked", send_first)
        plan = past(UPSERT, content_hash="new").settle()
        assert plan.withdrawn == ()
        assert plan.history.effective == {"d": UPSERT}


class TestAnIngest:
    @pytest.fixture
    def ingest(self, make_platform_services):
        return DatasetIngestLifecycle(make_platform_services())

    @pytest.mark.parametrize(
        ("job", "journal_state", "found", "warning"),
        [
            pytest.param(UPSERT, JobState.STAGED, "Running", None, id="one that is not started"),
            pytest.param(UPSERT, JobState.COMPLETED, None, None, id="one that took effect"),
            pytest.param(UPSERT, JobState.IN_DOUBT, "Cancelled", None, id="one that gets a new one"),
            pytest.param(
                UPSERT,
                None,
                "Running",
                "ingest job j may be running; `pulumi up` waits for it to end, and may stop if it does not",
                id="one that may be at work",
            ),
            pytest.param(
                APPEND,
                JobState.IN_DOUBT,
                "Cancelled",
                f"`pulumi up` will {STOPS}ended as Cancelled, which does not say whether its rows are in the dataset.",
                id="an Append that was cancelled",
            ),
            pytest.param(
                UPSERT,
                None,
                None,
                "`pulumi up` will stop: ingest job j (Upsert into dataset d) is not known to the platform, which does "
                "not say whether its rows are in the dataset.",
                id="one that nobody knows",
            ),
        ],
    )
    def test_a_preview_says_what_up_may_do_about_its_job(
        self, ingest, write, platform, told, job, journal_state, found, warning
    ):
        write(job, journal_state)
        platform.jobs["j"] = found
        for run in (
            lambda: ingest.check({}, state(job), told),
            lambda: ingest.diff("j", {**state(job), "job_id": "before"}, state(job), told),
        ):
            told.warnings.clear()
            run()
            assert [said.splitlines()[0] for said in told.warnings] == ([warning] if warning else [])

    def test_before_its_job_is_started_a_preview_tells_of_a_job_of_another_ingest(self, ingest, write, platform, told):
        write(UPSERT, JobState.STAGED)
        write(reference("o"), JobState.STARTED)
        platform.jobs.update(j="Running", o="Running")
        waits = (
            "ingest job o may be running in dataset d; `pulumi up` waits for it to end, and if it does not, stops and "
            "asks about it"
        )
        ingest.check({}, state(UPSERT), told)
        ingest.diff("j", {**state(UPSERT), "job_id": "before"}, state(UPSERT), told)
        assert told.warnings == [waits, waits]

    @pytest.mark.parametrize("journal_state", [JobState.STAGED, JobState.FAILED])
    def test_an_earlier_append_in_doubt_may_be_asked_about(self, ingest, write, told, journal_state):
        write(APPEND, journal_state)
        doubt = replace(APPEND, job_id="o", content_hash="other")
        ingest.check({}, state(APPEND, JobHistory(in_doubt=(doubt,))), told)
        assert told.warnings == [
            "it is not known whether an earlier change was applied; `pulumi up` checks again, and may stop and ask"
        ]

    @pytest.mark.parametrize(
        "error",
        [PlatformFailed("looking up failed: 503", status=503), PermissionDenied("looking up failed: 403", status=403)],
    )
    def test_where_the_platform_does_not_answer_a_check_warns(self, ingest, platform, told, error):
        platform.jobs["j"] = error
        checked = ingest.check({}, state(UPSERT), told)
        assert checked.problems == ()
        assert told.warnings == [f"the status of ingest job j could not be read: {error}"]

    @pytest.mark.parametrize(
        ("olds", "news"),
        [
            pytest.param(state(UPSERT), state(UPSERT), id="one that is there already"),
            pytest.param({}, {**declared(UPSERT), "job_id": UNKNOWN}, id="a job that is not known yet"),
        ],
    )
    def test_a_check_asks_only_about_the_job_of_a_new_one(self, ingest, platform, told, olds, news):
        ingest.check(olds, news, told)
        assert platform.asked == []

    def test_a_job_that_is_done_already_is_told_and_what_is_known_of_it_recorded(self, ingest, write, platform, told):
        write(UPSERT, JobState.STAGED)
        platform.jobs["j"] = lambda _: "Completed"
        outputs = ingest.create(state(UPSERT), told).outputs
        assert told.infos == ["ingest job j had been applied before; nothing was started"]
        assert {name: outputs[name] for name in ("status", "dataset_name", "started_at", "completed_at")} == {
            "status": "Completed",
            "dataset_name": "",
            "started_at": "2026-01-01T12:00:00Z",
            "completed_at": "2026-01-01T12:00:00Z",
        }

    def test_an_append_waits_for_what_came_before_it_to_be_known(self, ingest, write, platform, told):
        doubt = replace(APPEND, job_id="o", content_hash="other")
        write(APPEND, JobState.STAGED)
        write(doubt, JobState.STARTED)
        platform.jobs["o"] = "Cancelled"
        with pytest.raises(IngestJobInDoubt) as asked:
            ingest.create(state(APPEND, JobHistory(in_doubt=(doubt,))), told)
        assert str(asked.value).splitlines()[0] == (
            "ingest job o (Append into dataset d) ended as Cancelled, which does not say whether its rows are in the "
            "dataset; "
            "ingest job j was not started."
        )
        assert platform.sent == []

    @pytest.mark.parametrize(
        ("found", "starts"), [pytest.param("Completed", 1, id="it did"), pytest.param("Failed", 0, id="it did not")]
    )
    def test_an_append_that_was_taken_back_runs_again_only_if_something_came_between(
        self, ingest, write, platform, told, found, starts
    ):
        last, between = replace(APPEND, job_id="last"), replace(APPEND, job_id="o", content_hash="other")
        write(APPEND, JobState.STAGED)
        write(between, JobState.STARTED)
        platform.jobs["o"] = found
        platform.jobs["j"] = lambda _: "Completed" if platform.sent else "Running"
        news = state(APPEND, JobHistory(effective={"d": last}, in_doubt=(between,)))
        if starts:
            ingest.create(news, told)
        else:
            with pytest.raises(NewJobNeeded) as refused:
                ingest.create(news, told)
            assert str(refused.value) == (
                "the dataset has these rows already, since the changes in between were never applied: run `pulumi up` "
                "again, which finds the job that added them"
            )
        assert len(platform.sent) == starts

    def test_a_job_that_ended_after_it_may_have_undone_it(self, ingest, write, platform, told):
        write(UPSERT, JobState.STARTED, concurrent_jobs=(reference("o"),))
        platform.jobs |= {"j": "Completed", "o": "Completed"}
        with pytest.raises(NewJobNeeded) as refused:
            ingest.create(state(UPSERT), told)
        assert str(refused.value) == (
            "ingest job o ended after ingest job j was started, and may have changed its rows: run `pulumi up` "
            "again, which ingests what is declared once more"
        )

    def test_one_that_another_process_started_meanwhile_is_not_started_again(
        self, ingest, write, platform, told, journal, monkeypatch
    ):
        write(UPSERT, JobState.STAGED)
        turn = type(journal).dataset_locked

        def start_first(journal, dataset_id, **options):
            journal.write(UPSERT, JobState.STARTING)
            platform.jobs["j"] = "Completed"
            return turn(journal, dataset_id, **options)

        monkeypatch.setattr(type(journal), "dataset_locked", start_first)
        ingest.create(state(UPSERT), told)
        assert platform.sent == []

    def test_a_job_of_another_machine_that_took_effect_is_done(self, ingest, platform, told):
        platform.jobs["j"] = "Completed"
        assert ingest.create(state(UPSERT), told).outputs["status"] == "Completed"

    @pytest.mark.parametrize(
        ("known", "named"), [({"dataset_name": "Noon"}, '"Noon"'), ({}, "dataset d")], ids=["by name", "by id"]
    )
    def test_forgetting_it_leaves_the_rows(self, ingest, told, known, named):
        ingest.delete("j", {**state(UPSERT), **known}, told)
        assert told.infos == [f"removed from the state; its rows stay in {named}"]
