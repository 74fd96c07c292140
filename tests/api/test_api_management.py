"""Which responses prove that the service never saw the request: the published ones, to the letter."""

import json

import pytest

from veracity_provider.api.api_management import Refusal, find_message, find_refusal

KEY_MISSING = (
    "Access denied due to missing subscription key. "
    "Make sure to include subscription key when making requests to an API."
)
KEY_INVALID = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)
RATE_LIMIT = "Rate limit is exceeded. Try again in 26 seconds."
QUOTA = "Out of call volume quota. Quota will be replenished in 12:03:59."


def body(status, message, **more):
    return json.dumps({"statusCode": status, "message": message, **more}).encode()


@pytest.mark.parametrize(
    ("status", "message", "refusal"),
    [
        pytest.param(401, KEY_MISSING, Refusal.KEY_MISSING, id="no subscription key"),
        pytest.param(401, KEY_INVALID, Refusal.KEY_INVALID, id="a wrong subscription key"),
        pytest.param(429, RATE_LIMIT, Refusal.RATE_LIMIT, id="too many calls"),
        pytest.param(429, RATE_LIMIT.replace("26", "1"), Refusal.RATE_LIMIT, id="too many calls, for a second"),
        pytest.param(403, QUOTA, Refusal.QUOTA, id="the quota is used up, for hours"),
        pytest.param(403, QUOTA.replace("12", "5.12"), Refusal.QUOTA, id="the quota is used up, for days"),
    ],
)
def test_a_published_response_is_a_refusal(status, message, refusal):
    assert find_refusal(status, body(status, message)) is refusal
    assert find_refusal(status, body(status, message).replace(b", ", b",\r\n  ")) is refusal


@pytest.mark.parametrize(
    ("status", "content"),
    [
        pytest.param(401, body(401, "Unauthorized. Access token is missing or invalid."), id="the words of a policy"),
        pytest.param(404, body(404, "Resource not found"), id="no such operation"),
        pytest.param(500, body(500, RATE_LIMIT), id="published words under another status"),
        pytest.param(429, body(403, RATE_LIMIT), id="a status code that is not the response's"),
        pytest.param(429, body("429", RATE_LIMIT), id="a status code that is a string"),
        pytest.param(429, body(429, RATE_LIMIT.lower()), id="other letters"),
        pytest.param(429, body(429, f"{RATE_LIMIT} Sorry."), id="more words"),
        pytest.param(429, body(429, RATE_LIMIT.replace("26", "a few")), id="no number"),
        pytest.param(403, body(403, "Out of bandwidth quota. Quota will be replenished in 12:03:59."), id="bandwidth"),
        pytest.param(403, body(403, "Out of call volume quota."), id="half of the words"),
        pytest.param(429, body(429, RATE_LIMIT, traceId="1"), id="a member more"),
        pytest.param(429, json.dumps({"message": RATE_LIMIT}).encode(), id="a member less"),
        pytest.param(429, body(429, [RATE_LIMIT]), id="a message that is a list"),
        pytest.param(429, json.dumps([RATE_LIMIT]).encode(), id="a list"),
        pytest.param(429, RATE_LIMIT.encode(), id="plain text"),
        pytest.param(429, b"", id="an empty body"),
        pytest.param(429, b"\xff\xfe", id="no text"),
        pytest.param(429, b"[" * 100_000, id="very deep JSON"),
        pytest.param(403, b'{"type": "BusinessError", "traceId": "8b01e7eb"}', id="the service's own refusal"),
    ],
)
def test_any_other_response_proves_nothing(status, content):
    assert find_refusal(status, content) is None


def test_the_shape_is_known_whatever_the_words():
    assert find_message(404, body(404, "Resource not found")) == "Resource not found"
    assert find_message(404, b'{"message": "Resource was not found"}') is None
