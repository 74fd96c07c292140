"""Serves the app on one port: says when it is ready, and lets go cleanly."""

import contextlib
import errno
import socket
import tempfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from veracity_emulator.app import make_app, make_backend
from veracity_emulator.certificate import write_certificate
from veracity_emulator.config import Config
from veracity_emulator.errors import StartRefused
from veracity_emulator.middleware import CUT
from veracity_emulator.storage.properties import METADATA
from veracity_emulator.workbench.jobs import Worker

_HOSTS: Final = "give 127.0.0.1, ::1 or localhost, or another address of this machine with --allow-remote REASON"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Where it serves; *certificate* is what clients have to trust, with TLS."""

    url: str
    certificate: Path | None = None


class AddressRefused(StartRefused):
    """It cannot listen there."""


class CuttableProtocol(HttpToolsProtocol):
    """HTTP whose connection a fault may cut without an answer, and whose metadata names keep their case."""

    def on_message_begin(self) -> None:
        """Called when a request begins; the scope is made there."""
        super().on_message_begin()
        self._metadata = list[tuple[bytes, bytes]]()
        self.scope["extensions"] = {CUT: {"cut": self._cut}, METADATA: {"headers": self._metadata}}

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called for each header; its name loses its case in what the application gets."""
        if name.lower().startswith(b"x-ms-meta-"):
            self._metadata.append((name, value))
        super().on_header(name, value)

    def _cut(self) -> None:
        if self.transport is not None:  # pyright: ignore[reportUnnecessaryComparison] — None before it is connected
            self.transport.abort()


class ReadyServer(uvicorn.Server):
    """Says when it answers."""

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Called by uvicorn to listen."""
        await super().startup(sockets)
        self._when_ready()


@contextlib.contextmanager
def listening(config: Config) -> Generator[socket.socket]:
    """A socket at the host and port that are asked for; raises `AddressRefused`."""
    family = socket.AF_INET6 if ":" in addresses_of(config.host)[0] else socket.AF_INET
    # The protocol is named so that asyncio turns Nagle's algorithm off: else each answer waits 40 ms for an ACK.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((config.host, config.port))
        except OSError as error:
            message = f"port {config.port} on {config.host} cannot be had ({error.strerror}); choose another --port."
            if error.errno == errno.EADDRNOTAVAIL:
                message = f"--host {config.host} is not an address of this machine; {_HOSTS}."
            raise AddressRefused(message) from None
        yield bound


def addresses_of(host: str) -> list[str]:
    """The IP addresses behind *host*; raises `AddressRefused`."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except OSError as error:
        message = (
            f"--host {host} is neither an IP address nor a name that this machine knows ({error.strerror}); {_HOSTS}."
        )
        raise AddressRefused(message) from None


def serve(
    config: Config, *, when_ready: Callable[[Ready], None], ask_to_end: Callable[[Any], None] | None = None
) -> None:
    """
    Serve until the process is told to end.

    Args:
        when_ready: Called once requests are answered.
        ask_to_end: Is given the uvicorn server, whose `should_exit` ends it; for a server in a thread.
    Raises:
        StartRefused: It cannot begin.
    """
    with _state_of(config) as folder, listening(config) as bound:
        backend = make_backend(config, folder)
        host, port = bound.getsockname()[:2]
        certificate, key = write_certificate(folder, host) if config.tls else (None, None)
        listens_at = f"{'https' if config.tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
        backend.base_url = config.public_url or listens_at
        worker = Worker(backend)
        chosen = uvicorn.Config(
            make_app(backend),
            http=CuttableProtocol,
            log_level="error",
            access_log=False,
            lifespan="off",
            proxy_headers=False,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        server = ReadyServer(chosen, lambda: when_ready(Ready(url=listens_at, certificate=certificate)))
        if ask_to_end:
            ask_to_end(server)
        worker.begin()
        try:
            uvloop.run(server.serve(sockets=[bound]))
        finally:
            worker.end()
            backend.database.close()


@contextlib.contextmanager
def _state_of(config: Config) -> Generator[Path]:
    if config.state is not None:
        yield config.state
        return
    with tempfile.TemporaryDirectory(prefix="veracity-emulator-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
