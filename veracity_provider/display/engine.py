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
class Row:
    """The row of the resource *urn* on the engine's display; an empty one is the row of the stack."""

    def __init__(self, stub: EngineLog | None, urn: str, *, is_live: bool) -> None:
        self.urn = urn
        self._stub = stub
        self._is_live = is_live
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
        printable = "\n".join(shown(line, _MAX_LINE) for line in message.split("\n"))
        request = engine_pb2.LogRequest(severity=severity, message=printable, urn=self.urn, ephemeral=ephemeral)
        try:
            self._stub.Log(request, timeout=_CONNECT_TIMEOUT_S)
        except grpc.RpcError:
            # A message that cannot be shown must not stop the work it speaks of; the watch ends us if need be.
            return
