"""Many reads of one kind of thing, answered by one list request."""

import threading
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar, final

from veracity_provider.errors import VeracityError

MAX_SINGLE_READS: Final = 8
"""So many are read one by one; a list of all that the account sees may be long."""

_T = TypeVar("_T")


@final
class Listing(Generic[_T]):
    """
    Reads for a preview: the first few are single ones, and one list answers the others; safe for parallel threads.

    For a preview alone, in which nothing is written: what was read holds to its end. What the list does not have, and
    all of it when it cannot be had, is read by a single request, whose error is the one to be told.

    Args:
        list_all: Everything that the account sees, by id in lower case.
        get: One thing by its id.
    """

    def __init__(self, list_all: Callable[[], Mapping[str, _T]], get: Callable[[str], _T]) -> None:
        self._list_all = list_all
        self._get = get
        self._lock = threading.Lock()
        self._reads = 0
        self._listed: Mapping[str, _T] | None = None

    def read(self, id_: str) -> _T:
        """
        The thing with that id.

        Raises:
            VeracityError: As a single read does.
        """
        with self._lock:
            self._reads += 1
            if self._listed is None and self._reads > MAX_SINGLE_READS:
                self._listed = self._list()
            found = (self._listed or {}).get(id_.lower())
        return self._get(id_) if found is None else found

    def _list(self) -> Mapping[str, _T]:
        try:
            return self._list_all()
        except VeracityError:
            return {}
