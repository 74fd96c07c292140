"""Tokens: docs/platform.md."""

import pytest
import requests

from tests.veracity import FABRIC, TENANT, WORKBENCH

V2 = "/dnvglb2cprod.onmicrosoft.com/oauth2/v2.0/token"
SCOPE = f"{WORKBENCH}/.default"


def test_v1_answers_with_numbers_in_strings_and_v2_with_integers(client):
    v1, v2 = client.token(resource=WORKBENCH).json(), client.token(path=V2, scope=SCOPE).json()
    assert v1["expires_in"] == "3599"
    assert v1["resource"] == WORKBENCH
    assert v2["expires_in"] == 3599
    assert v1["token_type"] == v2["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"resource": f"{TENANT}other"}, 400, "invalid_resource", 500011),
        ({"path": V2, "scope": WORKBENCH}, 400, "invalid_scope", 70011),
        ({"path": "/other.onmicrosoft.com/oauth2/token"}, 400, "invalid_request", 90002),
    ],
)
def test_a_refusal_has_the_documented_error_and_code(client, form, status, error, code):
    answer = client.token(**{"resource": WORKBENCH, **form})
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (status, error, [code])
    assert answer.json()["error_description"].startswith(f"AADSTS{code}:")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"Authorization": ""}, id="no token"),
        pytest.param({"Authorization": "Bearer made.up"}, id="a made-up token"),
        pytest.param({"Ocp-Apim-Subscription-Key": ""}, id="no key"),
        pytest.param({"Ocp-Apim-Subscription-Key": "other"}, id="a wrong key"),
    ],
)
def test_key_and_token_are_both_needed(client, change):
    url = f"{client.url}/veracity/dw/gateway/api/v2/workspaces/{client.workspace}"
    assert requests.get(url, headers={**client.headers(), **change}, timeout=30).status_code == 401


def test_the_key_may_come_in_the_query(client):
    headers = {"Authorization": client.headers()["Authorization"]}
    url = f"{client.url}/veracity/dw/gateway/api/v2/workspaces/{client.workspace}"
    params = {"subscription-key": client.demo["subscriptionKey"]}
    assert requests.get(url, headers=headers, params=params, timeout=30).status_code == 200


def test_a_token_is_for_one_api(client):
    fabric = client.headers(FABRIC)
    url = f"{client.url}/veracity/dw/gateway/api/v2/workspaces/{client.workspace}"
    assert requests.get(url, headers=fabric, timeout=30).status_code == 401


def test_data_fabric_takes_a_token_without_bearer_as_its_page_shows(client):
    headers = client.headers(FABRIC)
    headers["Authorization"] = headers["Authorization"].removeprefix("Bearer ")
    url = f"{client.url}/veracity/datafabric/data/api/1/resources"
    assert requests.get(url, headers=headers, timeout=30).status_code == 200


def test_a_secret_can_expire(reader):
    account = {"id": reader.account[0], "secretExpired": True}
    reader.control("POST", "/accounts", account)
    refused = reader.token(resource=WORKBENCH)
    reader.control("POST", "/accounts", {**account, "secretExpired": False})
    assert (refused.status_code, refused.json()["error_codes"]) == (401, [7000222])
    assert reader.token(resource=WORKBENCH).status_code == 200


def test_a_token_lives_as_long_as_it_is_told(client):
    client.control("POST", "/settings", {"tokenSeconds": 0.01})
    token = client.token(resource=WORKBENCH).json()["access_token"]
    client.control("POST", "/settings", {"tokenSeconds": 3600})
    client.control("POST", "/clock", {"advanceSeconds": 1})
    url = f"{client.url}/veracity/dw/gateway/api/v2/workspaces/{client.workspace}"
    headers = {**client.headers(), "Authorization": f"Bearer {token}"}
    assert requests.get(url, headers=headers, timeout=30).status_code == 401
