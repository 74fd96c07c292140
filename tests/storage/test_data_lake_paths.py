"""Folders and files of the storage, against the local Veracity: the requests, and what comes of refusals."""

import base64
import hashlib
import io
import socket
from types import SimpleNamespace

import pytest
import stamina
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from tests.file_storage import FileStorage
from tests.veracity import Veracity
from veracity_provider.errors import (
    SasRightMissing,
    SourceChanged,
    StorageError,
    StorageFolderNotEmpty,
    StoragePathChanged,
    StorageUnavailable,
)
from veracity_provider.storage import data_lake_paths
from veracity_provider.storage.data_lake_paths import DataLakePaths
from veracity_provider.storage.remote_paths import Content
from veracity_provider.storage.sas import parse_sas_uri
from veracity_provider.storage.sending import WRITE_BYTES

MD5_OF_ABC = "kAFQmDzST7DWlj99KOF/cg=="


@pytest.fixture
def folder(client):
    """With the rights racwl, as an ingest's."""
    return parse_sas_uri(client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"])


@pytest.fixture
def paths(folder):
    return DataLakePaths(folder)


def content(data=b"abc", md5=MD5_OF_ABC, size_bytes=None):
    return Content(
        open=lambda: io.BytesIO(data),
        size_bytes=len(data) if size_bytes is None else size_bytes,
        md5=md5,
        content_type="text/plain",
    )


def put(paths, path, etag=None, metadata=None, on_sent=lambda _: None, **given):
    paths.put_file(path, content(**given), metadata or {}, etag=etag, on_sent=on_sent)


def test_nothing_is_where_nothing_is(paths):
    assert paths.find("a") is None
    assert list(paths.list_folders("a")) == []


def test_folders_of_every_depth_are_listed_by_their_paths_from_the_root(paths):
    for path in ("a/b", "a/c: d #1", "e"):
        paths.make_folder(path, {})
    put(paths, "a/file")
    listed = list(paths.list_folders())
    assert [one.path for one in listed] == ["a", "a/b", "a/c: d #1", "e"]
    assert [one.path for one in paths.list_folders("a")] == ["a/b", "a/c: d #1"]
    assert listed[0].last_modified == paths.find("a").last_modified


def test_a_list_that_failed_for_a_moment_is_asked_for_again(client, paths):
    paths.make_folder("a", {})
    client.control("POST", "/faults", {"path": "/veracitylocal", "effect": {"kind": "status", "status": 503}})
    assert [one.path for one in paths.list_folders()] == ["a"]


def test_a_folder_is_found_as_it_was_made(paths):
    paths.make_folder("a/b", {"Ship": "Asta"})
    found = paths.find("a/b")
    assert (found.is_folder, found.size_bytes, found.metadata) == (True, 0, {"Ship": "Asta"})
    assert found.last_modified.endswith("Z")
    assert paths.find("a").is_folder


def test_a_folder_that_is_there_is_not_made_anew(paths):
    paths.make_folder("a", {"Ship": "Asta"})
    with pytest.raises(
        StoragePathChanged, match="creating folder a failed: the storage answered 409 PathAlreadyExists"
    ):
        paths.make_folder("a", {})
    assert paths.find("a").metadata == {"Ship": "Asta"}


def test_metadata_is_set_only_where_nobody_was_faster(paths):
    paths.make_folder("a", {"Ship": "Asta"})
    etag = paths.find("a").etag
    paths.set_metadata("a", {"Ship": "Berta"}, etag=etag)
    with pytest.raises(StoragePathChanged, match="setting the metadata of a failed: the storage answered 412"):
        paths.set_metadata("a", {"Ship": "Clara"}, etag=etag)
    assert paths.find("a").metadata == {"Ship": "Berta"}


def test_a_file_is_found_as_it_was_put(paths):
    put(paths, "a/b.txt", metadata={"Ship": "Asta"})
    found = paths.find("a/b.txt")
    assert (found.is_folder, found.size_bytes, found.content_md5) == (False, 3, MD5_OF_ABC)
    assert found.metadata == {"Ship": "Asta"}


def test_a_file_is_put_only_in_place_of_what_was_read(paths):
    put(paths, "a")
    with pytest.raises(StoragePathChanged, match="uploading a failed: the storage answered 409 BlobAlreadyExists"):
        put(paths, "a")
    etag = paths.find("a").etag
    put(paths, "a", etag=etag)
    with pytest.raises(StoragePathChanged, match="uploading a failed: the storage answered 412 ConditionNotMet"):
        put(paths, "a", etag=etag)


def test_what_was_sent_is_told_piece_by_piece(paths):
    told = []
    data = bytes(2 * WRITE_BYTES + 5)
    put(paths, "a", data=data, md5=base64.b64encode(hashlib.md5(data).digest()).decode(), on_sent=told.append)
    assert told == [0, WRITE_BYTES, 2 * WRITE_BYTES, 2 * WRITE_BYTES + 5]


def test_a_source_that_becomes_shorter_is_not_put(paths):
    with pytest.raises(SourceChanged, match="the source of a became shorter while it was sent; run again"):
        put(paths, "a", data=b"abc", size_bytes=4)
    assert paths.find("a") is None


@pytest.mark.parametrize("path", ["a b", "måling", "100%", "a#b", "a+b"])
def test_names_of_any_characters_arrive(paths, path):
    put(paths, f"{path}/{path}")
    assert paths.find(f"{path}/{path}").size_bytes == 3


def test_an_address_has_no_signature(paths, folder):
    address = paths.address_of("a b/c")
    assert address.startswith(folder.account_url)
    assert address.endswith("/a%20b/c")


def test_a_put_goes_to_the_blob_endpoint_of_the_account():
    folder = parse_sas_uri("https://acct.dfs.core.windows.net/f%20s/d?sig=x")
    assert folder.blob_url == "https://acct.blob.core.windows.net/f%20s"


class TestRemove:
    @pytest.fixture
    def paths(self, emulator):
        """With every right."""
        account, file_system, folder, sas = FileStorage(Veracity(emulator.url))._root
        return DataLakePaths(parse_sas_uri(f"{account}/{file_system}/{folder}?{sas}"))

    def test_a_folder_is_removed_only_when_it_is_empty(self, paths):
        put(paths, "of-remove/a")
        with pytest.raises(StorageFolderNotEmpty, match="removing of-remove failed: the storage answered 409"):
            paths.remove("of-remove")
        paths.remove("of-remove/a")
        paths.remove("of-remove")
        assert paths.find("of-remove") is None

    def test_what_is_gone_already_is_a_success(self, paths):
        paths.remove("of-nothing")

    def test_a_file_that_was_changed_since_is_not_removed(self, paths):
        put(paths, "of-changes")
        etag = paths.find("of-changes").etag
        paths.set_metadata("of-changes", {"a": "b"}, etag=etag)
        with pytest.raises(StoragePathChanged):
            paths.remove("of-changes", etag=etag)
        paths.remove("of-changes", etag=paths.find("of-changes").etag)


def test_a_right_that_is_missing_is_named(paths):
    put(paths, "a")
    with pytest.raises(SasRightMissing, match=r"permission d \(delete\), and does not; it has the permissions racwl"):
        paths.remove("a")


def refused(failures):
    """Stands in for sending: the storage refuses for a right that the SAS lacks."""
    response = SimpleNamespace(status_code=403, reason="x", headers={}, content_type=None)
    error = HttpResponseError("no", response=response)
    error.error_code = "AuthorizationPermissionMismatch"
    return failures.translated(error)


@pytest.mark.parametrize(
    ("call", "doing", "right"),
    [
        pytest.param(lambda paths: paths.find("a"), "reading a", "r (read)", id="reading"),
        pytest.param(
            lambda paths: paths.make_folder("a", {}),
            "creating folder a",
            "c (create) or w (write)",
            id="making a folder",
        ),
        pytest.param(
            lambda paths: paths.set_metadata("a", {}, etag="e"), "setting the metadata of a", "w (write)", id="metadata"
        ),
        pytest.param(lambda paths: put(paths, "a"), "uploading a", "w (write)", id="uploading"),
        pytest.param(lambda paths: paths.remove("a"), "removing a", "d (delete)", id="removing"),
    ],
)
def test_each_call_says_what_it_does_and_which_right_that_needs(paths, monkeypatch, call, doing, right):
    def refuse(_call, failures, **_):
        raise refused(failures)

    monkeypatch.setattr(data_lake_paths, "send", refuse)
    with pytest.raises(SasRightMissing) as failed:
        call(paths)
    assert str(failed.value) == (
        f"{doing} failed: the storage answered 403 AuthorizationPermissionMismatch. The SAS that the platform gave "
        f"must include the permission {right}, and does not; it has the permissions racwl. Ask an administrator of "
        "the workspace "
        "or Veracity support for it"
    )


class TestTheLine:
    @pytest.fixture
    def fault(self, client):
        def put(effect):
            given = {"method": "PUT", "path": "/veracitylocal/*", "count": None, "effect": effect}
            assert client.control("POST", "/faults", given).status_code == 201

        return put

    def test_silence_is_an_error_that_says_so(self, folder, fault):
        fault({"kind": "delay", "seconds": 3})
        with stamina.set_testing(True, attempts=1), pytest.raises(StorageUnavailable) as failed:
            put(DataLakePaths(folder, silence_s=0.2), "a")
        assert str(failed.value) == (
            f"uploading a failed: the storage at {folder.account_url.removeprefix('http://')} does not answer (no byte "
            "was sent or received for 0.2 s). Check the network and whether Azure Storage reports an outage, and run "
            "again"
        )

    def test_a_line_that_is_too_slow_is_told_with_what_it_moved(self, folder, monkeypatch):
        monkeypatch.setattr("veracity_provider.storage.failures.SLOW_S", 0.0)

        def cut(content):
            next(iter(content))
            raise ServiceRequestError("cut")

        monkeypatch.setattr(data_lake_paths, "HttpRequest", lambda *_, content, **__: content)
        monkeypatch.setattr(data_lake_paths, "PipelineClient", lambda *_, **__: SimpleNamespace(send_request=cut))
        with stamina.set_testing(True, attempts=1), pytest.raises(StorageUnavailable) as failed:
            put(DataLakePaths(folder), "a", data=bytes(100_000))
        host = folder.account_url.removeprefix("http://")
        assert str(failed.value) == (
            f"uploading a failed: the connection to the storage at {host} is too slow: 0 of 100,000 bytes were sent "
            "in 0 s, and then the connection was cut. Send less at a time (`pulumi config set "
            "veracity:uploadWorkers 1`) or use a faster connection, and run again"
        )

    def test_without_a_connection_it_is_tried_again_for_as_long_as_a_line_may_be_silent(self, monkeypatch):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{unused.getsockname()[1]}"
            monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
            paths = DataLakePaths(parse_sas_uri(f"http://{host}/fs/d?sig=x"), silence_s=0.05)
            with pytest.raises(StorageUnavailable) as failed:
                paths.find("a")
        assert str(failed.value) == (
            f"reading a failed: there is no connection to the storage at {host} (connection refused). Check the "
            "network, its firewall and proxy, and run again"
        )

    def test_a_page_of_a_proxy_has_no_code(self, paths, fault):
        fault({"kind": "status", "status": 400, "html": True})
        with pytest.raises(StorageError) as failed:
            put(paths, "a")
        assert str(failed.value) == "uploading a failed: the storage answered 400."
