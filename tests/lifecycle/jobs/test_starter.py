"""Starting a job: one request, from this machine, while nothing runs that could undo it."""

import pytest

from tests.lifecycle.platform import reference
from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    DatasetBusy,
    EngineGone,
    IngestJobInDoubt,
    IngestJobTimeout,
    NewJobNeeded,
    RateLimited,
)
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, journal_of
from veracity_provider.lifecycle.jobs.questions import Questions
from veracity_provider.lifecycle.jobs.starter import JobStarter, OtherJobs

UPSERT, APPEND = reference("j"), reference("j", "Append")
ACCEPTED = StartAnswer(outcome=StartOutcome.ACCEPTED)


def rate_limited(retry_after_s, outcome=StartOutcome.NOT_SEEN):
    error = RateLimited("too many requests", status=429, retry_after_s=retry_after_s)
    return StartAnswer(outcome=outcome, error=error)


@pytest.fixture
def make_starter(make_platform_services, told):
    def make(*, timeout_s=900.0, **options):
        services = make_platform_services(**options)
        observer = JobObserver(services, told, timeout_s=timeout_s)
        return JobStarter(services, observer, Questions(services, observer), told, timeout_s=timeout_s)

    return make


@pytest.fixture
def journal(make_platform_services):
    return journal_of(make_platform_services())


class TestWithdrawing:
    @pytest.mark.parametrize(
        ("states", "is_withdrawn"),
        [
            pytest.param([JobState.STAGED], True, id="one that was not sent"),
            pytest.param([JobState.STAGED, JobState.NEVER_SENT], True, id="one that was withdrawn before"),
            pytest.param([JobState.STAGED, JobState.STARTING], False, id="one that was sent meanwhile"),
        ],
    )
    def test_a_job_that_was_not_sent_never_will_be(self, make_starter, journal, states, is_withdrawn):
        for one in states:
            journal.write(UPSERT, one)
        assert make_starter().withdraw(UPSERT) is is_withdrawn
        assert journal.find(UPSERT).state is (JobState.NEVER_SENT if is_withdrawn else JobState.STARTING)


