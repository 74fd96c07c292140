"""Finding out what became of a job: from the journal, the platform and a person, with a wait where that helps."""

import json

import pytest

from tests.lifecycle.platform import reference, report
from veracity_provider.errors import PermissionDenied, PlatformFailed, UnexpectedAnswer
from veracity_provider.lifecycle.jobs.journal import Entry, JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation, journal_of
from veracity_provider.lifecycle.jobs.outcome import Evidence, Outcome

JOB = reference("Job-1")
NAMED = report("Completed", "Job-1", dataset_name="Noon")
WAY_TO = {
    None: [],
    JobState.STAGED: [JobState.STAGED],
    JobState.STARTING: [JobState.STARTING],
    JobState.STARTED: [JobState.STARTING, JobState.STARTED],
    JobState.COMPLETED: [JobState.STARTING, JobState.COMPLETED],
    JobState.FAILED: [JobState.STARTING, JobState.FAILED],
    JobState.IN_DOUBT: [JobState.STARTING, JobState.IN_DOUBT],
}


@pytest.fixture
def make_observer(make_platform_services, told):
    def make(*, recorded=(), **options):
        return JobObserver(make_platform_services(**options), told, timeout_s=900.0, recorded=recorded)

    return make


@pytest.fixture
def write(make_platform_services):
    def to(state):
        for one in WAY_TO[state]:
            journal_of(make_platform_services()).write(JOB, one)

    return to


class TestALook:
    def test_it_asks_the_platform_once_and_waits_for_nothing(self, make_observer, platform, clock):
        platform.jobs["Job-1"], begun = "Running", clock.now
        assert make_observer().look(JOB).outcome is Outcome.MAY_BE_AT_WORK
        assert platform.asked == [("w", "Job-1")]
        assert clock.now == begun

    def test_what_is_known_to_be_done_is_not_asked_about(self, make_observer, write, platform):
        assert make_observer(recorded=["Job-1"]).look(JOB).outcome is Outcome.TOOK_EFFECT
        write(JobState.COMPLETED)
        assert make_observer().look(JOB).outcome is Outcome.TOOK_EFFECT
        assert platform.asked == []

    @pytest.mark.parametrize("state", [JobState.STARTING, JobState.FAILED, JobState.IN_DOUBT, JobState.STAGED])
    def test_a_job_that_is_not_known_to_be_done_is_asked_about(self, make_observer, write, platform, state):
        platform.jobs["Job-1"] = "Completed"
        write(state)
        assert make_observer().look(JOB).outcome is Outcome.TOOK_EFFECT

    def test_a_person_answers_by_the_id_in_any_spelling(self, make_observer):
        assert make_observer(answers={"job-1": "applied"}).look(JOB).outcome is Outcome.TOOK_EFFECT

    @pytest.mark.parametrize("error", [PlatformFailed("x", status=500), UnexpectedAnswer("x")])
    def test_a_platform_that_does_not_answer_is_an_error(self, make_observer, platform, error):
        platform.jobs["Job-1"] = error
        with pytest.raises(type(error)):
            make_observer().look(JOB)

    def test_a_file_that_cannot_be_read_is_warned_of_once(self, make_observer, write, tmp_path, told):
        write(JobState.STARTED)
        path = tmp_path / "jobs" / "d" / "Job-1.json"
        path.write_text("{")
        observer = make_observer()
        for _ in range(2):
            assert observer.look(JOB).evidence.entry.state is JobState.STARTING
        (warning,) = told.warnings
        assert warning == (
            f"the journal's file {path} cannot be read as an entry; "
            "ingest job Job-1 counts as one that may have been started"
        )


