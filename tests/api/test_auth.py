"""Tokens: one for each API, renewed by time, and never shown."""

import threading

import pytest
import requests

from veracity_provider.api.auth import RENEWAL_MARGIN_S, Tokens
from veracity_provider.api.clients import Clients
from veracity_provider.connections import NeverSent, Session
from veracity_provider.errors import (
    AuthenticationFailed,
    PlatformError,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    UnexpectedAnswer,
)
from veracity_provider.settings import Settings

NOTHING = "99999999-0000-4000-8000-000000000000"
ACCOUNT = {
    "endpoint": "http://127.0.0.1:1",
    "clientId": "c",
    "clientSecret": "hidden-secret",
    "subscriptionKey": "hidden-key",
}


class TokenEndpoint:
    """Stands in for a session: responds with token after token, each with the life that is set, or as it is told."""

    def __init__(self):
        self.life = "3600"
        self.asked = []
        self.told = []

    def post(self, url, *, data, **_):
        self.asked.append(data)
        told = self.told.pop(0) if self.told else None
        if isinstance(told, Exception):
            raise told
        response = requests.Response()
        response.url = url
        response.status_code, body = told or (200, f'{{"access_token": "token {len(self.asked)}", {self._life()}}}')
        response._content = body.encode()
        return response

    def _life(self):
        return f'"expires_in": {self.life}' if self.life else '"token_type": "Bearer"'


@pytest.fixture
def endpoint():
    return TokenEndpoint()


@pytest.fixture
def now():
    """A clock in a list."""
    return [1000.0]


@pytest.fixture
def make_tokens(endpoint, now):
    def make(**config):
        settings = Settings.resolve({**ACCOUNT, **config}.get, {})
        return Tokens(settings, endpoint, monotonic=lambda: now[0])

    return make


