import pytest

from veracity_provider.api.clients import connect
from veracity_provider.settings import Settings


@pytest.fixture
def make_settings(emulator):
    def make(**config):
        account = {
            "endpoint": emulator.url,
            "clientId": emulator.demo["clientId"],
            "clientSecret": emulator.demo["clientSecret"],
            "subscriptionKey": emulator.demo["subscriptionKey"],
        }
        return Settings.resolve({**account, **config}.get, {})

    return make


@pytest.fixture
def clients(make_settings):
    return connect(make_settings())


@pytest.fixture
def sent(client):
    """Requests to a path since the test began."""
    client.control("DELETE", "/requests")

    def count(words):
        found = client.control("GET", "/requests").json()
        return len([one for one in found if words in f"{one['method']} {one['path']}"])

    return count
