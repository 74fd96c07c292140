"""File storage of a workspace: SAS, folders and files with metadata. docs/platform.md, "File storage"."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
)
from azure.storage.filedatalake import DataLakeDirectoryClient, DataLakeFileClient

from tests.veracity import Veracity
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="module")
def emulator():
    """With every right in the SAS that writes."""
    with run_emulator(write_sas="racwdlm") as running:
        yield running


def hours(count):
    return f"{datetime.now(UTC) + timedelta(hours=count):%Y-%m-%dT%H:%M:%S.000Z}"


def sas(client, permission="Write", path="", query="", **body):
    given = {"path": path, "readOrWritePermission": permission, "expiresOn": hours(1), **body}
    return client.gateway("POST", f"/storages/sas{query}", given)


def url_of(uri, name):
    url, _, query = uri.partition("?")
    return f"{url}/{name}?{query}"


def folder(uri, name):
    url, _, query = uri.partition("?")
    base, file_system, path = _split(url)
    return DataLakeDirectoryClient(base, file_system, f"{path}/{name}", credential=query, retry_total=0)


def file(uri, name):
    url, _, query = uri.partition("?")
    base, file_system, path = _split(url)
    return DataLakeFileClient(base, file_system, f"{path}/{name}", credential=query, retry_total=0)


def _split(url):
    scheme, _, rest = url.partition("://")
    host, account, file_system, *path = rest.split("/")
    return f"{scheme}://{host}/{account}", file_system, "/".join(path)


def answer_to_metadata(uri, name, headers):
    """By the plainest of clients, which keeps names that differ by case alone."""
    parsed = urlsplit(f"{url_of(uri, name)}&comp=metadata")
    connection = HTTPConnection(parsed.netloc, timeout=30)
    connection.putrequest("PUT", f"{parsed.path}?{parsed.query}")
    for header in [*headers, ("Content-Length", "0")]:
        connection.putheader(*header)
    connection.endheaders()
    with contextlib.closing(connection), connection.getresponse() as answer:
        return answer.status, answer.headers["x-ms-error-code"]


def test_a_sas_is_an_address_or_an_object(client):
    uri = sas(client).json()
    assert f"/veracitylocal/{client.workspace}/" in uri
    found = sas(client, query="?format=object").json()
    assert set(found) == {"resourceUri", "sasToken"}
    assert found["resourceUri"] == uri.partition("?")[0]
    assert found["sasToken"].startswith("sv=")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"path": "no/such/folder"}, 404, id="a folder that is not there"),
        pytest.param({"readOrWritePermission": "Delete"}, 400, id="another permission"),
        pytest.param({"expiresOn": hours(-1)}, 400, id="an end that is past"),
        pytest.param({"startsOn": hours(2)}, 400, id="a start after the end"),
        pytest.param({"expiresOn": None}, 400, id="no end"),
    ],
)
def test_a_sas_that_cannot_be(client, body, status):
    assert sas(client, **body).status_code == status


def test_a_sas_begins_at_its_start(client):
    uri = sas(client, startsOn=hours(0.5)).json()
    with pytest.raises(ClientAuthenticationError):
        folder(uri, "early").create_directory()


def test_a_folder_is_made_described_and_changed_while_it_is_as_it_was(client):
    uri = sas(client).json()
    voyages = folder(uri, "voyages")
    voyages.create_directory(metadata={"Customer": "1"})
    with pytest.raises(ResourceExistsError):
        voyages.create_directory(match_condition=MatchConditions.IfMissing)
    found = voyages.get_directory_properties()
    assert found.metadata == {"Customer": "1", "hdi_isfolder": "true"}
    unchanged = {"etag": found.etag, "match_condition": MatchConditions.IfNotModified}
    voyages.set_metadata({"Customer": "2", "Ship": "A"}, **unchanged)
    with pytest.raises(ResourceModifiedError):
        voyages.set_metadata({"Customer": "3"}, **unchanged)
    assert voyages.get_directory_properties().metadata == {"Customer": "2", "Ship": "A", "hdi_isfolder": "true"}
    assert sas(client, "Read", "voyages").status_code == 200


def test_a_sas_of_a_folder_does_not_open_its_neighbour(client):
    root = sas(client).json()
    for name in ("one", "two"):
        folder(root, name).create_directory()
    mine = sas(client, path="one").json()
    with pytest.raises(ClientAuthenticationError):
        file(mine.replace("/one?", "/two?"), "a.txt").create_file()


def test_a_file_is_put_renamed_and_deleted(client):
    uri = sas(client).json()
    answer = requests.put(
        url_of(uri, "manual.txt"),
        data=b"abc",
        headers={"x-ms-blob-type": "BlockBlob", "x-ms-meta-Customer": "1", "x-ms-blob-content-type": "text/plain"},
        timeout=30,
    )
    assert answer.status_code == 201
    made = file(uri, "manual.txt")
    moved = made.rename_file(f"{made.file_system_name}/{made.path_name}.old")
    assert moved.get_file_properties().metadata == {"Customer": "1"}
    assert moved.download_file().readall() == b"abc"
    moved.delete_file()
    assert not moved.exists()


def test_two_names_that_differ_by_case_alone_are_refused(client):
    uri = sas(client).json()
    folder(uri, "case").create_directory()
    answer = answer_to_metadata(uri, "case", [("x-ms-meta-A", "1"), ("x-ms-meta-a", "2")])
    assert answer == (400, "InvalidMetadata")


def test_the_rights_of_the_sas_that_writes_are_a_setting(client):
    client.control("POST", "/settings", {"writeSas": "racwl"})
    try:
        uri = sas(client).json()
    finally:
        client.control("POST", "/settings", {"writeSas": "racwdlm"})
    assert "sp=racwl&" in uri
    made = file(uri, "kept.txt")
    made.create_file()
    with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
        made.delete_file()
    assert client.control("POST", "/settings", {"writeSas": "lcwa"}).status_code == 400


def test_a_reader_reads_as_configured_and_never_writes(client, emulator):
    reader = Veracity(emulator.url, "reader")
    assert sas(reader).status_code == 403
    assert "sp=rl&" in sas(reader, "Read").json()
    client.control("POST", "/settings", {"readerSas": False})
    try:
        refused = sas(reader, "read")
    finally:
        client.control("POST", "/settings", {"readerSas": True})
    assert refused.status_code == 403
    assert json.loads(refused.text)["title"] == "Forbidden"
