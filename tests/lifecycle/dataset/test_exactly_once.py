"""A dataset is made once, and each job is started at most once, whatever dies and whenever; the emulator is strict."""

import pytest

from tests.lifecycle.dataset.machine import DatasetMachine
from tests.lifecycle.ingest.machine import START
from veracity_provider.connections import Session
from veracity_provider.errors import IngestJobFailed, IngestJobTimeout, NewJobNeeded, VeracityError
from veracity_provider.lifecycle.ingest.history import current_job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of

MOST_REQUESTS = 40
MOST_UPS = 3


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def kill(monkeypatch):
    """Die at the request of that number, before it is sent or after its answer has come, unread."""

    def set_trap(number, *, is_sent):
        exchange, count = Session.exchange, 0

        def counted(*arguments, **options):
            nonlocal count
            count += 1
            if count == number and not is_sent:
                raise Killed
            response = exchange(*arguments, **options)
            if count == number:
                raise Killed
            return response

        trap = monkeypatch.context()
        patched = trap.__enter__()
        patched.setattr(Session, "exchange", counted)
        return lambda: trap.__exit__(None, None, None)

    return set_trap


def up_until_done(machine, state, news):
    """As often as a person would; each `up` but the last may say what to do."""
    for _ in range(MOST_UPS - 1):
        try:
            return machine.up(state, news)
        except NewJobNeeded:
            continue
    return machine.up(state, news)


@pytest.mark.slow
@pytest.mark.parametrize("is_sent", [False, True], ids=["before it is sent", "after its answer"])
@pytest.mark.parametrize("taken", ["registration", "end"])
@pytest.mark.parametrize("next_home", ["home", "elsewhere"], ids=["on the same machine", "on another machine"])
def test_after_a_kill_at_any_request_the_next_ups_make_the_dataset_once(
    make_services, told, veracity, with_file, datasets_named, setting, kill, is_sent, taken, next_home
):
    setting(nameTaken=taken)
    for number in range(1, MOST_REQUESTS):
        news = {**with_file, "dataset_name": f"{with_file['dataset_name'][:60]} {number}"}
        state = {}
        release = kill(number, is_sent=is_sent)
        try:
            DatasetMachine(make_services(), told).up(state, news)
            was_killed = False
        except Killed:
            was_killed = True
        finally:
            release()
        machine = DatasetMachine(make_services(home=next_home), told)
        up_until_done(machine, state, news)
        [live] = datasets_named(news["dataset_name"])
        assert state["dataset"]["dataset_id"] == live.id
        assert len(veracity.rows(live.id)) == 3
        assert machine.is_unchanged(state, news)
        if not was_killed:
            break
    else:
        pytest.fail("the `up` without a kill was not reached")
    assert number > 8  # at each of them it was killed


@pytest.mark.parametrize("header_only", [True, False])
@pytest.mark.parametrize("idle", ["Running", "Pending", "404"])
@pytest.mark.parametrize("second", ["409", "same", "again"])
def test_it_is_made_under_every_reading_of_the_documentation(
    machine, veracity, with_file, setting, header_only, idle, second
):
    setting(headerOnlyCreate=header_only, idleStatus=idle, secondStart=second)
    try:
        state = machine.up({}, with_file)
        assert len(veracity.rows(state["dataset"]["dataset_id"])) == 3
        assert machine.is_unchanged(state, with_file)
    finally:
        setting(idleStatus="Running", secondStart="409")


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param({"kind": "status", "status": 409}, id="409"),
        pytest.param({"kind": "status", "status": 500}, id="500"),
        pytest.param({"kind": "cutBefore"}, id="no answer, and not started"),
        pytest.param({"kind": "cutAfter"}, id="no answer, and started"),
    ],
)
def test_whatever_the_start_answers_a_second_start_is_of_a_new_job(
    machine, veracity, with_file, datasets_named, effect
):
    veracity.fault(**START, effect=effect)
    state = up_until_done(machine, {}, with_file)
    [live] = datasets_named(with_file["dataset_name"])
    assert len(veracity.rows(live.id)) == 3
    assert machine.is_unchanged(state, with_file)


@pytest.mark.parametrize("state", [JobState.STARTING, JobState.STARTED, JobState.NEVER_SENT])
def test_a_job_that_this_machine_may_have_started_or_gave_up_is_not_started(
    services, machine, veracity, with_file, state, monkeypatch
):
    """Whatever its upload says: with `--target`, the engine asks for the second resource alone."""
    found = {}
    machine._step(found, "upload", machine.upload, with_file)
    journal, job = journal_of(services), current_job(found["upload"])
    if state is JobState.STARTED:
        journal.write(job, JobState.STARTING)
    journal.write(job, state)
    monkeypatch.setattr("veracity_provider.lifecycle.dataset.making.DEFAULT_JOB_TIMEOUT_S", 1.0)
    given = {**with_file, **{name: found["upload"][name] for name in ("job_id", "job_history")}}
    with pytest.raises((NewJobNeeded, IngestJobTimeout, IngestJobFailed)):
        machine.dataset.create(machine.dataset.check({}, given, machine.told).inputs, machine.told)
    assert veracity.requests_to(f"{job.job_id}/start") == []


def test_a_registration_whose_answer_is_lost_leaves_a_job_that_nobody_starts(machine, veracity, with_file):
    veracity.fault(method="POST", path="*/ingest/dataset", effect={"kind": "cutAfter"})
    state = machine.up({}, with_file)
    assert len(veracity.rows(state["dataset"]["dataset_id"])) == 3


def test_a_job_that_was_staged_before_the_inputs_changed_is_never_started(
    services, machine, veracity, with_file, declared, datasets_named
):
    state = {}
    machine._step(state, "upload", machine.upload, with_file)
    staged = current_job(state["upload"])
    machine.up(state, declared)
    assert journal_of(services).find(staged).state is JobState.NEVER_SENT
    [live] = datasets_named(declared["dataset_name"])
    assert veracity.rows(live.id) == []


def test_two_stacks_that_declare_one_dataset_have_one(make_services, told, veracity, with_file, datasets_named):
    first, second = (DatasetMachine(make_services(home=home), told) for home in ("home", "elsewhere"))
    one, other = {}, {}
    for machine, state in ((first, one), (second, other)):
        machine._step(state, "upload", machine.upload, with_file)
    first.up(one, with_file)
    second.up(other, with_file)
    [live] = datasets_named(with_file["dataset_name"])
    assert one["dataset"]["dataset_id"] == other["dataset"]["dataset_id"] == live.id
    assert len(veracity.rows(live.id)) == 3


def test_a_platform_that_fails_while_it_is_asked_for_the_name_makes_nothing(machine, veracity, with_file):
    veracity.fault(path="*/datasets/query", count=None, effect={"kind": "status", "status": 403})
    with pytest.raises(VeracityError, match="looking for dataset"):
        machine.dataset.check({}, with_file, machine.told)
