"""From a response to an error: its class, its text without secrets, its trace id, and how long to wait."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from veracity_provider.api.responses import Action, error_of, json_of, retry_after_of, text_of, trace_id_of
from veracity_provider.api.service import Service
from veracity_provider.errors import (
    AuthenticationFailed,
    Conflict,
    DatasetNotFound,
    PermissionDenied,
    PlatformFailed,
    RateLimited,
    RequestRefused,
    UnexpectedAnswer,
)

WORKBENCH = Service(audience="data workbench", base_url="https://host/v2", url_key="veracity:dataWorkbenchUrl")
ACTION = Action(label="reading dataset d", not_found=DatasetNotFound, hints={403: "Become Admin."})


def make_response(status=200, body=b"", **headers):
    """A response as the library would build it; underscores in names of headers stand for dashes."""
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def keep(text):
    return text


class TestTheError:
    @pytest.mark.parametrize(
        ("status", "error", "text"),
        [
            (400, RequestRefused, "the platform answered 400: Why"),
            (401, AuthenticationFailed, "the platform answered 401: Why. Check veracity:subscriptionKey, "),
            (403, PermissionDenied, "the platform answered 403: Why. Become Admin."),
            (404, DatasetNotFound, "the platform answered 404: Why"),
            (409, Conflict, "the platform answered 409: Why"),
            (418, RequestRefused, "the platform answered 418: Why"),
            (429, RateLimited, "the platform answered 429: Why. Too many requests; run again later."),
            (500, PlatformFailed, "the platform answered 500: Why. Run again; if it stays so, ask Veracity support"),
            (502, PlatformFailed, "the platform answered 502: Why. The platform may be down for a moment; run again."),
            (599, PlatformFailed, "the platform answered 599: Why"),
        ],
    )
    def test_each_status_is_one_class_with_the_reason_and_what_to_do(self, status, error, text):
        response = make_response(status, {"detail": "Why.", "traceId": "8b01e7"}, Retry_After="3")
        found = error_of(response, ACTION, WORKBENCH, keep)
        assert type(found) is error
        assert str(found).startswith(f"reading dataset d failed: {text}")
        assert str(found).endswith("(trace id: 8b01e7)")
        assert (found.status, found.retry_after_s, found.trace_id) == (status, 3.0, "8b01e7")

    @pytest.mark.parametrize(
        ("body", "is_from_gateway"),
        [({"statusCode": 401, "message": "no"}, True), ({"type": "BusinessError"}, False), (b"", False)],
    )
    def test_a_refusal_by_the_gateway_is_told_from_one_by_the_service(self, body, is_from_gateway):
        assert error_of(make_response(401, body), ACTION, WORKBENCH, keep).is_from_gateway is is_from_gateway

    def test_a_quota_that_is_used_up_is_no_matter_of_roles(self):
        message = "Out of bandwidth quota. Quota will be replenished in 12:03:59."
        found = error_of(make_response(403, {"statusCode": 403, "message": message}), ACTION, WORKBENCH, keep)
        assert type(found) is RateLimited
        assert str(found) == (
            f"reading dataset d failed: the platform answered 403: {message} "
            "Run again when it is replenished, or ask Veracity support for a larger quota."
        )

    def test_a_403_of_the_service_that_speaks_of_a_quota_is_its_own(self):
        found = error_of(make_response(403, {"detail": "No quota for Readers"}), ACTION, WORKBENCH, keep)
        assert type(found) is PermissionDenied

    @pytest.mark.parametrize(
        ("status", "body", "text"),
        [
            (400, {"detail": "X"}, "the platform answered 400: X"),
            (403, {"detail": "X"}, "the platform answered 403: X. Become Admin."),
            (403, b"", "the platform answered 403. Become Admin."),
            (418, b"", "the platform answered 418"),
        ],
    )
    def test_a_reason_ends_in_one_dot_and_there_may_be_none(self, status, body, text):
        found = error_of(make_response(status, body), ACTION, WORKBENCH, keep)
        assert str(found) == f"reading dataset d failed: {text}"

    def test_a_404_of_somebody_else_has_its_trace_id(self):
        found = error_of(make_response(404, b"", X_Request_Id="r"), ACTION, WORKBENCH, keep)
        assert found.trace_id == "r"

    def test_a_404_of_somebody_else_is_no_absence(self):
        found = error_of(make_response(404, b"<html></html>"), ACTION, WORKBENCH, keep)
        assert type(found) is UnexpectedAnswer
        assert str(found) == (
            "reading dataset d failed: the response is a 404 that does not come from the service itself, so it does "
            "not mean that the object does not exist. The URL may be wrong, or a proxy stands in between. Check "
            "veracity:dataWorkbenchUrl; it is https://host/v2"
        )


class TestTheText:
    @pytest.mark.parametrize(
        ("body", "headers", "text"),
        [
            pytest.param({"detail": "d", "message": "m"}, {}, "d", id="the detail before the message"),
            pytest.param({"detail": "", "message": "m"}, {}, "m", id="the next where one is empty"),
            pytest.param({"detail": 7, "title": "t"}, {}, "t", id="the next where one is no text"),
            pytest.param({"title": "t", "errors": {"a": ["b"]}}, {}, "t a: ['b']", id="with the model's errors"),
            pytest.param({"title": "t", "errors": ["b"]}, {}, "t", id="without errors of another shape"),
            pytest.param({"type": "BusinessError"}, {}, "BusinessError", id="the type where there is nothing else"),
            pytest.param("why", {}, "why", id="a JSON string"),
            pytest.param(["why"], {}, "", id="nothing of a list"),
            pytest.param(b" why\n", {"Content_Type": "text/plain"}, "why", id="plain text"),
            pytest.param(b"why", {"Content_Type": "text/html"}, "", id="nothing of HTML by its type"),
            pytest.param(b"<p>why</p>", {}, "", id="nothing of HTML by its look"),
            pytest.param(b"[" * 100_000, {"Content_Type": "text/html"}, "", id="nothing of very deep JSON"),
            pytest.param(b"", {}, "", id="nothing of an empty body"),
            pytest.param(b"x" * 500, {}, "x" * 299 + "…", id="at most 300 characters"),
            pytest.param({"detail": "a\x1b[2J\nb"}, {}, r"a\x1b[2J\nb", id="no escape sequence and no line break"),
        ],
    )
    def test_it_is_what_people_can_read(self, body, headers, text):
        assert text_of(make_response(400, body, **headers), keep) == text

    @pytest.mark.parametrize("body", [{"detail": "your key hidden-word is bad"}, b"your key hidden-word is bad"])
    def test_a_secret_that_is_repeated_is_not_shown(self, body):
        shown = error_of(
            make_response(400, body), ACTION, WORKBENCH, lambda text: text.replace("hidden-word", "[secret]")
        )
        assert str(shown) == "reading dataset d failed: the platform answered 400: your key [secret] is bad"

    def test_a_secret_is_not_in_a_404_of_somebody_else(self):
        shown = error_of(
            make_response(404, b"hidden-word"), ACTION, WORKBENCH, lambda text: text.replace("hidden-word", "")
        )
        assert "hidden" not in str(shown)

    def test_a_secret_at_the_cut_is_not_shown_in_part(self):
        body = b"x" * 295 + b"hidden-word"
        assert "hidde" not in text_of(make_response(400, body), lambda text: text.replace("hidden-word", "[secret]"))


class TestTheJson:
    @pytest.mark.parametrize(
        ("body", "found"), [(b"", None), (b" \r\n", None), (b"null", None), (b'{"a": 1}', {"a": 1})]
    )
    def test_it_is_the_body_and_none_for_an_empty_one(self, body, found):
        assert json_of(make_response(200, body), ACTION) == found

    @pytest.mark.parametrize(
        ("status", "body", "headers", "text"),
        [
            (200, b"<html>", {"Content_Type": "text/html; charset=utf-8"}, "the response is text/html and not JSON"),
            (200, b"OK", {}, "the response is no content type and not JSON"),
            (
                200,
                b"[" * 100_000,
                {"Content_Type": "application/json"},
                "the response is application/json and not JSON",
            ),
            (300, b"", {}, "the response is a redirect (300), which no API of the platform gives"),
            (302, b"", {}, "the response is a redirect (302), which no API of the platform gives"),
        ],
    )
    def test_anything_else_is_unexpected(self, status, body, headers, text):
        with pytest.raises(UnexpectedAnswer) as failed:
            json_of(make_response(status, body, X_Correlation_ID="c", **headers), ACTION)
        assert str(failed.value) == (
            f"reading dataset d failed: {text}. "
            "Check veracity:endpoint, and whether a proxy stands in between (trace id: c)"
        )


@pytest.mark.parametrize(
    ("body", "headers", "trace_id"),
    [
        ({"traceId": "b"}, {"X_Correlation_ID": "h"}, "b"),
        ({"trace_id": "b"}, {}, "b"),
        ({}, {"X_Request_Id": "r", "X_Correlation_ID": "h"}, "h"),
        (["traceId"], {"x_ms_request_id": "m"}, "m"),
        (b"text", {}, None),
    ],
)
def test_the_trace_id_is_in_the_body_or_in_a_header(body, headers, trace_id):
    assert trace_id_of(make_response(500, body, **headers)) == trace_id


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "date", "seconds"),
        [
            pytest.param("7", None, 7.0, id="seconds"),
            pytest.param("0.5", None, 0.5, id="a part of a second"),
            pytest.param("-1", None, 0.0, id="less than nothing"),
            pytest.param("nan", None, None, id="no number"),
            pytest.param("inf", None, None, id="without end"),
            pytest.param("soon", None, None, id="a word"),
            pytest.param("", None, None, id="nothing"),
            pytest.param(
                "Wed, 21 Oct 2015 07:28:30 GMT", "Wed, 21 Oct 2015 07:28:00 GMT", 30.0, id="a moment after its Date"
            ),
            pytest.param("Wed, 21 Oct 2015 07:28:00 -0000", "Wed, 21 Oct 2015 07:27:00 GMT", 60.0, id="without a zone"),
            pytest.param(
                "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:29:00 GMT", 0.0, id="a moment before it"
            ),
            pytest.param("Wed, 21 Oct 2015 07:28:00 GMT", None, 0.0, id="a moment that is past"),
            pytest.param("Wed, 21 Foo 2015 07:28:00 GMT", None, None, id="no date"),
        ],
    )
    def test_it_is_a_number_of_seconds_or_a_moment(self, value, date, seconds):
        headers = {"Retry_After": value} | ({"Date": date} if date else {})
        assert retry_after_of(make_response(429, **headers)) == seconds

    def test_without_the_header_nothing_is_asked_for(self):
        assert retry_after_of(make_response(429)) is None

    def test_without_a_date_this_machines_clock_is_taken(self):
        moment = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        assert 3500 < retry_after_of(make_response(429, Retry_After=moment)) <= 3600
