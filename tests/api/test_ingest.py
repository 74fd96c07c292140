"""Starting a job: one POST, and what is known afterwards. The phases are real: sockets, TLS, a proxy's tunnel."""

import json

import pytest
import stamina

from tests.api.wire import (
    HOST,
    closed_port,
    cut_handshake,
    exchange,
    full_port,
    responding,
    serve,
    tunnelling,
    wait_to_read,
)
from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.api.auth import Tokens
from veracity_provider.api.clients import Clients
from veracity_provider.api.ingest import IngestClient
from veracity_provider.api.service import Service
from veracity_provider.api.transport import Transport, open_session
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    Conflict,
    IngestJobNotFound,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    RequestRefused,
    UnexpectedAnswer,
)

# Where a connection fails, the first failure is the one that is looked at.
pytestmark = pytest.mark.usefixtures("one_attempt")

WORKSPACE = "11111111-0000-4000-8000-000000000001"
JOB = "22222222-0000-4000-8000-000000000002"
NOTHING = "99999999-0000-4000-8000-000000000000"
STARTED = json.dumps({"jobId": JOB, "status": "Running"})


def apim(status, message):
    return json.dumps({"statusCode": status, "message": message})


KEY_INVALID = apim(
    401, "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)
RATE_LIMIT = apim(429, "Rate limit is exceeded. Try again in 7 seconds.")
QUOTA = apim(403, "Out of call volume quota. Quota will be replenished in 01:00:00.")
HTML = "<!DOCTYPE html><html><body>Sorry</body></html>"


def own(status):
    return json.dumps(
        {"type": "BusinessError", "title": f"Status {status}", "traceId": "0af7651916cd43dd8448eb211c80319c"}
    )


def start(clients):
    with clients.ingest.prepare_start(WORKSPACE, JOB) as prepared:
        return prepared.send()


@pytest.fixture
def serving(trusted, connect_to):
    """Starts a job at a server that holds these conversations; gives the answer and the server."""

    def run(*conversations, **config):
        with serve(trusted, *conversations) as server:
            return start(connect_to(server.url, **config)), server

    return run


class TestPreparing:
    """All that fails here fails before anything of the request has left."""

    def test_the_connection_stands_and_nothing_was_sent(self, trusted, connect_to):
        with serve(trusted, exchange(responding(200, STARTED))) as server:
            with connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB) as prepared:
                assert server.connections == 1
                assert server.requests == []
                assert prepared.send() == StartAnswer(outcome=StartOutcome.ACCEPTED)
            assert server.connections == 1
        [request] = server.requests
        head = request.split("\r\n")
        assert head[0] == f"POST /veracity/dw/gateway/api/v2/workspaces/{WORKSPACE}/ingest/job/{JOB}/start HTTP/1.1"
        assert {
            "Authorization: Bearer token",
            "Ocp-Apim-Subscription-Key: key",
            "Content-Type: application/json",
            "Accept: application/json",
            "User-Agent: veracity-provider",
            "Content-Length: 0",
        } <= set(head)

    def test_a_preparation_that_is_not_used_sends_nothing(self, trusted, connect_to):
        with (
            serve(trusted, exchange(responding(200, STARTED))) as server,
            connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB),
        ):
            pass
        assert server.requests == []

    @pytest.mark.parametrize(
        ("port", "reason"),
        [pytest.param(closed_port, "connection refused", id="refused"), pytest.param(full_port, "time-out", id="late")],
    )
    def test_without_tcp_it_is_unreachable(self, connect_to, port, reason):
        with port() as number, pytest.raises(PlatformUnreachable) as failed:
            start(connect_to(f"https://{HOST}:{number}"))
        url = f"https://{HOST}:{number}/veracity/dw/gateway/api/v2"
        assert str(failed.value) == f"starting ingest job {JOB} failed: {url} cannot be reached ({reason})"

    def test_a_connection_is_tried_again(self, trusted, connect_to):
        cut = [cut_handshake] * 2
        with stamina.set_testing(True, attempts=3), serve(trusted, *cut, exchange(responding(200, STARTED))) as server:
            assert start(connect_to(server.url)).outcome is StartOutcome.ACCEPTED
        assert server.connections == 3
        assert server.count("POST") == 1

    def test_a_host_that_has_no_address_is_unreachable(self, connect_to):
        with pytest.raises(PlatformUnreachable, match=r"cannot be reached \(its name is unknown\)"):
            start(connect_to("https://veracity.invalid"))

    def test_a_certificate_that_is_not_trusted_is_refused(self, trusted, connect_to, monkeypatch):
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with (
            serve(trusted, exchange(responding(200, STARTED))) as server,
            pytest.raises(PlatformUnreachable, match=r"its certificate is refused: self-signed certificate"),
        ):
            start(connect_to(server.url))
        assert server.requests == []

    def test_a_list_of_certificates_that_is_not_there_is_named(self, trusted, connect_to, monkeypatch, tmp_path):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
        with (
            serve(trusted, exchange(responding(200, STARTED))) as server,
            pytest.raises(PlatformUnreachable, match=r"invalid path: .*none\.pem"),
        ):
            start(connect_to(server.url))
        assert server.connections == 0

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            pytest.param(cut_handshake, "no TLS: UNEXPECTED_EOF", id="an end in the handshake"),
            pytest.param(
                lambda line: (line.socket.recv(1), line.reset()),
                "the connection was cut",
                id="a reset in the handshake",
            ),
            pytest.param(lambda line: line.wait_for_end(), "time-out", id="silence instead of the handshake"),
            pytest.param(lambda line: line.socket.sendall(b"220 smtp.example\r\n"), "no TLS: ", id="another protocol"),
        ],
    )
    def test_without_tls_it_is_unreachable(self, trusted, connect_to, conversation, reason):
        with serve(trusted, conversation) as server, pytest.raises(PlatformUnreachable, match=reason):
            start(connect_to(server.url))
        assert server.requests == []

    def test_a_proxy_that_agrees_is_used(self, trusted, connect_to, monkeypatch):
        with serve(trusted, tunnelling(exchange(responding(200, STARTED)))) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            with connect_to(f"https://{HOST}").ingest.prepare_start(WORKSPACE, JOB) as prepared:
                assert [request.split("\r\n")[0].split(" ")[:2] for request in proxy.requests] == [
                    ["CONNECT", f"{HOST}:443"]
                ]
                assert "Bearer" not in proxy.requests[0]
                assert prepared.send().outcome is StartOutcome.ACCEPTED
        assert proxy.count("POST") == 1

    def test_a_proxy_that_refuses_is_told(self, trusted, connect_to, monkeypatch):
        with serve(trusted, exchange(responding(407), tls=False)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            with pytest.raises(PlatformUnreachable, match="Tunnel connection failed: 407"):
                start(connect_to(f"https://{HOST}"))
        assert proxy.count("POST") == 0

    def test_a_proxy_that_is_not_there_is_named(self, connect_to, monkeypatch):
        with closed_port() as number:
            monkeypatch.setenv("HTTPS_PROXY", f"http://somebody:hidden-word@127.0.0.1:{number}")
            with pytest.raises(PlatformUnreachable) as failed:
                start(connect_to(f"https://{HOST}"))
        assert f"(the proxy 127.0.0.1:{number}: connection refused)" in str(failed.value)
        assert "hidden-word" not in str(failed.value)

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            pytest.param("socks5://127.0.0.1:1", "must be an http or https address", id="a SOCKS proxy"),
            pytest.param("http://a:hidden-word@127.0.0.1:port", "cannot be used", id="no address at all"),
        ],
    )
    def test_a_proxy_that_cannot_be_used_is_told(self, connect_to, monkeypatch, address, reason):
        monkeypatch.setenv("HTTPS_PROXY", address)
        with pytest.raises(PlatformUnreachable, match=reason) as failed:
            start(connect_to(f"https://{HOST}"))
        assert "hidden-word" not in str(failed.value)

    def test_without_a_token_nothing_is_connected(self, make_settings, fault, sent):
        fault("*/oauth2/token", {"kind": "status", "status": 503}, count=None)
        with pytest.raises(PlatformFailed, match="the token endpoint"):
            start(Clients(make_settings()))
        assert sent("/start") == 0