class TestSettling:
    @pytest.mark.parametrize(
        ("state", "limit", "waited_s"),
        [
            pytest.param(None, "2 min 00 s", 120.0, id="one that another machine may have started"),
            pytest.param(JobState.STARTING, "2 min 00 s", 120.0, id="one whose answer was lost"),
            pytest.param(JobState.STARTED, None, 900.0, id="one that was started: without a word, and to its time-out"),
        ],
    )
    def test_a_job_is_given_its_time(self, make_observer, write, platform, clock, told, state, limit, waited_s):
        platform.jobs["Job-1"], begun = "Running", clock.now
        write(state)
        make_observer().settle(JOB)
        said = f"ingest job Job-1 may have been started; waiting up to {limit} to see it end"
        assert told.infos == ([said] if limit else [])
        assert clock.now - begun == pytest.approx(waited_s, abs=1.0)

    def test_its_end_is_seen_and_written_down(self, make_observer, write, platform, clock):
        write(JobState.STARTED)
        ends_at = clock.now + 30
        platform.jobs["Job-1"] = lambda now: NAMED if now >= ends_at else "Running"
        seen = make_observer().settle(JOB)
        assert (seen.outcome, seen.status, seen.dataset_name) == (Outcome.TOOK_EFFECT, "Completed", "Noon")
        entry = make_observer().journal.find(JOB)
        assert (entry.state, entry.status, entry.dataset_name) == (JobState.COMPLETED, "Completed", "Noon")
        assert seen.evidence.entry == entry

    @pytest.mark.parametrize(
        ("state", "found", "answer", "learnt"),
        [
            pytest.param(JobState.STARTED, "Completed", None, JobState.COMPLETED, id="it was applied"),
            pytest.param(JobState.STARTING, "Failed", None, JobState.FAILED, id="it did not"),
            pytest.param(JobState.STARTING, "Cancelled", None, JobState.IN_DOUBT, id="it ended, and who knows"),
            pytest.param(JobState.IN_DOUBT, "Completed", None, JobState.COMPLETED, id="it is known after all"),
            pytest.param(JobState.IN_DOUBT, "Cancelled", "applied", JobState.COMPLETED, id="a person knows"),
            pytest.param(
                JobState.STARTED, "Running", "ended", JobState.STARTED, id="an end of which only a person says"
            ),
            pytest.param(JobState.STARTED, None, None, JobState.STARTED, id="a job that is not known"),
            pytest.param(JobState.STAGED, "Completed", None, JobState.STAGED, id="a job that was not sent from here"),
            pytest.param(None, "Completed", None, None, id="a job of another machine"),
        ],
    )
    def test_what_is_learnt_of_a_job_that_was_sent_from_here_is_written_down(
        self, make_observer, write, platform, state, found, answer, learnt
    ):
        write(state)
        platform.jobs["Job-1"] = found
        observer = make_observer(answers={"job-1": answer} if answer else {})
        observer.settle(JOB)
        entry = observer.journal.find(JOB)
        assert (entry.state if entry else None) is learnt

    def test_without_a_wait_it_is_a_look_that_writes(self, make_observer, write, platform, clock):
        write(JobState.STARTED)
        platform.jobs["Job-1"], begun = "Running", clock.now
        assert make_observer().settle(JOB, waits=False).outcome is Outcome.AT_WORK
        platform.jobs["Job-1"] = PlatformFailed("away", status=503)
        with pytest.raises(PlatformFailed):
            make_observer().settle(JOB, waits=False)
        assert clock.now == begun

    @pytest.mark.parametrize("answer", ["applied", "not-applied", "ended"])
    def test_a_platform_that_is_away_is_an_error_though_a_person_has_answered(
        self, make_observer, write, platform, clock, answer
    ):
        write(JobState.STARTED)
        platform.jobs["Job-1"], begun = PlatformFailed("away", status=503), clock.now
        with pytest.raises(PlatformFailed):
            make_observer(answers={"job-1": answer}).settle(JOB)
        assert clock.now == begun

    def test_a_platform_that_is_away_for_a_moment_is_waited_for_as_if_it_knew_the_job(
        self, make_observer, write, platform, clock
    ):
        write(JobState.STARTED)
        back_at = clock.now + 100
        platform.jobs["Job-1"] = lambda now: NAMED if now > back_at else PlatformFailed("away", status=503)
        assert make_observer().settle(JOB).outcome is Outcome.TOOK_EFFECT

    def test_a_refusal_is_no_reason_to_wait(self, make_observer, platform):
        platform.jobs["Job-1"] = PermissionDenied("no", status=403)
        with pytest.raises(PermissionDenied):
            make_observer().settle(JOB)


