"""What `veracity doctor` checks; each check says what was found and what to do."""

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from veracity_provider import __version__
from veracity_provider.cli.connection import Connection
from veracity_provider.cli.folders import open_storage
from veracity_provider.errors import (
    ContainerNotFound,
    JournalError,
    PermissionDenied,
    PlatformError,
    RequestRefused,
    SettingsError,
    VeracityError,
    WorkspaceNotFound,
)
from veracity_provider.lifecycle.jobs.journal import OPEN, JobState, Journal, journal_folder
from veracity_provider.lifecycle.units import duration
from veracity_provider.settings import Settings
from veracity_provider.texts import shown

NEED_SETTINGS: Final = (
    *("clock", "token", "workbench", "workspace", "role", "file storage"),
    *("containers", "metadata"),
)
"""Names of the checks that ask the platform."""
_MIN_CLI: Final = (3, 259)
_MIN_SDK: Final = (3, 260)
_NOTHING: Final = "00000000-0000-4000-8000-000000000000"
"""The id of nothing, for a service that has to be asked about something."""
_MAX_CLOCK_DIFFERENCE_S: Final = 60.0
_NO_ADMIN: Final = (
    "An administrator of the workspace gives the role Admin in the portal, under API management; ingests need it"
)


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at: what was found, and what to do about it, empty where nothing has to be done."""

    name: str
    verdict: Verdict
    found: str
    remedy: str = ""

    def worded(self, wording: Callable[[str], str]) -> "Check":
        """The same in words that fit where it runs."""
        return replace(self, found=wording(self.found), remedy=wording(self.remedy))

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {"check": self.name, "verdict": self.verdict.value, "found": self.found, "remedy": self.remedy}


def check_versions(environ: Mapping[str, str]) -> Iterator[Check]:
    """This package and Python; the Pulumi SDK; the Pulumi CLI."""
    python = platform.python_version()
    yield Check(name="version", verdict=Verdict.OK, found=f"veracity-provider {__version__}, Python {python}")
    yield _at_least("pulumi SDK", _sdk_version(), _MIN_SDK, missing="Install it: pip install pulumi")
    yield _at_least(
        "pulumi CLI", _cli_version(environ), _MIN_CLI, missing="Install it, or put it on PATH: only this command "
        "works without it"
    )  # fmt: skip


def check_journal(home: Path, *, time: Callable[[], float], answered: Collection[str] = ()) -> Check:
    """Whether this machine's journal of ingest jobs can be written, and what it holds; *answered* are ids of jobs."""
    journal = Journal(journal_folder(home), time=time)
    try:
        journal.require_writable("")
        entries = journal.entries()
    except JournalError as error:
        return Check(name="journal", verdict=Verdict.FAILED, found=str(error))
    unclear = (one.job.job_id for one in entries if one.state in OPEN | {JobState.IN_DOUBT})
    doubtful = [job_id for job_id in unclear if job_id.lower() not in answered]
    found = f"{len(entries):,} jobs in {journal_folder(home)}"
    if not doubtful:
        return Check(name="journal", verdict=Verdict.OK, found=found)
    known = f"{found}; not seen to end, or in doubt: {len(doubtful):,}"
    return Check(
        name="journal",
        verdict=Verdict.WARNING,
        found=known,
        remedy=f"Look at the latest with `veracity journal {doubtful[0]}`",
    )


def settings_failed(error: SettingsError) -> Check:
    """What is missing or wrong with the settings."""
    problems = "; ".join(str(one).rstrip(".") for one in error.problems)
    return Check(name="settings", verdict=Verdict.FAILED, found=problems, remedy="`veracity settings` lists all")


def check_platform(connection: Connection, *, time: Callable[[], float]) -> Iterator[Check]:
    """Settings, clock, token, and each service; a service that cannot be reached is asked once."""
    yield check_settings(connection)
    yield _check_clock(connection.settings, time)
    token = _check_token(connection.settings)
    yield token
    if token.verdict is Verdict.FAILED:
        for name in NEED_SETTINGS[2:]:
            yield Check(name=name, verdict=Verdict.SKIPPED, found="there is no token")
        return
    yield from _check_workbench(connection)
    yield _check_storage(connection)
    yield _check_data_api(connection)
    yield _check_provisioning(connection)


def check_settings(connection: Connection) -> Check:
    """Where the settings come from, and whether secrets stand in a file in the clear."""
    settings, config = connection.settings, connection.config
    source = f"stack {config.stack} ({config.file.name})" if config else "environment variables"
    who = f"service account {settings.client_id}" if settings.access_token is None else "a supplied token"
    found = f"{source}: {settings.data_workbench_url}, {who}"
    clear = config.clear_secrets if config and not settings.is_loopback else ()
    if not clear:
        return Check(name="settings", verdict=Verdict.OK, found=found)
    return Check(
        name="settings",
        verdict=Verdict.FAILED,
        found=f"{source} has in plain text: {', '.join(f'veracity:{one}' for one in clear)}",
        remedy=f"Set each with `pulumi config set --stack {config.stack if config else ''} --secret KEY`",
    )


