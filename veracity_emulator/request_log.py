"""The latest requests, secrets masked."""

import re
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from veracity_emulator.clock import iso

KEPT: Final = 2000
_SECRET_HEADERS: Final = frozenset({"authorization", "ocp-apim-subscription-key"})
_SECRET_QUERY: Final = re.compile(r"(sig|subscription-key|client_secret)=[^&]*", re.IGNORECASE)


@dataclass(kw_only=True)
class Logged:
    """A request; while it is under way it has neither status nor duration. *at* is in seconds since 1970."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    at: float
    status: int | None = None
    duration_ms: float | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is shown. Made when somebody looks, so that a request does not wait for it."""
        return {
            "method": self.method,
            "path": self.path,
            "query": masked_query(self.query.decode("latin-1")),
            "status": self.status,
            "at": iso(self.at),
            "durationMs": self.duration_ms,
            "headers": masked_headers(self.headers),
        }


class RequestLog:
    """A bounded list; safe for many threads."""

    def __init__(self) -> None:
        self._kept: deque[Logged] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, request: Logged) -> None:
        """Keep one."""
        with self._lock:
            self._kept.append(request)

    def latest(self) -> list[dict[str, Any]]:
        """Oldest first."""
        with self._lock:
            kept = list(self._kept)
        return [one.as_json() for one in kept]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._kept.clear()


def masked_query(query: str) -> str:
    """A query string without its secrets."""
    return _SECRET_QUERY.sub(r"\1=***", query)


def masked_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers without their secrets."""
    found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    return {name: "***" if name in _SECRET_HEADERS else masked_query(value) for name, value in found.items()}
