"""The command `veracity`: looks at the platform with the settings of the environment; changes nothing."""

import json
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import stamina
import typer

from veracity_provider.api.clients import Clients, connect
from veracity_provider.errors import VeracityError
from veracity_provider.settings import KEYS, Settings, home_folder, is_uuid
from veracity_provider.texts import shown

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
schema = typer.Typer(no_args_is_help=True, help="Write definitions of schemas.")
cli.add_typer(schema, name="schema")
Workspace = Annotated[str | None, typer.Option(help="Workspace id; default: VERACITY_WORKSPACE_ID.")]


@cli.callback()
def root() -> None:
    """Look at containers, datasets and ingest jobs; `veracity settings` lists the environment variables."""


@cli.command("settings")
def show_settings() -> None:
    """List the settings: stack config keys, their environment variables, and what they mean."""
    for key in KEYS:
        typer.echo(f"veracity:{key.name:24}{key.environment_variable:34}{key.doc}{' (secret)' * key.is_secret}")


@cli.command("check")
def check(workspace: Workspace = None) -> None:
    """Ask each service once, and say how it went."""
    nothing = "00000000-0000-4000-8000-000000000000"
    with _connected() as (clients, settings):
        ids = workspace or settings.workspace_id or nothing
        _say_reach("Data Workbench", settings.data_workbench_url, lambda: clients.datasets.get_dataset(ids, nothing))
        _say_reach("Data Fabric", settings.data_api_url, lambda: clients.data.get_container(nothing))


@cli.command("container")
def container(container_id: str) -> None:
    """Show a container as Data Fabric describes it."""
    with _connected() as (clients, _):
        _show(asdict(clients.data.get_container(container_id)))


@cli.command("dataset")
def dataset(dataset_id: str, workspace: Workspace = None) -> None:
    """Show a dataset: its schema, and how many rows it has."""
    with _connected() as (clients, settings):
        found = clients.datasets.get_dataset(_workspace(workspace, settings), dataset_id)
        page = clients.datasets.query_rows(_workspace(workspace, settings), dataset_id, page_index=1, page_size=1)
        _show({**asdict(found), "rows": page.total_count})


@cli.command("job")
def job(job_id: str, workspace: Workspace = None) -> None:
    """Show how an ingest job stands, by the platform and by this machine's journal."""
    from veracity_provider.lifecycle.jobs.journal import Journal, journal_folder

    with _connected() as (clients, settings):
        report = clients.ingest.get_ingest_job(_workspace(workspace, settings), job_id)
        entry = Journal(journal_folder(home_folder(os.environ)), time=time.time).find_by_id(job_id)
        _show({**asdict(report), "phase": report.phase.name, "journal": asdict(entry) if entry else None})


@schema.command("infer")
def infer(
    file: Annotated[Path, typer.Argument(help="A CSV file with rows.")],
    output: Annotated[Path | None, typer.Option(help="Where to write it; default: standard output.")] = None,
) -> None:
    """Write a definition of a schema for a CSV file: its columns with their types, and a guess at the keys."""
    from veracity_provider.lifecycle.schema.inference import infer_schema
    from veracity_provider.storage.sources import FileSource

    with _told_errors():
        found = infer_schema(FileSource(file))
    text = json.dumps(found.to_definition(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write_new(output, text)
    keys = f"{', '.join(map(shown, found.keys))} (a guess)" if found.keys else "none found"
    typer.echo(f"{len(found.columns)} columns from {found.row_count:,} rows; keys: {keys}", err=True)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        typer.echo(f"error: {shown(path, 300)} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(1) from None


def main() -> None:
    """Entry point of the console script."""
    # A retry is told by the error at its end, and by no log line in between.
    stamina.instrumentation.set_on_retry_hooks([])
    cli()


@contextmanager
def _connected() -> Generator[tuple[Clients, Settings]]:
    with _told_errors():
        settings = Settings.resolve(lambda _: None, os.environ, set_command="export")
        yield connect(settings), settings


@contextmanager
def _told_errors() -> Generator[None]:
    try:
        yield
    except VeracityError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


def _workspace(given: str | None, settings: Settings) -> str:
    found = given or settings.workspace_id
    if not is_uuid(found):
        typer.echo("error: name the workspace with --workspace, or in VERACITY_WORKSPACE_ID", err=True)
        raise typer.Exit(1)
    return str(found)


def _say_reach(name: str, url: str, ask: Callable[[], Any]) -> None:
    """A 403 or 404 to a made-up id is what a service says that knows us."""
    from veracity_provider.errors import NotFound, PermissionDenied

    try:
        ask()
    except (NotFound, PermissionDenied):
        typer.echo(f"{name} at {url}: answers")
    except VeracityError as error:
        typer.echo(f"{name} at {url}: {error}", err=True)
        raise typer.Exit(1) from None


def _show(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))