def _check_clock(settings: Settings, time: Callable[[], float]) -> Check:
    from veracity_provider.api.clock import find_clock_difference

    try:
        ahead = find_clock_difference(settings, time=time)
    except VeracityError as error:
        return Check(name="clock", verdict=Verdict.SKIPPED, found=str(error))
    if ahead is None:
        return Check(name="clock", verdict=Verdict.SKIPPED, found="the platform does not report its time")
    word = "ahead of" if ahead > 0 else "behind"
    if abs(ahead) <= _MAX_CLOCK_DIFFERENCE_S:
        return Check(name="clock", verdict=Verdict.OK, found="agrees with the platform's to a minute")
    return Check(
        name="clock",
        verdict=Verdict.FAILED,
        found=f"this machine's is {duration(abs(ahead))} {word} the platform's",
        remedy="Set it (NTP): tokens and SAS URLs are valid for a time",
    )


def _check_token(settings: Settings) -> Check:
    from veracity_provider.api.auth import Tokens
    from veracity_provider.api.transport import open_session

    if settings.access_token is not None:
        return Check(name="token", verdict=Verdict.OK, found="one is supplied, and is used for all services")
    with open_session(settings, connections=1) as session:
        try:
            Tokens(settings, session).get("data workbench")
        except VeracityError as error:
            return Check(name="token", verdict=Verdict.FAILED, found=str(error))
    return Check(name="token", verdict=Verdict.OK, found=f"the service account gets one from {settings.token_url}")


def _check_workbench(connection: Connection) -> Iterator[Check]:
    """The service, the workspace, and the role of the account in it."""
    answers = f"{connection.settings.data_workbench_url} answers"
    try:
        workspace_id = connection.named_workspace_id
    except SettingsError as error:
        yield Check(name="workbench", verdict=Verdict.OK, found=answers)
        yield Check(name="workspace", verdict=Verdict.FAILED, found="; ".join(map(str, error.problems)))
        yield Check(name="role", verdict=Verdict.SKIPPED, found="there is no workspace")
        return
    except VeracityError as error:
        yield from _failed_workbench(error)
        return
    try:
        found = connection.clients.workspaces.get_workspace(workspace_id or _NOTHING)
    except WorkspaceNotFound:
        yield Check(name="workbench", verdict=Verdict.OK, found=answers)
        yield from _no_workspace(workspace_id)
        return
    except PermissionDenied as error:
        if error.is_from_gateway:
            yield from _failed_workbench(error)
            return
        yield Check(name="workbench", verdict=Verdict.OK, found=answers)
        if workspace_id is None:
            yield from _no_workspace(workspace_id)
            return
        yield _check_datasets(connection, workspace_id)
    except VeracityError as error:
        yield from _failed_workbench(error)
        return
    else:
        yield Check(name="workbench", verdict=Verdict.OK, found=answers)
        yield Check(name="workspace", verdict=Verdict.OK, found=f"{shown(found.name)} ({found.id})")
    yield _check_role(connection, workspace_id or "")


def _failed_workbench(error: VeracityError) -> Iterator[Check]:
    yield _refusal("workbench", error, is_needed=True, manages="anything")
    for name in ("workspace", "role"):
        yield Check(name=name, verdict=Verdict.SKIPPED, found="Data Workbench does not answer")


def _check_datasets(connection: Connection, workspace_id: str) -> Check:
    """What an account that is limited to selected datasets may read of a workspace."""
    try:
        next(connection.clients.datasets.list_datasets(workspace_id), None)
    except VeracityError as error:
        return Check(name="workspace", verdict=Verdict.FAILED, found=_without_end(error))
    found = f"{workspace_id}: the account may read its datasets, and not the workspace itself"
    return Check(name="workspace", verdict=Verdict.OK, found=found)


def _no_workspace(workspace_id: str | None) -> Iterator[Check]:
    yield _missing_workspace(workspace_id)
    yield Check(name="role", verdict=Verdict.SKIPPED, found="there is no workspace")


def _missing_workspace(workspace_id: str | None) -> Check:
    if workspace_id is None:
        remedy = "Set veracity:workspaceId, or name one with --workspace; it is in the portal's address, after `ws/`"
        return Check(name="workspace", verdict=Verdict.WARNING, found="none is named", remedy=remedy)
    return Check(
        name="workspace",
        verdict=Verdict.FAILED,
        found=f"there is no workspace {workspace_id} for this account",
        remedy="Check veracity:workspaceId; it is in the portal's address, after `ws/`",
    )


