"""What is repeated, what is not, and what each answer of the platform becomes."""

import json
import socket

import pytest
import requests
import stamina
from urllib3.exceptions import HTTPError

from tests.api.wire import cut_handshake, exchange, responding, serve, tunnelling
from veracity_provider.api.clients import Clients
from veracity_provider.connections import Session
from veracity_provider.errors import (
    AnswerLost,
    Conflict,
    ContainerNotFound,
    DatasetNotFound,
    IngestJobNotFound,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    RequestRefused,
    SettingsError,
    UnexpectedAnswer,
)

WORKSPACE = "11111111-0000-4000-8000-000000000001"
REGISTERED = json.dumps({"jobId": "j", "sasToken": "https://host/fs/d?sig=x"})
NOTHING = "99999999-0000-4000-8000-000000000000"


def fast_retries():
    """As often as ever, and without the waits in between."""
    return stamina.set_testing(True, attempts=4)


def subclasses_of(family):
    """*family* and everything below it."""
    return [family, *(one for child in family.__subclasses__() for one in subclasses_of(child))]


@pytest.fixture
def read(client, clients):
    """A read of the demo container."""
    container = client.new_container()
    return lambda: clients.data.get_container(container)


@pytest.fixture
def write(client, clients):
    """A registration."""
    dataset = client.new_dataset("keyed")
    return lambda: clients.ingest.register_ingest_job(client.workspace, dataset, file_name="a.csv", operation="Upsert")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RequestRefused),
        (403, PermissionDenied),
        (404, ContainerNotFound),
        (409, Conflict),
        (418, RequestRefused),
        (429, RateLimited),
        (500, PlatformFailed),
        (502, PlatformFailed),
    ],
)
def test_each_status_becomes_one_error(read, fault, status, error):
    fault("*/resources/*", {"kind": "status", "status": status, "retryAfter": 0}, count=None)
    with pytest.raises(error) as failed:
        read()
    assert failed.value.status == status
    assert str(status) in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize("effect", ["cutBefore", "cutAfter", {"kind": "status", "status": 503}])
def test_a_read_is_repeated_until_it_works(read, fault, sent, effect):
    fault("*/resources/*", {"kind": effect} if isinstance(effect, str) else effect, count=2)
    assert read().owner_id
    assert sent("GET /veracity/datafabric/data") == 3


def test_a_read_is_tried_four_times(read, fault, sent):
    fault("*/resources/*", {"kind": "status", "status": 500}, count=None)
    with pytest.raises(PlatformFailed):
        read()
    assert sent("GET /veracity/datafabric/data") == 4


def test_retry_after_is_honoured_and_one_beyond_reason_is_not_waited_for(read, fault, sent):
    fault("*/resources/*", {"kind": "status", "status": 429, "retryAfter": 3600})
    with pytest.raises(RateLimited):
        read()
    assert sent("GET /veracity/datafabric/data") == 1


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"kind": "cutAfter"}, AnswerLost),
        ({"kind": "cutBefore"}, AnswerLost),
        ({"kind": "status", "status": 500}, PlatformFailed),
        ({"kind": "status", "status": 502, "html": True}, PlatformFailed),
    ],
)
def test_a_write_that_may_have_been_carried_out_is_sent_once(write, fault, sent, effect, error):
    fault("*/ingest/dataset/*", effect)
    with pytest.raises(error):
        write()
    assert sent("PUT ") == 1


def test_a_redirect_is_never_taken_for_a_yes(write, fault):
    fault("*/ingest/dataset/*", {"kind": "status", "status": 302})
    with pytest.raises(UnexpectedAnswer, match="redirect"):
        write()


def test_a_write_that_was_surely_not_carried_out_is_repeated(write, fault, sent):
    fault("*/ingest/dataset/*", {"kind": "status", "status": 429, "retryAfter": 0}, count=2)
    assert write().job_id
    assert sent("PUT ") == 3


def test_no_answer_in_time_is_told_as_such(client, make_settings, fault):
    clients = Clients(make_settings(requestTimeoutSeconds="1"))
    dataset = client.new_dataset("keyed")
    fault("*/ingest/dataset/*", {"kind": "delay", "seconds": 1.5})
    with pytest.raises(AnswerLost, match="time-out"):
        clients.ingest.register_ingest_job(client.workspace, dataset, file_name="a.csv", operation="Upsert")


