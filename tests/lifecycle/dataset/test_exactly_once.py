"""A dataset is made once, and each job is started at most once, whatever dies and whenever; the emulator is strict."""

import pytest

from tests.lifecycle.dataset.machine import DatasetMachine
from tests.lifecycle.ingest.machine import START
from tests.rows import noon_report, noon_reports
from veracity_provider.connections import Session
from veracity_provider.errors import DatasetError, IngestJobFailed, IngestJobTimeout, NewJobNeeded, VeracityError
from veracity_provider.lifecycle.ingest.history import JobHistory, current_job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.lifecycle.protocols import UNKNOWN

MOST_REQUESTS = 40
MOST_UPS = 3


NOT_KNOWN = (
    "what became of ingest job {id} is not known, and there is no dataset of this name: run `pulumi up` "
    "again, which registers a new job"
)


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


@pytest.mark.slow  # seconds altogether
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


@pytest.mark.parametrize("is_known", [True, False], ids=["the platform shows it", "the platform does not know it"])
@pytest.mark.parametrize(
    ("state", "error", "text"),
    [
        pytest.param(
            JobState.STARTING,
            NewJobNeeded,
            "what became of ingest job {id} is not known, and there is no dataset of this name: run `pulumi up` "
            "again, which registers a new job",
            id="it may have been started",
        ),
        pytest.param(
            JobState.STARTED,
            IngestJobTimeout,
            "ingest job {id} (Create of a dataset) was started, and was not seen to end; the dataset is not known to "
            "be created.",
            id="it was started",
        ),
        pytest.param(
            JobState.NEVER_SENT,
            IngestJobFailed,
            "ingest job {id} created no dataset, and will create none; run `pulumi up` again, which registers a new "
            "one",
            id="it was given up",
        ),
    ],
)
def test_a_job_that_this_machine_may_have_started_or_gave_up_is_not_started(
    services, machine, veracity, with_file, state, error, text, is_known, monkeypatch
):
    """Whatever its upload says: with `--target`, the engine asks for the second resource alone."""
    if state is JobState.STARTED and not is_known:
        error, text = NewJobNeeded, NOT_KNOWN
    found = machine.stage(with_file)
    journal, job = journal_of(services), current_job(found["upload"])
    if state is JobState.STARTED:
        journal.write(job, JobState.STARTING)
    journal.write(job, state)
    if not is_known:
        veracity.fault(path=f"*/{job.job_id}/status", count=None, effect={"kind": "status", "status": 404})
    monkeypatch.setattr("veracity_provider.lifecycle.dataset.making.DEFAULT_JOB_TIMEOUT_S", 1.0)
    with pytest.raises(error) as failed:
        machine.create_dataset(found, with_file)
    assert str(failed.value).splitlines()[0] == text.format(id=job.job_id)
    assert veracity.requests_to(f"{job.job_id}/start") == []


def test_a_job_that_another_process_starts_meanwhile_is_waited_for(
    services, told, machine, veracity, with_file, datasets_named, monkeypatch
):
    found, other, turn = machine.stage(with_file), DatasetMachine(services, told), JobStarter.turn

    def late(self, dataset_id):
        monkeypatch.setattr(JobStarter, "turn", turn)
        other.create_dataset(found, with_file)
        return turn(self, dataset_id)

    monkeypatch.setattr(JobStarter, "turn", late)
    made = machine.create_dataset(found, with_file)
    assert [one.id for one in datasets_named(with_file["dataset_name"])] == [made.id]
    assert len(veracity.requests_to(f"{found['upload']['job_id']}/start")) == 1


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"source": "same.csv"}, True, id="the path of the same bytes"),
        pytest.param({"source": "other.csv"}, False, id="the bytes"),
        pytest.param({"description": "Noon."}, False, id="the description"),
        pytest.param({"tags": {"Site": ["1"]}}, False, id="the tags"),
    ],
)
def test_a_job_that_was_not_sent_is_started_where_it_was_made_for_what_is_declared(
    services, machine, with_file, datasets_named, changes, is_kept
):
    (services.project / "same.csv").write_bytes((services.project / "first.csv").read_bytes())
    (services.project / "other.csv").write_text(noon_reports(noon_report(4)))
    news = {**with_file, **changes}
    state = machine.stage(with_file)
    before = state["upload"]["job_id"]
    machine.up(state, news)
    assert (state["upload"]["job_id"] == before) is is_kept
    assert [one.id for one in datasets_named(news["dataset_name"])] == [state["dataset"]["dataset_id"]]
    assert machine.is_unchanged(state, news)


def test_a_job_that_was_not_sent_is_a_change_while_an_input_is_unknown(machine, told, with_file):
    state = machine.stage(with_file)
    told.infos.clear()
    news = {**with_file, "description": UNKNOWN}
    found = machine.upload.diff("x", state["upload"], machine.upload.check(state["upload"], news, told).inputs, told)
    assert (found.changes, found.replaces, told.infos, told.warnings) == (True, (), [], [])


