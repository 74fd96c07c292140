"""CSV rows against a schema: what fits becomes a stored row, what does not becomes a validation error."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

SEPARATOR: Final = "\x1f"
MOST_ERRORS: Final = 100
_PLAIN_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\dZ")
_NUMBERS: Final = frozenset({"Int32", "Int64", "Decimal"})
_WHOLE: Final = {"Int32": 2**31, "Int64": 2**63}

Column = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a file holds: stored texts of its rows, by column order of the schema, and its keys."""

    rows: list[str]
    keys: list[str]
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def key_columns(columns: Sequence[Column]) -> list[str]:
    """Names of the columns that tell rows apart."""
    return [column["name"] for column in columns if column.get("isKey")]


def read_table(path: Path, length: int, columns: Sequence[Column], *, operation: str) -> Table:
    """
    Read a CSV file of *length* committed bytes.

    Every column of the schema has to be there, unless it is neither key nor required; a file of rows to delete needs
    the keys alone. The first 100 things wrong are listed, as `{"column", "row", "message"}`; rows count from 1.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(_limited(stream, length), strict=True)
        try:
            header: list[str] = next(reader, list[str]())
            errors = list(_header_errors(header, columns, operation))
            return Table(rows=[], keys=[], errors=errors) if errors else _read_rows(reader, header, columns, operation)
        except csv.Error as error:
            return _unreadable(reader.line_num, f"The file is not well-formed CSV: {error}.")
        except UnicodeDecodeError:
            return _unreadable(reader.line_num, "The file is not UTF-8.")


def _limited(stream: Any, length: int) -> Iterator[str]:
    """Lines of the committed bytes; uncommitted ones may follow on disk."""
    stream.seek(0, 2)
    if stream.tell() == length:
        stream.seek(0)
        return iter(stream)
    stream.seek(0)
    import io

    raw = stream.buffer
    raw.seek(0)
    return iter(io.StringIO(raw.read(length).decode("utf-8-sig"), newline=""))


def _unreadable(line: int, message: str) -> Table:
    return Table(rows=[], keys=[], errors=[{"column": "", "row": line, "message": message}])


def _header_errors(header: list[str], columns: Sequence[Column], operation: str) -> Iterator[dict[str, Any]]:
    names = {column["name"] for column in columns}
    for name, count in Counter(header).items():
        if name not in names:
            yield {"column": name, "row": 0, "message": f"Column '{name}' is not in the schema."}
        elif count > 1:
            yield {"column": name, "row": 0, "message": f"Column '{name}' occurs {count} times."}
    for column in columns:
        needed = column.get("isKey") or (column.get("isRequired") and operation != "Delete")
        if needed and column["name"] not in header:
            yield {"column": column["name"], "row": 0, "message": f"Column '{column['name']}' is missing."}


def _read_rows(reader: Iterator[list[str]], header: list[str], columns: Sequence[Column], operation: str) -> Table:
    order = [header.index(column["name"]) if column["name"] in header else -1 for column in columns]
    checks = [_check_of(column, operation) for column in columns]
    key_places = [i for i, column in enumerate(columns) if column.get("isKey")]
    rows, keys, errors, seen = list[str](), list[str](), list[dict[str, Any]](), set[str]()
    for number, cells in enumerate(reader, 1):
        if not cells:
            continue
        if len(cells) != len(header):
            message = f"The row has {len(cells)} cells; the header has {len(header)}."
            errors.append({"column": "", "row": number, "message": message})
        else:
            values = [cells[place] if place >= 0 else "" for place in order]
            _normalise(values, checks, columns, number, errors)
            key = SEPARATOR.join([values[i] for i in key_places])
            if key_places and key in seen:
                named = ", ".join(key_columns(columns))
                errors.append({"column": named, "row": number, "message": "The key occurs twice in the file."})
            seen.add(key)
            rows.append(SEPARATOR.join(values))
            keys.append(key)
        if len(errors) >= MOST_ERRORS:
            break
    return Table(rows=rows, keys=keys, errors=errors)


def _normalise(
    values: list[str],
    checks: Sequence[Callable[[str], str]],
    columns: Sequence[Column],
    number: int,
    errors: list[dict[str, Any]],
) -> None:
    for i, check in enumerate(checks):
        try:
            values[i] = check(values[i])
        except (ValueError, InvalidOperation):
            name, kind = columns[i]["name"], columns[i]["type"]
            message = f"'{values[i]}' is not a valid {kind}." if values[i] else "A value is required."
            errors.append({"column": name, "row": number, "message": message})


def _check_of(column: Column, operation: str) -> Callable[[str], str]:
    """A function that gives a cell's stored text, or raises ValueError."""
    kind = str(column.get("type", "String"))
    needed = bool(column.get("isKey") or (column.get("isRequired") and operation != "Delete"))
    convert = _CONVERTERS.get(kind, _string)

    def check(text: str) -> str:
        if text:
            return convert(text)
        if needed:
            raise ValueError
        return text

    return check


def _string(text: str) -> str:
    return text.replace(SEPARATOR, "\N{REPLACEMENT CHARACTER}")


def _int32(text: str) -> str:
    return _whole(text, _WHOLE["Int32"])


def _int64(text: str) -> str:
    return _whole(text, _WHOLE["Int64"])


def _whole(text: str, limit: int) -> str:
    value = int(text)
    if not -limit <= value < limit:
        raise ValueError
    return str(value)


def _decimal(text: str) -> str:
    if not Decimal(text).is_finite():
        raise ValueError
    return text.strip()


def _date_time(text: str) -> str:
    """In UTC, to the millisecond, as the platform keeps it."""
    if _PLAIN_TIME.fullmatch(text):
        datetime.fromisoformat(text)
        return text
    moment = datetime.fromisoformat(text)
    utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    whole = utc.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{utc.microsecond // 1000:03}Z" if utc.microsecond >= 1000 else f"{whole}Z"


def _date_only(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _boolean(text: str) -> str:
    if text.lower() not in {"true", "false"}:
        raise ValueError
    return text.lower()


_CONVERTERS: Final[Mapping[str, Callable[[str], str]]] = {
    "String": _string,
    "Int32": _int32,
    "Int64": _int64,
    "Decimal": _decimal,
    "DateTime": _date_time,
    "DateOnly": _date_only,
    "Boolean": _boolean,
}


def row_as_json(body: str, columns: Sequence[Column]) -> dict[str, Any]:
    """A stored row, with numbers and booleans as JSON has them, and null for what is empty."""
    texts = body.split(SEPARATOR)
    return {column["name"]: as_json(text, column) for column, text in zip(columns, texts, strict=True)}


def as_json(text: str, column: Column) -> Any:
    """A stored cell as a JSON value."""
    kind = column.get("type")
    if text == "":
        return None
    if kind in _NUMBERS:
        return float(text) if kind == "Decimal" else int(text)
    return text == "true" if kind == "Boolean" else text
