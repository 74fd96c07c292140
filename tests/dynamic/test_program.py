import gc
from dataclasses import dataclass

import pulumi
import pytest

from tests.dynamic.mocks import mocked
from veracity_provider.dynamic import sdk
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.program import (
    Claims,
    Folders,
    NamedDataset,
    Order,
    Overwrite,
    Program,
    checkpoint_problems,
    keep_declared,
    refuse,
)
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.claims import claim_container

NOON, WIND = "noon", "wind"
NAMED, OTHER = NamedDataset("w", "Noon"), NamedDataset("w", "Wind")
ELSEWHERE = NamedDataset("another", "Wind")
HERE = InWorkspace("w", None)


@dataclass(frozen=True)
class Ingest:
    """Stands for a resource; only its identity counts here."""

    name: str


def overwrite_of(name):
    return Overwrite(name, **dict.fromkeys(("job_id", "dataset_id", "naming", "job_history")))


@pytest.mark.parametrize(
    ("declared", "waits_for"),
    [
        pytest.param(
            [("a", NOON), ("b", NOON), ("c", NOON)], {"a": [], "b": ["a"], "c": ["b"]}, id="one dataset: a line"
        ),
        pytest.param(
            [("a", NOON), ("b", WIND), ("c", NOON)], {"a": [], "b": [], "c": ["a"]}, id="two datasets: two lines"
        ),
        pytest.param(
            [("a", NOON), ("b", WIND), ("x", None)],
            {"a": [], "b": [], "x": ["a", "b"]},
            id="unknown waits for all before",
        ),
        pytest.param(
            [("a", NOON), ("x", None), ("b", NOON), ("c", WIND), ("d", NOON)],
            {"a": [], "x": ["a"], "b": ["x"], "c": ["x"], "d": ["b"]},
            id="all after wait for the unknown",
        ),
        pytest.param([("x", None), ("y", None)], {"x": [], "y": ["x"]}, id="two unknown may be the same"),
        pytest.param(
            [("a", NAMED), ("b", OTHER), ("c", NAMED)],
            {"a": [], "b": [], "c": ["a"]},
            id="two names in one workspace: two lines",
        ),
        pytest.param(
            [("a", NAMED), ("b", NOON), ("c", OTHER), ("d", NAMED)],
            {"a": [], "b": ["a"], "c": ["b"], "d": ["a", "b"]},
            id="a name and an id may be the same",
        ),
        pytest.param(
            [("a", OTHER), ("b", ELSEWHERE), ("c", OTHER)],
            {"a": [], "b": ["a"], "c": ["a", "b"]},
            id="names in two workspaces may be the same, a shared dataset",
        ),
        pytest.param(
            [("a", NAMED), ("x", None), ("b", NAMED), ("c", OTHER)],
            {"a": [], "x": ["a"], "b": ["x"], "c": ["x"]},
            id="an unknown one may be any name",
        ),
    ],
)
def test_ingests_that_may_meet_in_a_dataset_run_in_the_order_of_declaration(declared, waits_for):
    order, found = Order(), {}
    for name, dataset in declared:
        found[name] = [ingest.name for ingest in order.predecessors(dataset)]
        order.add(name, dataset, Ingest(name))
    assert found == waits_for


def test_an_ingest_follows_each_overwrite_that_is_or_may_be_of_its_dataset():
    order = Order()
    for name, dataset in (("a", NOON), ("b", WIND), ("x", None), ("c", NOON)):
        order.add(name, dataset, Ingest(name), None if name == "c" else overwrite_of(name))
    assert [one.name for one in order.overwrites_before(NOON)] == ["a", "x"]
    assert [one.name for one in order.overwrites_before(None)] == ["a", "b", "x"]
    assert order.names_before(NOON) == ["a", "c", "x"]
    assert order.names_before("another") == ["x"]


def test_what_lies_in_a_declared_folder_follows_the_nearest_one():
    folders = Folders()
    outer, inner = object(), object()
    folders.add("voyages", "W", outer)
    folders.add("voyages/2026/q1", "W", inner)
    assert folders.above("voyages/2026", "w") == [outer]
    assert folders.above("voyages/2026/q1/manual.pdf", "w") == [inner]
    assert folders.above("voyages", "w") == []
    assert folders.above("voyages-2026/a", "w") == []
    assert folders.above("voyages/2026", "another") == []


