"""Conditional headers: what has to be there for a request to go on. Source: docs/platform.md."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from veracity_emulator.storage.calls import StorageCall
from veracity_emulator.storage.entries import StoredFile


def check_of(call: StorageCall, *, creates: bool = False) -> Callable[[StoredFile | None], None]:
    """The request's conditions, as a check of what is there now; *creates*: it may make the path."""

    def check(found: StoredFile | None) -> None:
        headers = call.request.headers
        wanted, avoided = headers.get("If-Match"), headers.get("If-None-Match")
        if wanted and not _is_among(found, wanted):
            raise call.refuse(412, "ConditionNotMet")
        if avoided and _is_among(found, avoided):
            raise _unwanted(call, is_wildcard=avoided == "*", creates=creates)
        _check_times(call, found)

    return check


def _is_among(found: StoredFile | None, given: str) -> bool:
    # Quotes are optional. Source: Microsoft, "Specifying conditional headers".
    etags = {etag.strip().strip('"') for etag in given.split(",")}
    return found is not None and ("*" in etags or found.etag.strip('"') in etags)


def _check_times(call: StorageCall, found: StoredFile | None) -> None:
    if found is None:
        return
    since, until = _moment(call, "If-Modified-Since"), _moment(call, "If-Unmodified-Since")
    modified = int(found.modified)  # headers tell whole seconds
    if since and modified <= since.timestamp():
        raise _unwanted(call, is_wildcard=False, creates=False)
    if until and modified > until.timestamp():
        raise call.refuse(412, "ConditionNotMet")


def _unwanted(call: StorageCall, *, is_wildcard: bool, creates: bool) -> Exception:
    if is_wildcard and creates:
        return call.refuse(409, "BlobAlreadyExists" if call.is_blob else "PathAlreadyExists")
    return call.refuse(304 if call.request.method in {"GET", "HEAD"} else 412, "ConditionNotMet")


def _moment(call: StorageCall, name: str) -> datetime | None:
    given = call.request.headers.get(name)
    if not given:
        return None
    try:
        return parsedate_to_datetime(given)
    except ValueError:
        raise call.refuse(400, "InvalidHeaderValue") from None
