from pathlib import Path

import pytest

from veracity_provider.lifecycle.ingest.inputs import check_ingest, platform_file_name, resolve_source
from veracity_provider.lifecycle.values import UNKNOWN

ID = "22222222-0000-4000-8000-000000000001"
GOOD = {"dataset_id": ID, "workspace_id": ID, "source": "a.csv", "operation": "Upsert", "job_timeout_seconds": 900.0}


def test_what_is_well_formed_or_not_known_yet_passes():
    assert check_ingest(GOOD) == ()
    assert check_ingest(dict.fromkeys([*GOOD, "file_name", "triggers", "preflight"], UNKNOWN)) == ()


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        pytest.param({"dataset_id": "d"}, "not a UUID", id="a dataset id that is no UUID"),
        pytest.param({"workspace_id": "w"}, "not a UUID", id="a workspace id that is no UUID"),
        pytest.param({"source": None}, "missing", id="no source"),
        pytest.param({"source": ["a.csv", "b.csv"]}, "one file", id="more than one file"),
        pytest.param({"operation": "Upsret"}, "did you mean Upsert", id="an unknown operation"),
        pytest.param({"operation": "upsert"}, "did you mean Upsert", id="an operation in another case"),
        pytest.param({"operation": None}, "missing", id="no operation"),
        pytest.param({"file_name": "../.."}, "no letter", id="a name the platform refuses"),
        pytest.param({"triggers": "now"}, "list", id="a trigger that is no list"),
        pytest.param({"preflight": "full"}, "not there yet", id="a preflight for later"),
        pytest.param({"job_timeout_seconds": -1}, "from 1 to 86400", id="a negative time-out"),
        pytest.param({"job_timeout_seconds": 1e9}, "from 1 to 86400", id="an absurd time-out"),
        pytest.param({"job_timeout_seconds": True}, "number", id="a time-out that is no number"),
    ],
)
def test_what_is_wrong_is_told_by_its_property(inputs, words):
    (problem,) = check_ingest({**GOOD, **inputs})
    assert problem.property == next(iter(inputs))
    assert words in problem.reason


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ((("noon.csv"), None), "noon.csv"),
        (("noon reports (1).csv", None), "noon_reports_1_.csv"),
        (("a.csv", "folder/b.csv"), "b.csv"),
        (("måling.csv", None), "m_ling.csv"),
    ],
)
def test_a_file_name_is_made_of_what_the_platform_takes(given, taken):
    assert platform_file_name(*given) == taken


def test_a_path_is_relative_to_the_project_or_absolute_or_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_source("data/a.csv", Path("/p")).path == Path("/p/data/a.csv")
    assert resolve_source("/data/a.csv", Path("/p")).path == Path("/data/a.csv")
    assert resolve_source("~/a.csv", Path("/p")).path == tmp_path / "a.csv"
