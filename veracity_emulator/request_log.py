"""The latest requests, secrets masked."""

import re
import threading
from collections import deque
from typing import Any, Final

KEPT: Final = 2000
_SECRET_HEADERS: Final = frozenset({"authorization", "ocp-apim-subscription-key"})
_SECRET_QUERY: Final = re.compile(r"(sig|subscription-key|client_secret)=[^&]*", re.IGNORECASE)


class RequestLog:
    """A bounded list; safe for many threads."""

    def __init__(self) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, entry: dict[str, Any]) -> None:
        """Keep one request, as a JSON object."""
        with self._lock:
            self._kept.append(entry)

    def latest(self) -> list[dict[str, Any]]:
        """Oldest first."""
        with self._lock:
            return list(self._kept)

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
