"""`veracity folders`."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.veracity import GATEWAY
from veracity_provider.storage.remote_paths import open_remote_paths
from veracity_provider.storage.sas import parse_sas_uri

WORKSPACE = "11111111-0000-4000-8000-000000000001"


def folders_of(platform, *paths):
    body = {
        "readOrWritePermission": "Write",
        "expiresOn": f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
    uri = platform.post(f"{GATEWAY}/workspaces/{WORKSPACE}/storages/sas", body, headers=platform.headers())
    storage = open_remote_paths(parse_sas_uri(uri))
    for path, metadata in paths:
        storage.make_folder(path, metadata)


def test_folders_of_every_depth_and_below_one(veracity, platform):
    folders_of(platform, ("voyages/2026", {}), ("voyages/2025/winter", {}), ("manuals", {}))

    def paths(*arguments):
        return [one["path"] for one in veracity("folders", *arguments, "--json").json]

    assert paths() == ["manuals", "voyages", "voyages/2025", "voyages/2025/winter", "voyages/2026"]
    assert paths("voyages/2025/") == ["voyages/2025/winter"]
    assert paths("--name", "WINTER") == ["voyages/2025/winter"]
    assert veracity("folders").lines[0] == "PATH                 CHANGED"


def test_a_folder_that_is_not_there(veracity):
    missing = veracity("folders", "voyages/1999")
    assert (missing.code, missing.err) == (3, "error: there is no folder voyages/1999 in file storage\n")


def test_a_limit_holds(veracity, platform):
    folders_of(platform, ("a", {}), ("b", {}))
    found = veracity("folders", "--limit", "1", "--json")
    assert [list(one) for one in found.json] == [["path", "last_modified"]]
    assert found.err == "there are more; --limit 0 shows all\n"


def test_where_there_are_none_that_is_said(veracity):
    found = veracity("folders")
    assert (found.code, found.out, found.err) == (0, "", "no folders\n")


@pytest.mark.parametrize("path", ["a/../b", "..", "./a", "a//b"])
def test_a_path_that_leads_elsewhere_is_refused_before_it_is_asked_for(veracity, platform, path):
    platform.forget_requests()
    found = veracity("folders", path)
    assert (found.code, found.out) == (2, "")
    assert found.err == f"error: PATH: must be names with one slash between them, not '{path}'\n"
    assert platform.requests_to("/veracitylocal/") == []


def test_a_file_is_no_folder(veracity, platform):
    from tests.file_storage import FileStorage

    FileStorage(platform).somebody_puts("a.csv", b"x")
    found = veracity("folders", "a.csv")
    assert (found.code, found.err) == (3, "error: there is no folder a.csv in file storage\n")


@pytest.mark.parametrize("path", ["", "/"])
def test_the_root_is_no_folder_that_is_looked_for(veracity, platform, path):
    folders_of(platform, ("a", {}))
    assert [one["path"] for one in veracity("folders", path, "--json").json] == ["a"]


def test_a_sas_that_reads_is_asked_for_once(veracity, platform):
    platform.forget_requests()
    veracity("folders")
    [asked] = platform.requests_to("/storages/sas")
    assert asked["method"] == "POST"


def test_when_a_folder_was_changed_is_never_cut(veracity, platform):
    folders_of(platform, ("a-folder-with-a-long-name-of-its-own", {}))
    [found] = veracity("folders", "--json").json
    [_, line] = veracity("folders", COLUMNS="40").lines
    assert line.endswith(f"…  {found['last_modified']}")
