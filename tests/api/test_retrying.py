"""One policy: what is tried again, how often, and after how long."""

import subprocess
import sys
from pathlib import Path

import pytest
import stamina

from veracity_provider.api.retrying import MAX_RETRYING_S, is_transient, retry
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    NotFound,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    UnexpectedAnswer,
)
from veracity_provider.retrying import ATTEMPTS

ROOT = Path(__file__).resolve().parents[2]


def failing(*errors):
    """A call that fails with each of *errors*, and then gives the number of calls."""
    calls = []

    def call():
        calls.append(None)
        if len(calls) <= len(errors):
            raise errors[len(calls) - 1]
        return len(calls)

    return call


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        pytest.param(PlatformUnreachable("x"), True, id="no connection, or no response to a read"),
        pytest.param(AnswerLost("x"), False, id="what may have been carried out"),
        pytest.param(UnexpectedAnswer("x"), False, id="an answer that is not the platform's"),
        pytest.param(RateLimited("x", status=429), True, id="too many requests"),
        pytest.param(RateLimited("x", status=403), False, id="a quota that is used up"),
        *(pytest.param(PlatformFailed("x", status=code), True, id=str(code)) for code in (500, 502, 503, 504)),
        pytest.param(PlatformFailed("x", status=501), False, id="501"),
        pytest.param(AuthenticationFailed("x", status=401), False, id="401"),
        pytest.param(PermissionDenied("x", status=403), False, id="403"),
        pytest.param(NotFound("x", status=404), False, id="404"),
        pytest.param(ValueError("x"), False, id="a bug"),
    ],
)
def test_what_may_be_over_at_the_next_try_is_transient(error, transient):
    assert is_transient(error) is transient


def test_a_call_chooses_its_statuses():
    assert is_transient(PlatformFailed("x", status=503), frozenset({503}))
    assert not is_transient(PlatformFailed("x", status=503), frozenset({429}))
    assert is_transient(PlatformUnreachable("x"), frozenset())


def test_a_transient_failure_is_tried_again_after_a_growing_wait(waits):
    assert retry(failing(*[PlatformUnreachable("x")] * 3)) == 4
    first, second, third = waits
    assert 0.3 <= first <= 0.8
    assert 0.6 <= second <= 1.1
    assert 1.2 <= third <= 1.7


def test_the_last_failure_is_raised_after_four(waits):
    errors = [PlatformFailed(str(number), status=500) for number in range(5)]
    with pytest.raises(PlatformFailed) as failed:
        retry(failing(*errors))
    assert failed.value is errors[ATTEMPTS - 1]
    assert len(waits) == ATTEMPTS - 1


def test_another_failure_is_raised_at_once(waits):
    with pytest.raises(NotFound):
        retry(failing(NotFound("x", status=404)))
    assert waits == []


def test_a_status_is_tried_again_only_where_the_call_says_so(waits):
    with pytest.raises(PlatformFailed):
        retry(failing(PlatformFailed("x", status=503)), statuses=frozenset({429}))
    assert waits == []


@pytest.mark.parametrize("asked_s", [0.0, 7.0, MAX_RETRYING_S])
def test_it_waits_as_long_as_it_was_asked_to(waits, asked_s):
    assert retry(failing(RateLimited("x", status=429, retry_after_s=asked_s))) == 2
    assert waits == [asked_s]


def test_a_wait_beyond_reason_is_left_to_the_caller(waits):
    with pytest.raises(RateLimited):
        retry(failing(RateLimited("x", status=429, retry_after_s=MAX_RETRYING_S + 0.1)))
    assert waits == []


@pytest.mark.slow
def test_importing_the_api_leaves_other_peoples_retries_alone():
    code = "import stamina, veracity_provider.api.transport; print(len(stamina.instrumentation.get_on_retry_hooks()))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() != "0"


def test_tests_can_do_without_waits():
    with stamina.set_testing(True, attempts=2):
        assert retry(failing(PlatformUnreachable("x"))) == 2