def test_a_platform_that_is_not_there_is_told_by_its_address(make_settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        clients = Clients(make_settings(dataApiUrl=url))
        with pytest.raises(PlatformUnreachable, match="connection refused") as failed:
            clients.data.get_container(NOTHING)
    assert url in str(failed.value)


@pytest.mark.parametrize("effect", [{"kind": "html"}, {"kind": "status", "status": 500, "html": True}])
def test_a_page_of_html_is_never_shown(read, fault, effect):
    fault("*/resources/*", effect, count=None)
    with pytest.raises((UnexpectedAnswer, PlatformFailed)) as failed:
        read()
    assert "<" not in str(failed.value)


def test_the_platforms_own_words_and_trace_id_are_in_the_error(client, clients):
    with pytest.raises(RequestRefused) as failed:
        clients.ingest.register_ingest_job(
            client.workspace, client.new_dataset("keyed"), file_name="a.csv", operation="Append"
        )
    assert "do not have schema keys" in str(failed.value)
    assert failed.value.trace_id
    assert failed.value.trace_id in str(failed.value)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda clients, ws: clients.datasets.get_dataset(ws, NOTHING), DatasetNotFound),
        (lambda clients, ws: clients.ingest.get_ingest_job(ws, NOTHING), IngestJobNotFound),
        (lambda clients, _: clients.data.get_container(NOTHING), ContainerNotFound),
        (lambda clients, _: clients.provisioning.update_metadata(NOTHING, []), ContainerNotFound),
    ],
)
def test_what_is_not_there_is_named(client, clients, ask, error):
    with pytest.raises(error, match=NOTHING):
        ask(clients, client.workspace)


class TestA404:
    """Only the service itself can say that a thing is not there."""

    def test_a_404_of_another_address_names_the_setting(self, emulator, make_settings, client):
        url = f"{emulator.url}/veracity/dw/gateway/api/v3"
        with pytest.raises(UnexpectedAnswer) as failed:
            Clients(make_settings(dataWorkbenchUrl=url)).datasets.get_dataset(client.workspace, NOTHING)
        assert str(failed.value) == (
            f"reading dataset {NOTHING} failed: the response is a 404 that does not come from the service itself "
            "(Resource not found), so it does not mean that the object does not exist. The URL may be wrong, or a "
            f"proxy stands in between. Check veracity:dataWorkbenchUrl; it is {url}"
        )

    @pytest.mark.parametrize(
        ("url_key", "ask"),
        [
            ("dataApiUrl", lambda clients: clients.data.get_container(NOTHING)),
            ("provisioningUrl", lambda clients: clients.provisioning.update_metadata(NOTHING, [])),
        ],
    )
    def test_a_404_of_another_address_of_data_fabric_names_the_setting(self, emulator, make_settings, url_key, ask):
        clients = Clients(make_settings(**{url_key: f"{emulator.url}/veracity/datafabric/x"}))
        with pytest.raises(UnexpectedAnswer, match=f"Check veracity:{url_key}"):
            ask(clients)

    @pytest.mark.parametrize("path", ["*/datasets/*", "*/resources/*", "*/metadata"])
    @pytest.mark.parametrize("how", [{"gateway": True}, {"html": True}, {"message": "Fault"}])
    def test_a_404_of_somebody_else_is_no_absence(self, client, clients, fault, path, how):
        fault(path, {"kind": "status", "status": 404, **how})
        ask = {
            "*/datasets/*": lambda: clients.datasets.get_dataset(client.workspace, client.demo["datasets"]["keyed"]),
            "*/resources/*": lambda: clients.data.get_container(client.new_container()),
            "*/metadata": lambda: clients.provisioning.update_metadata(client.new_container(), []),
        }[path]
        with pytest.raises(UnexpectedAnswer, match="does not come from the service itself") as failed:
            ask()
        assert "<" not in str(failed.value)