class TestKeeping:
    @pytest.mark.parametrize("life", ["3600", '"3600"'], ids=["as a number", "as a text"])
    def test_a_token_is_kept_until_a_minute_before_its_end(self, make_tokens, endpoint, now, life):
        endpoint.life = life
        tokens = make_tokens()
        assert tokens.get("data workbench") == "token 1"
        now[0] += 3600 - RENEWAL_MARGIN_S - 0.1
        assert tokens.get("data workbench") == "token 1"
        now[0] += 0.1
        assert tokens.get("data workbench") == "token 2"
        assert len(endpoint.asked) == 2

    @pytest.mark.parametrize(
        ("life", "kept_s"),
        [pytest.param("100", 50, id="a short one for half of it"), pytest.param("", 240, id="one of unknown life")],
    )
    def test_other_lives(self, make_tokens, endpoint, now, life, kept_s):
        endpoint.life = life
        tokens = make_tokens()
        tokens.get("data fabric")
        now[0] += kept_s - 0.1
        assert tokens.get("data fabric") == "token 1"
        now[0] += 0.1
        assert tokens.get("data fabric") == "token 2"

    def test_its_life_begins_when_it_was_asked_for(self, make_tokens, endpoint, now, monkeypatch):
        """However late the response is."""
        post = endpoint.post

        def post_slowly(*arguments, **options):
            now[0] += 30
            return post(*arguments, **options)

        monkeypatch.setattr(endpoint, "post", post_slowly)
        tokens = make_tokens()
        tokens.get("data workbench")
        now[0] += 3600 - RENEWAL_MARGIN_S - 30
        assert tokens.get("data workbench") == "token 2"

    def test_each_api_has_its_own(self, make_tokens, endpoint):
        tokens = make_tokens()
        assert [tokens.get("data workbench"), tokens.get("data fabric")] == ["token 1", "token 2"]
        assert [asked["resource"].rpartition("/")[2][:8] for asked in endpoint.asked] == ["83054ebf", "dfba9693"]

    def test_many_threads_share_one_request(self, make_tokens, endpoint):
        tokens, found, together = make_tokens(), [], threading.Barrier(8)

        def get():
            together.wait()
            found.append(tokens.get("data workbench"))

        threads = [threading.Thread(target=get) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(found) == {"token 1"}
        assert len(endpoint.asked) == 1

    def test_a_refused_one_is_forgotten(self, make_tokens):
        tokens = make_tokens()
        tokens.forget("data workbench", tokens.get("data workbench"))
        assert tokens.get("data workbench") == "token 2"

    def test_one_that_another_thread_has_renewed_meanwhile_is_kept(self, make_tokens):
        tokens = make_tokens()
        refused = tokens.get("data workbench")
        tokens.forget("data workbench", refused)
        renewed = tokens.get("data workbench")
        tokens.forget("data workbench", refused)
        assert tokens.get("data workbench") == renewed

    def test_a_supplied_one_is_used_as_it_is(self, make_tokens, endpoint):
        tokens = make_tokens(accessToken="supplied")
        assert tokens.get("data workbench") == "supplied"
        assert not tokens.can_renew
        assert endpoint.asked == []


class TestFailing:
    pytestmark = pytest.mark.usefixtures("one_attempt")

    @pytest.mark.parametrize("status", [400, 429, 503])
    def test_a_refusal_has_its_trace_id_for_support(self, make_tokens, endpoint, status):
        endpoint.told = [(status, '{"trace_id": "t1"}')]
        with pytest.raises(PlatformError) as failed:
            make_tokens().get("data workbench")
        assert (failed.value.status, failed.value.trace_id) == (status, "t1")

    @pytest.mark.parametrize(
        ("told", "error", "text"),
        [
            pytest.param(
                NeverSent("connection refused"),
                PlatformUnreachable,
                "the token endpoint {url} cannot be reached (connection refused). Start the emulator, or check "
                "veracity:endpoint",
                id="no connection",
            ),
            pytest.param(
                requests.ReadTimeout("hidden-secret"),
                PlatformUnreachable,
                "the token endpoint {url} gave no answer",
                id="no response",
            ),
            pytest.param((429, ""), RateLimited, "the token endpoint asks to slow down; run again later", id="429"),
            pytest.param((503, "<html>"), PlatformFailed, "the token endpoint {url} answered 503", id="503"),
            pytest.param(
                (200, "<html>"), UnexpectedAnswer, "{url} answered without a token. Check veracity:tokenUrl", id="HTML"
            ),
            pytest.param(
                (302, ""), UnexpectedAnswer, "{url} answered without a token. Check veracity:tokenUrl", id="a redirect"
            ),
            pytest.param(
                (200, "[]"), UnexpectedAnswer, "{url} answered without a token. Check veracity:tokenUrl", id="a list"
            ),
            pytest.param(
                (200, "{}"), UnexpectedAnswer, "{url} answered without a token. Check veracity:tokenUrl", id="no member"
            ),
            pytest.param(
                (200, '{"access_token": "t", "expires_in": "soon"}'),
                UnexpectedAnswer,
                "{url} answered without a token. Check veracity:tokenUrl",
                id="a life that is no number",
            ),
            pytest.param(
                (401, '{"error": "invalid_client", "error_codes": [7000222]}'),
                AuthenticationFailed,
                "no token from {url}: the service account's secret has expired. Create a new one in the portal and set "
                "veracity:clientSecret (invalid_client)",
                id="an expired secret",
            ),
            pytest.param(
                (401, '{"error": "invalid_client", "error_codes": [1, "2", {}]}'),
                AuthenticationFailed,
                "no token from {url}: the service account is refused. "
                "Check veracity:clientId and veracity:clientSecret (invalid_client)",
                id="a refusal with unknown codes",
            ),
            pytest.param(
                (400, '{"error": "other", "error_codes": "7000222"}'),
                AuthenticationFailed,
                "no token from {url}: it answered 400. Check veracity:tokenUrl (other)",
                id="an unknown refusal",
            ),
            pytest.param(
                (404, "<html>"),
                AuthenticationFailed,
                "no token from {url}: it answered 404. Check veracity:tokenUrl",
                id="no token endpoint at all",
            ),
            pytest.param(
                (403, "[]"),
                AuthenticationFailed,
                "no token from {url}: it answered 403. Check veracity:tokenUrl",
                id="a refusal of another shape",
            ),
        ],
    )
    def test_each_failure_is_one_error(self, make_tokens, endpoint, told, error, text):
        endpoint.told = [told]
        with pytest.raises(error) as failed:
            make_tokens().get("data workbench")
        assert str(failed.value) == text.format(url=f"{ACCOUNT['endpoint']}/dnvglb2cprod.onmicrosoft.com/oauth2/token")

    def test_a_failure_keeps_nothing(self, make_tokens, endpoint):
        endpoint.told = [(503, "")]
        tokens = make_tokens()
        with pytest.raises(PlatformFailed):
            tokens.get("data workbench")
        assert tokens.get("data workbench") == "token 2"


class TestHiding:
    def test_every_secret_is_taken_out_of_a_text(self, make_tokens):
        tokens = make_tokens()
        tokens.forget("data workbench", tokens.get("data workbench"))
        tokens.get("data workbench")
        text = "hidden-secret hidden-key token 1 token 2 and hidden-secret"
        assert tokens.redact(text) == "[secret] [secret] [secret] [secret] and [secret]"

    def test_a_supplied_token_too(self, make_tokens):
        assert make_tokens(accessToken="supplied").redact("Bearer supplied") == "Bearer [secret]"

    def test_a_platform_that_repeats_secrets_has_them_hidden(self, client, make_settings, fault):
        settings = make_settings()
        told = f"Bad key {settings.subscription_key} and secret {settings.client_secret}"
        fault("*/resources/*", {"kind": "status", "status": 400, "message": told})
        with pytest.raises(Exception, match=r"400: Bad key \[secret\] and secret \[secret\]"):
            Clients(settings).data.get_container(client.new_container())

    def test_tokens_of_the_session_are_in_no_repr(self, make_settings):
        settings = make_settings()
        assert (
            settings.client_secret not in f"{settings}{Tokens(settings, Session(connections=1, uses_proxies=False))!r}"
        )


class TestAtThePlatform:
    """The local Veracity's token endpoint, and requests whose token is refused."""

    @pytest.fixture
    def read(self, client, clients):
        """A read of the demo container."""
        container = client.new_container()
        return lambda: clients.data.get_container(container)

    def test_one_token_serves_all_requests_to_an_api(self, read, sent):
        for _ in range(3):
            read()
        assert sent("/oauth2/token") == 1

    def test_a_refused_token_is_renewed_once(self, read, fault, sent):
        fault("*/resources/*", {"kind": "expireToken"})
        assert read().id
        assert sent("/oauth2/token") == 2

    def test_a_token_that_is_refused_again_is_an_error(self, read, fault):
        fault("*/resources/*", {"kind": "expireToken"}, count=None)
        with pytest.raises(AuthenticationFailed):
            read()

    def test_a_scope_asks_the_v2_endpoint(self, client, make_settings, sent):
        api = "https://dnvglb2cprod.onmicrosoft.com/83054ebf-1d7b-43f5-82ad-b2bde84d7b75/.default"
        clients = Clients(make_settings(scope=api))
        assert clients.datasets.get_dataset(client.workspace, client.demo["datasets"]["keyed"]).name
        assert clients.data.get_container(client.demo["containers"]["owned"]).id
        assert sent("/oauth2/v2.0/token") == 2

    @pytest.mark.parametrize(
        ("config", "words"),
        [
            ({"clientSecret": "hidden-word"}, "veracity:clientSecret"),
            ({"clientId": "nobody"}, "veracity:clientId"),
            ({"resource": "https://other"}, "veracity:resource"),
            ({"scope": "https://other"}, "veracity:scope"),
        ],
    )
    def test_a_refusal_names_the_setting_and_not_the_secret(self, client, make_settings, config, words):
        with pytest.raises(AuthenticationFailed, match=words) as failed:
            Clients(make_settings(**config)).datasets.get_dataset(client.workspace, NOTHING)
        assert "hidden-word" not in str(failed.value)
        assert failed.value.trace_id

    def test_an_expired_secret_says_so(self, client, clients):
        client.control("POST", "/accounts", {"id": client.demo["clientId"], "secretExpired": True})
        try:
            with pytest.raises(AuthenticationFailed, match="has expired"):
                clients.datasets.get_dataset(client.workspace, NOTHING)
        finally:
            client.control("POST", "/accounts", {"id": client.demo["clientId"], "secretExpired": False})

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            ({"kind": "status", "status": 429}, RateLimited),
            ({"kind": "status", "status": 503}, PlatformFailed),
            ({"kind": "html"}, UnexpectedAnswer),
            ({"kind": "cutBefore"}, PlatformUnreachable),
        ],
    )
    def test_a_token_endpoint_that_gives_no_token_is_one_error(self, read, fault, effect, error):
        fault("*/oauth2/token", effect, count=None)
        with pytest.raises(error):
            read()

    def test_a_supplied_token_that_is_refused_is_told_with_its_status(self, client, make_settings):
        clients = Clients(make_settings(accessToken="expired.token"))
        with pytest.raises(AuthenticationFailed, match="veracity:accessToken") as failed:
            clients.datasets.get_dataset(client.workspace, NOTHING)
        assert failed.value.status == 401

    def test_a_wrong_key_is_told(self, client, make_settings):
        clients = Clients(make_settings(subscriptionKey="hidden-key"))
        with pytest.raises(AuthenticationFailed, match="subscription key") as failed:
            clients.datasets.get_dataset(client.workspace, NOTHING)
        assert "hidden-key" not in str(failed.value)