class TestTheRequest:
    @pytest.fixture
    def staged(self, journal):
        journal.write(UPSERT, JobState.STAGED)
        return UPSERT

    def test_it_is_written_down_before_it_is_sent_with_what_may_run_beside_it(
        self, make_starter, platform, journal, staged
    ):
        seen = []
        platform.before_sending = lambda: seen.append(journal.find(staged))
        others = OtherJobs(concurrent_jobs=(reference("b"),), jobs_unknown_to_platform=(reference("u"),))
        make_starter().start(staged, others)
        (entry,) = seen
        assert (entry.state, entry.concurrent_jobs, entry.jobs_unknown_to_platform) == (
            JobState.STARTING,
            others.concurrent_jobs,
            others.jobs_unknown_to_platform,
        )
        assert platform.sent == [("w", "j")]
        assert journal.find(staged).state is JobState.STARTED

    def test_one_that_is_refused_before_the_service_saw_it_was_not_started(
        self, make_starter, platform, journal, staged
    ):
        error = AuthenticationFailed("starting failed: no such key", status=401)
        platform.starts = [StartAnswer(outcome=StartOutcome.NOT_SEEN, error=error)]
        with pytest.raises(NewJobNeeded) as refused:
            make_starter().start(staged, OtherJobs())
        assert str(refused.value) == (
            "starting failed: no such key. It was not started, and is not tried again: run `pulumi up` again, which "
            "uploads the file for a new job"
        )
        assert journal.find(staged).state is JobState.FAILED
        assert len(platform.sent) == 1

    def test_one_without_an_answer_is_warned_of_and_may_have_been_started(
        self, make_starter, platform, journal, staged, told
    ):
        platform.starts = [StartAnswer(outcome=StartOutcome.UNKNOWN, error=AnswerLost("no answer came back"))]
        make_starter().start(staged, OtherJobs())
        assert told.warnings == ["no answer came back"]
        assert journal.find(staged).state is JobState.STARTING

    def test_an_engine_that_is_gone_has_nothing_sent_for_it(self, make_starter, platform, journal, staged):
        with pytest.raises(EngineGone) as gone:
            make_starter(engine_is_alive=lambda: False).start(staged, OtherJobs())
        assert str(gone.value) == "the Pulumi engine that asked for ingest job j has exited; it was not started"
        assert platform.sent == []
        assert journal.find(staged).state is JobState.STAGED

    @pytest.mark.parametrize(
        ("answers", "waits", "state"),
        [
            pytest.param([rate_limited(20.0), ACCEPTED], ["20 s"], JobState.STARTED, id="as long as it asks for"),
            pytest.param([rate_limited(None), ACCEPTED], ["5 s"], JobState.STARTED, id="5 s where it does not say"),
            pytest.param([rate_limited(150.0)], ["2 min 30 s"] * 2, JobState.FAILED, id="for five minutes in all"),
            pytest.param([rate_limited(301.0)], [], JobState.FAILED, id="not where it asks for more"),
            pytest.param(
                [rate_limited(20.0, StartOutcome.UNKNOWN)], [], JobState.STARTING, id="not where the service saw it"
            ),
        ],
    )
    def test_a_rate_limit_of_api_management_is_waited_for(
        self, make_starter, platform, journal, staged, told, clock, answers, waits, state
    ):
        platform.starts, begun = list(answers), clock.now
        try:
            make_starter().start(staged, OtherJobs())
        except NewJobNeeded:
            assert state is JobState.FAILED
        assert told.infos == [f"the platform asks to wait {wait} before the job is started" for wait in waits]
        assert clock.now - begun == {"20 s": 20, "5 s": 5, "2 min 30 s": 150}.get((*waits, "")[0], 0) * len(waits)
        assert len(platform.sent) == len(waits) + 1
        assert journal.find(staged).state is state


class TestATurn:
    def test_a_turn_waits_for_another_start_in_the_dataset_and_says_so_once(self, make_starter, told, clock):
        begun = clock.now
        with make_starter().turn("d"), pytest.raises(DatasetBusy) as busy, make_starter(timeout_s=1.0).turn("d"):
            pass
        assert str(busy.value) == (
            "another `pulumi up` on this machine is about to start a job of dataset d, and has not ended. "
            "Run `pulumi up` again when it has; nothing was started"
        )
        assert told.infos == ["another job of dataset d is being started on this machine; waiting"]
        assert told.lives == [f"{waited} s, waiting for another start in this dataset" for waited in (0, 0, 0, 0, 1)]
        assert clock.now - begun == 1.25

    def test_a_turn_in_another_dataset_is_free(self, make_starter, told):
        with make_starter().turn("d"), make_starter().turn("e"):
            assert told.infos == []


