"""A server of real sockets and real TLS that breaks off wherever a test wants it to."""

import contextlib
import os
import select
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veracity_emulator.certificate import write_certificate

HOST = "veracity.test"
"""Leads to this machine; not a loopback address, so that the environment's proxies and certificates count."""
_LONGEST_S = 20.0


@dataclass(frozen=True)
class Certificate:
    """A certificate for HOST that signs itself; *path* holds it with its key."""

    path: Path

    def server_context(self, *, tickets: int) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.num_tickets = tickets
        context.load_cert_chain(self.path)
        return context


def make_certificate(path: Path) -> Certificate:
    certificate, key = write_certificate(path.parent, HOST)
    path.write_bytes(key.read_bytes() + certificate.read_bytes())
    return Certificate(path)


@dataclass
class Line:
    """The server's end of one connection."""

    server: "Server"
    socket: Any

    def start_tls(self, *, tickets: int = 2) -> None:
        context = self.server.certificate.server_context(tickets=tickets)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def read_request(self) -> str:
        """The head of a request and its body, noted at the server; empty at the end of the connection."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = self.socket.recv(65536)
            if not more:
                return ""
            head += more
        text = head.decode("latin-1")
        length = next((int(one[15:]) for one in text.split("\r\n") if one.lower().startswith("content-length:")), 0)
        while len(text.partition("\r\n\r\n")[2]) < length:
            text += self.socket.recv(65536).decode("latin-1")
        self.server.requests.append(text)
        return text

    def respond(self, status: int, body: str = "{}", *, content_type: str = "application/json", **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.socket.sendall("\r\n".join([*lines, "", body]).encode())

    def write_below_tls(self, data: bytes) -> None:
        os.write(self.socket.fileno(), data)

    def reset(self) -> None:
        """End the connection as a crash does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_for_end(self) -> None:
        """Say nothing until the client goes, or the test ends."""
        while not self.server.is_over.is_set():
            readable, _, _ = select.select([self.socket], [], [], 0.05)
            if readable and not self.socket.recv(65536):
                return


Conversation = Callable[[Line], None]


@dataclass
class Server:
    """What listens; *requests* are those that were read whole, CONNECT included."""

    certificate: Certificate
    url: str = ""
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def count(self, method: str) -> int:
        return len([one for one in self.requests if one.startswith(f"{method} ")])


@contextlib.contextmanager
def serve(certificate: Certificate, *conversations: Conversation) -> Iterator[Server]:
    """Hold one of *conversations* with each connection, the last of them with all that follow."""
    server = Server(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        server.url = f"https://{HOST}:{listener.getsockname()[1]}"

        def accept() -> None:
            while not server.is_over.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                connection.settimeout(_LONGEST_S)
                conversation = conversations[min(server.connections, len(conversations) - 1)]
                server.connections += 1
                line = Line(server, connection)
                with contextlib.suppress(OSError):
                    conversation(line)
                line.socket.close()
                connection.close()

        thread = threading.Thread(target=accept, name="wire")
        thread.start()
        try:
            yield server
        finally:
            server.is_over.set()
            thread.join()


def exchange(*steps: Conversation, tls: bool = True) -> Conversation:
    """TLS, then each step after a request that was read."""

    def hold(line: Line) -> None:
        if tls:
            line.start_tls()
        for step in steps:
            if not line.read_request():
                return
            step(line)

    return hold


def responding(status: int, body: str = "{}", **options: str) -> Conversation:
    """The step that responds."""
    return lambda line: line.respond(status, body, **options)


def cut_handshake(line: Line) -> None:
    """Go away when the client has begun with TLS."""
    line.socket.recv(65536)


def tunnelling(conversation: Conversation) -> Conversation:
    """A proxy that agrees to CONNECT, and is the other end itself."""

    def hold(line: Line) -> None:
        line.read_request()
        line.socket.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        conversation(line)

    return hold


def wait_to_read(connection: Any) -> None:
    """Wait until the client's end has something to read, such as the end of the connection."""
    readable, _, _ = select.select([connection.sock], [], [], _LONGEST_S)
    assert readable


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port where nobody listens, and nobody else will meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextlib.contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue of connections is full, so that one more is left without an answer."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
