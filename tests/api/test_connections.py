"""A session that tells a request that was never sent from one that may have been received."""

import socket
import ssl

import pytest
import requests

from tests.api.wire import HOST, closed_port, exchange, responding, serve, wait_to_read
from veracity_provider.connections import NeverSent, Session, _HttpsConnection


@pytest.fixture
def session(trusted):
    with Session(connections=4, uses_proxies=True) as opened:
        yield opened


def ask(session, url, method="GET"):
    return session.exchange(session.prepare_request(requests.Request(method, url)), timeout=(1, 1))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_without_a_connection_nothing_was_sent(session, scheme):
    with closed_port() as port, pytest.raises(NeverSent) as failed:
        ask(session, f"{scheme}://{HOST}:{port}/")
    assert str(failed.value) == "connection refused"
    assert isinstance(failed.value.__cause__.__cause__, ConnectionRefusedError)


def test_a_response_that_does_not_come_is_the_librarys_own_error(trusted, session):
    with (
        serve(trusted, exchange(lambda line: line.reset(), tls=False)) as server,
        pytest.raises(requests.ConnectionError),
    ):
        ask(session, server.url.replace("https", "http"))


def test_a_redirect_is_not_followed(trusted, session):
    with serve(trusted, exchange(responding(302, Location="https://elsewhere.test/"))) as server:
        assert ask(session, server.url).status_code == 302
    assert server.count("GET") == 1


def test_an_idle_connection_serves_the_next_request(trusted, session):
    with serve(trusted, exchange(responding(200), responding(200))) as server:
        request = session.prepare_request(requests.Request("GET", server.url))
        session.connect(request, timeout_s=1)
        session.connect(request, timeout_s=1)
        assert [ask(session, server.url).status_code for _ in range(2)] == [200, 200]
    assert server.connections == 1


def test_what_came_without_a_request_is_no_response(trusted, session, opened):
    """Such as the 408 of a server that has waited for long."""

    def respond_unasked(line):
        line.start_tls(tickets=0)
        line.respond(408)
        line.wait_for_end()

    with serve(trusted, respond_unasked, exchange(responding(200))) as server:
        session.connect(session.prepare_request(requests.Request("GET", server.url)), timeout_s=1)
        wait_to_read(opened[0])
        assert ask(session, server.url).status_code == 200
    assert server.connections == 2


class Records:
    """A socket whose client sees a session ticket in each `t`, and data in any other byte."""

    def __init__(self, plain):
        self._plain = plain
        self.fileno, self.settimeout, self.close = plain.fileno, plain.settimeout, plain.close

    def recv(self, size):
        found = self._plain.recv(size)
        if found == b"t":
            raise ssl.SSLWantReadError
        return found


@pytest.mark.parametrize(
    ("arrived", "is_open", "stands"),
    [
        pytest.param(b"", True, True, id="nothing"),
        pytest.param(b"tt", True, True, id="session tickets"),
        pytest.param(b"", False, False, id="the end"),
        pytest.param(b"tt", False, False, id="session tickets and the end"),
        pytest.param(b"ttH", True, False, id="session tickets and a response"),
    ],
)
def test_an_idle_connection_stands_unless_more_than_tickets_arrived(arrived, is_open, stands):
    theirs, ours = socket.socketpair()
    connection = _HttpsConnection(HOST)
    connection.sock = Records(ours)
    with theirs, ours:
        theirs.sendall(arrived)
        if not is_open:
            theirs.shutdown(socket.SHUT_WR)
        assert connection.is_connected is stands


def test_a_connection_that_was_reset_does_not_stand(monkeypatch):
    theirs, ours = socket.socketpair()
    connection = _HttpsConnection(HOST)
    connection.sock = Records(ours)
    with theirs, ours:
        theirs.sendall(b"x")

        def reset(_):
            raise ConnectionResetError

        monkeypatch.setattr(connection.sock, "recv", reset)
        assert not connection.is_connected


def test_a_connection_that_was_never_opened_does_not_stand():
    assert not _HttpsConnection(HOST).is_connected


def test_plain_http_is_connected_in_advance_too(trusted, session):
    with serve(trusted, exchange(responding(200), tls=False)) as server:
        url = server.url.replace("https", "http")
        session.connect(session.prepare_request(requests.Request("GET", url)), timeout_s=1)
        assert server.requests == []
        assert ask(session, url).status_code == 200
    assert server.connections == 1


def test_plain_http_goes_through_a_proxy_without_a_tunnel(trusted, session, monkeypatch):
    with serve(trusted, exchange(responding(200), tls=False)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        session.connect(session.prepare_request(requests.Request("GET", f"http://{HOST}/a")), timeout_s=1)
        assert ask(session, f"http://{HOST}/a").status_code == 200
    assert proxy.requests[0].startswith(f"GET http://{HOST}/a HTTP/1.1")
    assert proxy.connections == 1


def test_on_this_machine_the_proxies_of_the_environment_do_not_count_and_its_certificates_do(trusted, monkeypatch):
    with closed_port() as port, serve(trusted, exchange(responding(200))) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with Session(connections=1, uses_proxies=False) as session:
            assert ask(session, server.url).status_code == 200
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with Session(connections=1, uses_proxies=False) as session, pytest.raises(NeverSent, match="certificate"):
            ask(session, server.url)


def test_a_netrc_file_does_not_replace_the_token(session, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text(f"machine {HOST} login somebody password hidden-word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    request = requests.Request("GET", f"https://{HOST}/x", headers={"Authorization": "Bearer token"})
    assert session.prepare_request(request).headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize(
    "is_reused", [pytest.param(False, id="a new one"), pytest.param(True, id="one that is reused")]
)
@pytest.mark.parametrize("tls", [True, False])
def test_a_write_to_a_connection_has_a_limit_of_its_own(trusted, tls, is_reused):
    """urllib3 would give it the limit for connecting, which is an hour here."""

    def hold(line):
        if tls:
            line.start_tls()
        if is_reused:
            line.read_request()
            line.respond(200)
        line.server.is_over.wait()

    with Session(connections=4, uses_proxies=True, write_timeout_s=0.2) as session, serve(trusted, hold) as server:
        url = server.url if tls else server.url.replace("https", "http")
        timeout = (3600, 3600)
        if is_reused:
            session.exchange(session.prepare_request(requests.Request("GET", url)), timeout=timeout)
        endless = session.prepare_request(requests.Request("POST", url, data=iter([bytes(1024 * 1024)] * 64)))
        with pytest.raises(requests.ConnectionError, match="timed out"):
            session.exchange(endless, timeout=timeout)
    assert server.connections == 1
