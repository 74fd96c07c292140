from pathlib import Path
from types import SimpleNamespace

import pytest

from veracity_provider.lifecycle.ingest.inputs import (
    IngestInputs,
    check_ingest,
    complete,
    platform_file_name,
)
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.lifecycle.sources import resolve_source

ID = "22222222-0000-4000-8000-000000000001"
GOOD = {"dataset_id": ID, "workspace_id": ID, "source": "a.csv", "operation": "Upsert", "job_timeout_seconds": 900.0}
NAMED = {"dataset_name": "Noon", "workspace_name": "Ships", "source": "a.csv", "operation": "Upsert"}


NO_SETTINGS = SimpleNamespace(workspace_id=None, workspace_name=None)


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param(GOOD, id="ids"),
        pytest.param(NAMED, id="names"),
        pytest.param(dict.fromkeys([*GOOD, "file_name", "triggers", "preflight"], UNKNOWN), id="ids not known yet"),
        pytest.param(dict.fromkeys(NAMED, UNKNOWN), id="names not known yet"),
    ],
)
def test_what_is_well_formed_or_not_known_yet_passes(inputs):
    assert check_ingest(inputs, NO_SETTINGS) == ()


def test_what_is_wrong_is_reported_all_at_once_by_property():
    problems = check_ingest({**GOOD, "dataset_id": "d", "operation": "upsert"}, NO_SETTINGS)
    assert [str(problem) for problem in problems] == [
        "dataset_id: must be a UUID, not 'd'; it is in the portal's address of the dataset",
        "operation: must be Upsert, Delete, Overwrite or Append, not 'upsert'; did you mean Upsert?",
    ]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ((("noon.csv"), None), "noon.csv"),
        (("noon reports (1).csv", None), "noon_reports_1_.csv"),
        (("a.csv", "folder/b.csv"), "b.csv"),
        (("måling.csv", None), "m_ling.csv"),
        (("noon.", None), "noon"),
        (("noon.csv..", None), "noon.csv"),
        (("...", None), "data"),
        (("日本.csv", None), "data.csv"),
        (("æøå", None), "data"),
        ((".csv", None), "data.csv"),
        (("_noon_.csv", None), "noon_.csv"),
        (("noon_", None), "noon"),
    ],
)
def test_a_file_name_is_made_of_what_the_platform_takes(given, taken):
    assert platform_file_name(*given) == taken


def test_a_path_is_relative_to_the_project_or_absolute_or_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_source("data/a.csv", Path("/p")).path == Path("/p/data/a.csv")
    assert resolve_source("/data/a.csv", Path("/p")).path == Path("/data/a.csv")
    assert resolve_source("~/a.csv", Path("/p")).path == tmp_path / "a.csv"


def test_a_text_is_a_source_with_a_name():
    source = resolve_source({"text": "a,b", "name": "inline.csv"}, Path("/p"))
    assert (source.name, source.open().read()) == ("inline.csv", b"a,b")


def test_somebody_of_whom_this_machine_knows_nothing_is_the_name_of_a_file():
    assert resolve_source("~nobody-of-that-name/a.csv", Path("/p")).path == Path("/p/~nobody-of-that-name/a.csv")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param(
            {"workspace_id": None}, "workspace_id: is missing; set it, or veracity:workspaceId", id="no workspace"
        ),
        pytest.param(
            {"workspace_name": "A"},
            "workspace_name: must be left out where workspace_id is given",
            id="a workspace in two ways",
        ),
        pytest.param({"dataset_id": None}, "dataset_id: must be given, or dataset_name", id="no dataset"),
        pytest.param(
            {"dataset_name": "A"},
            "dataset_name: must be left out where dataset_id is given",
            id="a dataset in two ways",
        ),
        pytest.param(
            {"dataset_id": None, "dataset_name": "x" * 129},
            "dataset_name: must have at most 128 characters, not 129",
            id="a name that no dataset can have",
        ),
    ],
)
def test_a_dataset_and_a_workspace_are_given_by_an_id_or_by_a_name(changes, problem):
    assert [str(one) for one in check_ingest({**GOOD, **changes}, NO_SETTINGS)] == [problem]


@pytest.mark.parametrize("setting", [{"workspace_id": ID}, {"workspace_name": "A"}])
def test_the_workspace_of_the_settings_takes_the_place_of_one_that_is_left_out(setting):
    settings = SimpleNamespace(**{**vars(NO_SETTINGS), **setting})
    assert check_ingest({**GOOD, "workspace_id": None}, settings) == ()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        pytest.param({"dataset_id": "AB", "workspace_id": "CD"}, {"dataset_id": "ab", "workspace_id": "cd"}, id="ids"),
        pytest.param({"follows": ["1", None]}, {"follows": ["1"]}, id="an ingest before it that has no job"),
        pytest.param({"follows": [None]}, {"follows": None}, id="none before it that has one"),
        pytest.param({"follows": UNKNOWN}, {"follows": UNKNOWN}, id="jobs that are not known yet"),
    ],
)
def test_inputs_are_completed(given, taken):
    completed = complete(given)
    assert {name: completed[name] for name in taken} == taken


@pytest.mark.parametrize(
    ("follows", "taken"),
    [(None, ()), (["1", "2"], ("1", "2")), (["1", UNKNOWN], UNKNOWN), (UNKNOWN, UNKNOWN)],
    ids=["none", "known", "one is not known yet", "none is known yet"],
)
def test_jobs_to_come_after_are_known_together(follows, taken):
    assert IngestInputs.from_properties({**GOOD, "follows": follows}).follows == taken


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"source": "b.csv", "file_name": "c.csv"}, True, id="under another name"),
        pytest.param({"content_hash": "i"}, False, id="other bytes"),
        pytest.param({"triggers": [1]}, False, id="another trigger"),
        pytest.param({"content_hash": UNKNOWN}, False, id="bytes that are not known yet"),
    ],
)
def test_inputs_ask_the_same_about_the_same_content_in_the_same_place(changes, is_same):
    before = {**GOOD, "content_hash": "h"}
    asked, other = (IngestInputs.from_properties(one) for one in (before, {**before, **changes}))
    assert asked.asks_the_same_as(other) is is_same
    assert other.asks_the_same_as(asked) is is_same


def test_inputs_that_are_not_known_yet_ask_the_same_as_nothing():
    asked = IngestInputs.from_properties({**GOOD, "content_hash": UNKNOWN})
    assert not asked.asks_the_same_as(asked)
