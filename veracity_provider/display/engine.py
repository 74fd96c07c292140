"""The engine that asked for the work: whether it is still there, and the rows of its display."""

import os
import socket
import threading
import time
from dataclasses import dataclass
from typing import Final, Protocol, cast, final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from veracity_provider.texts import shown

WATCH_EVERY_S: Final = 1.0
LIVE_EVERY_S: Final = 0.5
_CONNECT_TIMEOUT_S: Final = 2.0
_MAX_LINE: Final = 2000
MAX_LINES_OF_MEMBERS: Final = 8
"""Of each severity, so that notes about many files hide no warning."""
_NOT_SHOWN: Final = "… and more, which are not shown"


@dataclass(frozen=True)
class Engine:
    """The engine at *address* (`host:port`); None where there is none, as in a test."""

    address: str | None

    def is_alive(self) -> bool:
        """Whether it still listens. A busy engine counts as alive: only a refusal is proof."""
        if self.address is None:
            return True
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_TIMEOUT_S).close()
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
        return True

    def connect(self) -> "EngineLog | None":
        """A way to say things on its display."""
        if self.address is None:
            return None
        return cast("EngineLog", engine_pb2_grpc.EngineStub(grpc.insecure_channel(self.address)))


class EngineLog(Protocol):
    """What we ask of the engine's stub."""

    def Log(self, request: engine_pb2.LogRequest, *, timeout: float) -> object:  # noqa: N802 — the engine's name
        """Show a message; raises `grpc.RpcError`."""
        ...


def end_with(engine: Engine, *, every_s: float = WATCH_EVERY_S) -> None:
    """
    End this process soon after *engine* is gone.

    The CLI kills its plugins when it ends, but cannot when it is itself killed: the plugin would go on and never exit.
    Ending it is safe at any instant, as a `kill -9` is.
    """

    def watch() -> None:
        while engine.is_alive():
            time.sleep(every_s)
        os._exit(0)

    threading.Thread(target=watch, name="engine watch", daemon=True).start()


@final
class Lines:
    """How many lines the members of each component have left for their messages; safe for parallel threads."""

    def __init__(self, limit: int = MAX_LINES_OF_MEMBERS) -> None:
        self._limit = limit
        self._used: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()

    def take(self, urn: str, severity: int, lines: list[str]) -> list[str]:
        """
        Those of *lines* that may still be shown for the component *urn*.

        The last one says that there are more. After it there are none, for this severity.
        """
        with self._lock:
            used = self._used.get((urn, severity), 0)
            left = self._limit - used
            self._used[urn, severity] = used + len(lines)
        return lines if len(lines) < left else [*lines[: left - 1], _NOT_SHOWN] if left > 0 else []


@dataclass(frozen=True)
class Membership:
    """
    That a resource is one of many that a component has made, whose messages are shown together, on its row.

    Args:
        urn: Of the component.
        label: What tells the resource from the others.
    """

    urn: str
    label: str
    lines: Lines


@final
class Row:
    """
    The row of the resource *urn* on the engine's display; an empty one is the row of the stack.

    Args:
        member_of: Where its messages are shown in place of its own row; live text stays.
    """

    def __init__(self, stub: EngineLog | None, urn: str, *, is_live: bool, member_of: Membership | None = None) -> None:
        self.urn = urn
        self._stub = stub
        self._is_live = is_live
        self._member_of = member_of
        self._last_live = float("-inf")

    def info(self, message: str) -> None:
        """Say something that stays in the log."""
        self._log(engine_pb2.INFO, message, ephemeral=False)

    def warning(self, message: str) -> None:
        """Say something that stays in the log and wants attention."""
        self._log(engine_pb2.WARNING, message, ephemeral=False)

    def live(self, message: str) -> None:
        """Replace the text on the row, at most twice a second."""
        now = time.monotonic()
        if self._is_live and now - self._last_live >= LIVE_EVERY_S:
            self._last_live = now
            self._log(engine_pb2.INFO, message, ephemeral=True)

    def _log(self, severity: engine_pb2.LogSeverity.ValueType, message: str, *, ephemeral: bool) -> None:
        if self._stub is None:
            return
        # Texts quote files and answers, and those may hold escape sequences for a terminal.
        lines = [shown(line, _MAX_LINE) for line in message.split("\n")]
        urn = self.urn
        if self._member_of and not ephemeral:
            urn = self._member_of.urn
            lines[0] = f"{self._member_of.label}: {lines[0]}"
            lines = self._member_of.lines.take(urn, severity, lines)
        if not lines:
            return
        request = engine_pb2.LogRequest(severity=severity, message="\n".join(lines), urn=urn, ephemeral=ephemeral)
        try:
            self._stub.Log(request, timeout=_CONNECT_TIMEOUT_S)
        except grpc.RpcError:
            # A message that cannot be shown must not stop the work it speaks of; the watch ends us if need be.
            return
