"""What is on the platform as entries of a stack file that change nothing: pure functions over what was read."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from veracity_provider.api.container_document import tags_from_wire
from veracity_provider.api.models import Container, Dataset
from veracity_provider.api.schema_models import Schema, column_to_wire
from veracity_provider.cli.stack_yaml import Block
from veracity_provider.description.model import Description
from veracity_provider.description.schema import Column
from veracity_provider.description.stack_file import (
    CONTAINERS,
    DATASETS,
    FOLDERS,
    SCHEMAS,
    ContainerEntry,
    FolderEntry,
    SchemaEntry,
)
from veracity_provider.errors import InputError
from veracity_provider.lifecycle.schema.plan import active_version
from veracity_provider.texts import shown

_MAX_NAME: Final = 60
_OWNER: Final = "owner"
_FILE: Final = "FILE.csv"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A definition file to be written: its path in the project, and a schema version as the portal exports it."""

    path: Path
    document: Mapping[str, Any]


class Names:
    """Names for resources, each given once; *taken* are those that the stack has already."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {one.casefold() for one in taken}

    def give(self, title: str, kind: str) -> str:
        """A name made of *title*; with the *kind* and, where that is taken too, with a number."""
        words = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:_MAX_NAME].strip("-") or kind
        candidates = (words, f"{words}-{kind}")
        name = next((one for one in candidates if one not in self._taken), None)
        number = 2
        while name is None:
            numbered = f"{words}-{kind}-{number}"
            name, number = (numbered if numbered not in self._taken else None), number + 1
        self._taken.add(name)
        return name


def containers_block(containers: Iterable[Container], names: Names) -> Block:
    """Containers of the account with what can be declared of them; those of others are comments."""
    entries: list[Mapping[str, Any]] = []
    inactive: list[Mapping[str, Any]] = []
    remarks: list[str] = []
    for one in sorted(containers, key=lambda one: (str(one.metadata.get("title", "")), one.id)):
        given = {
            "name": names.give(str(one.metadata.get("title", "")), "container"),
            "containerId": one.id,
            **_metadata(one),
        }
        entry, refused = _accepted(ContainerEntry, given, keeps=("name", "containerId"))
        remarks += [f"{entry['name']}: {one}" for one in refused]
        is_idle = not set(entry) - {"name", "containerId"}
        is_own = one.access_level.casefold() in {"", _OWNER}
        (entries if is_own and not is_idle else inactive).append(entry)
    if inactive:
        remarks.append(
            "The commented entries have nothing to declare, or belong to others; only its owner may change a container."
        )
    return Block(key=CONTAINERS.key, entries=entries, inactive=inactive, remarks=remarks)


def schemas_block(
    schemas: Iterable[Schema], taken: Sequence[str], names: Names, folder: Path, workspace_id: str | None
) -> tuple[Block, list[Definition]]:
    """
    Schemas, each with the definition of its active version.

    Args:
        taken: Names of all schemas of the workspace; one that is there twice cannot be adopted.
        folder: Where definitions are, in the project.
        workspace_id: For entries that have to name it.
    """
    counts = Counter(taken)
    entries: list[Mapping[str, Any]] = []
    definitions: list[Definition] = []
    remarks: list[str] = []
    for one in sorted(schemas, key=lambda one: one.name):
        version = active_version(one)
        label = f'schema "{shown(one.name)}" ({one.id})'
        if counts[one.name] > 1 or version is None or not version.columns:
            why = "has no version with columns" if counts[one.name] == 1 else "has a name that another one has too"
            remarks.append(f"{label} is left out: it {why}.")
            continue
        columns = [column_to_wire(column) for column in version.columns]
        if refused := _refused_columns(columns):
            remarks.append(f"{label} is left out: {refused}")
            continue
        name = names.give(one.name, "schema")
        path = folder / f"{name.replace('-', '_')}.json"
        given = {
            "name": name,
            "schemaName": one.name,
            "definition": path.as_posix(),
            **({"shortName": one.short_name} if one.short_name else {}),
            **({"description": one.description} if one.description else {}),
            **({"workspaceId": workspace_id} if workspace_id else {}),
        }
        entry, reasons = _accepted(SchemaEntry, given, keeps=("name", "definition"))
        if "schemaName" not in entry:
            remarks.append(f"{label} is left out: {'; '.join(reasons)}")
            continue
        remarks += [f"{name}: {reason}" for reason in reasons]
        entries.append(entry)
        document = {"schemaVersionName": version.name, "description": version.description, "columns": columns}
        definitions.append(Definition(path=path, document=document))
    return Block(key=SCHEMAS.key, entries=entries, remarks=remarks), definitions


def folders_block(folders: Mapping[str, Mapping[str, str]], names: Names, workspace_id: str | None) -> Block:
    """Folders of file storage, by path, with their metadata."""
    entries: list[Mapping[str, Any]] = []
    remarks: list[str] = []
    for path, metadata in sorted(folders.items()):
        given = {
            "name": names.give(path, "folder"),
            "path": path,
            **({"metadata": dict(metadata)} if metadata else {}),
            **({"workspaceId": workspace_id} if workspace_id else {}),
        }
        entry, reasons = _accepted(FolderEntry, given, keeps=("name",))
        if "path" not in entry:
            remarks.append(f"folder {shown(path)} is left out: {'; '.join(reasons)}")
            continue
        remarks += [f"{entry['name']}: {reason}" for reason in reasons]
        entries.append(entry)
    return Block(key=FOLDERS.key, entries=entries, remarks=remarks)


def datasets_block(
    datasets: Iterable[Dataset], keyed: Collection[str], names: Names, workspace_id: str | None
) -> Block:
    """Datasets as comments; *keyed* are the ids of schema versions that have key columns."""
    inactive = [
        {
            "name": names.give(one.name, "dataset"),
            "datasetId": one.id,
            "source": _FILE,
            "operation": "Upsert" if one.schema_version_id in keyed else "Append",
            **({"workspaceId": workspace_id} if workspace_id else {}),
        }
        for one in sorted(datasets, key=lambda one: one.name)
    ]
    remarks = [f"To ingest into a dataset, remove the # and write the path of a file instead of {_FILE}."]
    return Block(key=DATASETS.key, inactive=inactive, remarks=remarks if inactive else ())


def _metadata(container: Container) -> dict[str, Any]:
    """What can be declared, without what is empty: an undeclared field is left alone."""
    live = container.metadata
    given = {
        "title": live.get("title"),
        "description": live.get("description"),
        "icon": dict(live.get("icon") or {}),
        "tags": [tag.title for tag in tags_from_wire(live.get("tags")) if not tag.is_system],
    }
    return {name: value for name, value in given.items() if value}


def _accepted(
    model: type[Description], given: Mapping[str, Any], *, keeps: Sequence[str]
) -> tuple[dict[str, Any], list[str]]:
    """*given* without the members that a stack file would be refused with, but those of *keeps*; and why each."""
    entry, reasons = dict(given), list[str]()
    try:
        model.from_stack_file(entry)
    except InputError as error:
        for problem in error.problems:
            member = re.split(r"[.\[]", problem.property)[0]
            if member in entry and member not in keeps:
                del entry[member]
                reasons.append(f"{member} is left out: {problem.property} {problem.reason}")
    return entry, reasons


def _refused_columns(columns: Iterable[Mapping[str, Any]]) -> str:
    """Why the columns cannot be declared; empty where they can."""
    known = {field.alias or name for name, field in Column.model_fields.items()}
    for column in columns:
        try:
            Column.from_stack_file({name: value for name, value in column.items() if name in known})
        except InputError as error:
            problem = error.problems[0]
            return f"column {shown(column.get('name'))}: {problem.property} {problem.reason}"
    return ""
