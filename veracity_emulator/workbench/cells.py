"""Cells of a CSV file: what fits a column's type becomes stored text; what does not is refused."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

SEPARATOR: Final = "\x1f"
"""Between the cells of a stored row."""
Column = Mapping[str, Any]
REFUSALS: Final = (ValueError, ArithmeticError)
"""What a check raises for a cell that does not fit."""

_PLAIN_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[0-2]\d:[0-5]\d:[0-5]\dZ", re.ASCII)
_LARGEST_DECIMAL: Final = 10**28
"""Decimals have at most 28 digits. Source: docs/platform.md, "Schemas"."""

Check = Callable[[str], str]


def is_needed(column: Column, operation: str) -> bool:
    """Whether each row has to have a value here; of rows to delete, the keys alone are looked at."""
    return bool(column.get("isKey") or (column.get("isRequired") and operation != "Delete"))


def check_of(column: Column, operation: str) -> Check:
    """A function that gives a cell's stored text, or raises one of `REFUSALS`."""
    convert = _CONVERTERS.get(_kind(column), _string)
    needed = is_needed(column, operation)

    def check(text: str) -> str:
        if text:
            return convert(text)
        if needed:
            raise ValueError
        return text

    return check


def as_json(text: str, column: Column) -> Any:
    """A stored cell as a JSON value; the text of one that came when the column had another type."""
    kind = _kind(column)
    if text == "":
        return None
    try:
        if kind in {"Int32", "Int64"}:
            return int(text)
        if kind == "Decimal":
            return float(text)
    except ValueError:
        return text
    return text == "true" if kind == "Boolean" else text


def _kind(column: Column) -> str:
    return str(column.get("type", "String"))


def _string(text: str) -> str:
    return text.replace(SEPARATOR, "\N{REPLACEMENT CHARACTER}")


def _whole(limit: int) -> Check:
    def whole(text: str) -> str:
        value = int(_plain(text))
        if not -limit <= value < limit:
            raise ValueError
        return str(value)

    return whole


def _decimal(text: str) -> str:
    if not abs(Decimal(_plain(text))) < _LARGEST_DECIMAL:
        raise ValueError
    return text.strip()


def _plain(text: str) -> str:
    """*text*, without what Python alone takes for part of a number."""
    if "_" in text or not text.isascii():
        raise ValueError
    return text


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


_CONVERTERS: Final[Mapping[str, Check]] = {
    "String": _string,
    "Int32": _whole(2**31),
    "Int64": _whole(2**63),
    "Decimal": _decimal,
    "DateTime": _date_time,
    "DateOnly": _date_only,
    "Boolean": _boolean,
}
