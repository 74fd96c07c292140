"""`veracity discover`: the lists of a stack file for what is on the platform already."""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from veracity_provider.cli import discovery
from veracity_provider.cli.connection import Connection, connect_to, fitting
from veracity_provider.cli.discovery import Definition, Names
from veracity_provider.cli.folders import open_storage
from veracity_provider.cli.options import AsJson, Stack, Workspace
from veracity_provider.cli.output import ExitCode, Output, note
from veracity_provider.cli.stack_config import find_project
from veracity_provider.cli.stack_yaml import Block, insert, stack_text
from veracity_provider.description.stack_file import CONTAINERS, DATASETS, FOLDERS, SCHEMAS
from veracity_provider.errors import InputError, InputProblem, VeracityError


class Part(StrEnum):
    """What can be discovered."""

    CONTAINERS = "containers"
    SCHEMAS = "schemas"
    FOLDERS = "folders"
    DATASETS = "datasets"


_READERS: Final = 8
"""Requests at a time, for what has to be read one by one."""


def discover(
    stack: Stack = None,
    workspace: Workspace = None,
    *,
    only: Annotated[
        list[Part] | None, typer.Option("--only", help="Look only for these; may be repeated. Default: all.")
    ] = None,
    definitions: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the definitions of schemas are written, in the project.")
    ] = Path("schemas"),
    write: Annotated[bool, typer.Option("--write", metavar="", help="Put the entries into the stack's file.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Print the lists of a stack file for what is there, without what the stack declares already.

    The first `pulumi up` with them adopts all of it and changes nothing. Definitions of schemas are written to files.
    Datasets are comments, since each needs a file to ingest.
    """
    connection = connect_to(stack, workspace)
    if write and connection.config is None:
        raise InputError([InputProblem("--write", "must come with --stack, whose file the entries are put into")])
    names = Names(_declared(connection, "name"))
    blocks: list[Block] = []
    files: list[Definition] = []
    failed = False
    for part in only or Part:
        try:
            block = _FINDERS[part](connection, names, definitions, files)
        except VeracityError as error:
            failed = True
            note(f"{part} are left out: {fitting(str(error), has_stack=connection.config is not None)}")
        else:
            blocks.append(block)
    project = find_project(Path.cwd())
    _write_definitions(files, project.folder if project else Path.cwd())
    _hand_over(connection, blocks, files, write=write, as_json=as_json)
    if failed:
        raise typer.Exit(ExitCode.FAILED)


def _hand_over(
    connection: Connection, blocks: list[Block], files: Iterable[Definition], *, write: bool, as_json: bool
) -> None:
    config = connection.config
    if write and config is not None:
        _replace(config.file, insert(config.file.read_text(encoding="utf-8"), blocks))
        count = sum(len(block.entries) for block in blocks)
        note(f"put {count:,} entries into {config.file}")
    if as_json:
        lists = {block.key: list(block.entries) for block in blocks}
        inactive = {block.key: list(block.inactive) for block in blocks if block.inactive}
        Output(as_json=True).print_document(
            {"lists": lists, "incomplete": inactive, "definitions": [str(one.path) for one in files]}
        )
    elif not write:
        sys.stdout.write(stack_text(blocks))


def _containers(connection: Connection, names: Names, _: Path, __: list[Definition]) -> Block:
    declared = _declared(connection, "containerId", CONTAINERS.key)
    found = connection.clients.data.list_containers().values()
    return discovery.containers_block([one for one in found if one.id.lower() not in declared], names)


def _schemas(connection: Connection, names: Names, folder: Path, files: list[Definition]) -> Block:
    schemas, workspace_id = connection.clients.schemas, connection.workspace_id
    declared = _declared(connection, "schemaName", SCHEMAS.key)
    listed = list(schemas.list_schemas(workspace_id))
    own = [one for one in listed if not one.is_predefined and one.name.lower() not in declared]
    detailed = _each(lambda one: schemas.get_schema(workspace_id, one.id), own)
    taken = [one.name for one in listed]
    block, definitions = discovery.schemas_block(detailed, taken, names, folder, _elsewhere(connection))
    files += definitions
    return block


def _folders(connection: Connection, names: Names, _: Path, __: list[Definition]) -> Block:
    storage = open_storage(connection)
    declared = _declared(connection, "path", FOLDERS.key)
    paths = [one.path for one in storage.list_folders() if one.path.lower() not in declared]
    found = zip(paths, _each(storage.find, paths), strict=True)
    metadata = {path: properties.metadata for path, properties in found if properties is not None}
    return discovery.folders_block(metadata, names, _elsewhere(connection))


def _datasets(connection: Connection, names: Names, _: Path, __: list[Definition]) -> Block:
    datasets, workspace_id = connection.clients.datasets, connection.workspace_id
    declared = {*_declared(connection, "datasetId", DATASETS.key), *_declared(connection, "datasetName", DATASETS.key)}
    found = [
        one
        for one in datasets.list_datasets(workspace_id)
        if one.id.lower() not in declared and one.name.lower() not in declared
    ]
    versions = sorted({one.schema_version_id for one in found if one.schema_version_id})
    schemas = _each(lambda version: datasets.get_schema_version(workspace_id, version), versions)
    keyed = {version for version, schema in zip(versions, schemas, strict=True) if schema.key_columns}
    return discovery.datasets_block(found, keyed, names, _elsewhere(connection))


_FINDERS: Final[Mapping[Part, Callable[[Connection, Names, Path, list[Definition]], Block]]] = {
    Part.CONTAINERS: _containers,
    Part.SCHEMAS: _schemas,
    Part.FOLDERS: _folders,
    Part.DATASETS: _datasets,
}


def _each(read: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """What *read* gives for each item, in their order; several at a time."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_READERS) as pool:
        return list(pool.map(read, items))


def _elsewhere(connection: Connection) -> str | None:
    """The workspace that entries have to name, since it is not that of the settings."""
    workspace_id = connection.workspace_id
    is_that_of_the_stack = not connection.workspace or workspace_id == (connection.settings.workspace_id or "").lower()
    return None if is_that_of_the_stack else workspace_id


def _declared(connection: Connection, member: str, key: str | None = None) -> set[str]:
    """Values of a member, in lower case, that entries of the stack have; of one list, or of all."""
    config = connection.config
    keys = [key] if key else [one.key for one in (CONTAINERS, SCHEMAS, DATASETS, FOLDERS)] + ["files"]
    entries = [one for name in keys for one in config.entries(name)] if config else []
    return {str(one[member]).lower() for one in entries if member in one}


def _write_definitions(files: Iterable[Definition], project: Path) -> None:
    """
    Write the definitions of schemas; a file that is there already has to hold the same.

    Raises:
        InputError: One holds something else; nothing is written then.
    """
    missing: list[tuple[Path, str]] = []
    for one in files:
        path, text = project / one.path, f"{json.dumps(one.document, indent=2, ensure_ascii=False)}\n"
        if not path.exists():
            missing.append((path, text))
        elif path.read_text(encoding="utf-8") != text:
            reason = f"must be a folder without {one.path.name}, or with the same in it; name another one"
            raise InputError([InputProblem("--definitions", reason)])
    for path, text in missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        note(f"wrote {path.relative_to(project)}")


def _replace(file: Path, text: str) -> None:
    """Put *text* in place of what the file holds, whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).chmod(file.stat().st_mode)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
