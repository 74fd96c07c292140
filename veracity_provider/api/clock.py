"""The platform's time of day, by the header `Date` of a response."""

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import requests
from urllib3.exceptions import HTTPError

from veracity_provider.api.transport import open_session
from veracity_provider.connections import NeverSent
from veracity_provider.errors import PlatformUnreachable
from veracity_provider.loopback import unreachable_text
from veracity_provider.settings import Settings


def find_clock_difference(settings: Settings, *, time: Callable[[], float]) -> float | None:
    """
    How many seconds the clock of this machine is ahead of Data Workbench's, to a second or two; None if it is not told.

    Sends neither token nor key, so the response may be a refusal.

    Raises:
        PlatformUnreachable: There is no response.
    """
    url = settings.data_workbench_url
    with open_session(settings, connections=1) as session:
        begun = time()
        try:
            response = session.get(url, timeout=settings.request_timeout_s, allow_redirects=False)
        except (NeverSent, requests.RequestException, HTTPError, OSError) as failure:
            raise PlatformUnreachable(unreachable_text(url, failure)) from None
        middle = (begun + time()) / 2
    try:
        told = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return middle - (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