class TestSending:
    """Whatever breaks once the first byte may have left leaves the start unknown, and it is never repeated."""

    @pytest.mark.parametrize(
        ("step", "reason"),
        [
            pytest.param(
                lambda line: line.write_below_tls(b"\x17\x03\x03\x00\x20" + bytes(32)),
                "TLS broke",
                id="a broken record",
            ),
            pytest.param(
                lambda line: line.write_below_tls(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), "TLS broke", id="plain text"
            ),
            pytest.param(lambda line: line.reset(), "the connection was cut", id="a reset"),
            pytest.param(lambda line: line.socket.close(), "the connection was cut", id="an end without a response"),
            pytest.param(lambda line: line.wait_for_end(), "time-out", id="silence"),
            pytest.param(
                lambda line: line.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
                "the connection was cut",
                id="half of a response",
            ),
            pytest.param(
                lambda line: (
                    line.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
                    line.wait_for_end(),
                ),
                "time-out",
                id="half of a response and silence",
            ),
            pytest.param(lambda line: line.socket.sendall(b"220 smtp\r\n"), "the connection was cut", id="no HTTP"),
            pytest.param(
                lambda line: line.respond(200, "no gzip", Content_Encoding="gzip"),
                "its body cannot be decoded",
                id="a body that is not what it says",
            ),
        ],
    )
    def test_a_response_that_breaks_is_lost(self, serving, step, reason):
        answer, server = serving(exchange(step))
        assert answer.outcome is StartOutcome.UNKNOWN
        assert isinstance(answer.error, AnswerLost)
        url = f"{server.url}/veracity/dw/gateway/api/v2"
        expected = f"starting ingest job {JOB}: no answer came back from {url} ({reason}); it may have been carried out"
        assert str(answer.error) == expected
        assert server.count("POST") == 1

    @pytest.mark.parametrize(
        ("status", "body", "error"),
        [
            pytest.param(200, HTML, UnexpectedAnswer, id="HTML with 200"),
            pytest.param(302, "", UnexpectedAnswer, id="a redirect"),
            pytest.param(400, own(400), RequestRefused, id="400"),
            pytest.param(401, "", AuthenticationFailed, id="401 without words"),
            pytest.param(
                401,
                apim(401, "Unauthorized. Access token is missing or invalid."),
                AuthenticationFailed,
                id="401 of a policy, whose words are not published",
            ),
            pytest.param(403, own(403), PermissionDenied, id="403 of the service"),
            pytest.param(404, own(404), IngestJobNotFound, id="404 of the service"),
            pytest.param(404, apim(404, "Resource not found"), UnexpectedAnswer, id="404 of API Management"),
            pytest.param(409, own(409), Conflict, id="409"),
            pytest.param(429, own(429), RateLimited, id="429 of the service"),
            pytest.param(429, "", RateLimited, id="429 without words"),
            pytest.param(500, own(500), PlatformFailed, id="500"),
            pytest.param(502, HTML, PlatformFailed, id="502 of a proxy"),
            pytest.param(503, "", PlatformFailed, id="503"),
        ],
    )
    def test_a_response_that_is_not_a_yes_proves_nothing(self, serving, status, body, error):
        answer, server = serving(exchange(responding(status, body)))
        assert (answer.outcome, type(answer.error)) == (StartOutcome.UNKNOWN, error)
        assert server.count("POST") == 1

    @pytest.mark.parametrize(
        ("status", "body", "error"),
        [
            pytest.param(401, KEY_INVALID, AuthenticationFailed, id="a wrong subscription key"),
            pytest.param(403, QUOTA, RateLimited, id="the quota is used up"),
            pytest.param(429, RATE_LIMIT, RateLimited, id="too many calls"),
        ],
    )
    def test_a_refusal_in_the_published_words_was_not_seen_by_the_service(self, serving, status, body, error):
        answer, server = serving(exchange(responding(status, body, Retry_After="7")))
        assert (answer.outcome, type(answer.error)) == (StartOutcome.NOT_SEEN, error)
        assert (answer.error.status, answer.error.retry_after_s) == (status, 7.0)
        assert server.count("POST") == 1

    @pytest.mark.parametrize("body", [STARTED, "", "null"])
    def test_a_2xx_is_accepted_whatever_its_json(self, serving, body):
        answer, server = serving(exchange(responding(202, body)))
        assert answer == StartAnswer(outcome=StartOutcome.ACCEPTED)
        assert server.count("POST") == 1


