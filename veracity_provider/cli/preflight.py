"""`veracity preflight`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from veracity_provider.api.models import Dataset, SchemaVersion
from veracity_provider.cli.connection import connect_to
from veracity_provider.cli.lookup import find_dataset
from veracity_provider.cli.options import AsJson, Stack, Workspace
from veracity_provider.cli.output import ExitCode, Output
from veracity_provider.errors import DatasetError, InputProblem
from veracity_provider.lifecycle.ingest.preflight import find_misfits
from veracity_provider.lifecycle.units import size
from veracity_provider.storage.csv_rows import count_rows
from veracity_provider.storage.sources import FileSource
from veracity_provider.texts import shown


class Operation(StrEnum):
    """What an ingest does with the rows of a file."""

    UPSERT = "Upsert"
    DELETE = "Delete"
    OVERWRITE = "Overwrite"
    APPEND = "Append"


def preflight(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file.")],
    dataset: Annotated[str, typer.Option("--dataset", "-d", metavar="DATASET", help="UUID or name of the dataset.")],
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    operation: Annotated[
        Operation | None,
        typer.Option(help="What the ingest will do. Default: Upsert where the schema has key columns, else Append."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """
    Check a file's header, and the operation, against a dataset's schema; a Reader's rights suffice.

    The values of the rows are not checked: that is done by the ingest job.
    """
    source = FileSource(file.expanduser())
    source.require_readable()
    connection = connect_to(stack, workspace)
    found = find_dataset(connection, dataset)
    if found.schema_version_id is None:
        raise DatasetError(f'dataset "{shown(found.name)}" has no schema version to check a file against')
    schema = connection.clients.datasets.get_schema_version(connection.workspace_id, found.schema_version_id)
    chosen = operation or (Operation.UPSERT if schema.key_columns else Operation.APPEND)
    problems = find_misfits(source, schema, chosen)
    output = Output(as_json=as_json)
    if as_json:
        output.print_document(_document(source, found, chosen, problems))
    else:
        _print(output, source, found, schema, chosen, problems)
    if problems:
        raise typer.Exit(ExitCode.PROBLEMS)


def _document(source: FileSource, dataset: Dataset, operation: str, problems: list[InputProblem]) -> dict[str, object]:
    return {
        "file": str(source.path),
        "size_bytes": source.stat().st_size,
        "rows": count_rows(source),
        "dataset_id": dataset.id,
        "dataset_name": dataset.name,
        "schema_version_id": dataset.schema_version_id,
        "operation": operation,
        "problems": [{"property": one.property, "reason": one.reason} for one in problems],
    }


def _print(
    output: Output,
    source: FileSource,
    dataset: Dataset,
    schema: SchemaVersion,
    operation: str,
    problems: list[InputProblem],
) -> None:
    output.print_details(
        source.name,
        [
            ("size", f"{size(source.stat().st_size)}, {count_rows(source):,} rows"),
            ("dataset", f"{dataset.name} ({dataset.id})"),
            ("schema", schema.name),
            ("keys", ", ".join(schema.key_columns) or "none"),
            ("operation", operation),
        ],
    )
    output.print_line()
    if not problems:
        output.print_line("The header fits the schema, and the operation is allowed.", style="green")
        return
    output.print_line("The platform would refuse it:", style="red")
    for problem in problems:
        about = source.name if problem.property == "source" else problem.property
        output.print_bullet(f"{about}: {problem.reason}")
