"""The Data Lake endpoint, with the real library: fact sheet 4."""

import os

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.filedatalake import FileSystemClient


@pytest.fixture
def sas_uri(client):
    return client.register(client.dataset("keyed"), "Upsert").json()["sasToken"]


@pytest.fixture
def file(client, sas_uri):
    return client.file_client(sas_uri, "a b#+å.csv")


def listed(sas_uri, **options):
    url, _, sas = sas_uri.partition("?")
    host, file_system, *folder = url.removeprefix("http://").split("/")
    client = FileSystemClient(f"http://{host}", file_system, credential=sas, retry_total=0)
    return [path.name.rpartition("/")[2] for path in client.get_paths("/".join(folder), **options)]


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


def test_metadata_and_properties(file):
    file.create_file(metadata={"made": "first"})
    assert file.get_file_properties().metadata == {"made": "first"}
    file.set_metadata({"made": "later"})
    assert file.get_file_properties().metadata == {"made": "later"}
    assert file.exists()


def test_a_folder_is_listed_page_by_page(client, sas_uri):
    for name in "abc":
        client.file_client(sas_uri, f"{name}.csv").create_file()
    assert listed(sas_uri, max_results=2) == ["a.csv", "b.csv", "c.csv"]


def test_conditions_are_honoured(file):
    made = file.create_file()
    with pytest.raises(ResourceExistsError):
        file.create_file(match_condition=MatchConditions.IfMissing)
    file.append_data(b"abc", 0, 3)
    file.flush_data(3, etag=made["etag"], match_condition=MatchConditions.IfNotModified)
    file.append_data(b"d", 3, 1)
    with pytest.raises(ResourceModifiedError):
        file.flush_data(4, etag=made["etag"], match_condition=MatchConditions.IfNotModified)


def test_a_wrong_md5_is_refused(sas_uri, file):
    file.create_file()
    url, _, sas = sas_uri.partition("?")
    answer = requests.patch(
        f"{url}/a%20b%23%2B%C3%A5.csv?action=append&position=0&{sas}",
        data=b"abc",
        headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="},
        timeout=30,
    )
    assert answer.status_code == 400
    assert answer.headers["x-ms-error-code"] == "Md5Mismatch"


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


class TestSas:
    def test_without_one_it_is_a_401(self, sas_uri):
        answer = requests.put(f"{sas_uri.partition('?')[0]}/a.csv?resource=file", timeout=30)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "NoAuthenticationInformation"

    @pytest.mark.parametrize(
        "spoil",
        [
            pytest.param(lambda uri: uri.replace("sp=racwl", "sp=racwdl"), id="more permissions"),
            pytest.param(lambda uri: uri.replace("se=20", "se=21"), id="a longer life"),
            pytest.param(lambda uri: uri.replace("ingest/", "ingest/other-"), id="another folder"),
            pytest.param(lambda uri: uri.replace("sdd=2", "sdd=1"), id="a wider folder"),
            pytest.param(lambda uri: uri.replace("sig=", "sig=x"), id="another signature"),
        ],
    )
    def test_what_was_signed_cannot_be_changed(self, client, sas_uri, spoil):
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            client.file_client(spoil(sas_uri)).create_file()

    def test_it_expires(self, client):
        dataset = client.dataset("keyed", sasSeconds=0.001)
        with pytest.raises(ClientAuthenticationError, match="AuthenticationFailed"):
            client.file_client(client.register(dataset, "Upsert").json()["sasToken"]).create_file()

    def test_it_allows_what_it_names(self, file):
        file.create_file()
        with pytest.raises(HttpResponseError, match="AuthorizationPermissionMismatch"):
            file.delete_file()

    def test_it_opens_nothing_outside_of_its_folder(self, sas_uri):
        url, _, sas = sas_uri.partition("?")
        answer = requests.put(f"{url.rpartition('/')[0]}/a.csv?resource=file&{sas}", timeout=30)
        assert answer.status_code == 403
