from pathlib import Path

import pytest

from veracity_provider.lifecycle.ingest.inputs import check_ingest, platform_file_name, resolve_source
from veracity_provider.lifecycle.values import UNKNOWN

ID = "22222222-0000-4000-8000-000000000001"
GOOD = {"dataset_id": ID, "workspace_id": ID, "source": "a.csv", "operation": "Upsert", "job_timeout_seconds": 900.0}


def test_what_is_well_formed_or_not_known_yet_passes():
    assert check_ingest(GOOD) == ()
    assert check_ingest(dict.fromkeys([*GOOD, "file_name", "triggers", "preflight"], UNKNOWN)) == ()


def test_what_is_wrong_is_reported_all_at_once_by_property():
    problems = check_ingest({**GOOD, "dataset_id": "d", "operation": "upsert"})
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
    ],
)
def test_a_file_name_is_made_of_what_the_platform_takes(given, taken):
    assert platform_file_name(*given) == taken


def test_a_path_is_relative_to_the_project_or_absolute_or_at_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve_source("data/a.csv", Path("/p")).path == Path("/p/data/a.csv")
    assert resolve_source("/data/a.csv", Path("/p")).path == Path("/data/a.csv")
    assert resolve_source("~/a.csv", Path("/p")).path == tmp_path / "a.csv"