class TestOthers:
    """What is waited for before a job is started, and what it may run concurrently with."""

    @pytest.fixture
    def wait(self, make_starter, journal, platform):
        def run(job, other, state, found, *, listed=True):
            if found:
                platform.jobs[other.job_id] = found
            for one in (JobState.STARTING, state) if listed and state is not JobState.STARTING else (state,) * listed:
                journal.write(other, one)
            return make_starter().wait_for_others(job, [other])

        return run

    @pytest.mark.parametrize(
        ("job", "operation", "state", "found", "others"),
        [
            pytest.param(UPSERT, "Upsert", JobState.STARTED, "Completed", OtherJobs(), id="one that ended"),
            pytest.param(APPEND, "Append", JobState.STARTED, None, OtherJobs(), id="one that is forgotten"),
            pytest.param(
                UPSERT,
                "Upsert",
                JobState.STARTING,
                "Running",
                OtherJobs(concurrent_jobs=(reference("o"),)),
                id="concurrently with one",
            ),
            pytest.param(
                UPSERT,
                "Append",
                JobState.STARTING,
                "Running",
                IngestJobTimeout,
                id="not concurrently with what may be an Append",
            ),
            pytest.param(
                UPSERT,
                "Upsert",
                JobState.STARTED,
                "Running",
                IngestJobTimeout,
                id="not concurrently with one that runs",
            ),
            pytest.param(
                APPEND, "Upsert", JobState.STARTING, "Running", IngestJobInDoubt, id="an Append concurrently with none"
            ),
            pytest.param(
                UPSERT,
                "Upsert",
                JobState.STARTING,
                None,
                OtherJobs(jobs_unknown_to_platform=(reference("o"),)),
                id="one that is not known, whose start may arrive late",
            ),
        ],
    )
    def test_a_job_runs_beside_no_other_that_could_undo_it(self, wait, job, operation, state, found, others):
        other = reference("o", operation)
        if isinstance(others, OtherJobs):
            result = wait(job, other, state, found)
            assert [one.job_id for one in result.concurrent_jobs] == [one.job_id for one in others.concurrent_jobs]
            assert [one.job_id for one in result.jobs_unknown_to_platform] == [
                one.job_id for one in others.jobs_unknown_to_platform
            ]
            return
        with pytest.raises(others) as failed:
            wait(job, other, state, found)
        first, *_, last = str(failed.value).splitlines()
        assert first.startswith(f"ingest job o ({operation} into dataset d) ")
        assert first.endswith(" was not seen to end; ingest job j was not started.")
        assert ('"ended"' in last) is (others is IngestJobInDoubt or operation == "Upsert")

    def test_each_of_several_others_counts(self, make_starter, journal, platform):
        platform.jobs |= {"ended": "Completed", "concurrent": "Running"}
        for name in ("ended", "concurrent", "late"):
            journal.write(reference(name), JobState.STARTING)
        others = make_starter().wait_for_others(UPSERT, [])
        assert [one.job_id for one in others.concurrent_jobs] == ["concurrent"]
        assert [one.job_id for one in others.jobs_unknown_to_platform] == ["late"]

    def test_one_whose_entry_cannot_be_read_is_looked_up_in_the_jobs_workspace(
        self, make_starter, journal, platform, tmp_path
    ):
        journal.write(reference("o"), JobState.STARTING)
        (tmp_path / "jobs" / "d" / "o.json").write_text("{")
        make_starter().wait_for_others(UPSERT, [])
        assert set(platform.asked) == {("w", "o")}

    def test_one_that_only_the_state_names_is_not_waited_for(self, wait, clock):
        begun = clock.now
        wait(UPSERT, reference("o"), None, "Running", listed=False)
        assert clock.now == begun

    def test_one_of_this_machine_is_waited_for(self, wait, clock):
        begun = clock.now
        wait(UPSERT, reference("o"), JobState.STARTING, "Running")
        assert clock.now - begun == pytest.approx(120.0, abs=1.0)

    @pytest.mark.parametrize("left_behind", [reference("j"), reference("o", dataset_id="e")])
    def test_itself_and_jobs_of_another_dataset_are_no_others(self, make_starter, platform, left_behind):
        platform.jobs[left_behind.job_id] = "Running"
        assert make_starter().wait_for_others(UPSERT, [left_behind]) == OtherJobs()
        assert platform.asked == []

    @pytest.mark.parametrize(("elapsed_s", "may_arrive"), [(899.0, True), (900.0, False)])
    def test_a_start_may_arrive_late_for_as_long_as_a_job_may_take(
        self, make_starter, journal, clock, elapsed_s, may_arrive
    ):
        journal.write(reference("o"), JobState.STARTING)
        clock.now += elapsed_s
        others = make_starter().wait_for_others(UPSERT, [])
        assert [one.job_id for one in others.jobs_unknown_to_platform] == ["o"] * may_arrive