class TestWhereAWriteFails:
    """What was surely not sent is sent again; what may have been received is not. Real sockets and real TLS."""

    @pytest.fixture
    def register(self, connect_to):
        def run(url):
            clients = connect_to(url)
            return clients.ingest.register_ingest_job(WORKSPACE, NOTHING, file_name="a.csv", operation="Upsert")

        return run

    @pytest.mark.parametrize(
        "refuse",
        [
            pytest.param(cut_handshake, id="cut in the handshake"),
            pytest.param(lambda line: line.socket.sendall(b"220 smtp.example\r\n"), id="no TLS"),
        ],
    )
    def test_a_write_is_sent_again_before_the_connection_stands(self, trusted, register, refuse):
        with serve(trusted, refuse, refuse, exchange(responding(200, REGISTERED))) as server, fast_retries():
            assert register(server.url).job_id == "j"
        assert (server.connections, server.count("PUT")) == (3, 1)

    def test_a_certificate_that_is_refused_is_told_and_nothing_was_sent(self, trusted, register, monkeypatch):
        monkeypatch.delenv("REQUESTS_CA_BUNDLE")
        with (
            serve(trusted, exchange(responding(200, REGISTERED))) as server,
            fast_retries(),
            pytest.raises(PlatformUnreachable, match="its certificate is refused"),
        ):
            register(server.url)
        assert (server.connections, server.count("PUT")) == (4, 0)

    @pytest.mark.parametrize(
        "break_off",
        [
            pytest.param(lambda line: line.write_below_tls(b"\x17\x03\x03\x00\x20" + bytes(32)), id="a broken record"),
            pytest.param(lambda line: line.write_below_tls(b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), id="plain text"),
            pytest.param(lambda line: line.reset(), id="a reset"),
            pytest.param(lambda line: line.wait_for_end(), id="silence"),
        ],
    )
    @pytest.mark.parametrize("through_proxy", [False, True], ids=["directly", "through a proxy"])
    def test_a_write_that_fails_in_the_response_is_lost_and_sent_once(
        self, trusted, register, monkeypatch, break_off, through_proxy
    ):
        conversation = exchange(break_off)
        with serve(trusted, tunnelling(conversation) if through_proxy else conversation) as server, fast_retries():
            if through_proxy:
                monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{server.port}")
            with pytest.raises(AnswerLost, match="it may have been carried out"):
                register(server.url)
        assert server.count("PUT") == 1

    def test_a_read_is_sent_again_wherever_it_failed(self, trusted, connect_to):
        dataset = json.dumps({"id": NOTHING, "name": "n"})
        broken = exchange(lambda line: line.write_below_tls(bytes(32)))
        with serve(trusted, broken, cut_handshake, exchange(responding(200, dataset))) as server, fast_retries():
            assert connect_to(server.url).datasets.get_dataset(WORKSPACE, NOTHING).name == "n"
        assert server.count("GET") == 2

    def test_a_read_without_any_response_is_told(self, trusted, connect_to):
        with (
            serve(trusted, exchange(lambda line: line.reset())) as server,
            fast_retries(),
            pytest.raises(PlatformUnreachable) as failed,
        ):
            connect_to(server.url).datasets.get_dataset(WORKSPACE, NOTHING)
        url = f"{server.url}/veracity/dw/gateway/api/v2"
        expected = f"reading dataset {NOTHING} failed: {url} gave no answer (the connection was cut)"
        assert (str(failed.value), server.count("GET")) == (expected, 4)


@pytest.mark.parametrize("key", ["subscriptionKey", "accessToken"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hidden-word\r\nX: y", "must not have a line break"),
        ("hidden-word\n", "must not end in a line break"),
        ("hidden–word", "no special character"),
    ],
)
def test_a_secret_that_fits_into_no_header_is_told_and_not_shown(connect_to, key, value, words):
    with pytest.raises(SettingsError, match=words) as failed:
        connect_to("https://veracity.invalid", **{key: value}).datasets.get_dataset(WORKSPACE, NOTHING)
    assert f"veracity:{key}" in str(failed.value)
    assert "hidden" not in str(failed.value)


def test_a_header_that_the_library_refuses_is_told_in_these_words(connect_to):
    with pytest.raises(SettingsError) as failed:
        connect_to("https://veracity.invalid", accessToken="–").datasets.get_dataset(WORKSPACE, NOTHING)
    assert str(failed.value) == (
        "veracity:subscriptionKey or veracity:accessToken: must have no line break, no leading or trailing space and "
        "no special character. Set it again"
    )


def test_an_address_that_leads_nowhere_is_told_by_its_key(connect_to):
    with pytest.raises(SettingsError, match="veracity:dataWorkbenchUrl: must be an HTTP address"):
        connect_to("https://.veracity.invalid").datasets.get_dataset(WORKSPACE, NOTHING)


class TestForeignExceptions:
    """None of the libraries' exceptions gets out, and none of their texts, which repeat addresses and headers."""

    @pytest.mark.parametrize(
        "raised",
        [*subclasses_of(requests.RequestException), *subclasses_of(HTTPError), OSError, TimeoutError],
        ids=lambda raised: f"{raised.__module__}.{raised.__name__}",
    )
    def test_each_is_one_of_ours(self, connect_to, monkeypatch, raised):
        failure = raised.__new__(raised)
        failure.args = ("hidden-word",)

        def fail(*_, **__):
            raise failure

        monkeypatch.setattr(Session, "send", fail)
        clients = connect_to("https://veracity.invalid")
        with fast_retries():
            with pytest.raises(PlatformUnreachable, match="gave no answer") as unreachable:
                clients.datasets.get_dataset(WORKSPACE, NOTHING)
            with pytest.raises(AnswerLost, match="may have been carried out") as lost:
                clients.ingest.register_ingest_job(WORKSPACE, NOTHING, file_name="a.csv", operation="Upsert")
        assert "hidden" not in f"{unreachable.value}{lost.value}"
