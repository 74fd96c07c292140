"""
Connections that prove when nothing of a request has left this machine.

The class of an exception does not tell: an `SSLError` is raised for a refused certificate and for a broken record in a
response alike. The place of the failure does. What fails before the connection stands, the proxy's tunnel and TLS
included, is raised as `NeverSent`; what fails later may have reached the server.
"""

import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, Final, final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

_POOLS: Final = 8


class NeverSent(Exception):
    """Nothing of the request has left this machine; the text says why, in a few words."""


@final
class Session(requests.Session):
    """
    A session that raises `NeverSent` where no connection could be made; safe for many threads.

    Args:
        uses_proxies: Whether the environment's proxies count; none can reach this machine. Its certificates always do.
        write_timeout_s: Longest wait of one write to a connection that stands. Without it, urllib3 gives a new
            connection the limit for connecting, and gives it to a whole body that is one piece of bytes.
    """

    def __init__(self, *, connections: int, uses_proxies: bool, write_timeout_s: float | None = None) -> None:
        super().__init__()
        self._adapter = _Adapter(write_timeout_s, pool_connections=_POOLS, pool_maxsize=connections, max_retries=0)
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)
        self._uses_proxies = uses_proxies
        self.auth = _keep_headers  # else a line in ~/.netrc would take the place of the token

    def connect(self, request: requests.PreparedRequest, *, timeout_s: float) -> None:
        """
        Connect to where *request* goes, and keep the connection for it; nothing of the request is sent.

        Args:
            timeout_s: Longest wait for each step: TCP, the proxy's tunnel, TLS.
        Raises:
            NeverSent: There is no connection.
        """
        environment = self._environment(request)
        self._adapter.connect(request, timeout_s, **{name: environment[name] for name in ("verify", "cert", "proxies")})

    def exchange(self, request: requests.PreparedRequest, *, timeout: tuple[float, float]) -> requests.Response:
        """
        Send *request* once, on a kept connection or on a new one; redirects are not followed.

        Args:
            timeout: Longest waits, in seconds: for each step of connecting, and for each read.
        Raises:
            NeverSent: Nothing has left.
            requests.RequestException, urllib3.exceptions.HTTPError, OSError: It may have been received.
        """
        return self.send(request, timeout=timeout, allow_redirects=False, **self._environment(request))

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Called for each request, also by the Azure library's transport."""
        if self._uses_proxies:
            return super().merge_environment_settings(url, proxies, stream, verify, cert)
        # With the host named here, the library does not search the whole environment, twice for each request.
        without = {"no_proxy": urlsplit(str(url)).hostname or ""}
        return {**super().merge_environment_settings(url, without, stream, verify, cert), "proxies": {}}

    def _environment(self, request: requests.PreparedRequest) -> dict[str, Any]:
        """Proxies and certificates, as the environment has them."""
        return self.merge_environment_settings(request.url or "", {}, None, None, None)


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _HttpConnection(HTTPConnection):
    write_timeout_s: float | None = None

    def connect(self) -> None:
        with _proving(self):
            super().connect()
        _limit_writes(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        _limit_writes(self)
        super().request(*arguments, **options)


class _HttpsConnection(HTTPSConnection):
    write_timeout_s: float | None = None

    def connect(self) -> None:
        with _proving(self):
            super().connect()
        _limit_writes(self)

    def request(self, *arguments: Any, **options: Any) -> None:
        _limit_writes(self)
        super().request(*arguments, **options)

    @property
    def is_connected(self) -> bool:
        """Whether an idle connection still stands; urllib3 takes whatever can be read for its end."""
        if self.sock is None:
            return False
        self.sock.settimeout(0)
        try:
            # The session tickets of TLS 1.3 follow the handshake. They are no response, and reading takes them away,
            # one at a time. Bytes that are read, or none, are a response that nobody asked for, or the end.
            while not super().is_connected:
                with suppress(ssl.SSLWantReadError):
                    self.sock.recv(1)
                    return False
        except OSError:
            return False
        finally:
            self.sock.settimeout(self.timeout)
        return True


def _limit_writes(connection: _HttpConnection | _HttpsConnection) -> None:
    """urllib3 gives its limit for connecting, which is in `timeout`, to a connection that stands as well."""
    if connection.sock is not None and connection.write_timeout_s is not None:
        connection.timeout = connection.write_timeout_s
        connection.sock.settimeout(connection.write_timeout_s)


@contextmanager
def _proving(connection: HTTPConnection) -> Generator[None]:
    try:
        yield
    except Exception as error:
        reason = _reason(error)
        if connection.proxy is not None and not connection.has_connected_to_proxy:
            reason = f"the proxy {connection.proxy.host}:{connection.proxy.port}: {reason}"
        connection.close()  # one that stands half way would be taken for one that stands
        raise NeverSent(reason) from error


def _reason(error: Exception) -> str:
    if isinstance(error, NameResolutionError):
        return "its name is unknown"
    if isinstance(error, NewConnectionError):
        return "connection refused" if isinstance(error.__cause__, ConnectionRefusedError) else "no connection"
    if isinstance(error, TimeoutError | ConnectTimeoutError):
        return "time-out"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS: {error.reason}"
    if isinstance(error, ConnectionError):
        return "the connection was cut"
    return str(error) or type(error).__name__


class _Pool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection  # pyright: ignore[reportAssignmentType] — urllib3's own do not meet its protocol
    write_timeout_s: float | None = None

    def _new_conn(self) -> Any:
        connection: Any = super()._new_conn()
        connection.write_timeout_s = self.write_timeout_s
        return connection

    def open(self, timeout_s: float, *, with_tunnel: bool) -> None:
        """Connect, *with_tunnel* through the proxy, and keep the connection for the next request."""
        connection = self._get_conn()
        try:
            connection.timeout = timeout_s
            if connection.is_closed and with_tunnel:
                self._prepare_proxy(connection)
            elif connection.is_closed:
                connection.connect()
        finally:
            self._put_conn(connection)


class _TlsPool(_Pool, HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection  # pyright: ignore[reportAssignmentType] — likewise


_POOL_CLASSES: Final = {"http": _Pool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """Uses these pools; a failure to get one is a proof too."""

    def __init__(self, write_timeout_s: float | None, **options: Any) -> None:
        self._write_timeout_s = write_timeout_s
        super().__init__(**options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOL_CLASSES

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        if not proxy.lower().startswith(("http://", "https://")):
            message = "the environment's proxy must be an http or https address; others are not supported"
            raise NeverSent(message)
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOL_CLASSES
        return manager

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        try:
            pool: Any = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        except (requests.RequestException, ValueError) as error:
            # The library's text may repeat the password in a proxy's address.
            message = f"the environment's proxy cannot be used ({type(error).__name__})"
            raise NeverSent(message) from error
        pool.write_timeout_s = self._write_timeout_s
        return pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        try:
            super().cert_verify(conn, url, verify, cert)  # pyright: ignore[reportUnknownMemberType] — no stubs
        except OSError as error:
            raise NeverSent(str(error)) from error

    def connect(
        self, request: requests.PreparedRequest, timeout_s: float, *, verify: Any, cert: Any, proxies: Any
    ) -> None:
        url = request.url or ""
        pool = self.get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        self.cert_verify(pool, url, verify, cert)
        pool.open(timeout_s, with_tunnel=pool.proxy is not None and url.startswith("https:"))
