"""Pages of lists, in the platform's envelope."""

import math
from typing import Any, Final

from pydantic import BaseModel

# ruff: noqa: N815 — members are spelled as on the wire

LARGEST_PAGE: Final = 10_000
LAST_PAGE: Final = 2**31 - 1


class Paging(BaseModel):
    """The numbers of the envelope."""

    pageIndex: int
    pageSize: int
    totalCount: int
    totalPages: int


def page_of(found: list[Any], index: int, size: int) -> tuple[list[Any], dict[str, int]]:
    """A page, and what the envelope says of it. Pages count from 1; a 0, as in the printed skeletons, is the first."""
    begin = (max(index, 1) - 1) * size
    return found[begin : begin + size], paging(index, size, len(found))


def paging(index: int, size: int, total: int) -> dict[str, int]:
    """The numbers of the envelope."""
    return {"pageIndex": index, "pageSize": size, "totalCount": total, "totalPages": math.ceil(total / size)}