@pytest.mark.parametrize(
    ("found", "entry", "status", "name"),
    [
        pytest.param(NAMED, ("Running", "Old"), "Completed", "Noon", id="as the platform says"),
        pytest.param(
            report("Running"), ("", "Old"), "Running", "Old", id="a name that it does not say: as written down"
        ),
        pytest.param(None, ("Completed", "Old"), "Completed", "Old", id="forgotten: as written down"),
        pytest.param(report("Running"), None, "Running", "", id="nothing is written down"),
        pytest.param(None, None, "", "", id="nothing is known"),
    ],
)
def test_a_status_and_a_name_come_from_the_platform_first(found, entry, status, name):
    written = entry and Entry(job=JOB, state=JobState.STARTED, status=entry[0], dataset_name=entry[1])
    seen = Observation(job=JOB, evidence=Evidence(entry=written, report=found))
    assert (seen.status, seen.dataset_name) == (status, name)


def test_the_journal_of_a_machine_is_beside_its_home(make_platform_services, tmp_path, clock):
    journal_of(make_platform_services()).write(JOB, JobState.STAGED)
    (path,) = (tmp_path / "jobs").rglob("*.json")
    assert json.loads(path.read_text())["updated_at"] == clock.now


RUNNING, COMPLETED, CANCELLED = map(report, ("Running", "Completed", "Cancelled"))


def observation(*, entry=None, seen=None, answer=None):
    made = Entry(job=JOB, state=entry[0], status=entry[1]) if entry else None
    return Observation(job=JOB, evidence=Evidence(entry=made, report=seen, answer=answer))


@pytest.mark.parametrize(
    ("seen", "status", "ending"),
    [
        pytest.param(observation(), "", "has ended", id="nothing is known"),
        pytest.param(observation(seen=CANCELLED), "Cancelled", "ended as Cancelled", id="the platform's word"),
        pytest.param(
            observation(entry=(JobState.IN_DOUBT, "Cancelled"), seen=COMPLETED),
            "Completed",
            "ended as Completed",
            id="a later word of the platform",
        ),
        pytest.param(
            observation(entry=(JobState.STARTED, ""), seen=RUNNING, answer="applied"),
            "applied",
            "has ended, as `veracity:answers` says",
            id="an answer that decides",
        ),
        pytest.param(
            observation(entry=(JobState.COMPLETED, "applied"), seen=RUNNING),
            "applied",
            "ended as applied",
            id="an answer that has decided, as it is remembered",
        ),
        pytest.param(
            observation(seen=COMPLETED, answer="not-applied"),
            "Completed",
            "ended as Completed",
            id="an answer that decides nothing",
        ),
        pytest.param(observation(seen=report("a\x1b[2J")), "a\x1b[2J", r"ended as a\x1b[2J", id="an escape sequence"),
    ],
)
def test_a_status_is_the_answer_where_that_decides_and_else_the_platforms_word(seen, status, ending):
    assert (seen.status, seen.ending) == (status, ending)


@pytest.mark.parametrize(
    ("answer", "state"), [("applied", JobState.COMPLETED), ("not-applied", JobState.FAILED)], ids=["applied", "not"]
)
def test_an_answer_that_decides_is_written_down_in_place_of_the_platforms_word(
    make_observer, write, platform, answer, state
):
    platform.jobs["Job-1"] = "Running"
    write(JobState.STARTED)
    observer = make_observer(answers={"job-1": answer})
    observer.settle(JOB)
    entry = observer.journal.find(JOB)
    assert (entry.state, entry.status) == (state, answer)


def test_it_is_known_whether_a_job_was_waited_for(make_observer, write, platform):
    platform.jobs["Job-1"] = "Completed"
    assert not make_observer().settle(JOB).was_waited_for
    write(JobState.STARTED)
    begun = platform.clock.now
    platform.jobs["Job-1"] = lambda now: "Completed" if now > begun + 5 else "Running"
    assert make_observer().settle(JOB).was_waited_for
