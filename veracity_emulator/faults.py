"""Faults on demand: which requests, how often, and what happens to them."""

import fnmatch
import random
import threading
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from veracity_emulator.config import LONGEST_S

GATEWAY_STATUSES: Final = (401, 403, 404, 429)
"""What API Management answers by itself. Source: docs/platform.md, "API Management"."""


class _Effect(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatusEffect(_Effect):
    """
    Answer with this status in place of the work: a refusal, or a redirect to nowhere.

    It is worded as the service would, or by *message*, or with *html* as a proxy's page, or with *gateway* as API
    Management words it, in front of the service: 401 a wrong key, 403 the quota, 404 no such operation, 429 the rate.
    """

    kind: Literal["status"]
    status: int = Field(ge=300, le=599)
    retryAfter: float | None = Field(default=None, ge=0)  # noqa: N815 — wire name
    html: bool = False
    message: str = ""
    gateway: bool = False

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if self.gateway and self.status not in GATEWAY_STATUSES:
            message = f"gateway has words for {', '.join(map(str, GATEWAY_STATUSES))}, not for {self.status}"
            raise ValueError(message)
        return self


class DelayEffect(_Effect):
    """Wait, then work."""

    kind: Literal["delay"]
    seconds: float = Field(ge=0, le=600)


class PlainEffect(_Effect):
    """
    A cut connection before or after the work, a token or SAS that has expired, a page of HTML with status 200, a job
    that hangs once it is started, or a workspace without the subscription that the call needs.
    """

    kind: Literal["cutBefore", "cutAfter", "expireToken", "expireSas", "html", "hangJob", "noSubscription"]


class SlowJobEffect(_Effect):
    """A job that runs for so long once it is started."""

    kind: Literal["slowJob"]
    seconds: float = Field(ge=0, le=LONGEST_S)


class FailJobEffect(_Effect):
    """A job that ends with another word than `Completed`, its rows applied all the same or (by default) not."""

    kind: Literal["failJob"]
    message: str = ""
    validationError: list[Any] = []  # noqa: N815 — wire name; pydantic copies defaults
    status: str = "Failed"
    applies: bool = False


_BUFFERED_S: Final = 0.05
"""For how long a line goes on while this server is busy: what it moves meanwhile waits in the connections' buffers."""


class SlowEffect(_Effect):
    """A line that moves so many bytes of bodies a second, both ways, for all connections together."""

    kind: Literal["slow"]
    bytesPerSecond: float = Field(gt=0)  # noqa: N815 — wire name
    _free_at: float | None = PrivateAttr(default=None)

    def wait_s(self, count: int, now: float) -> float:
        """Seconds from *now*, of a clock in seconds, until *count* more bytes have passed."""
        begun = now if self._free_at is None else max(self._free_at, now - _BUFFERED_S)
        self._free_at = begun + count / self.bytesPerSecond
        return max(0.0, self._free_at - now)


class StallEffect(_Effect):
    """A line that stands still once, for all connections together, when so many bytes of bodies have passed."""

    kind: Literal["stall"]
    seconds: float = Field(ge=0, le=600)
    afterBytes: int = Field(default=0, ge=0)  # noqa: N815 — wire name
    _passed: int = PrivateAttr(default=0)
    _ends_at: float | None = PrivateAttr(default=None)

    def wait_s(self, count: int, now: float) -> float:
        """As for `SlowEffect`."""
        self._passed += count
        if self._passed <= self.afterBytes:
            return 0.0
        if self._ends_at is None:
            self._ends_at = now + self.seconds
        return max(0.0, self._ends_at - now)


LineEffect = SlowEffect | StallEffect
Effect = Annotated[
    StatusEffect | DelayEffect | PlainEffect | SlowJobEffect | FailJobEffect | LineEffect, Field(discriminator="kind")
]


class FaultInput(BaseModel):
    """What `POST /_emulator/faults` takes. *path* is a pattern like `*/ingest/dataset/*`; *count* null: no end."""

    model_config = ConfigDict(extra="forbid")

    method: str = "*"
    path: str = "*"
    count: int | None = Field(default=1, ge=1)
    probability: float = Field(default=1.0, gt=0, le=1)
    seed: int = 0
    after: int = Field(default=0, ge=0, description="So many matching requests pass before the first is hit.")
    effect: Effect


@dataclass
class _Fault:
    id: str
    given: FaultInput
    random: random.Random
    left: int | None
    passing: int

    def matches(self, method: str, path: str) -> bool:
        wanted = self.given.method.upper()
        return wanted in {"*", method.upper()} and fnmatch.fnmatchcase(path.lower(), self.given.path.lower())


class Faults:
    """The faults in force; safe for many threads."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()

    def add(self, given: FaultInput) -> str:
        """Put one in force."""
        made = _Fault(str(uuid.uuid4()), given, random.Random(given.seed), given.count, given.after)  # noqa: S311 — repeatable
        with self._lock:
            self._faults.append(made)
        return made.id

    def all(self) -> list[dict[str, Any]]:
        """Those in force, as JSON."""
        with self._lock:
            return [{"id": one.id, "left": one.left, **one.given.model_dump()} for one in self._faults]

    def remove(self, fault_id: str) -> None:
        """Take one back."""
        with self._lock:
            self._faults = [one for one in self._faults if one.id != fault_id]

    def clear(self) -> None:
        """Take all back."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, path: str, *, of_jobs: bool) -> Effect | None:
        """What happens to this request; *of_jobs* asks for effects on jobs alone, else for all others."""
        with self._lock:
            for fault in self._faults:
                effect = fault.given.effect
                is_of_jobs = effect.kind in {"failJob", "hangJob", "slowJob"}
                if isinstance(effect, LineEffect):
                    continue
                if is_of_jobs is of_jobs and fault.matches(method, path) and self._hits(fault):
                    return effect
        return None

    def take_lines(self, method: str, path: str) -> list[LineEffect]:
        """What the line does to the bodies of this request and of its answer, beside any other effect."""
        with self._lock:
            return [
                fault.given.effect
                for fault in list(self._faults)
                if isinstance(fault.given.effect, LineEffect) and fault.matches(method, path) and self._hits(fault)
            ]

    def _hits(self, fault: _Fault) -> bool:
        if fault.passing:
            fault.passing -= 1
            return False
        if fault.random.random() >= fault.given.probability:
            return False
        if fault.left is not None:
            fault.left -= 1
            if fault.left == 0:
                self._faults.remove(fault)
        return True
