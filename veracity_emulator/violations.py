"""What a strict emulator does not expect of a client: second starts, two jobs at once, leaked secrets."""

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One of them, of a job or of none; *at* is ISO 8601 in UTC. Members are spelled as on the wire."""

    text: str
    at: str
    jobId: str | None = None  # noqa: N815 — wire name
    datasetId: str | None = None  # noqa: N815 — wire name


class Violations:
    """Those since the start or the last `clear`, in memory; safe for many threads."""

    def __init__(self) -> None:
        self._found: list[Violation] = []
        self._lock = threading.Lock()

    def add(self, found: Iterable[Violation]) -> None:
        """Keep them."""
        with self._lock:
            self._found.extend(found)

    def all(self) -> list[dict[str, Any]]:
        """Oldest first, as JSON."""
        with self._lock:
            return [asdict(one) for one in self._found]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._found.clear()
