"""
API Management, which stands in front of every service: its own published responses, and nothing else.

A request that it refuses in these words was never seen by the service. The words of a `validate-jwt` policy are set by
whoever wrote the policy and are not published, so they prove nothing. Source: docs/platform.md, "API Management".
"""

import re
from enum import Enum, auto
from typing import Final

from veracity_provider.api.bodies import json_object


class Refusal(Enum):
    """Why API Management refuses a request; the service has not seen it."""

    KEY_MISSING = auto()
    KEY_INVALID = auto()
    RATE_LIMIT = auto()
    QUOTA = auto()


_KEY_MISSING: Final = (
    r"Access denied due to missing subscription key\. "
    r"Make sure to include subscription key when making requests to an API\."
)
_KEY_INVALID: Final = (
    r"Access denied due to invalid subscription key\. "
    r"Make sure to provide a valid key for an active subscription\."
)
_RATE_LIMIT: Final = r"Rate limit is exceeded\. Try again in [0-9]+ seconds\."
_TIME: Final = r"([0-9]+\.)?[0-9]{2}:[0-9]{2}:[0-9]{2}"
_QUOTA: Final = rf"Out of call volume quota\. Quota will be replenished in {_TIME}\."
_PUBLISHED: Final = (
    (Refusal.KEY_MISSING, 401, _KEY_MISSING),
    (Refusal.KEY_INVALID, 401, _KEY_INVALID),
    (Refusal.RATE_LIMIT, 429, _RATE_LIMIT),
    (Refusal.QUOTA, 403, _QUOTA),
)


def find_refusal(status: int, body: bytes) -> Refusal | None:
    """The refusal that *body* states in the published words; None for any other response."""
    message = find_message(status, body)
    if message is None:
        return None
    return next((one for one, code, words in _PUBLISHED if code == status and re.fullmatch(words, message)), None)


def find_message(status: int, body: bytes) -> str | None:
    """The text of a body in API Management's shape, `{"statusCode": 404, "message": "Resource not found"}`."""
    members = json_object(body)
    if members is None:
        return None
    is_shape = set(members) == {"statusCode", "message"} and members["statusCode"] == status
    return members["message"] if is_shape and isinstance(members["message"], str) else None