def _check_role(connection: Connection, workspace_id: str) -> Check:
    try:
        listed = connection.clients.workspaces.list_workspaces()
    except VeracityError as error:
        found = f"not known, since the platform does not say ({_without_end(error)})"
        return Check(name="role", verdict=Verdict.WARNING, found=found, remedy=_NO_ADMIN)
    mine = next((one for one in listed if one.id.lower() == workspace_id.lower()), None)
    if mine is None or not mine.role:
        found = "not known: the platform's list of the account's workspaces does not say"
        return Check(name="role", verdict=Verdict.WARNING, found=found, remedy=_NO_ADMIN)
    if mine.is_admin:
        return Check(name="role", verdict=Verdict.OK, found=f"{shown(mine.role)}: may preview and ingest")
    found = f"{shown(mine.role)}: may preview, and not ingest"
    return Check(name="role", verdict=Verdict.WARNING, found=found, remedy=_NO_ADMIN)


def _check_storage(connection: Connection) -> Check:
    name, is_needed = "file storage", _declares(connection, "folders", "files")
    try:
        if connection.named_workspace_id is None:
            return Check(name=name, verdict=Verdict.SKIPPED, found="no workspace is named")
        storage = open_storage(connection)
        storage.find(_NOTHING)
    except VeracityError as error:
        return _refusal(name, error, is_needed=is_needed, manages="folders and files")
    host = urlsplit(storage.address_of("")).netloc
    return Check(name=name, verdict=Verdict.OK, found=f"the workspace's file storage at {host} can be read")


def _check_data_api(connection: Connection) -> Check:
    try:
        count = len(connection.clients.data.list_containers())
    except VeracityError as error:
        return _refusal("containers", error, is_needed=_declares(connection, "containers"), manages="containers")
    found = f"{connection.settings.data_api_url} answers; the account sees {count:,} containers"
    return Check(name="containers", verdict=Verdict.OK, found=found)


def _check_provisioning(connection: Connection) -> Check:
    """The service has no call that reads, so it is asked to change nothing about a container that is not there."""
    answers = f"{connection.settings.provisioning_url} answers"
    try:
        connection.clients.provisioning.update_metadata(_NOTHING, [])
    except (ContainerNotFound, PermissionDenied, RequestRefused) as error:
        if error.is_from_gateway:
            return _refusal("metadata", error, is_needed=_declares(connection, "containers"), manages="containers")
    except VeracityError as error:
        return _refusal("metadata", error, is_needed=_declares(connection, "containers"), manages="containers")
    return Check(name="metadata", verdict=Verdict.OK, found=answers)


def _declares(connection: Connection, *lists: str) -> bool:
    return connection.config is not None and any(connection.config.entries(one) for one in lists)


def _refusal(name: str, error: VeracityError, *, is_needed: bool, manages: str) -> Check:
    """Who says no: the service, the gateway in front of it, or nobody."""
    who = "does not answer as the service would"
    if isinstance(error, PlatformError):
        who = (
            "refused by API Management; the service was not asked"
            if error.is_from_gateway
            else "refused by the service"
        )
    verdict = Verdict.FAILED if is_needed else Verdict.WARNING
    remedy = "" if is_needed else f"Needed only to manage {manages}"
    return Check(name=name, verdict=verdict, found=f"{who}: {_without_end(error)}", remedy=remedy)


def _without_end(error: VeracityError) -> str:
    return str(error).rstrip(".")


def _at_least(name: str, version: str | None, oldest: tuple[int, int], *, missing: str) -> Check:
    if version is None:
        return Check(name=name, verdict=Verdict.WARNING, found="not found", remedy=missing)
    numbers = re.match(r"v?(\d+)\.(\d+)", version)
    if numbers and (int(numbers[1]), int(numbers[2])) < oldest:
        needed = ".".join(map(str, oldest))
        return Check(name=name, verdict=Verdict.FAILED, found=version, remedy=f"{needed} or newer is needed")
    return Check(name=name, verdict=Verdict.OK, found=version)


def _sdk_version() -> str | None:
    try:
        return importlib.metadata.version("pulumi")
    except importlib.metadata.PackageNotFoundError:
        return None


def _cli_version(environ: Mapping[str, str]) -> str | None:
    path = os.pathsep.join([environ.get("PATH", ""), str(Path(sys.executable).parent)])
    try:
        done = subprocess.run(
            ["pulumi", "version"],
            env={**environ, "PATH": path, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shown(done.stdout.strip()) or None
