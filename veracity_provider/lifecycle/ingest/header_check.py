"""A file's header against a dataset's schema: what the platform would refuse, before anything is sent."""

from collections import Counter
from collections.abc import Iterator

from veracity_provider.api.models import SchemaVersion
from veracity_provider.errors import InputProblem
from veracity_provider.nearest import did_you_mean
from veracity_provider.storage.csv_header import CsvHeader


def check_operation(schema: SchemaVersion, operation: str) -> Iterator[InputProblem]:
    """The operation against the schema's key columns. Source: "Update Datasets", operations."""
    keys = schema.key_columns
    if operation in {"Upsert", "Delete"} and not keys:
        reason = f'{operation} needs key columns, and schema "{schema.name}" has none; use Append or Overwrite'
        yield InputProblem("operation", reason)
    if operation == "Append" and keys:
        named = ", ".join(keys)
        reason = f'Append is for schemas without key columns, and "{schema.name}" has {named}; use Upsert or Overwrite'
        yield InputProblem("operation", reason)


def check_header(header: CsvHeader, schema: SchemaVersion, operation: str) -> Iterator[InputProblem]:
    """The columns of the file against those of the schema."""
    if header.delimiter != ",":
        yield InputProblem("source", f"is {header.describe()}; the platform takes commas")
        return
    named = {column.name for column in schema.columns}
    folded = {name.casefold(): name for name in named}
    for name, count in Counter(header.columns).items():
        if count > 1:
            yield InputProblem("source", f'has the column "{name}" {count} times')
        if name not in named:
            yield InputProblem("source", _unknown(name, folded, named))
    there = {name.casefold() for name in header.columns}
    for column in schema.columns:
        is_needed = column.is_key or (column.is_required and operation != "Delete")
        if is_needed and column.name.casefold() not in there:
            kind = "key column" if column.is_key else "required column"
            yield InputProblem("source", f'lacks the {kind} "{column.name}" of schema "{schema.name}"')


def _unknown(name: str, folded: dict[str, str], named: set[str]) -> str:
    if name.casefold() in folded:
        return f'has the column "{name}", which the schema spells "{folded[name.casefold()]}"'
    return f'has the column "{name}", which is not in the schema{did_you_mean(name, named)}'
