"""CSV rows against a schema: what fits becomes a stored row, what does not becomes a validation error."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, final

from veracity_emulator.workbench.cells import REFUSALS, SEPARATOR, Column, as_json, check_of, is_needed

MOST_ERRORS: Final = 100
LONGEST_CELL: Final = 16 * 1024 * 1024
"""Characters of a cell; the limit is ours, since nobody has published the platform's."""
csv.field_size_limit(LONGEST_CELL)

Cells = list[str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a file holds: stored texts of its rows, by column order of the schema, and its keys."""

    rows: list[str] = field(default_factory=list[str])
    keys: list[str] = field(default_factory=list[str])
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def key_columns(columns: Sequence[Column]) -> list[str]:
    """Names of the columns that tell rows apart."""
    return [column["name"] for column in columns if column.get("isKey")]


def read_table(path: Path, length: int, columns: Sequence[Column], *, operation: str) -> Table:
    """
    Read a CSV file of *length* committed bytes.

    Every column of the schema has to be there, unless it is neither key nor required; a file of rows to delete needs
    the keys alone. The first 100 things wrong are listed; rows count from 1.
    """
    with path.open("rb") as raw, _text(raw, length) as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header: list[str] = next(reader, list[str]())
            errors = list(_header_errors(header, columns, operation))
            return Table(errors=errors) if errors else _Reading(header, columns, operation).table(reader)
        except csv.Error as error:
            if "field larger than field limit" in str(error):
                text = f"A cell has more than {LONGEST_CELL:,} characters, a limit of the local Veracity."
                return _unreadable(reader.line_num, text)
            return _unreadable(reader.line_num, f"The file is not well-formed CSV: {error}.")
        except UnicodeDecodeError:
            return _unreadable(reader.line_num, "The file is not UTF-8.")


def row_as_json(body: str, columns: Sequence[Column]) -> dict[str, Any]:
    """A stored row, with numbers and booleans as JSON has them, and null for what is empty, or came with no column."""
    texts = body.split(SEPARATOR)
    texts += [""] * (len(columns) - len(texts))  # the version's columns were changed since
    return {column["name"]: as_json(text, column) for column, text in zip(columns, texts, strict=False)}


def _text(raw: BinaryIO, length: int) -> io.TextIOWrapper:
    """Text of the committed bytes; uncommitted ones may follow on disk."""
    on_disk = raw.seek(0, io.SEEK_END)
    raw.seek(0)
    committed = raw if on_disk == length else io.BytesIO(raw.read(length))
    return io.TextIOWrapper(committed, encoding="utf-8-sig", newline="")


def _unreadable(line: int, message: str) -> Table:
    return Table(errors=[_finding("", line, message)])


def _finding(column: str, row: int, message: str) -> dict[str, Any]:
    """An item of `validationError`, as a job's status tells it."""
    return {"column": column, "row": row, "message": message, "severity": "Error"}


def _header_errors(header: Cells, columns: Sequence[Column], operation: str) -> Iterator[dict[str, Any]]:
    names = {column["name"] for column in columns}
    for name, count in Counter(header).items():
        if name not in names:
            yield _finding(name, 0, f"Property '{name}' doesn't exist in schema.")
        elif count > 1:
            yield _finding(name, 0, f"Property '{name}' occurs {count} times.")
    for column in columns:
        if is_needed(column, operation) and column["name"] not in header:
            yield _finding(column["name"], 0, f"Required property '{column['name']}' is missing.")


@final
class _Reading:
    """The rows below a header that fits."""

    def __init__(self, header: Cells, columns: Sequence[Column], operation: str) -> None:
        self._header = header
        self._columns = columns
        self._places = [header.index(column["name"]) if column["name"] in header else -1 for column in columns]
        self._checks = [check_of(column, operation) for column in columns]
        self._key_places = [i for i, column in enumerate(columns) if column.get("isKey")]
        self._seen = set[str]()
        self._table = Table()

    def table(self, reader: Iterator[Cells]) -> Table:
        """All of it, or as much as shows the first 100 errors."""
        width = len(self._header)
        for number, cells in enumerate(reader, 1):
            if len(cells) == width:
                self._take_one(number, [cells[place] if place >= 0 else "" for place in self._places])
            elif cells:
                self._complain(number, "", f"The row has {len(cells)} cells; the header has {width}.")
            if len(self._table.errors) >= MOST_ERRORS:
                break
        del self._table.errors[MOST_ERRORS:]
        return self._table

    def _take_one(self, number: int, values: Cells) -> None:
        for i, check in enumerate(self._checks):
            try:
                values[i] = check(values[i])
            except REFUSALS:
                name, kind = self._columns[i]["name"], self._columns[i]["type"]
                message = f"'{values[i]}' is not a valid {kind}." if values[i] else "A value is required."
                self._complain(number, name, message)
        key = SEPARATOR.join([values[i] for i in self._key_places])
        if self._key_places and key in self._seen:
            self._complain(number, ", ".join(key_columns(self._columns)), "The key occurs twice in the file.")
        self._seen.add(key)
        self._table.rows.append(SEPARATOR.join(values))
        self._table.keys.append(key)

    def _complain(self, number: int, column: str, message: str) -> None:
        self._table.errors.append(_finding(column, number, message))
