"""Every history with one deviation, and a fixed sample of those with two; `make model` tries all with two, and more."""

import re

import pytest

from tests.model import engine
from tests.model.clients import FakeDatasets
from tests.model.history import FEWER_EDITS, PLANS, Exploration, Path, Plan
from tests.model.process import Told
from tests.model.situation import homes
from veracity_provider.api.answers import DatasetPresence, Presence
from veracity_provider.lifecycle.jobs.journal import JobState, Journal

SAMPLED = 10
SEED = 7


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_whatever_befalls_an_ingest_its_rows_are_as_declared_or_a_person_is_asked(plan):
    with homes() as folders:
        exploration = Exploration(plan, folders)
        exploration.try_all(1, FEWER_EDITS)
        exploration.try_random(SAMPLED, limit=2, seed=SEED)
    if exploration.violations:
        pytest.fail("\n\n".join(map(str, exploration.violations.values())), pytrace=False)


def test_a_process_may_be_killed_before_each_of_its_effects():
    plan = Plan("append", "Running")
    with homes() as folders:
        told = [Exploration(plan, folders).replay(Path(plan, "....", ({point: 1},))) for point in range(20)]
    assert [found[1] for log in told for line in log if (found := re.search("!! (.*): killed$", line))] == [
        "journal: tried",
        "registering a job",
        "uploading for J1",
        "journal: J1 staged",
        "saving the state of upload0",
        "connecting to start J1",
        "journal: J1 starting",
        "starting J1",
        "journal: J1 started",
        "journal: J1 completed",
        "saving the state of ingest0",
    ]


def forget_starts(monkeypatch):
    write = Journal.write

    def write_other_states(self, job, state, **evidence):
        return self.find(job) if state is JobState.STARTING else write(self, job, state, **evidence)

    monkeypatch.setattr(Journal, "write", write_other_states)


def never_warn(monkeypatch):
    monkeypatch.setattr(Told, "warning", lambda *_: None)


def tell_no_follower(monkeypatch):
    monkeypatch.setattr(engine, "_job_to_follow", lambda *_: None)


def believe_that_datasets_are_gone(monkeypatch):
    monkeypatch.setattr(FakeDatasets, "check_presence", lambda *_: DatasetPresence(presence=Presence.GONE))


@pytest.mark.parametrize(
    ("leave_out", "plan", "violation"),
    [
        pytest.param(
            forget_starts,
            Plan("append", "Running"),
            "a second start request for a job",
            id="the journal's line before a start",
        ),
        pytest.param(
            never_warn,
            Plan("append", "Running"),
            "a question of which the preview had not warned",
            id="the warnings of a preview",
        ),
        pytest.param(
            tell_no_follower,
            Plan("overwrite and append", "404"),
            "a dataset does not hold the rows of an Overwrite and of each ingest after it",
            id="that a follower runs again after its Overwrite",
        ),
        pytest.param(
            believe_that_datasets_are_gone,
            Plan("upsert", "404"),
            "a refresh forgets a resource whose dataset is there",
            id="the proof that a dataset is gone",
        ),
    ],
)
def test_a_rule_that_is_left_out_is_noticed(monkeypatch, leave_out, plan, violation):
    leave_out(monkeypatch)
    with homes() as folders:
        exploration = Exploration(plan, folders)
        exploration.try_all(1, usual_edits=["..", ".n"])
    assert violation in exploration.violations
