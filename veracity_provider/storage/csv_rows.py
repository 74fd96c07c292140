"""How many rows a CSV file has, counted at the speed of reading it."""

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
