"""The clients of one connection."""

import subprocess
import sys
from pathlib import Path

import pytest

from veracity_provider.api.clients import Clients

ROOT = Path(__file__).resolve().parents[2]


ALL = ("ingest", "datasets", "filestorage", "schemas", "workspaces", "data", "provisioning")


def test_making_clients_sends_nothing(make_settings, sent):
    clients = Clients(make_settings())
    for name in ALL:
        getattr(clients, name)
    assert sent("") == 0


@pytest.mark.slow
def test_the_http_library_is_loaded_when_the_first_client_is_asked_for():
    code = (
        "import sys\n"
        "from veracity_provider.api.clients import Clients\n"
        "from veracity_provider.settings import Settings\n"
        "keys = {'endpoint': 'http://127.0.0.1:1', 'accessToken': 'token', 'subscriptionKey': 'key'}\n"
        "clients = Clients(Settings.resolve(keys.get, {}))\n"
        "print('requests' in sys.modules, clients.data and 'requests' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "False True\n"


def test_clients_share_a_session_and_tokens(make_settings):
    clients = Clients(make_settings())
    transports = [getattr(clients, name)._transport for name in ALL]
    assert len({id(one._session) for one in transports}) == len({id(one._tokens) for one in transports}) == 1


def test_each_client_speaks_to_its_own_address(make_settings):
    clients = Clients(
        make_settings(dataWorkbenchUrl="https://w.test", dataApiUrl="https://d.test", provisioningUrl="https://p.test/")
    )
    workbench = (clients.ingest, clients.datasets, clients.filestorage, clients.schemas)
    services = [client._transport.service for client in (*workbench, clients.data, clients.provisioning)]
    assert [(service.base_url, service.url_key, service.audience) for service in services] == [
        *[("https://w.test", "veracity:dataWorkbenchUrl", "data workbench")] * 4,
        ("https://d.test", "veracity:dataApiUrl", "data fabric"),
        ("https://p.test", "veracity:provisioningUrl", "data fabric"),
    ]


@pytest.mark.parametrize("style", ["rfc6902", "documented"])
def test_patches_are_spelled_as_the_settings_say(make_settings, style):
    assert Clients(make_settings(patchStyle=style)).provisioning._patch_style == style


def test_one_token_serves_all_apis_of_an_audience(client, clients, sent):
    clients.data.get_container(client.demo["containers"]["owned"])
    clients.provisioning.update_metadata(client.new_container(), [])
    assert sent("/oauth2/token") == 1
    clients.datasets.get_dataset(client.workspace, client.demo["datasets"]["keyed"])
    assert sent("/oauth2/token") == 2
