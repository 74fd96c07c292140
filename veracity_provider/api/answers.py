"""What is known after a request whose answer alone does not say it."""

from dataclasses import dataclass
from enum import Enum, auto

from veracity_provider.errors import VeracityError


class Presence(Enum):
    """Whether a thing is on the platform."""

    PRESENT = auto()
    GONE = auto()
    """It is not there, and a second witness says that the platform was asked in the right place."""
    UNPROVEN = auto()
    """It was not found, and no second witness could be had."""


@dataclass(frozen=True, kw_only=True)
class DatasetPresence:
    """Whether a dataset is there; *reason* says why that is UNPROVEN, and is empty otherwise."""

    presence: Presence
    reason: str = ""


class StartOutcome(Enum):
    """What is known of a job after a request to start it."""

    ACCEPTED = auto()
    """A 2xx of the platform."""
    NOT_SEEN = auto()
    """Proved: the service never saw the request."""
    UNKNOWN = auto()
    """All else, whatever the status: the job may or may not have been started."""


@dataclass(frozen=True, kw_only=True)
class StartAnswer:
    """
    What came of one start request.

    *error* is None where it was accepted. With NOT_SEEN it is API Management's refusal: `RateLimited` (429, with
    `retry_after_s`; or 403, the quota), `AuthenticationFailed` (401, the subscription key). Where nothing has left this
    machine, it is what `IngestClient.prepare_start` raises: `PlatformUnreachable`, or the failure to get a token.
    """

    outcome: StartOutcome
    error: VeracityError | None = None
