"""Options and arguments that commands share. Ids are checked here, before they become part of an address."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from veracity_provider.cli.stack_config import find_project
from veracity_provider.errors import SettingsError
from veracity_provider.settings import is_uuid
from veracity_provider.texts import shown

JSON: Final = "json"
STACK: Final = "stack"
"""What the context of a call notes of its options, for whoever reports an error."""


def require_uuid(text: str) -> str:
    """*text* in lower case; a usage error where it is no UUID."""
    if not is_uuid(text):
        message = f"must be a UUID such as 33333333-0000-4000-8000-000000000001, not '{shown(text)}'"
        raise typer.BadParameter(message)
    return text.lower()


def print_help_if_alone(ctx: typer.Context) -> None:
    """What a group says where no command of it is named."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _noted_as(name: str) -> Callable[[typer.Context, Any], Any]:
    def note(ctx: typer.Context, value: Any) -> Any:
        ctx.meta[name] = value
        return value

    return note


def _stacks(incomplete: str) -> list[str]:
    try:
        project = find_project(Path.cwd())
    except SettingsError:
        return []
    return [one for one in project.stacks() if one.startswith(incomplete)] if project else []


Stack = Annotated[
    str | None,
    typer.Option(
        "--stack",
        "-s",
        envvar="PULUMI_STACK",
        metavar="NAME",
        help="Stack whose config has the settings. Default: environment variables only.",
        callback=_noted_as(STACK),
        autocompletion=_stacks,
    ),
]
Workspace = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="UUID",
        parser=require_uuid,
        help="Workspace to look at. Default: that of the settings.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON.", callback=_noted_as(JSON))]
Limit = Annotated[int, typer.Option("--limit", "-n", min=0, metavar="N", help="Show at most N; 0 shows all.")]
DatasetId = Annotated[
    str | None, typer.Option("--dataset", metavar="UUID", parser=require_uuid, help="Only those of this dataset.")
]
ContainerArgument = Annotated[str, typer.Argument(metavar="CONTAINER", parser=require_uuid, help="UUID.")]
JobArgument = Annotated[str, typer.Argument(metavar="JOB", parser=require_uuid, help="UUID.")]
DatasetArgument = Annotated[str, typer.Argument(metavar="DATASET", help="UUID, or name.")]
SchemaArgument = Annotated[str, typer.Argument(metavar="SCHEMA", help="UUID, or name.")]
