"""`veracity schemas`, and the group `veracity schema`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from veracity_provider.api.schema_models import Schema, SchemaColumn, SchemaVersionDetails
from veracity_provider.cli.connection import connect_to
from veracity_provider.cli.lookup import find_schema
from veracity_provider.cli.options import AsJson, Limit, SchemaArgument, Stack, Workspace, print_help_if_alone
from veracity_provider.cli.output import Column, Output, json_text, note
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.schema.plan import active_version
from veracity_provider.texts import shown

_COLUMNS: Final = (
    Column[Schema](title="id", text=lambda one: one.id, is_whole=True),
    Column[Schema](title="name", text=lambda one: one.name),
    Column[Schema](title="short name", text=lambda one: one.short_name),
    Column[Schema](title="origin", text=lambda one: "predefined" if one.is_predefined else ""),
)
_VERSION_COLUMNS: Final = (
    Column[SchemaVersionDetails](title="version", text=lambda one: one.id, is_whole=True),
    Column[SchemaVersionDetails](title="name", text=lambda one: one.name),
    Column[SchemaVersionDetails](title="", text=lambda one: ", ".join(_marks(one))),
)
_SCHEMA_COLUMNS: Final = (
    Column[SchemaColumn](title="column", text=lambda one: one.get("name", "")),
    Column[SchemaColumn](title="type", text=lambda one: one.get("type", "")),
    Column[SchemaColumn](
        title="", text=lambda one: "key" if one.get("is_key") else "required" if one.get("is_required") else ""
    ),
)

group = typer.Typer(invoke_without_command=True)


@group.callback()
def root(ctx: typer.Context) -> None:
    """Look at one schema, or write the definition of one."""
    print_help_if_alone(ctx)


def list_schemas(
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Only those whose name has this in it.")] = "",
    own: Annotated[bool, typer.Option("--own", metavar="", help="Leave out the predefined ones.")] = False,
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List the schemas of the workspace."""
    connection = connect_to(stack, workspace)
    found = (
        one
        for one in connection.clients.schemas.list_schemas(connection.workspace_id)
        if name.casefold() in one.name.casefold() and not (own and one.is_predefined)
    )
    Output(as_json=as_json).print_items(found, _COLUMNS, _summary, limit=limit, nothing="no schemas")


@group.command("show")
def show_schema(
    schema: SchemaArgument, stack: Stack = None, workspace: Workspace = None, *, as_json: AsJson = False
) -> None:
    """Show a schema: its versions, and the columns of the active one."""
    found = find_schema(connect_to(stack, workspace), schema)
    active = active_version(found)
    output = Output(as_json=as_json)
    if as_json:
        output.print_document({**asdict(found), "active_version_id": active.id if active else None})
        return
    output.print_details(
        found.name,
        [
            ("id", found.id),
            ("short name", found.short_name),
            ("description", found.description),
            ("origin", "predefined" if found.is_predefined else ""),
        ],
    )
    output.print_line()
    output.print_items(found.versions, _VERSION_COLUMNS, asdict, nothing="no versions")
    output.print_line()
    output.print_items(active.columns if active else (), _SCHEMA_COLUMNS, dict, nothing="no columns")


@group.command("infer")
def infer_schema(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with rows.")],
    output: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where to write it; default: standard output.")
    ] = None,
) -> None:
    """Write the definition of a schema for a CSV file: its columns with their types, and a guess at the keys."""
    # Late: other commands read no files.
    from veracity_provider.lifecycle.schema import inference
    from veracity_provider.storage.sources import FileSource

    found = inference.infer_schema(FileSource(file))
    text = f"{json_text(found.to_definition())}\n"
    if output is None:
        sys.stdout.write(text)
    else:
        _write_new(output, text)
    keys = f"{', '.join(map(shown, found.keys))} (a guess)" if found.keys else "none found"
    note(f"{len(found.columns)} columns from {found.row_count:,} rows; keys: {keys}")


def _write_new(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = f"must be a new file that can be written, and {shown(path, 300)} cannot: {error.strerror}"
        raise InputError([InputProblem("--output", reason)]) from None


def _summary(schema: Schema) -> dict[str, Any]:
    return {name: value for name, value in asdict(schema).items() if name != "versions"}


def _marks(version: SchemaVersionDetails) -> list[str]:
    return [word for word, is_so in (("active", version.is_active), ("locked", version.is_locked)) if is_so]
