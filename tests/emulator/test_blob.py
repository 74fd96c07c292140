"""The blob dialect, as far as a folder's SAS allows it: docs/platform.md, "The blob dialect"."""

import base64
import contextlib
import re
import sqlite3
import uuid
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
import requests
from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import BlobBlock, BlobClient, ContainerClient

from tests.rows import noon_report, noon_reports
from veracity_emulator.clock import Clock
from veracity_emulator.storage.sas import folder_uri
from veracity_emulator.testing import run_emulator


@pytest.fixture(scope="module")
def uri_of(tmp_path_factory):
    """SAS of a folder of its own, with any permissions."""
    state = tmp_path_factory.mktemp("state")
    with run_emulator(state=state) as running:
        with contextlib.closing(sqlite3.connect(state / "veracity.db")) as connection:
            (key,) = connection.execute("SELECT value FROM facts WHERE name = 'signing key'").fetchone()
        signer = SimpleNamespace(signing_key=key, base_url=running.url, clock=Clock())

        def issue(permissions="racwdl"):
            return folder_uri(signer, "fs", str(uuid.uuid4()), permissions=permissions, seconds=3600)

        yield issue


@pytest.fixture
def uri(uri_of):
    return uri_of()


def blob(uri, name):
    url, _, sas = uri.partition("?")
    return BlobClient.from_blob_url(f"{url}/{name}?{sas}", retry_total=0)


def listing(uri, **options):
    url, _, sas = uri.partition("?")
    account, file_system, folder = url.rsplit("/", 2)
    container = ContainerClient(account, file_system, credential=sas, retry_total=0)
    prefix = options.pop("name_starts_with", f"{folder}/")
    return [one.name.removeprefix(f"{folder}/") for one in container.list_blobs(name_starts_with=prefix, **options)]


def send(method, uri, name, query="", data=None, **headers):
    url, _, sas = uri.partition("?")
    return requests.request(method, f"{url}/{name}?{query}&{sas}", data=data, headers=headers, timeout=30)


def code(answer):
    return answer.status_code, answer.headers["x-ms-error-code"]


def test_put_blob_replaces_content_and_metadata_at_once(uri):
    file = blob(uri, "a.csv")
    file.upload_blob(b"one", metadata={"Customer": "1"})
    with pytest.raises(ResourceExistsError):
        file.upload_blob(b"two")
    file.upload_blob(b"", overwrite=True)
    assert file.download_blob().readall() == b""
    assert file.get_blob_properties().metadata == {}


def test_put_blob_replaces_what_the_data_lake_made(uri):
    assert send("PUT", uri, "a.csv", "resource=file").status_code == 201
    blob(uri, "a.csv").upload_blob(b"two", overwrite=True)
    assert blob(uri, "a.csv").download_blob().readall() == b"two"


def test_a_put_that_is_refused_leaves_everything_as_it_was(uri):
    file = blob(uri, "a.csv")
    file.upload_blob(b"one")
    refused = send("PUT", uri, "a.csv", data=b"two", **{"x-ms-blob-type": "BlockBlob", "If-Match": "0x1"})
    assert code(refused) == (412, "ConditionNotMet")
    refused = send("PUT", uri, "a.csv", data=b"two", **{"x-ms-blob-type": "BlockBlob", "Content-MD5": "AAAA"})
    assert code(refused) == (400, "Md5Mismatch")
    assert file.download_blob().readall() == b"one"


@pytest.mark.parametrize("kind", ["PageBlob", "AppendBlob"])
def test_other_kinds_of_blobs_are_refused(uri, kind):
    answer = send("PUT", uri, "a", **{"x-ms-blob-type": kind})
    assert answer.status_code == 400
    assert ET.fromstring(answer.content.decode("utf-8-sig")).tag == "Error"


def test_blocks_show_when_they_are_committed_and_in_the_order_of_the_list(uri):
    file = blob(uri, "a.csv")
    for name, data in (("1", b"one,"), ("2", b"two,"), ("3", b"three,")):
        file.stage_block(name, data)
    assert not file.exists()
    file.commit_block_list([BlobBlock("3"), BlobBlock("1")], metadata={"Customer": "1"})
    assert file.download_blob().readall() == b"three,one,"
    assert file.get_blob_properties().metadata == {"Customer": "1"}
    file.stage_block("4", b"four")
    file.commit_block_list([BlobBlock("1"), BlobBlock("4")])
    assert file.download_blob().readall() == b"one,four"
    assert file.get_blob_properties().metadata == {}


def test_a_large_upload_is_staged_in_blocks_by_the_library(uri):
    url, _, sas = uri.partition("?")
    file = BlobClient.from_blob_url(
        f"{url}/big?{sas}", retry_total=0, max_single_put_size=1024 * 1024, max_block_size=1024 * 1024
    )
    data = bytes(range(256)) * 4096 * 3 + b"tail"
    file.upload_blob(data, max_concurrency=3)
    assert file.download_blob().readall() == data


BLOCK = base64.b64encode(b"1").decode()


