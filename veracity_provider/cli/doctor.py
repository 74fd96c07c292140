"""`veracity doctor`: everything that a first run needs, looked at one by one, each with what to do about it."""

import os
import sys
import time
from typing import Final

import typer

from veracity_provider.cli import checks
from veracity_provider.cli.checks import Check, Verdict
from veracity_provider.cli.connection import connect_to, fitting
from veracity_provider.cli.options import AsJson, Stack, Workspace
from veracity_provider.cli.output import ExitCode, Output
from veracity_provider.errors import SettingsError
from veracity_provider.settings import home_folder

_STYLES: Final = {
    Verdict.OK: "green",
    Verdict.WARNING: "yellow",
    Verdict.FAILED: "bold red",
    Verdict.SKIPPED: "dim",
}


def doctor(stack: Stack = None, workspace: Workspace = None, *, as_json: AsJson = False) -> None:
    """
    Check settings, token, role, workspace, each service, journal, clock and versions; changes nothing.

    What the stack's config does not need is a warning. Getting access to file storage is an entry of the activity log.
    """
    found: list[Check] = []
    output = Output(as_json=as_json)

    def report(check: Check) -> None:
        told = check.worded(lambda text: fitting(text, has_stack=bool(stack)))
        found.append(told)
        if not as_json:
            _print(output, told)

    for check in checks.check_versions(os.environ):
        report(check)
    home = home_folder(os.environ)
    try:
        connection = connect_to(stack, workspace)
    except SettingsError as error:
        report(checks.check_journal(home, time=time.time))
        report(checks.settings_failed(error))
        for name in checks.NEED_SETTINGS:
            report(Check(name=name, verdict=Verdict.SKIPPED, found="the settings are not complete"))
    else:
        report(checks.check_journal(home, time=time.time, answered=connection.settings.answers))
        for check in checks.check_platform(connection, time=time.time):
            report(check)
    if as_json:
        output.print_document([one.document() for one in found])
    else:
        _sum_up(output, found)
    if any(one.verdict is Verdict.FAILED for one in found):
        raise typer.Exit(ExitCode.PROBLEMS)


def _print(output: Output, check: Check) -> None:
    text = f"{check.found}. {check.remedy}" if check.remedy else check.found
    output.print_check(check.verdict.value, _STYLES[check.verdict], check.name, text)
    sys.stdout.flush()


def _sum_up(output: Output, found: list[Check]) -> None:
    counts = [(verdict, sum(one.verdict is verdict for one in found)) for verdict in Verdict]
    output.print_line()
    output.print_line(", ".join(f"{count} {verdict.value}" for verdict, count in counts if count))
