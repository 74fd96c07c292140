"""The clock of this machine, compared with the header `Date` of a response."""

import email.utils
import time

import pytest
import requests
from urllib3.exceptions import ProtocolError

from tests.api.wire import closed_port
from veracity_provider.api import clock
from veracity_provider.api.clock import find_clock_difference
from veracity_provider.connections import NeverSent
from veracity_provider.errors import PlatformUnreachable
from veracity_provider.settings import Settings

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z
CONFIG = {
    "endpoint": "https://veracity.test",
    "accessToken": "token",
    "subscriptionKey": "key",
    "requestTimeoutSeconds": "7",
}
SETTINGS = Settings.resolve(CONFIG.get, {})


class StandIn:
    """A session that gives one response, or raises one error; *sent* is what was asked of it."""

    def __init__(self, response):
        self.response = response
        self.sent = []
        self.opened_with = []

    def open(self, settings, *, connections):
        self.opened_with.append((settings, connections))
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sent.append("close")

    def get(self, url, **options):
        self.sent.append((url, options))
        if isinstance(self.response, Exception):
            raise self.response
        return self.response


@pytest.fixture
def ask(monkeypatch):
    """The difference by a response with these headers, when it took from one to the other moment to come."""

    def find(response, moments=(NOON, NOON)):
        session, left = StandIn(response), list(moments)
        monkeypatch.setattr(clock, "open_session", session.open)
        find.session = session
        return find_clock_difference(SETTINGS, time=lambda: left.pop(0))

    return find


def response(**headers):
    found = requests.Response()
    found.status_code = 401
    found.headers.update(headers)
    return found


@pytest.mark.parametrize("ahead_s", [0.0, 3600.0, -3600.0])
def test_the_clock_is_compared_with_the_date_of_a_response(make_settings, ahead_s):
    found = find_clock_difference(make_settings(), time=lambda: time.time() + ahead_s)
    assert found == pytest.approx(ahead_s, abs=30)


@pytest.fixture
def _far_from_utc(monkeypatch):
    monkeypatch.setenv("TZ", "Etc/GMT-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_far_from_utc")
@pytest.mark.parametrize(
    ("date", "moments", "ahead_s"),
    [
        pytest.param("Thu, 01 Jan 2026 12:00:00 GMT", (NOON, NOON), 0.0, id="the same"),
        pytest.param("Thu, 01 Jan 2026 12:00:00 GMT", (NOON + 90, NOON + 90), 90.0, id="this one is ahead"),
        pytest.param("Thu, 01 Jan 2026 12:01:00 GMT", (NOON, NOON), -60.0, id="this one is behind"),
        pytest.param("Thu, 01 Jan 2026 12:00:00 GMT", (NOON, NOON + 4), 2.0, id="in the middle of the request"),
        pytest.param("Thu, 01 Jan 2026 13:00:00 +0100", (NOON, NOON), 0.0, id="another time zone"),
        pytest.param("Thu, 01 Jan 2026 12:00:00 -0000", (NOON, NOON), 0.0, id="no time zone, which is UTC"),
    ],
)
def test_how_far_it_is_ahead(ask, date, moments, ahead_s):
    assert ask(response(Date=date), moments) == ahead_s


@pytest.mark.parametrize("headers", [{}, {"Date": ""}, {"Date": "noon"}, {"Date": "2026-01-01T12:00:00Z"}], ids=str)
def test_a_response_that_does_not_tell_the_time_is_no_difference(ask, headers):
    assert ask(response(**headers)) is None


def test_one_plain_request_is_sent_without_token_or_key(ask):
    ask(response(Date=email.utils.formatdate(NOON, usegmt=True)))
    assert ask.session.opened_with == [(SETTINGS, 1)]
    assert ask.session.sent == [
        (SETTINGS.data_workbench_url, {"timeout": 7.0, "allow_redirects": False}),
        "close",
    ]


@pytest.mark.parametrize(
    "failure",
    [NeverSent("no route"), requests.ConnectionError("no route"), ProtocolError("no route"), OSError("no route")],
    ids=lambda one: type(one).__name__,
)
def test_without_a_response_there_is_no_time(ask, failure):
    with pytest.raises(PlatformUnreachable) as unreachable:
        ask(failure)
    assert str(unreachable.value) == f"{SETTINGS.data_workbench_url} cannot be reached (no route)"


def test_a_platform_where_nobody_listens_is_unreachable(make_settings):
    with closed_port() as port:
        settings = make_settings(endpoint=f"http://127.0.0.1:{port}")
        with pytest.raises(PlatformUnreachable) as unreachable:
            find_clock_difference(settings, time=lambda: 0.0)
    assert str(unreachable.value).startswith(f"{settings.data_workbench_url} cannot be reached (")
