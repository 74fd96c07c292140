"""The one rule for what is on this machine, and what to do when nothing answers there."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether the host of *url* is this machine: `localhost`, or an address of the loopback network."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def unreachable_text(url: str, reason: object) -> str:
    """That nothing at *url* takes a connection; on this machine that is an emulator that does not run."""
    remedy = ". Start the emulator, or check veracity:endpoint" if is_loopback(url) else ""
    return f"{url} cannot be reached ({reason}){remedy}"
