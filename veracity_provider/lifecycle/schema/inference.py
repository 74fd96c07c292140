"""A definition of a schema, found in the rows of a CSV file."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from veracity_provider.description.schema import MAX_COLUMN_NAME_LENGTH
from veracity_provider.errors import SourceError
from veracity_provider.storage.csv_header import read_header
from veracity_provider.storage.sources import Source
from veracity_provider.texts import shown

GUESSED_KEY: Final = "isKey is a guess: make sure that no two rows can have the same keys"
"""What the definition says at each key. `Schema` reads no such member."""
_MAX_KEY_COLUMNS: Final = 4
_KEY_ROWS: Final = 50_000
"""Rows that keys are guessed from; types are found in all rows."""
_MAX_DIGITS: Final = 28
_INT32: Final = range(-(2**31), 2**31)
_INT64: Final = range(-(2**63), 2**63)
_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


@dataclass(frozen=True, kw_only=True)
class InferredSchema:
    """
    Args:
        columns: Names and types, in the order of the file.
        keys: Names of the columns that together tell the rows apart, as it seems; empty where none do.
        row_count: Rows that were read.
    """

    columns: Mapping[str, str]
    keys: tuple[str, ...]
    row_count: int

    def to_definition(self) -> dict[str, Any]:
        """In the form of the JSON of a schema version, as far as a file can tell."""
        return {"columns": [self._column(name, kind) for name, kind in self.columns.items()]}

    def _column(self, name: str, kind: str) -> dict[str, Any]:
        column = {"name": name, "type": kind, "isKey": name in self.keys, "isRequired": name in self.keys}
        return {**column, "$comment": GUESSED_KEY} if name in self.keys else column


def infer_schema(source: Source) -> InferredSchema:
    """
    Find the columns of *source*: the narrowest type that all cells fit, and a guess at the keys.

    A number with leading zeros is a `String`, since an integer would lose them; a column without any cell is one too.
    Keys are the shortest row of first columns that no two rows share, of those without empty cells and decimals.

    Raises:
        SourceError: It cannot be read, is no CSV file in UTF-8, or its columns cannot be those of a schema.
    """
    columns = [_Column(name) for name in _names(source)]
    sample: list[Sequence[str]] = []
    row_count = 0
    for row in _rows(source, len(columns)):
        row_count += 1
        for column, cell in zip(columns, row, strict=True):
            column.take(cell)
        if row_count <= _KEY_ROWS:
            sample.append(row)
    keys = _keys(columns, sample)
    return InferredSchema(columns={one.name: one.type for one in columns}, keys=keys, row_count=row_count)


def _is_in(numbers: range) -> Callable[[str], bool]:
    return lambda cell: _WHOLE.fullmatch(cell) is not None and len(cell) <= 20 and int(cell) in numbers


def _is_decimal(cell: str) -> bool:
    return _DECIMAL.fullmatch(cell) is not None and sum(map(str.isdigit, cell)) <= _MAX_DIGITS


def _is_date(cell: str) -> bool:
    return _DATE.fullmatch(cell) is not None and _is_read_by(date.fromisoformat, cell)


def _is_date_time(cell: str) -> bool:
    return _DATE_TIME.fullmatch(cell) is not None and _is_read_by(datetime.fromisoformat, cell)


def _is_read_by(read: Callable[[str], object], cell: str) -> bool:
    try:
        read(cell)
    except ValueError:
        return False
    return True


_FITS: Final[Mapping[str, Callable[[str], bool]]] = {
    "Boolean": lambda cell: cell.lower() in {"true", "false"},
    "Int32": _is_in(_INT32),
    "Int64": _is_in(_INT64),
    "Decimal": _is_decimal,
    "DateOnly": _is_date,
    "DateTime": _is_date_time,
}
"""Types from the narrowest on; what fits none is a `String`. No cell fits two of them but for numbers."""


@dataclass
class _Column:
    """A column while its cells are read."""

    name: str
    has_cells: bool = False
    has_empty_cells: bool = False
    fitting: list[str] = field(default_factory=lambda: list(_FITS))

    def take(self, cell: str) -> None:
        if not cell:
            self.has_empty_cells = True
            return
        is_first, self.has_cells = not self.has_cells, True
        # After the first cell what is left takes in what stands before it: Int32, Int64 and Decimal, or a single type.
        if is_first or not self.fitting or not _FITS[self.fitting[0]](cell):
            self.fitting = [kind for kind in self.fitting if _FITS[kind](cell)]

    @property
    def type(self) -> str:
        return self.fitting[0] if self.fitting and self.has_cells else "String"

    @property
    def can_be_key(self) -> bool:
        return self.has_cells and not self.has_empty_cells and self.type not in {"Decimal", "Boolean"}


def _keys(columns: Sequence[_Column], sample: Sequence[Sequence[str]]) -> tuple[str, ...]:
    possible = [i for i, column in enumerate(columns) if column.can_be_key][:_MAX_KEY_COLUMNS]
    for count in range(1, len(possible) + 1):
        chosen = possible[:count]
        if len({tuple(row[i] for i in chosen) for row in sample}) == len(sample):
            return tuple(columns[i].name for i in chosen)
    return ()


def _names(source: Source) -> tuple[str, ...]:
    header = read_header(source)
    file = shown(source.name)
    if header.other_format:
        raise SourceError(f"{file} {header.other_format}")
    if len(header.columns) == 1 and header.other_readings:
        raise SourceError(
            f"{file} seems to be separated by {header.other_readings[0].delimiter}s; it must be by commas"
        )
    for i, name in enumerate(header.columns):
        wrong = _wrong_with(name, header.columns[:i])
        if wrong:
            raise SourceError(f"{file}: column {i + 1} {wrong}")
    return header.columns


def _wrong_with(name: str, before: Sequence[str]) -> str:
    if not name.strip():
        return "must have a name, and its header is empty"
    if len(name) > MAX_COLUMN_NAME_LENGTH:
        return f"must have a name of at most {MAX_COLUMN_NAME_LENGTH} characters, not {len(name)}"
    return f"must have a name of its own, and '{shown(name)}' is that of an earlier column" if name in before else ""


def _rows(source: Source, width: int) -> Iterator[list[str]]:
    """The rows below the header; blank lines are none."""
    with source.open() as file:
        rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        try:
            for i, row in enumerate(rows):
                if i == 0 or not row:
                    continue
                if len(row) != width:
                    reason = f"must have {width} cells, as the header, and has {len(row)}"
                    raise SourceError(f"{shown(source.name)}: line {rows.line_num} {reason}")
                yield row
        except UnicodeDecodeError:
            raise SourceError(f"{shown(source.name)} is not UTF-8; save it as UTF-8") from None
        except csv.Error as error:
            raise SourceError(f"{shown(source.name)}: line {rows.line_num} cannot be read as CSV ({error})") from None
