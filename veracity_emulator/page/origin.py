"""Whether a request that changes something comes from a page of another origin, which a browser would send unasked."""

import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK: Final = "localhost"


def is_foreign(method: str, headers: Mapping[str, str], public_url: str) -> bool:
    """
    Whether to refuse it. Programs send no `Origin`; a page of ours is at the host that was asked.

    That host has to be an address, `localhost` or the one of *public_url*: any other name may be a stranger's, made
    to point here. Names of *headers* are in lower case.
    """
    origin = headers.get("origin")
    if method in _SAFE:
        return False
    if origin is None:
        return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    asked = urlsplit(f"//{headers.get('host', '')}")
    if urlsplit(origin).netloc != asked.netloc:
        return True
    return not (_is_address(asked.hostname or "") or asked.hostname in {_LOOPBACK, urlsplit(public_url).hostname})


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
