"""Whether a CSV file has rows, and how many, counted at the speed of reading it."""

import csv
import io
import itertools
from typing import Final

from veracity_provider.storage.sources import Source

_BLOCK_BYTES: Final = 1024 * 1024
_QUOTE, _LINE_END = b'"', b"\n"


def count_rows(source: Source) -> int:
    """
    Rows of *source* after its header; a line end within quotes ends no row, and an empty file has none.

    Raises:
        SourceError: It cannot be read.
    """
    lines, is_quoted, last = 0, False, _LINE_END
    with source.open() as file:
        while block := file.read(_BLOCK_BYTES):
            for i, part in enumerate(block.split(_QUOTE)):
                is_quoted ^= i > 0
                lines += 0 if is_quoted else part.count(_LINE_END)
            last = block[-1:]
    return max(0, lines + (last != _LINE_END) - 1)


def has_rows(source: Source) -> bool:
    """
    Whether anything stands below the header of *source*; blank lines do not count. Reads no further than it has to.

    Raises:
        SourceError: It cannot be read.
    """
    with source.open() as file:
        rows = csv.reader(io.TextIOWrapper(file, "utf-8", errors="replace", newline=""))
        try:
            return any(len(row) > 1 or "".join(row).strip() for row in itertools.islice(rows, 1, None))
        except csv.Error:
            return True  # more than Python's reader takes for one cell, so there is something