@pytest.mark.parametrize(
    ("query", "data", "headers", "expected"),
    [
        pytest.param("comp=block&blockid=!", b"x", {}, (400, "InvalidBlockId"), id="an id that is no Base64"),
        pytest.param(
            f"comp=block&blockid={base64.b64encode(b'x' * 65).decode()}",
            b"x",
            {},
            (400, "InvalidBlockId"),
            id="an id of more than 64 bytes",
        ),
        pytest.param(
            f"comp=block&blockid={BLOCK}", iter([b"x"]), {}, (411, "MissingContentLengthHeader"), id="no length"
        ),
        pytest.param(
            "comp=blocklist",
            f"<BlockList><Latest>{BLOCK}</Latest></BlockList>",
            {},
            (400, "InvalidBlockList"),
            id="a block that is not there",
        ),
        pytest.param("comp=blocklist", "<BlockList>", {}, (400, "InvalidXmlDocument"), id="half a document"),
    ],
)
def test_blocks_that_are_refused(uri, query, data, headers, expected):
    assert code(send("PUT", uri, "a", query, data, **headers)) == expected


def test_ids_of_a_blob_have_one_length(uri):
    assert send("PUT", uri, "a", f"comp=block&blockid={BLOCK}", b"x").status_code == 201
    longer = base64.b64encode(b"four").decode()
    assert code(send("PUT", uri, "a", f"comp=block&blockid={longer}", b"x")) == (400, "InvalidBlobOrBlock")


def test_blocks_do_not_replace_a_file_that_the_data_lake_made(uri):
    send("PUT", uri, "a.csv", "resource=file")
    assert code(send("PUT", uri, "a.csv", f"comp=block&blockid={BLOCK}", b"x")) == (409, "InvalidBlobType")
    assert code(send("PUT", uri, "a.csv", "comp=blocklist", "<BlockList></BlockList>")) == (409, "InvalidBlobType")


def test_a_list_of_no_blocks_is_an_empty_file(uri):
    blob(uri, "a.csv").upload_blob(b"one")
    blob(uri, "a.csv").commit_block_list([])
    assert blob(uri, "a.csv").download_blob().readall() == b""


def test_a_list_has_folders_and_files_in_order_with_their_metadata(uri):
    blob(uri, "b/two.csv").upload_blob(b"x", metadata={"Customer": "1"})
    blob(uri, "a.csv").upload_blob(b"x")
    assert listing(uri) == ["a.csv", "b", "b/two.csv"]
    assert listing(uri, results_per_page=1) == ["a.csv", "b", "b/two.csv"]
    url, _, sas = uri.partition("?")
    account, file_system, folder = url.rsplit("/", 2)
    container = ContainerClient(account, file_system, credential=sas, retry_total=0)
    found = {
        one.name.rpartition("/")[2]: one.metadata or {} for one in container.list_blobs(f"{folder}/", ["metadata"])
    }
    assert found == {"a.csv": {}, "b": {"hdi_isfolder": "true"}, "two.csv": {"Customer": "1"}}
    assert sorted(one.name.rpartition(folder)[2] for one in container.walk_blobs(f"{folder}/")) == ["/a.csv", "/b/"]


def test_a_list_with_an_empty_delimiter_has_none(uri):
    send("PUT", uri, "a/b.csv", data=b"x", **{"x-ms-blob-type": "BlockBlob"})
    url, _, sas = uri.partition("?")
    container, _, folder = url.rpartition("/")
    found = requests.get(f"{container}?restype=container&comp=list&delimiter=&prefix={folder}/&{sas}", timeout=30)
    assert re.findall("<Name>(.*?)</Name>", found.text) == [f"{folder}/a", f"{folder}/a/b.csv"]


def test_a_list_outside_of_the_folder_is_refused(uri):
    url, _, sas = uri.partition("?")
    container = url.rpartition("/")[0]
    for prefix in ("", "other/"):
        answer = requests.get(f"{container}?restype=container&comp=list&prefix={prefix}&{sas}", timeout=30)
        assert code(answer) == (403, "AuthenticationFailed")
        assert ET.fromstring(answer.content.decode("utf-8-sig")).tag == "Error"


def test_a_folder_is_deleted_only_when_it_is_empty(uri):
    blob(uri, "b/two.csv").upload_blob(b"x")
    assert send("DELETE", uri, "b").status_code == 409
    blob(uri, "b/two.csv").delete_blob()
    assert send("DELETE", uri, "b").status_code == 202


@pytest.mark.parametrize(
    ("permissions", "query", "headers"),
    [
        pytest.param("rl", "", {"x-ms-blob-type": "BlockBlob"}, id="put"),
        pytest.param("rl", f"comp=block&blockid={BLOCK}", {}, id="block"),
        pytest.param("rl", "comp=blocklist", {}, id="block list"),
    ],
)
def test_a_sas_that_reads_does_not_write(uri_of, permissions, query, headers):
    answer = send("PUT", uri_of(permissions), "a", query, b"x", **headers)
    assert code(answer) == (403, "AuthorizationPermissionMismatch")


def test_a_file_put_by_the_blob_dialect_is_ingested(client):
    dataset = client.new_dataset("keyed")
    job = client.register(dataset, "Upsert").json()
    blob(job["sasToken"], "ImportData.csv").upload_blob(noon_reports(noon_report(1)))
    client.start(job["jobId"])
    assert client.wait_for_end(job["jobId"])["status"] == "Completed"
    assert len(client.rows(dataset)) == 1