def test_a_job_that_another_process_sends_while_it_is_withdrawn_is_kept(
    services, told, machine, with_file, declared, monkeypatch
):
    state, other = machine.stage(with_file), DatasetMachine(services, told)

    def too_late(_self, _job):
        other.create_dataset(state, with_file)
        return False

    monkeypatch.setattr(JobStarter, "withdraw", too_late)
    updated = machine.upload.update("x", state["upload"], machine.upload.check({}, declared, told).inputs, told)
    assert updated["job_id"] == state["upload"]["job_id"]


def test_a_job_that_is_at_work_keeps_another_from_being_made(
    services, told, machine, veracity, with_file, declared, monkeypatch
):
    state = machine.stage(with_file)
    job = current_job(state["upload"])
    for one in (JobState.STARTING, JobState.STARTED):
        journal_of(services).write(job, one)
    monkeypatch.setattr("veracity_provider.lifecycle.dataset.upload.DEFAULT_JOB_TIMEOUT_S", 1.0)
    news = machine.upload.check(state["upload"], declared, told).inputs
    assert machine.upload.diff("x", state["upload"], news, told).changes
    assert told.warnings[-1] == f"ingest job {job.job_id}may be creating it; `pulumi up` waits for it to end"
    veracity.forget_requests()
    with pytest.raises(IngestJobTimeout) as failed:
        machine.upload.update("x", state["upload"], news, told)
    assert str(failed.value).splitlines()[0] == (
        f"ingest job {job.job_id} (Create of a dataset) was started, and was not seen to end; nothing was uploaded."
    )
    assert veracity.requests_to("/ingest/dataset") == []


def test_a_job_that_may_be_at_work_elsewhere_is_left_behind_by_a_new_one(make_services, told, with_file, declared):
    state = DatasetMachine(make_services(home="elsewhere"), told).stage(with_file)
    left = current_job(state["upload"])
    machine = DatasetMachine(make_services(), told)
    machine.up(state, declared)
    history = JobHistory.from_properties(state["upload"])
    assert [one.job_id for one in history.left_behind] == [left.job_id]
    assert current_job(state["upload"]).job_id != left.job_id
    assert machine.is_unchanged(state, declared)


def test_a_job_that_made_nothing_is_told_before_a_new_one_is_made(machine, told, veracity, with_file):
    veracity.fault(**START, effect={"kind": "failJob", "message": "No."})
    state = {}
    with pytest.raises(IngestJobFailed):
        machine.up(state, with_file)
    told.infos.clear()
    news = machine.upload.check(state["upload"], with_file, told).inputs
    assert machine.upload.diff("x", state["upload"], news, told).changes
    assert told.infos == [f"ingest job {state['upload']['job_id']} created no dataset; a new one will be registered"]


class TestAJobThatTookEffect:
    """And the process was killed before the dataset was in the state."""

    @pytest.fixture
    def state(self, machine, with_file):
        return {"upload": machine.up({}, with_file)["upload"]}

    @pytest.fixture
    def made(self, services, workspace, state):
        job = current_job(state["upload"])
        return services.clients.ingest.get_ingest_job(workspace, job.job_id).dataset_id

    @pytest.fixture
    def elsewhere(self, make_services, told):
        """A machine whose journal does not know the job, so that the platform is asked."""
        return DatasetMachine(make_services(home="elsewhere"), told)

    def test_its_dataset_is_found_whatever_it_is_called_now(self, elsewhere, veracity, with_file, state, made):
        veracity.post(f"/_emulator/datasets/{made}/rename", {"name": f"{with_file['dataset_name']}!"})
        assert elsewhere.create_dataset(state, with_file).id == made

    @pytest.mark.parametrize("where", ["machine", "elsewhere"], ids=["by its name", "by its id"])
    def test_its_dataset_may_be_gone(self, request, veracity, with_file, state, made, where):
        veracity.delete(f"/_emulator/datasets/{made}")
        with pytest.raises(DatasetError) as failed:
            request.getfixturevalue(where).create_dataset(state, with_file)
        assert str(failed.value) == (
            f'ingest job {state["upload"]["job_id"]} has made dataset "{with_file["dataset_name"]}", which no longer '
            "exists. Run `pulumi refresh`, then `pulumi up`, which creates it again"
        )

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_a_refresh_looks_by_its_name_where_the_platform_has_forgotten_the_job(
        self, machine, told, veracity, state, made, is_gone
    ):
        veracity.fault(
            path=f"*/{state['upload']['job_id']}/status", count=None, effect={"kind": "status", "status": 404}
        )
        if is_gone:
            veracity.delete(f"/_emulator/datasets/{made}")
        found = machine.upload.read("x", state["upload"], told)
        assert (found is None) is is_gone


def test_a_refresh_keeps_a_job_that_has_made_nothing_yet(machine, told, with_file):
    state = machine.stage(with_file)["upload"]
    found = machine.upload.read("x", state, told)
    assert (found.id, found.outputs) == ("x", state)
    assert found.inputs == {name: state[name] for name in (*with_file, "workspace_id", "content_hash", "size_bytes")}


def test_a_refresh_keeps_an_upload_that_has_no_job(machine, told, workspace, declared):
    assert machine.upload.read("x", {**declared, "workspace_id": workspace}, told) is not None


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
