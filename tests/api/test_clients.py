"""The clients of one connection."""

import pytest

from veracity_provider.api.clients import connect


def test_connecting_sends_nothing(make_settings, sent):
    connect(make_settings())
    assert sent("") == 0


def test_each_client_speaks_to_its_own_address(make_settings):
    clients = connect(
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
    assert connect(make_settings(patchStyle=style)).provisioning._patch_style == style


def test_one_token_serves_all_apis_of_an_audience(client, clients, sent):
    clients.data.get_container(client.demo["containers"]["owned"])
    clients.provisioning.update_metadata(client.new_container(), [])
    assert sent("/oauth2/token") == 1
    clients.datasets.get_dataset(client.workspace, client.demo["datasets"]["keyed"])
    assert sent("/oauth2/token") == 2
