"""The first line of a CSV file, and how the file is written."""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from typing import Final

from veracity_provider.errors import SourceError
from veracity_provider.storage.sources import Source

_QUOTED: Final = re.compile(r'"[^"]*"')
_LONGEST_HEADER_BYTES: Final = 1024 * 1024
_DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_LINE_ENDS: Final = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_OTHER_MARKS: Final = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


@dataclass(frozen=True, kw_only=True)
class CsvHeader:
    """Column names as the file spells them, and what was recognised of its form."""

    columns: tuple[str, ...]
    has_bom: bool
    delimiter: str
    line_end: str
    is_quoted: bool

    def describe(self) -> str:
        """ "UTF-8 with BOM, comma-separated, CRLF line ends, quoted"."""
        return ", ".join(
            [
                "UTF-8 with BOM" if self.has_bom else "UTF-8",
                f"{_DELIMITERS[self.delimiter]}-separated",
                f"{_LINE_ENDS.get(self.line_end, 'no')} line ends",
                *(["quoted"] if self.is_quoted else []),
            ]
        )


def read_header(source: Source) -> CsvHeader:
    """
    Read the header line; no more than 1 MiB is looked at.

    Raises:
        SourceError: It cannot be read, or is not text in UTF-8.
    """
    with source.open() as file:
        start = file.read(_LONGEST_HEADER_BYTES)
    return parse_header(start, source.name)


def parse_header(start: bytes, name: str) -> CsvHeader:
    """Recognise the header at the *start* of the file *name*; errors as for `read_header`."""
    text = _decoded(start, name)
    first = text.splitlines()[0] if text.splitlines() else ""
    delimiter = max(_DELIMITERS, key=_QUOTED.sub("", first).count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns: list[str] = next(rows, list[str]())
    except csv.Error as error:
        raise SourceError(f"{name}: its header line cannot be read as CSV ({error})") from None
    if not any(column.strip() for column in columns):
        raise SourceError(f"{name}: its first line is blank; a CSV file begins with the names of its columns")
    return CsvHeader(
        columns=tuple(columns),
        has_bom=start.startswith(codecs.BOM_UTF8),
        delimiter=delimiter,
        line_end=next((end for end in _LINE_ENDS if end in text), ""),
        is_quoted='"' in first,
    )


def _decoded(start: bytes, name: str) -> str:
    for mark, encoding in _OTHER_MARKS.items():
        if start.startswith(mark):
            raise SourceError(f"{name} is {encoding}; save it as UTF-8")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(start)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8 (byte {error.start:,}); save it as UTF-8") from None
