"""The names of a CSV file's columns, and what they would be by another reading of the file."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from veracity_provider.errors import SourceError
from veracity_provider.storage.file_formats import recognise_binary, recognise_text
from veracity_provider.storage.sources import Source
from veracity_provider.texts import shown

_MAX_HEADER_BYTES: Final = 1024 * 1024
_TOLD_BY: Final = 1000
"""Characters at the start of a text that tell what it is."""
_OTHER_DELIMITERS: Final = {";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, kw_only=True)
class OtherReading:
    """The columns of a file if it were not separated by commas but by *delimiter*, such as `semicolon`."""

    delimiter: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CsvHeader:
    """
    Args:
        columns: Names as the file spells them, separated by commas.
        other_readings: Guesses, each of more than one column, that only explain a header which does not fit.
        other_format: Likewise, what the file may be in place of CSV, such as `is an HTML page`; None for no guess.
    """

    columns: tuple[str, ...]
    other_readings: tuple[OtherReading, ...] = ()
    other_format: str | None = None


def read_header(source: Source) -> CsvHeader:
    """
    Read the header line; no more than 1 MiB is looked at.

    Raises:
        SourceError: It cannot be read, or is not text in UTF-8.
    """
    with source.open() as file:
        start = file.read(_MAX_HEADER_BYTES)
    return parse_header(start, source.name)


def parse_header(start: bytes, name: str) -> CsvHeader:
    """Read the header at the *start* of the file *name*; errors as for `read_header`."""
    text = _decode(start, shown(name))
    try:
        columns = _first_row(text, ",")
    except csv.Error as error:
        reason = f"its header line cannot be read as CSV ({error}); look for a quote that is not closed"
        raise SourceError(f"{shown(name)}: {reason}") from None
    other_format = recognise_text(text[:_TOLD_BY])
    if not any(column.strip() for column in columns):
        blank = "has a blank first line; a CSV file begins with the names of its columns"
        raise SourceError(f"{shown(name)} {other_format or blank}")
    return CsvHeader(columns=columns, other_readings=tuple(_read_otherwise(text)), other_format=other_format)


def _read_otherwise(text: str) -> Iterator[OtherReading]:
    for delimiter, word in _OTHER_DELIMITERS.items():
        try:
            columns = _first_row(text, delimiter)
        except csv.Error:
            continue
        if len(columns) > 1:
            yield OtherReading(delimiter=word, columns=columns)


def _first_row(text: str, delimiter: str) -> tuple[str, ...]:
    return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ()))


def _decode(start: bytes, name: str) -> str:
    other = recognise_binary(start)
    if other:
        raise SourceError(f"{name} {other}")
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(start)
    except UnicodeDecodeError as error:
        raise SourceError(f"{name} is not UTF-8 (byte {error.start:,}); save it as UTF-8") from None
