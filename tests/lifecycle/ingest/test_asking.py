"""An Append of which only a person can tell whether its rows are in the dataset."""

import json

import pytest

from tests.lifecycle.ingest.machine import START, Machine, rows, starts
from tests.rows import wind_readings
from veracity_provider.errors import IngestJobInDoubt, IngestJobTimeout


class TestAQuestion:
    """About an Append of which only a person can tell whether its rows are in the dataset."""

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
            "to end; nothing more was done."
        )
        assert lines.pop(0).startswith("  the platform shows it as Running, started 20")
        assert lines == [
            "  rows of the dataset: 0 before the upload, 0 now; rows of the file: 2",
            "While a job of this dataset is running it is too early to decide; the portal shows the running jobs.",
            f"  if its rows are in the dataset             {set_it} applied",
            f"  if they are not, and it will not add them  {set_it} not-applied",
            f"""Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{{"{job_id}": "applied"}}'.)""",
        ]

    def test_preview_says_that_up_will_stop(self, doubt, machine):
        state, append, _ = doubt
        machine.told.warnings.clear()
        news = machine.checked(append, state["upload"])
        assert machine.upload.diff("id", state["upload"], news, machine.told).changes
        job = f"ingest job {state['upload']['job_id']} (Append into dataset {append['dataset_id']})"
        (warning,) = machine.told.warnings
        assert warning.splitlines()[0] == (
            f"`pulumi up` will stop: {job} may have been started, and was not seen to end."
        )

    def test_it_asks_again_until_it_is_answered(self, doubt, machine, veracity):
        state, append, _ = doubt
        with pytest.raises(IngestJobInDoubt, match=r"not seen to end; nothing was uploaded\."):
            machine.up(state, append)
        assert starts(veracity, append) == [0]

    @pytest.mark.parametrize(("answer", "jobs"), [("not-applied", 2), ("applied", 1)])
    def test_it_goes_on_as_a_person_says(self, doubt, make_services, told, veracity, answer, jobs):
        state, append, _ = doubt
        answers = json.dumps({state["upload"]["job_id"]: answer})
        machine = Machine(make_services(answers=answers), told)
        for _ in range(2):
            machine.up(state, append)  # an answer stays true
        assert state["ingest"]["status"] == ("applied" if answer == "applied" else "Completed")
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

    def test_preview_gives_the_answer_and_not_the_platforms_word(self, doubt, make_services, told):
        state, append, _ = doubt
        job_id = state["upload"]["job_id"]
        machine = Machine(make_services(answers=json.dumps({job_id: "not-applied"})), told)
        news = machine.checked(append, state["upload"])
        told.infos.clear()
        assert machine.upload.diff("id", state["upload"], news, told).changes
        assert told.infos == [
            f"ingest job {job_id} was not applied, as `veracity:answers` says; a new one will be registered"
        ]
