"""The Data Lake endpoint, with the real library: docs/platform.md."""

import os
from datetime import timedelta

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)

from tests.veracity import list_names


@pytest.fixture
def sas_uri(client):
    return client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]


@pytest.fixture
def file(client, sas_uri):
    return client.file_client(sas_uri, "a b#+å.csv")


@pytest.fixture
def storage(client, sas_uri):
    """A request by hand, about the path that a client of the library is for."""
    sas = sas_uri.partition("?")[2]

    def send(method, file, query="", **options):
        return requests.request(method, f"{file.url.partition('?')[0]}?{query}&{sas}", timeout=30, **options)

    return send


@pytest.mark.parametrize("options", [{}, {"validate_content": True}, {"max_concurrency": 3}])
def test_the_librarys_own_upload_arrives_whole(file, options):
    data = os.urandom(300_000)
    file.upload_data(data, overwrite=True, chunk_size=64 * 1024, **options)
    assert file.download_file().readall() == data
    assert file.get_file_properties().size == len(data)


def test_appends_may_come_in_any_order_again_and_overlapping(file):
    file.create_file()
    for offset, data in ((6, b"GHI"), (0, b"xxx"), (0, b"ABC"), (3, b"DEFG")):
        file.append_data(data, offset, len(data))
    file.flush_data(9)
    assert file.download_file().readall() == b"ABCDEFGHI"


def test_what_is_not_flushed_is_not_there(file):
    file.create_file()
    file.append_data(b"abc", 0, 3)
    assert file.get_file_properties().size == 0
    file.create_file()
    with pytest.raises(HttpResponseError, match="InvalidFlushPosition"):
        file.flush_data(3)


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_flush_names_the_end_of_what_was_appended(file, position):
    file.create_file()
    file.append_data(b"abc", 0, 3)
    with pytest.raises(HttpResponseError) as refused:
        file.flush_data(position)
    assert refused.value.status_code == 400
    assert refused.value.error_code == "InvalidFlushPosition"


def test_ranges_are_read(file):
    file.upload_data(b"0123456789", overwrite=True)
    assert file.download_file(offset=2, length=3).readall() == b"234"


@pytest.mark.parametrize(
    ("given", "status", "answer"),
    [
        ("bytes=2-4", 206, "bytes 2-4/10"),
        ("bytes=8-", 206, "bytes 8-9/10"),
        ("bytes=8-99", 206, "bytes 8-9/10"),
        ("bytes=10-", 416, "InvalidRange"),
        ("bytes=5-2", 416, "InvalidRange"),
        ("bytes=-2", 400, "InvalidHeaderValue"),
        ("lines=1-2", 400, "InvalidHeaderValue"),
        (f"bytes={'9' * 5000}-", 400, "InvalidHeaderValue"),
    ],
)
def test_a_range_is_within_the_file(file, storage, given, status, answer):
    file.upload_data(b"0123456789", overwrite=True)
    found = storage("GET", file, headers={"x-ms-range": given})
    assert found.status_code == status
    assert found.headers["Content-Range" if status == 206 else "x-ms-error-code"] == answer


@pytest.mark.parametrize("options", [{}, {"validate_content": True}, {"max_concurrency": 3}])
def test_a_large_file_comes_back_in_pieces(file, options):
    data = os.urandom(9 * 1024 * 1024)
    file.upload_data(data, overwrite=True)
    assert file.download_file(**options).readall() == data


def test_what_is_committed_is_not_overwritten_by_accident(file):
    file.upload_data(b"kept", overwrite=True)
    with pytest.raises(ResourceModifiedError):
        file.upload_data(b"lost", overwrite=False)
    assert file.download_file().readall() == b"kept"


def test_a_corrupt_repeat_spoils_nothing(file, storage):
    file.create_file()
    file.append_data(b"good", 0, 4)
    spoilt = storage("PATCH", file, "action=append&position=0", data=b"evil", headers={"Content-MD5": "A" * 22 + "=="})
    assert spoilt.headers["x-ms-error-code"] == "Md5Mismatch"
    file.flush_data(4)
    assert file.download_file().readall() == b"good"


def test_an_append_may_commit_too(file):
    file.create_file()
    file.append_data(b"abc", 0, 3, flush=True)
    assert file.download_file().readall() == b"abc"


def test_a_file_is_empty_until_it_is_written(file):
    file.create_file()
    file.flush_data(0)
    assert file.download_file().readall() == b""


def test_an_upload_that_does_not_know_its_length_is_told_so(file):
    with pytest.raises(HttpResponseError, match="MissingRequiredQueryParameter"):
        file.upload_data((piece for piece in (b"a", b"b")), overwrite=True)


def test_metadata_and_properties(file):
    file.create_file(metadata={"made": "first"})
    assert file.get_file_properties().metadata == {"made": "first"}
    file.set_metadata({"made": "later"})
    assert file.get_file_properties().metadata == {"made": "later"}
    assert file.exists()


def test_a_folder_is_listed_page_by_page(client, sas_uri):
    for name in "abc":
        client.file_client(sas_uri, f"{name}.csv").create_file()
    assert list_names(sas_uri, max_results=2) == ["a.csv", "b.csv", "c.csv"]


