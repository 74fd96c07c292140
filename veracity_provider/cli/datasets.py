"""`veracity datasets`, `veracity dataset` and `veracity rows`."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any, Final

import typer

from veracity_provider.api.models import Column as SchemaColumn
from veracity_provider.api.models import Dataset
from veracity_provider.cli.connection import Connection, connect_to
from veracity_provider.cli.lookup import find_dataset
from veracity_provider.cli.options import AsJson, DatasetArgument, Limit, Stack, Workspace
from veracity_provider.cli.output import MAX_CELL, MORE, Column, Output, note
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.nearest import did_you_mean
from veracity_provider.texts import shown

_PAGE_SIZE: Final = 500
_COLUMNS: Final = (
    Column[Dataset](title="id", text=lambda one: one.id, is_whole=True),
    Column[Dataset](title="name", text=lambda one: one.name),
    Column[Dataset](title="schema", text=lambda one: one.schema_name),
    Column[Dataset](title="tags", text=lambda one: _tags_text(one.tags)),
)
_SCHEMA_COLUMNS: Final = (
    Column[SchemaColumn](title="column", text=lambda one: one.name),
    Column[SchemaColumn](title="type", text=lambda one: one.type),
    Column[SchemaColumn](title="", text=lambda one: "key" if one.is_key else "required" if one.is_required else ""),
)


def list_datasets(
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Only those whose name has this in it.")] = "",
    schema: Annotated[str, typer.Option(metavar="TEXT", help="Only those whose schema's name has this in it.")] = "",
    tag: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Only those with this tag; may be repeated.")
    ] = None,
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List the datasets of the workspace."""
    connection = connect_to(stack, workspace)
    tags = _read_tags(tag or [])
    listed = connection.clients.datasets.list_datasets(connection.workspace_id, name=name, tags=tags)
    found = (one for one in listed if schema.casefold() in one.schema_name.casefold())
    Output(as_json=as_json).print_items(found, _COLUMNS, asdict, limit=limit, nothing="no datasets")


def show_dataset(
    dataset: DatasetArgument, stack: Stack = None, workspace: Workspace = None, *, as_json: AsJson = False
) -> None:
    """Show a dataset: its schema with the columns, and how many rows it has."""
    connection = connect_to(stack, workspace)
    found = find_dataset(connection, dataset)
    columns = _columns(connection, found)
    rows = connection.clients.datasets.count_rows(connection.workspace_id, found.id)
    output = Output(as_json=as_json)
    if as_json:
        output.print_document({**asdict(found), "columns": [asdict(one) for one in columns], "rows": rows})
        return
    output.print_details(
        found.name,
        [
            ("id", found.id),
            ("description", found.description),
            ("schema", found.schema_name),
            ("version", found.schema_version_id),
            ("tags", _tags_text(found.tags)),
            ("rows", f"{rows:,}"),
        ],
    )
    output.print_line()
    output.print_items(columns, _SCHEMA_COLUMNS, asdict, nothing="no columns")


def show_rows(
    dataset: DatasetArgument,
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    column: Annotated[
        list[str] | None, typer.Option("--column", "-c", metavar="NAME", help="Only this column; may be repeated.")
    ] = None,
    limit: Limit = 100,
    as_csv: Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show rows of a dataset, in the order in which the platform gives them."""
    if as_csv and as_json:
        message = "print either CSV or JSON: leave --csv or --json out"
        raise typer.BadParameter(message)
    connection = connect_to(stack, workspace)
    found = find_dataset(connection, dataset)
    names = _chosen(column or [], found)
    rows = connection.clients.datasets.read_rows(
        connection.workspace_id,
        found.id,
        page_size=min(limit + 1, _PAGE_SIZE) if limit else _PAGE_SIZE,
        columns=column or [],
    )
    if as_csv:
        _print_csv(rows, names, limit)
        return
    output = Output(as_json=as_json)
    fitting = names[: max(1, output.columns_that_fit)]
    output.print_items(
        rows,
        [_row_column(name) for name in fitting],
        lambda row: {name: row.get(name) for name in names},
        limit=limit,
        nothing="no rows",
    )
    if not as_json and len(fitting) < len(names):
        note(f"{len(fitting)} of {len(names)} columns fit here; choose some with --column, or use --csv or --json")


def _columns(connection: Connection, dataset: Dataset) -> Sequence[SchemaColumn]:
    if dataset.schema_version_id is None:
        return [SchemaColumn(name=name, type="", is_key=False, is_required=False) for name in dataset.columns]
    datasets = connection.clients.datasets
    return datasets.get_schema_version(connection.workspace_id, dataset.schema_version_id).columns


def _chosen(wanted: Sequence[str], dataset: Dataset) -> Sequence[str]:
    known = dataset.columns
    for name in wanted:
        if known and name not in known:
            near = did_you_mean(name, known) or f"; it has {', '.join(map(shown, known))}"
            reason = f"must be a column of dataset \"{shown(dataset.name)}\", not '{shown(name)}'{near}"
            raise InputError([InputProblem("--column", reason)])
    return wanted or known


def _print_csv(rows: Iterator[Mapping[str, Any]], names: Sequence[str], limit: int) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    is_terminal = sys.stdout.isatty()
    for row in islice(rows, limit) if limit else rows:
        cells = [_cell(row.get(name)) for name in names]
        # A terminal would follow what a file is meant to keep.
        writer.writerow([shown(cell, MAX_CELL) for cell in cells] if is_terminal else cells)
    if limit and next(rows, None) is not None:
        note(MORE)


def _row_column(name: str) -> Column[Mapping[str, Any]]:
    return Column(title=name, text=lambda row: _cell(row.get(name)))


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_tags(texts: Iterable[str]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            message = f"must be KEY=VALUE, such as Site=123, not '{shown(text)}'"
            raise InputError([InputProblem("--tag", message)])
        tags.setdefault(key, []).append(value)
    return tags


def _tags_text(tags: Mapping[str, Sequence[str]]) -> str:
    return ", ".join(f"{key}={value}" for key, values in tags.items() for value in values)
