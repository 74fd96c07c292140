"""What other people's clients need of the storage and of the token endpoint, in raw requests: docs/platform.md."""

import re

import pytest
import requests
from requests.auth import HTTPBasicAuth

from tests.emulator.client import WORKBENCH, Client
from veracity_emulator.testing import spawn_emulator


@pytest.fixture
def folder(client):
    return client.register(client.dataset("keyed"), "Upsert").json()["sasToken"]


@pytest.fixture
def ask(folder):
    """A request to a file of the upload folder: method, name, query, headers."""
    url, _, sas = folder.partition("?")

    def send(method, name="", query="", data=None, **headers):
        path = f"{url}/{name}" if name else url
        sent = {key if "meta" in key else key.replace("_", "-"): value for key, value in headers.items()}
        return requests.request(method, f"{path}?{query}&{sas}", headers=sent, data=data, timeout=30)

    return send


@pytest.fixture
def file(ask):
    assert ask("PUT", "x.csv", "resource=file").status_code == 201
    ask("PATCH", "x.csv", "action=append&position=0", data=b"abc")
    ask("PATCH", "x.csv", "action=flush&position=3")
    return "x.csv"


def test_the_times_of_a_sas_are_whole_seconds_and_the_version_comes_first(folder):
    query = folder.partition("?")[2]
    assert query.startswith("sv=")
    for name in ("st", "se"):
        assert re.search(rf"[?&]{name}=\d{{4}}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ", folder)


def test_the_file_system_is_named_as_the_workspace_and_has_a_uuid_folder(client, folder):
    assert re.search(rf"/{client.workspace}/[0-9a-f-]{{36}}\?", folder)


@pytest.mark.parametrize("quoted", [True, False])
def test_an_etag_matches_with_quotes_and_without(ask, file, quoted):
    etag = ask("HEAD", file).headers["ETag"]
    given = etag if quoted else etag.strip('"')
    assert ask("HEAD", file, If_Match=given).status_code == 200
    assert ask("HEAD", file, If_None_Match=given).status_code == 304


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_says_that_it_is_encrypted(ask, file, method):
    assert ask(method, file).headers["x-ms-server-encrypted"] == "true"


@pytest.mark.parametrize("query", ["", "action=getAccessControl"])
def test_an_error_to_head_has_its_code_alone(ask, query):
    answer = ask("HEAD", "nope.csv", query)
    assert answer.status_code == 404
    assert answer.headers["x-ms-error-code"] in {"BlobNotFound", "PathNotFound"}
    assert "Content-Type" not in answer.headers
    assert "Content-Length" not in answer.headers


def test_a_fault_to_head_has_its_code_alone(client, ask, file):
    client.control("POST", "/faults", {"path": "/veracitylocal/*", "effect": {"kind": "status", "status": 503}})
    answer = ask("HEAD", file)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (503, "ServerBusy")
    assert "Content-Type" not in answer.headers


def test_access_control_is_told_when_it_is_asked_for_and_other_actions_are_refused(ask, file):
    answer = ask("HEAD", file, "action=getAccessControl")
    assert answer.headers["x-ms-acl"] == "user::rw-,group::r--,other::---"
    assert (answer.headers["x-ms-owner"], answer.headers["x-ms-group"]) == ("$superuser", "$superuser")
    assert answer.headers["x-ms-permissions"] == "rw-r-----"
    assert ask("HEAD", file, "action=nonsense").status_code == 400


def test_a_folder_says_that_it_is_one_and_nobody_can_change_that(ask, file):
    assert ask("HEAD").headers["x-ms-meta-hdi_isfolder"] == "true"
    assert ask("PUT", "", "comp=metadata", **{"x-ms-meta-hdi_isfolder": "false"}).status_code == 200
    assert ask("HEAD").headers["x-ms-meta-hdi_isfolder"] == "true"
    assert "x-ms-meta-hdi_isfolder" not in ask("HEAD", file).headers


def test_headers_of_the_content_are_kept_from_create_and_flush(ask):
    ask("PUT", "x.csv", "resource=file", x_ms_content_language="nb", x_ms_content_type="text/plain")
    ask("PATCH", "x.csv", "action=flush&position=0", x_ms_content_type="text/csv")
    found = ask("HEAD", "x.csv").headers
    assert (found["Content-Type"], found["Content-Language"]) == ("text/csv", "nb")
    ask("PUT", "x.csv", "comp=properties", x_ms_blob_content_type="text/x")
    found = ask("HEAD", "x.csv").headers
    assert found["Content-Type"] == "text/x"
    assert "Content-Language" not in found


def test_names_of_metadata_keep_their_case(ask, file):
    ask("PUT", file, "comp=metadata", **{"x-ms-meta-CustomerId": "ABC"})
    assert "x-ms-meta-CustomerId" in list(ask("HEAD", file).headers)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        pytest.param({"x-ms-meta-a-b": "x"}, "InvalidMetadata", id="a name that is no identifier"),
        pytest.param({"x-ms-meta-a": "å".encode("latin-1")}, "InvalidMetadata", id="a value that is not ASCII"),
        pytest.param({"x-ms-meta-a": "x" * 9000}, "MetadataTooLarge", id="more than 8 KiB"),
    ],
)
def test_metadata_that_the_service_refuses(ask, file, headers, code):
    answer = ask("PUT", file, "comp=metadata", **headers)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (400, code)


def test_client_credentials_may_come_in_a_basic_header(client):
    answer = requests.post(
        f"{client.url}/dnvglb2cprod.onmicrosoft.com/oauth2/v2.0/token",
        data={"grant_type": "client_credentials", "scope": f"{WORKBENCH}/.default"},
        auth=HTTPBasicAuth(*client.account),
        timeout=30,
    )
    assert answer.status_code == 200
    assert answer.json()["access_token"]


@pytest.mark.slow
def test_tls_and_openid_metadata_lead_a_client_to_the_token_endpoint():
    with spawn_emulator(tls=True) as emulator:
        assert emulator.url.startswith("https://127.0.0.1:")
        path = "/dnvglb2cprod.onmicrosoft.com/v2.0/.well-known/openid-configuration"
        found = requests.get(emulator.url + path, verify=emulator.certificate, timeout=30).json()
        assert found["token_endpoint"] == f"{emulator.url}/dnvglb2cprod.onmicrosoft.com/oauth2/v2.0/token"
        account = Client(emulator).account
        form = {
            "grant_type": "client_credentials",
            "client_id": account[0],
            "client_secret": account[1],
            "scope": f"{WORKBENCH}/.default",
        }
        answer = requests.post(found["token_endpoint"], data=form, verify=emulator.certificate, timeout=30)
        assert answer.status_code == 200


@pytest.mark.slow
def test_another_address_for_clients_can_be_told():
    with spawn_emulator(public_url="https://veracity.example") as emulator:
        client = Client(emulator)
        assert client.demo["tokenUrl"].startswith("https://veracity.example/")
        made = client.register(client.dataset("keyed"), "Upsert").json()
        assert made["sasToken"].startswith("https://veracity.example/veracitylocal/")