def test_conditions_are_honoured(file):
    made = file.create_file()
    with pytest.raises(ResourceExistsError):
        file.create_file(match_condition=MatchConditions.IfMissing)
    file.append_data(b"abc", 0, 3)
    file.flush_data(3, etag=made["etag"], match_condition=MatchConditions.IfNotModified)
    file.append_data(b"d", 3, 1)
    with pytest.raises(ResourceModifiedError):
        file.flush_data(4, etag=made["etag"], match_condition=MatchConditions.IfNotModified)


def test_conditions_by_time_count_whole_seconds(file):
    file.upload_data(b"abc", overwrite=True)
    modified = file.get_file_properties().last_modified
    assert file.get_file_properties(if_unmodified_since=modified).size == 3
    with pytest.raises(ResourceModifiedError):
        file.get_file_properties(if_modified_since=modified)
    with pytest.raises(ResourceModifiedError):
        file.get_file_properties(if_unmodified_since=modified - timedelta(seconds=1))


def test_what_is_not_there_is_a_404_in_both_dialects(file):
    assert not file.exists()
    with pytest.raises(ResourceNotFoundError):
        file.append_data(b"a", 0, 1)
    with pytest.raises(ResourceNotFoundError):
        file.download_file()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("action=append", 400, "MissingRequiredQueryParameter"),
        ("action=append&position=x", 400, "InvalidQueryParameterValue"),
        ("action=append&position=-1", 400, "InvalidQueryParameterValue"),
        (f"action=append&position={2**62}", 400, "OutOfRangeQueryParameterValue"),
        (f"action=append&position={'9' * 5000}", 400, "OutOfRangeQueryParameterValue"),
        ("action=flush&position=0", 400, "ContentLengthMustBeZero"),
        ("action=flush", 400, "MissingRequiredQueryParameter"),
        ("action=dance", 400, "UnsupportedQueryParameter"),
        ("", 400, "UnsupportedQueryParameter"),
    ],
)
def test_a_malformed_request_is_a_400_of_the_storage(sas_uri, client, query, status, code):
    client.file_client(sas_uri, "a.csv").create_file()
    url, _, sas = sas_uri.partition("?")
    answer = requests.patch(f"{url}/a.csv?{query}&{sas}", data=b"x", timeout=30)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "query", "headers", "status", "code"),
    [
        ("POST", "", {}, 405, "UnsupportedHttpVerb"),
        ("OPTIONS", "", {}, 405, "UnsupportedHttpVerb"),
        ("PUT", "resource=link", {}, 400, "InvalidQueryParameterValue"),
        ("PUT", "comp=tags", {}, 400, "UnsupportedQueryParameter"),
        ("GET", "comp=tags", {}, 400, "UnsupportedQueryParameter"),
        ("PUT", "resource=file", {"x-ms-properties": "a=no base64"}, 400, "InvalidHeaderValue"),
        ("PUT", "resource=file", {"x-ms-properties": "a=DQpTZXQ6eA=="}, 400, "InvalidHeaderValue"),
        ("PUT", "resource=file", {"x-ms-properties": "a=4oKs"}, 400, "InvalidHeaderValue"),
        ("PUT", "resource=file", {"x-ms-properties": "a b=YQ=="}, 400, "InvalidPropertyName"),
        ("PUT", "comp=metadata", {"x-ms-meta-a-b": "c"}, 400, "InvalidMetadata"),
        ("HEAD", "", {"If-Modified-Since": "yesterday"}, 400, "InvalidHeaderValue"),
    ],
)
def test_what_cannot_be_is_an_error_of_the_storage(file, storage, method, query, headers, status, code):
    file.create_file()
    answer = storage(method, file, query, headers=headers)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("maxResults=0", "OutOfRangeQueryParameterValue"),
        ("maxResults=x", "InvalidQueryParameterValue"),
        ("continuation=%C3%A5", "InvalidQueryParameterValue"),
    ],
)
def test_a_page_that_cannot_be_is_refused(client, sas_uri, query, code):
    url, _, sas = sas_uri.partition("?")
    root, _, folder = url.rpartition("/")
    answer = requests.get(f"{root}?resource=filesystem&directory={folder}&{query}&{sas}", timeout=30)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_the_error_is_told_in_the_dialect_of_the_request(file, storage):
    blob, own = storage("GET", file), storage("PATCH", file, "action=flush&position=0")
    assert blob.content.startswith("\ufeff<?xml".encode())
    assert "<Code>BlobNotFound</Code>" in blob.text
    assert own.json()["error"]["code"] == own.headers["x-ms-error-code"] == "PathNotFound"


@pytest.mark.parametrize("name", ["noon.", "folder./noon.csv", "...", "x.csv."])
@pytest.mark.parametrize(
    ("query", "headers"),
    [("resource=file", {}), ("", {"x-ms-blob-type": "BlockBlob"}), ("comp=block&blockid=MQ==", {})],
    ids=["create", "put blob", "put block"],
)
def test_a_name_that_ends_in_a_dot_is_refused(sas_uri, name, query, headers):
    address, _, sas = sas_uri.partition("?")
    answer = requests.put(f"{address}/{name}?{query}&{sas}", headers=headers, timeout=30)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (400, "InvalidResourceName")
