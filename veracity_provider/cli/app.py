"""All commands of `veracity` together, and what an error looks like."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from veracity_provider import __version__
from veracity_provider.cli import containers, datasets, discover, doctor, folders, jobs, preflight, schemas, settings
from veracity_provider.cli.connection import fitting, where_else
from veracity_provider.cli.options import JSON, STACK, print_help_if_alone
from veracity_provider.cli.output import ExitCode, note, print_error
from veracity_provider.errors import InputError, NotFound, SettingsError, VeracityError

_EPILOG: Final = (
    "Exit codes: 0 done; 1 refused, network error or local error; 2 an argument or a setting is wrong; "
    "3 not found; 4 problems were found."
)


class _ErrorReporter(TyperGroup):
    """Prints our errors in place of a traceback, and ends with their exit code."""

    def invoke(self, ctx: typer.Context) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride] — the same class
        try:
            return super().invoke(ctx)
        except VeracityError as error:
            _report(error, ctx.meta)
            raise typer.Exit(exit_code_of(error)) from None


app = typer.Typer(
    cls=_ErrorReporter,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)


@app.callback()
def root(
    ctx: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", metavar="", is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """
    Look at containers, datasets, schemas, file storage and ingest jobs; nothing on the platform is changed.

    The settings are those of a stack's config (--stack, PULUMI_STACK), or of the environment.
    """
    if version:
        sys.stdout.write(f"veracity {__version__}\n")
        raise typer.Exit
    print_help_if_alone(ctx)


_CHECK: Final = "Check"
_LOOK: Final = "Look at the platform"
_JOBS: Final = "Ingest jobs"
_DECLARE: Final = "Declare"

for _panel, _name, _command in (
    (_CHECK, "doctor", doctor.doctor),
    (_CHECK, "settings", settings.list_settings),
    (_CHECK, "preflight", preflight.preflight),
    (_LOOK, "datasets", datasets.list_datasets),
    (_LOOK, "dataset", datasets.show_dataset),
    (_LOOK, "rows", datasets.show_rows),
    (_LOOK, "schemas", schemas.list_schemas),
    (_LOOK, "containers", containers.list_containers),
    (_LOOK, "container", containers.show_container),
    (_LOOK, "folders", folders.list_folders),
    (_JOBS, "jobs", jobs.list_jobs),
    (_JOBS, "job", jobs.show_job),
    (_JOBS, "journal", jobs.show_journal),
    (_DECLARE, "discover", discover.discover),
):
    app.command(_name, rich_help_panel=_panel)(_command)
app.add_typer(schemas.group, name="schema", rich_help_panel=_LOOK)


def exit_code_of(error: VeracityError) -> ExitCode:
    """How a command ends that fails with *error*."""
    if isinstance(error, InputError):
        return ExitCode.USAGE
    return ExitCode.NOT_FOUND if isinstance(error, NotFound) else ExitCode.FAILED


def main() -> None:
    """Entry point of the console script."""
    # Late: `--help` and `--version` need none of it.
    import stamina

    # A retry is told by the error at its end, and by no log line in between.
    stamina.instrumentation.set_on_retry_hooks([])
    app(prog_name="veracity")


def _report(error: VeracityError, noted: Mapping[str, Any]) -> None:
    has_stack, as_json = bool(noted.get(STACK)), bool(noted.get(JSON))
    message = fitting(str(error), has_stack=has_stack)
    hint = where_else(error) if isinstance(error, SettingsError) and not has_stack else ""
    whole = f"{message}\n{hint}" if hint else message
    document = {"type": type(error).__name__, "message": whole, "trace_id": error.trace_id}
    print_error(message, document, as_json=as_json)
    if hint and not as_json:
        note(hint)
