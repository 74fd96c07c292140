"""Secrets in a request where none belongs, for the strict mode."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_SERVICES: Final = "/veracity/"
_STORAGE: Final = "/veracitylocal/"
_TOKEN: Final = re.compile(r"\beyJ[\w-]+\.[0-9a-f]{64}\b")
_SIGNATURE: Final = re.compile(r"\bsig=[\w%+/-]{20,}")
_ENCODED: Final = "x-ms-properties"
"""A header whose values are in Base64."""

_CLIENT_SECRET: Final = "the client secret"  # noqa: S105 — a name for it
_KEY: Final = "a subscription key"
_A_TOKEN: Final = "a token"  # noqa: S105 — a name for it
_A_SIGNATURE: Final = "a SAS signature"
_BELONGS: Final = frozenset(
    {
        (_KEY, _SERVICES, "header ocp-apim-subscription-key"),
        (_A_TOKEN, _SERVICES, "header authorization"),
        (_A_SIGNATURE, _STORAGE, "query"),
        (_A_SIGNATURE, _STORAGE, "header x-ms-rename-source"),
    }
)
"""Where each may be; a client secret belongs into a body, or in Base64 into `Authorization: Basic`."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A part of a request: `path`, `query`, or `header` with a *name* in lower case."""

    part: str
    text: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.part} {self.name}".rstrip()


def find_leaks(
    path: str, query: str, headers: Mapping[str, str], *, client_secrets: Iterable[str], keys: Iterable[str]
) -> list[str]:
    """What is where it does not belong, in words without the secret; names of *headers* are in lower case."""
    secrets, known_keys = tuple(client_secrets), tuple(keys)
    return [
        f"{what} in the {place}"
        for place in _places(path, query, headers)
        for what in _secrets_in(place.text, secrets, known_keys)
        if not _belongs(what, place, path)
    ]


def masked(text: str, secrets: Iterable[str]) -> str:
    """*text* without the *secrets*, and without what looks like a token or a signature."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return _SIGNATURE.sub("sig=***", _TOKEN.sub("***", text))


def _places(path: str, query: str, headers: Mapping[str, str]) -> Iterator[Place]:
    yield Place(part="path", text=unquote(path))
    yield Place(part="query", text=unquote(query))
    for name, value in headers.items():
        yield Place(part="header", name=name, text=_decoded(value) if name == _ENCODED else unquote(value))


def _decoded(properties: str) -> str:
    """The values of `name=base64,…`, as far as they are such."""
    found = list[str]()
    for pair in properties.split(","):
        try:
            found.append(base64.b64decode(pair.partition("=")[2], validate=True).decode("utf-8", "replace"))
        except binascii.Error:
            found.append(pair)
    return " ".join(found)


def _secrets_in(text: str, client_secrets: Iterable[str], keys: Iterable[str]) -> Iterator[str]:
    if any(secret in text for secret in client_secrets):
        yield _CLIENT_SECRET
    if any(key in text for key in keys):
        yield _KEY
    if _TOKEN.search(text):
        yield _A_TOKEN
    if _SIGNATURE.search(text):
        yield _A_SIGNATURE


def _belongs(what: str, place: Place, path: str) -> bool:
    services = (service for service in (_SERVICES, _STORAGE) if f"{path}/".startswith(service))
    return any((what, service, str(place)) in _BELONGS for service in services)