def test_an_overwrite_into_a_named_dataset_is_followed_where_it_may_be_the_same():
    order = Order()
    order.add("a", NAMED, Ingest("a"), overwrite_of("a"))
    assert [[one.name for one in order.overwrites_before(one)] for one in (NAMED, OTHER, NOON, None)] == [
        ["a"],
        [],
        ["a"],
        ["a"],
    ]


class TestDestination:
    """What the program can see of the dataset of an ingest."""

    @pytest.fixture
    def running(self):
        with mocked():
            yield Program()

    def test_an_id_in_any_case_is_one_dataset(self, running):
        assert running.destination("ABC", None, HERE) == running.destination("abc", None, HERE) == "abc"

    def test_a_name_in_a_workspace_is_one_dataset(self, running):
        assert running.destination(None, "Noon", InWorkspace("W", None)) == NAMED
        assert running.destination(None, "Noon", InWorkspace(None, "w")) == NamedDataset('"w"', "Noon")
        assert running.destination(None, "Noon", InWorkspace(None, None)) == NamedDataset("", "Noon")

    def test_a_name_that_is_an_output_or_in_such_a_workspace_may_be_any_dataset(self, running):
        output = pulumi.Output.from_input("Noon")
        assert running.destination(None, output, HERE) is None
        assert running.destination(None, "Noon", InWorkspace(output, None)) is None
        assert running.destination(None, "Noon", InWorkspace(None, output)) is None

    def test_the_very_output_of_a_dataset_is_that_dataset(self, running):
        output = pulumi.Output.from_input("abc")
        running.note_dataset(output, NAMED)
        assert running.destination(output, None, HERE) == NAMED

    def test_what_is_derived_from_an_output_may_be_any_dataset(self, running):
        output = pulumi.Output.from_input("abc")
        running.note_dataset(output, NAMED)
        assert running.destination(output.apply(str), None, HERE) is None
        assert running.destination(pulumi.Output.from_input("abc"), None, HERE) is None

    def test_the_name_of_a_dataset_that_the_program_makes_leads_to_its_id(self, running):
        output = pulumi.Output.from_input("abc")
        running.note_dataset(output, NAMED)
        assert running.dataset_named("Noon", HERE) is output
        assert running.dataset_named("noon", HERE) is None
        assert running.dataset_named("Noon", InWorkspace(None, "w")) is None
        assert running.dataset_named(pulumi.Output.from_input("Noon"), HERE) is None
        assert running.dataset_named(None, HERE) is None


def test_two_resources_that_manage_one_thing_are_refused_by_both_names():
    claims = Claims()
    claims.claim("first", "container_id", claim_container("1"))
    with pytest.raises(InputError) as refused:
        claims.claim("second", "container_id", claim_container("1"))
    assert str(refused.value) == 'second.container_id: container 1 is managed by "first" as well'


def test_a_program_that_pulumi_runs_ends_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr(sdk, "exit_code_when_shown", lambda: 32)
    with pytest.raises(SystemExit) as ended:
        refuse(InputError([InputProblem("a.title", "must not be empty")]))
    assert ended.value.code == 32
    assert capsys.readouterr().err == "error: a.title: must not be empty\n"


def test_a_program_within_another_raises_what_pulumi_shows_without_a_traceback():
    problems = [InputProblem("a.title", "must not be empty"), InputProblem("a.tags", "must be a list, not 7")]
    with pytest.raises(pulumi.RunError) as refused:
        refuse(InputError(problems, headline="nothing was sent:"))
    assert isinstance(refused.value, InputError)
    assert refused.value.problems == tuple(problems)
    assert str(refused.value).splitlines() == [
        "nothing was sent:",
        "  - a.title: must not be empty",
        "  - a.tags: must be a list, not 7",
    ]


@pytest.mark.parametrize(("code", "is_kept"), [(32, True), (None, False)], ids=["run by pulumi", "within another"])
def test_the_collector_passes_over_what_there_is_where_a_process_runs_the_program_alone(monkeypatch, code, is_kept):
    monkeypatch.setattr(sdk, "exit_code_when_shown", lambda: code)
    gc.unfreeze()
    try:
        keep_declared()
        assert (gc.get_freeze_count() > 0) is is_kept
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("value", ["true", "1", "True"])
def test_state_that_is_written_only_at_the_end_is_refused(value):
    assert checkpoint_problems({"PULUMI_SKIP_CHECKPOINTS": value})


@pytest.mark.parametrize("environ", [{}, {"PULUMI_SKIP_CHECKPOINTS": "false"}])
def test_state_that_is_written_step_by_step_is_what_we_want(environ):
    assert not checkpoint_problems(environ)
