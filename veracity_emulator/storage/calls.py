"""A request to the storage, and what can be read from it before anything is done."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from veracity_emulator.errors import ServiceError
from veracity_emulator.storage.errors import storage_error

_OWN: Final = frozenset({"action", "resource", "directory", "mode"})
"""Query parameters of the Data Lake's own dialect."""
_LARGEST: Final = 2**62


def is_blob(request: Request) -> bool:
    """Whether the client speaks the blob dialect here."""
    query, method = request.query_params, request.method
    is_plain = method in {"GET", "HEAD"} and not _OWN & set(query)
    return is_plain or "comp" in query or "restype" in query or "x-ms-blob-type" in request.headers


def refusal(request: Request, status: int, code: str) -> ServiceError:
    """An error in the client's dialect."""
    return storage_error(status, code, is_blob=is_blob(request), is_head=request.method == "HEAD")


@dataclass(frozen=True, kw_only=True)
class StorageCall:
    """A request to a path of a file system."""

    request: Request
    file_system: str
    path: str

    @property
    def is_blob(self) -> bool:
        """Whether the client speaks the blob dialect here."""
        return is_blob(self.request)

    def refuse(self, status: int, code: str) -> ServiceError:
        """An error in the client's dialect."""
        return refusal(self.request, status, code)

    def flag(self, name: str) -> bool:
        """A query parameter that is `true` or `false`."""
        return self.request.query_params.get(name, "").lower() == "true"

    def integer(self, name: str) -> int:
        """A query parameter that has to be a number."""
        value = self.request.query_params.get(name)
        if not value:
            raise self.refuse(400, "MissingRequiredQueryParameter")
        if not (value.isascii() and value.isdecimal()):
            raise self.refuse(400, "InvalidQueryParameterValue")
        if len(value) > len(str(_LARGEST)) or int(value) > _LARGEST:
            raise self.refuse(400, "OutOfRangeQueryParameterValue")
        return int(value)

    def require_no_body(self) -> None:
        """Only an append carries bytes."""
        headers = self.request.headers
        if headers.get("Content-Length", "0").strip("0") or "Transfer-Encoding" in headers:
            raise self.refuse(400, "ContentLengthMustBeZero")
