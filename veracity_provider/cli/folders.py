"""`veracity folders`."""

import time
from dataclasses import asdict
from typing import Annotated, Final

import typer

from veracity_provider.cli.connection import Connection, connect_to
from veracity_provider.cli.options import AsJson, Limit, Stack, Workspace
from veracity_provider.cli.output import Column, Output
from veracity_provider.errors import InputError, InputProblem, NotFound
from veracity_provider.storage.remote_paths import ListedFolder, RemotePaths
from veracity_provider.texts import shown

_COLUMNS: Final = (
    Column[ListedFolder](title="path", text=lambda one: one.path),
    Column[ListedFolder](title="changed", text=lambda one: one.last_modified, is_whole=True),
)


def list_folders(
    path: Annotated[str, typer.Argument(metavar="[PATH]", help="Folder to look in. Default: the root.")] = "",
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    name: Annotated[str, typer.Option(metavar="TEXT", help="Only those whose path has this in it.")] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List the folders of the workspace's file storage. Getting access is an entry of the activity log."""
    connection = connect_to(stack, workspace)
    storage = open_storage(connection)
    folder = _require_folder(storage, path.strip("/")) if path.strip("/") else ""
    found = (one for one in storage.list_folders(folder) if name.casefold() in one.path.casefold())
    Output(as_json=as_json).print_items(found, _COLUMNS, asdict, limit=limit, nothing="no folders")


def open_storage(connection: Connection) -> RemotePaths:
    """
    The root of the workspace's file storage, opened to read.

    Raises:
        VeracityError: There is no SAS.
    """
    # Late: it comes with the Azure library.
    from veracity_provider.lifecycle.filestorage.open_storages import OpenStorages

    ask = connection.clients.filestorage.get_sas
    return OpenStorages().get(connection.workspace_id, "Read", ask=ask, now=time.time())


def _require_folder(storage: RemotePaths, path: str) -> str:
    if any(part in {"", ".", ".."} for part in path.split("/")):
        raise InputError([InputProblem("PATH", f"must be names with one slash between them, not '{shown(path)}'")])
    found = storage.find(path)
    if found is None or not found.is_folder:
        raise NotFound(f"there is no folder {shown(path)} in file storage", status=404)
    return path
