"""What other people's clients need of the storage and of the token endpoint, in raw requests: docs/platform.md."""

import re
from xml.etree import ElementTree as ET

import pytest
import requests
from requests.auth import HTTPBasicAuth

from tests.veracity import WORKBENCH, Veracity
from veracity_emulator.testing import spawn_emulator


@pytest.fixture
def folder(client):
    return client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]


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


@pytest.mark.parametrize(
    ("name", "query", "sas", "expected"),
    [
        pytest.param("nope.csv", "", str, (404, "BlobNotFound"), id="a file that is not there"),
        pytest.param("nope.csv", "action=getAccessControl", str, (404, "PathNotFound"), id="in the other dialect"),
        pytest.param("x.csv", "action=nonsense", str, (400, "UnsupportedQueryParameter"), id="another action"),
        pytest.param("x.csv", "", lambda _: "", (401, "NoAuthenticationInformation"), id="no SAS"),
        pytest.param(
            "x.csv",
            "",
            lambda sas: sas.replace("sig=", "sig=A"),
            (403, "AuthenticationFailed"),
            id="a signature that does not fit",
        ),
    ],
)
def test_an_error_to_head_has_its_code_alone(folder, file, name, query, sas, expected):
    url, _, given = folder.partition("?")
    answer = requests.head(f"{url}/{name}?{query}&{sas(given)}", timeout=30)
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == expected
    assert "Content-Type" not in answer.headers
    assert "Content-Length" not in answer.headers


STATUS = {"kind": "status", "status": 503}


@pytest.mark.parametrize(
    ("effect", "expected"),
    [
        pytest.param(STATUS, (503, "ServerBusy"), id="a status"),
        pytest.param({"kind": "expireSas"}, (403, "AuthenticationFailed"), id="an expired SAS"),
    ],
)
class TestFaults:
    def test_to_head_it_has_its_code_alone(self, client, ask, file, effect, expected):
        client.control("POST", "/faults", {"path": "/veracitylocal/*", "effect": effect})
        answer = ask("HEAD", file)
        assert (answer.status_code, answer.headers["x-ms-error-code"]) == expected
        assert "Content-Type" not in answer.headers
        assert "Content-Length" not in answer.headers

    def test_to_a_blob_client_it_is_xml_and_to_a_data_lake_client_json(self, client, ask, effect, expected):
        client.control("POST", "/faults", {"path": "/veracitylocal/*", "effect": effect, "count": 2})
        answer = ask("PUT", "x.csv", data=b"abc", **{"x-ms-blob-type": "BlockBlob"})
        assert answer.status_code == expected[0]
        assert ET.fromstring(answer.content.decode("utf-8-sig")).findtext("Code") == expected[1]
        assert ask("PUT", "x.csv", "resource=file").json()["error"]["code"] == expected[1]


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
        form = {
            "grant_type": "client_credentials",
            "client_id": emulator.demo["clientId"],
            "client_secret": emulator.demo["clientSecret"],
            "scope": f"{WORKBENCH}/.default",
        }
        answer = requests.post(found["token_endpoint"], data=form, verify=emulator.certificate, timeout=30)
        assert answer.status_code == 200


@pytest.mark.slow
def test_another_address_for_clients_can_be_told():
    with spawn_emulator(public_url="https://veracity.example") as emulator:
        client = Veracity(emulator.url)
        assert client.demo["tokenUrl"].startswith("https://veracity.example/")
        made = client.register(client.new_dataset("keyed"), "Upsert").json()
        assert made["sasToken"].startswith("https://veracity.example/veracitylocal/")