class TestSendingAgain:
    """After a proof that the service has not seen it."""

    def test_the_same_connection_is_used(self, trusted, connect_to):
        with (
            serve(trusted, exchange(responding(429, RATE_LIMIT), responding(200, STARTED))) as server,
            connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB) as prepared,
        ):
            assert prepared.send().outcome is StartOutcome.NOT_SEEN
            assert prepared.send().outcome is StartOutcome.ACCEPTED
        assert (server.connections, server.count("POST")) == (1, 2)

    def test_a_connection_that_was_closed_meanwhile_is_made_again(self, trusted, connect_to, opened):
        with (
            serve(trusted, exchange(responding(429, RATE_LIMIT)), exchange(responding(200, STARTED))) as server,
            connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB) as prepared,
        ):
            assert prepared.send().outcome is StartOutcome.NOT_SEEN
            wait_to_read(opened[0])
            assert prepared.send().outcome is StartOutcome.ACCEPTED
        assert (server.connections, server.count("POST")) == (2, 2)

    def test_a_tunnel_that_was_closed_meanwhile_is_made_again(self, trusted, connect_to, monkeypatch, opened):
        conversations = [exchange(responding(429, RATE_LIMIT)), exchange(responding(200, STARTED))]
        with serve(trusted, *map(tunnelling, conversations)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
            with connect_to(f"https://{HOST}").ingest.prepare_start(WORKSPACE, JOB) as prepared:
                assert prepared.send().outcome is StartOutcome.NOT_SEEN
                wait_to_read(opened[0])
                assert prepared.send().outcome is StartOutcome.ACCEPTED
        assert (proxy.count("CONNECT"), proxy.count("POST")) == (2, 2)

    def test_where_it_cannot_be_made_again_nothing_was_sent(self, trusted, connect_to, opened):
        with (
            serve(trusted, exchange(responding(429, RATE_LIMIT)), cut_handshake) as server,
            connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB) as prepared,
        ):
            prepared.send()
            wait_to_read(opened[0])
            answer = prepared.send()
        assert (answer.outcome, type(answer.error)) == (StartOutcome.NOT_SEEN, PlatformUnreachable)
        assert server.count("POST") == 1

    def test_a_connection_that_ended_before_the_first_byte_is_made_again(self, trusted, connect_to, opened):
        with (
            serve(trusted, lambda line: line.start_tls(tickets=0), exchange(responding(200, STARTED))) as server,
            connect_to(server.url).ingest.prepare_start(WORKSPACE, JOB) as prepared,
        ):
            wait_to_read(opened[0])
            assert prepared.send().outcome is StartOutcome.ACCEPTED
        assert (server.connections, server.count("POST")) == (2, 1)

    def test_a_token_that_has_grown_old_is_replaced_first(self, make_settings, fault, sent):
        settings, now = make_settings(), [0.0]
        session = open_session(settings)
        tokens = Tokens(settings, session, monotonic=lambda: now[0])
        service = Service(audience="data workbench", base_url=settings.data_workbench_url, url_key="veracity:endpoint")
        fault("*/start", {"kind": "status", "status": 429, "retryAfter": 7})
        with IngestClient(Transport(settings, session, tokens, service)).prepare_start(WORKSPACE, JOB) as prepared:
            assert prepared.send().outcome is StartOutcome.NOT_SEEN
            now[0] = 86_400.0
            fault("*/oauth2/token", {"kind": "status", "status": 503})
            answer = prepared.send()
            assert (answer.outcome, type(answer.error)) == (StartOutcome.NOT_SEEN, PlatformFailed)
            assert type(prepared.send().error) is IngestJobNotFound
        assert (sent("/oauth2/token"), sent("/start")) == (3, 2)

    def test_a_refused_token_is_not_renewed(self, clients, fault, sent):
        fault("*/start", {"kind": "expireToken"})
        answer = start(clients)
        assert (answer.outcome, type(answer.error)) == (StartOutcome.UNKNOWN, AuthenticationFailed)
        assert (sent("/start"), sent("/oauth2/token")) == (1, 1)
