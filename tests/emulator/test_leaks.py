"""The strict mode's second rule: a secret travels where it belongs, and nowhere else."""

import base64

import pytest
import requests

from tests.veracity import GATEWAY, Veracity
from veracity_emulator.testing import run_emulator

TOKENS = "/dnvglb2cprod.onmicrosoft.com/oauth2/token"


@pytest.fixture(scope="module")
def strict():
    with run_emulator(job_seconds=0.02, strict=True) as running:
        yield Veracity(running.url)


@pytest.fixture
def client(strict):
    strict.control("DELETE", "/violations")
    return strict


@pytest.fixture
def secrets(client):
    """The four kinds, by their names."""
    uri = client.register(client.new_dataset("keyed"), "Upsert").json()["sasToken"]
    return {
        "token": client.headers()["Authorization"].removeprefix("Bearer "),
        "key": client.demo["subscriptionKey"],
        "secret": client.demo["clientSecret"],
        "sas": uri.partition("?")[2],
        "folder": uri.partition("?")[0].removeprefix(client.url),
    }


def violations(client):
    return [one["text"] for one in client.control("GET", "/violations").json()]


@pytest.mark.parametrize(
    ("path", "headers", "found"),
    [
        pytest.param("{ws}?a={secret}", {}, "the client secret in the query", id="a client secret in the query"),
        pytest.param("{ws}/{secret}", {}, "the client secret in the path", id="a client secret in the path"),
        pytest.param(
            "{ws}?a=local%2Dadmin%2Dsecret", {}, "the client secret in the query", id="a client secret, encoded"
        ),
        pytest.param(
            "{ws}",
            {"User-Agent": "tool/1 {secret}"},
            "the client secret in the header user-agent",
            id="a client secret in a header",
        ),
        pytest.param("{ws}?access_token={token}", {}, "a token in the query", id="a token in the query"),
        pytest.param(
            "{ws}", {"X-Request-Id": "{token}"}, "a token in the header x-request-id", id="a token in a header"
        ),
        pytest.param(
            "{folder}/a?{sas}",
            {"Authorization": "Bearer {token}"},
            "a token in the header authorization",
            id="a token for the storage",
        ),
        pytest.param(
            "{ws}?subscription-key={key}", {}, "a subscription key in the query", id="a subscription key in the query"
        ),
        pytest.param(
            "{folder}/a?{sas}",
            {"Ocp-Apim-Subscription-Key": "{key}"},
            "a subscription key in the header ocp-apim-subscription-key",
            id="a subscription key for the storage",
        ),
        pytest.param(
            TOKENS,
            {"Ocp-Apim-Subscription-Key": "{key}"},
            "a subscription key in the header ocp-apim-subscription-key",
            id="a subscription key for the token endpoint",
        ),
        pytest.param("{ws}?{sas}", {}, "a SAS signature in the query", id="a signature for the gateway"),
        pytest.param(
            "{ws}",
            {"Referer": "http://localhost{folder}?{sas}"},
            "a SAS signature in the header referer",
            id="a signature in a header",
        ),
        pytest.param(
            "{folder}/a?{sas}",
            {"x-ms-properties": "note={secret_base64}"},
            "the client secret in the header x-ms-properties",
            id="a client secret in metadata, in Base64",
        ),
    ],
)
def test_a_secret_where_none_belongs_is_a_violation(client, secrets, path, headers, found):
    values = {
        **secrets,
        "ws": f"{GATEWAY}/workspaces/{client.workspace}",
        "secret_base64": base64.b64encode(f"see {secrets['secret']}".encode()).decode(),
    }
    sent = {name: value.format(**values) for name, value in headers.items()}
    requests.get(client.url + path.format(**values), headers=sent, timeout=30)
    (text,) = violations(client)
    assert text.startswith("Request GET /")
    assert text.endswith(f": {found}, where none belongs.")
    assert not [one for name, one in secrets.items() if name != "folder" and one in text]


def test_secrets_where_they_belong_are_none(client):
    client.tokens.clear()
    basic = base64.b64encode(f"{client.account[0]}:{client.account[1]}".encode()).decode()
    form = {"grant_type": "client_credentials", "resource": "x"}
    requests.post(client.url + TOKENS, data=form, headers={"Authorization": f"Basic {basic}"}, timeout=30)
    assert client.gateway("GET", "").status_code == 200
    client.control("POST", "/settings", {"writeSas": "racwlm"})
    body = {"readOrWritePermission": "Write", "expiresOn": "2999-01-01T00:00:00Z"}
    file = client.file_client(client.gateway("POST", "/storages/sas", body).json())
    file.create_file(metadata={"note": "nothing to hide"})
    file.rename_file(f"{file.file_system_name}/{file.path_name}-renamed")
    assert violations(client) == []


def test_a_leak_belongs_to_no_job(client):
    requests.get(f"{client.url}/x?a={client.demo['clientSecret']}", timeout=30)
    (found,) = client.control("GET", "/violations").json()
    assert (found["jobId"], found["datasetId"]) == (None, None)


def test_without_the_strict_mode_nothing_is_kept():
    with run_emulator() as running:
        client = Veracity(running.url)
        requests.get(f"{client.url}/x?a={client.demo['clientSecret']}", timeout=30)
        assert violations(client) == []
