"""A file's header against a dataset's schema: what the platform would refuse, before anything is sent."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from veracity_provider.api.models import Column, SchemaVersion
from veracity_provider.errors import InputProblem
from veracity_provider.nearest import nearest
from veracity_provider.storage.csv_header import CsvHeader
from veracity_provider.texts import shown, tell_apart

MAX_NAMED: Final = 10
"""Columns of one fault that are named; the rest is counted."""
_EXAMPLES: Final = 3
_MAX_COLUMN_LENGTH: Final = 100
"""Characters of a column's name in a schema. Source: docs/platform.md, "Schemas"."""


def check_operation(schema: SchemaVersion, operation: str) -> Iterator[InputProblem]:
    """The operation against the schema's key columns. Source: "Update Datasets", operations."""
    keys = schema.key_columns
    name = shown(schema.name)
    if operation in {"Upsert", "Delete"} and not keys:
        reason = f'{operation} needs key columns, and schema "{name}" has none; use Append or Overwrite'
        yield InputProblem("operation", reason)
    if operation == "Append" and keys:
        named = _listed(keys, MAX_NAMED)
        reason = f'Append is for schemas without key columns, and "{name}" has {named}; use Upsert or Overwrite'
        yield InputProblem("operation", reason)


def check_header(header: CsvHeader, schema: SchemaVersion, operation: str) -> Iterator[InputProblem]:
    """The columns of the file against those of the schema; a guess about the file only explains what does not fit."""
    yield from (InputProblem("source", reason) for reason in _misfits(header, schema, operation))


def _misfits(header: CsvHeader, schema: SchemaVersion, operation: str) -> Sequence[str]:
    columns, named = header.columns, {column.name for column in schema.columns}
    unknown = [name for name in dict.fromkeys(columns) if name.strip() and name not in named]
    there = set(columns)
    absent = [column.name for column in schema.columns if column.name not in there]
    meant = {name: nearest(name, absent) for name in unknown[:MAX_NAMED]}
    doubled = [(name, count) for name, count in Counter(columns).items() if count > 1 and name.strip()]
    missing = _missing(schema, operation, {name.casefold() for name in (*columns, *filter(None, meant.values()))})
    reasons = [
        *_unnamed(columns),
        *(f'has the column "{shown(name)}" {count:,} times' for name, count in doubled[:MAX_NAMED]),
        *_rest(doubled, "columns that are there more than once"),
        *(_unknown(name, near) for name, near in meant.items()),
        *_rest(unknown, "columns that are not in the schema"),
        *(_lacking(column, schema) for column in missing[:MAX_NAMED]),
        *_rest(missing, "columns that the schema requires"),
    ]
    if not reasons:
        return ()
    explained = _explain(header, named)
    if explained:
        return (explained,)
    fits = any(name in named for name in columns) or any(meant.values())
    return reasons if fits else (_nothing_fits(columns, schema),)


def _missing(schema: SchemaVersion, operation: str, there: Collection[str]) -> list[Column]:
    """Columns that a row needs and that are not *there*, in any case."""
    needed = (column for column in schema.columns if column.is_key or (column.is_required and operation != "Delete"))
    return [column for column in needed if column.name.casefold() not in there]


def _explain(header: CsvHeader, named: Collection[str]) -> str | None:
    """What would explain a header that does not fit: another delimiter, or a file that is no CSV."""
    fitting = sum(name in named for name in header.columns)
    if not fitting and header.other_format:
        return header.other_format
    for reading in header.other_readings:
        fits_better = sum(name in named for name in reading.columns) > fitting
        if fits_better or (not fitting and len(header.columns) == 1):
            return f"is {reading.delimiter}-separated; the platform takes commas"
    return None


def _unnamed(columns: Sequence[str]) -> Iterator[str]:
    places = [f"{i:,}" for i, name in enumerate(columns, 1) if not name.strip()]
    if places:
        more = ", …" if len(places) > MAX_NAMED else ""
        yield f"has a column without a name ({', '.join(places[:MAX_NAMED])}{more}); name it, or remove its comma"


def _unknown(name: str, meant: str | None) -> str:
    if meant is None:
        return f'has the column "{shown(name)}", which is not in the schema'
    found, near = tell_apart(name, meant, _MAX_COLUMN_LENGTH)
    if name.casefold() == meant.casefold():
        return f'has the column "{found}", which the schema spells "{near}"'
    return f'has the column "{found}", which is not in the schema; did you mean "{near}"?'


def _lacking(column: Column, schema: SchemaVersion) -> str:
    kind = "key column" if column.is_key else "required column"
    return f'lacks the {kind} "{shown(column.name)}" of schema "{shown(schema.name)}"'


def _nothing_fits(columns: Sequence[str], schema: SchemaVersion) -> str:
    file = f"none of its {len(columns):,} columns ({_listed(columns, _EXAMPLES)}) is"
    if len(columns) == 1:
        file = f"its only column ({_listed(columns, _EXAMPLES)}) is not"
    required = _listed([column.name for column in schema.columns], _EXAMPLES)
    return f'{file} in schema "{shown(schema.name)}" ({required}); is this the right file?'


def _rest(items: Sequence[object], what: str) -> Iterator[str]:
    if len(items) > MAX_NAMED:
        yield f"… and {len(items) - MAX_NAMED:,} more {what}"


def _listed(names: Sequence[str], limit: int) -> str:
    """`"a", "b", …`"""
    return ", ".join([*(f'"{shown(name)}"' for name in names[:limit]), *(["…"] if len(names) > limit else [])])
