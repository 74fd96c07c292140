import socket

import pytest
import stamina

from tests.api.wire import HOST, make_certificate
from veracity_provider import connections
from veracity_provider.api.clients import Clients
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
    return Clients(make_settings())


@pytest.fixture
def sent(client):
    """Requests to a path since the test began."""
    client.control("DELETE", "/requests")

    def count(words):
        found = client.control("GET", "/requests").json()
        return len([one for one in found if words in f"{one['method']} {one['path']}"])

    return count


@pytest.fixture
def fault(client):
    def put(path, effect, **options):
        client.control("POST", "/faults", {"path": path, "effect": effect, **options})

    return put


@pytest.fixture
def one_attempt():
    """Nothing is tried again, and nothing waited for."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("certificate") / "certificate.pem")


@pytest.fixture
def trusted(certificate, monkeypatch):
    """The test's host leads to this machine, its certificate is trusted, and the environment names no proxy."""
    resolve = socket.getaddrinfo

    def lead_here(host, *rest, **options):
        if host not in {HOST, "127.0.0.1"}:
            raise socket.gaierror(socket.EAI_NONAME, "no such name in these tests")
        return resolve("127.0.0.1", *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lead_here)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.path))
    return certificate


@pytest.fixture
def opened(monkeypatch):
    """The client's TLS connections, in the order in which they were opened."""
    found, connect = [], connections._HttpsConnection.connect

    def connect_and_remember(connection):
        connect(connection)
        found.append(connection)

    monkeypatch.setattr(connections._HttpsConnection, "connect", connect_and_remember)
    return found


@pytest.fixture
def connect_to(trusted):
    """Clients of a server at an address, with a supplied token and waits of a second at most."""

    def make(url, **config):
        account = {"accessToken": "token", "subscriptionKey": "key", "requestTimeoutSeconds": "1"}
        return Clients(Settings.resolve({"endpoint": url, **account, **config}.get, {}))

    return make
