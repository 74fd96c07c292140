"""The address of an upload folder, taken apart."""

from datetime import UTC, datetime

import pytest

from veracity_provider.errors import StorageError
from veracity_provider.storage.sas import UploadFolder, parse_sas_uri

NO_SAS_URI = "the platform gave an upload URL that is not the SAS URL of a folder"


def test_an_address_is_taken_apart():
    found = parse_sas_uri(
        '"https://acct.dfs.core.windows.net/fs/jobs/1?sv=2024-11-04&se=2026-01-02T03:04:05Z&sig=a%2Fb"'
    )
    assert found == UploadFolder(
        account_url="https://acct.dfs.core.windows.net",
        file_system="fs",
        folder="jobs/1",
        sas_token="sv=2024-11-04&se=2026-01-02T03:04:05Z&sig=a%2Fb",
        expires_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert found.path_of("a.csv") == "jobs/1/a.csv"
    assert not found.is_loopback


def test_the_root_of_a_file_system_is_a_folder_too():
    found = parse_sas_uri("https://acct.dfs.core.windows.net/fs?sig=x")
    assert (found.file_system, found.folder, found.path_of("a.csv")) == ("fs", "", "a.csv")


@pytest.mark.parametrize(
    ("path", "file_system", "folder"),
    [
        pytest.param("fs/folder%20one/x", "fs", "folder one/x", id="a blank"),
        pytest.param("fs/m%C3%A5l", "fs", "mål", id="a letter beyond ASCII"),
        pytest.param("fs/100%25", "fs", "100%", id="a per cent sign"),
        pytest.param("fs/a%2520b", "fs", "a%20b", id="what looks encoded once more stays"),
        pytest.param("fs/a+b", "fs", "a+b", id="a plus sign is no blank"),
        pytest.param("f%24s/plain", "f$s", "plain", id="the file system"),
    ],
)
def test_a_path_is_decoded_once(path, file_system, folder):
    found = parse_sas_uri(f"https://acct.dfs.core.windows.net/{path}?sig=x")
    assert (found.file_system, found.folder) == (file_system, folder)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("acct.blob.core.windows.net", "acct.dfs.core.windows.net", id="the blob endpoint"),
        pytest.param("acct.z01.blob.storage.azure.net", "acct.z01.dfs.storage.azure.net", id="with a DNS zone"),
        pytest.param("acct.privatelink.blob.core.windows.net", "acct.privatelink.dfs.core.windows.net", id="private"),
        pytest.param("acct.blob.core.chinacloudapi.cn:443", "acct.dfs.core.chinacloudapi.cn:443", id="another cloud"),
        pytest.param("acct.dfs.core.windows.net", "acct.dfs.core.windows.net", id="the Data Lake endpoint"),
        pytest.param("blob.dfs.core.windows.net", "blob.dfs.core.windows.net", id="an account named blob"),
        pytest.param(
            "blob.blob.core.windows.net", "blob.dfs.core.windows.net", id="an account named blob, blob endpoint"
        ),
        pytest.param("myblob.dfs.core.windows.net", "myblob.dfs.core.windows.net", id="a name that ends in blob"),
        pytest.param("acct.blobs.example.com", "acct.blobs.example.com", id="a label that begins with blob"),
        pytest.param("acct.blobs.blob.net", "acct.blobs.dfs.net", id="that label beside the one that is meant"),
    ],
)
def test_the_blob_endpoint_becomes_the_data_lake_endpoint(host, expected):
    assert parse_sas_uri(f"https://{host}/fs/f?sig=x").account_url == f"https://{expected}"


@pytest.mark.parametrize(
    ("query", "expires_at"),
    [
        pytest.param("se=2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), id="with seconds"),
        pytest.param("se=2026-01-02T03%3A04Z", datetime(2026, 1, 2, 3, 4, tzinfo=UTC), id="without, and encoded"),
        pytest.param("se=2026-01-02", datetime(2026, 1, 2, tzinfo=UTC), id="a day"),
        pytest.param("se=soon", None, id="no time"),
        pytest.param("si=policy", None, id="left to a stored access policy"),
    ],
)
def test_it_says_when_the_sas_ends(query, expires_at):
    assert parse_sas_uri(f"https://acct.dfs.core.windows.net/fs/f?{query}&sig=x").expires_at == expires_at


@pytest.mark.parametrize(
    "uri",
    ["not a uri", "https://host/fs/dir", "ftp://host/fs/dir?sig=x", "https://host?sig=x", "https://[host/fs/d?sig=x"],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(uri):
    with pytest.raises(StorageError) as refused:
        parse_sas_uri(uri)
    assert str(refused.value) == NO_SAS_URI


def test_an_address_that_is_not_encrypted_is_refused():
    with pytest.raises(StorageError) as refused:
        parse_sas_uri("http://acct.dfs.core.windows.net/fs/d?sig=x")
    assert str(refused.value) == ("the upload URL at acct.dfs.core.windows.net is not encrypted; nothing is sent there")


@pytest.mark.parametrize("host", ["127.0.0.1:8780", "localhost:8780", "[::1]:8780"])
def test_this_machine_needs_no_encryption(host):
    found = parse_sas_uri(f"http://{host}/account/fs/d?sig=x")
    assert found.is_loopback
    assert found.account_url == f"http://{host}"


def test_the_signature_is_in_no_repr():
    assert "secret" not in repr(parse_sas_uri("https://acct.dfs.core.windows.net/fs/d?sig=secret"))
