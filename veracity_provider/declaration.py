"""The stack config's lists of containers and datasets, checked and turned into arguments of resources."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.container_inputs import check_container
from veracity_provider.lifecycle.ingest.inputs import check_ingest

CONTAINER_KEYS: Final = {
    "containerId": "container_id",
    "title": "title",
    "description": "description",
    "icon": "icon",
    "tags": "tags",
    "onDestroy": "on_destroy",
    "onConflict": "on_conflict",
}
DATASET_KEYS: Final = {
    "datasetId": "dataset_id",
    "source": "source",
    "operation": "operation",
    "workspaceId": "workspace_id",
    "fileName": "file_name",
    "triggers": "triggers",
    "preflight": "preflight",
    "jobTimeoutSeconds": "job_timeout_seconds",
}
ICON_KEYS: Final = {"id": "id", "backgroundColor": "background_color"}
READ_ONLY_KEYS: Final = {
    "id": "the container's id is given as containerId",
    "reference": "the platform names containers when they are created",
    "url": "it follows from the container's name",
    "region": "it is chosen when a container is created",
    "ownerId": "ownership is handed over in the portal",
    "accessLevel": "it is the right that the platform gives us",
    "keyStatus": "it tells of access keys, which are claimed elsewhere",
    "mayContainPersonalData": "it is declared when a container is created",
    "lastModifiedUTC": "the platform keeps it",
    "creationDateTimeUTC": "the platform keeps it",
}


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One entry of a list: the resource's name, and its arguments."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a stack's config declares, and everything wrong with it."""

    containers: tuple[Declared, ...]
    datasets: tuple[Declared, ...]
    problems: tuple[InputProblem, ...]


@dataclass(frozen=True)
class _Kind:
    """How entries of one list are read."""

    list_name: str
    keys: Mapping[str, str]
    required: tuple[str, ...]
    check: Callable[[Mapping[str, Any]], Iterable[InputProblem]]
    read_only: Mapping[str, str]


_CONTAINERS = _Kind("containers", CONTAINER_KEYS, ("containerId",), check_container, READ_ONLY_KEYS)
_DATASETS = _Kind("datasets", DATASET_KEYS, ("datasetId", "source", "operation"), check_ingest, {})


def read_declaration(
    containers: object, datasets: object, *, workspace_id: str | None, project: Path, set_command: str
) -> Declaration:
    """
    Read `veracity:containers` and `veracity:datasets`.

    Args:
        containers: The parsed list, or None; likewise *datasets*.
        workspace_id: The one that datasets without their own belong to.
        project: Folder that relative sources are relative to.
        set_command: How a key of this stack is set; for the problems' texts.
    """
    problems: list[InputProblem] = []
    read_containers = _read_list(_CONTAINERS, containers, problems, set_command)
    read_datasets = _read_list(_DATASETS, datasets, problems, set_command)
    problems += _missing_workspaces(datasets, workspace_id, set_command)
    problems += _unreadable_sources(read_datasets, project)
    problems += _repeated_names([*read_containers, *read_datasets])
    return Declaration(containers=tuple(read_containers), datasets=tuple(read_datasets), problems=tuple(problems))


def _read_list(kind: _Kind, entries: object, problems: list[InputProblem], set_command: str) -> list[Declared]:
    if entries is None:
        return []
    if not isinstance(entries, list):
        problems.append(InputProblem(f"veracity:{kind.list_name}", "is a list of mappings"))
        return []
    listed = cast("list[object]", entries)
    return [found for i, entry in enumerate(listed) if (found := _read_entry(kind, i, entry, problems, set_command))]


def _read_entry(
    kind: _Kind, index: int, entry: object, problems: list[InputProblem], set_command: str
) -> Declared | None:
    place = f"veracity:{kind.list_name}[{index}]"
    if not isinstance(entry, Mapping):
        problems.append(InputProblem(place, "is a mapping with a name"))
        return None
    given = cast("Mapping[str, Any]", entry)
    name = given.get("name")
    missing = [key for key in ("name", *kind.required) if _is_missing(given.get(key))]
    left = {key: places for key in given if key not in missing and (places := list(_placeholders(key, given[key])))}
    unset = [*missing, *(one for places in left.values() for one in places)]
    problems += [
        InputProblem(f"{place}.{key}", f"is missing. Set it with `{set_command} --path '{place}.{key}' VALUE`.")
        for key in unset
    ]
    problems += [_unknown_key(kind, f"{place}.{key}", key) for key in given if key not in {"name", *kind.keys}]
    arguments = {kind.keys[key]: _argument(key, value) for key, value in given.items() if key in kind.keys}
    skipped = {kind.keys[key] for key in (*missing, *left) if key in kind.keys}
    problems += [
        InputProblem(f"{place}.{_in_yaml(kind, problem.property)}", problem.reason)
        for problem in kind.check(arguments)
        if re.split(r"[.[]", problem.property)[0] not in skipped
    ]
    return Declared(name=str(name), arguments=arguments) if name and not unset else None


def _argument(key: str, value: Any) -> Any:
    if key == "icon" and isinstance(value, Mapping):
        return {ICON_KEYS.get(member, member): given for member, given in cast("Mapping[str, Any]", value).items()}
    return value


def _in_yaml(kind: _Kind, property_: str) -> str:
    """A property's name as the stack's file spells it: `icon.background_color` is `icon.backgroundColor` there."""
    spelled = {snake: camel for camel, snake in {**kind.keys, **ICON_KEYS}.items()}
    head, dot, tail = property_.partition(".")
    return f"{spelled.get(head, head)}{dot}{spelled.get(tail, tail)}"


def _is_missing(value: object) -> bool:
    return value is None or value == "" or _is_left_in(value)


def _is_left_in(value: object) -> bool:
    """Whether *value* is the `<…>` of a template."""
    return isinstance(value, str) and value.startswith("<") and value.endswith(">")


def _placeholders(place: str, value: object) -> Iterator[str]:
    """Where within *value*, which stands at *place*, the `<…>` of a template are."""
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _placeholders(f"{place}.{name}", member)
    elif isinstance(value, list):
        for i, item in enumerate(cast("list[object]", value)):
            yield from _placeholders(f"{place}[{i}]", item)
    elif _is_left_in(value):
        yield place


def _unknown_key(kind: _Kind, place: str, key: str) -> InputProblem:
    if key in kind.read_only:
        return InputProblem(place, f"cannot be set: {kind.read_only[key]}")
    return InputProblem(place, unknown_key(key, ["name", *kind.keys]))


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The reason why *key* is refused, with the nearest of the *known* ones."""
    choices = list(known)
    nearest = difflib.get_close_matches(key, choices, n=1, cutoff=0.5)
    return (
        f"is no known key; did you mean {nearest[0]}?" if nearest else f"is no known key; known: {', '.join(choices)}"
    )


def _missing_workspaces(datasets: object, workspace_id: str | None, set_command: str) -> list[InputProblem]:
    entries = cast("list[object]", datasets) if isinstance(datasets, list) else []
    if workspace_id or all(isinstance(entry, Mapping) and "workspaceId" in entry for entry in entries):
        return []
    reason = f"is missing, and datasets need it. Set it with `{set_command} veracity:workspaceId UUID`."
    return [InputProblem("veracity:workspaceId", reason)]


def _unreadable_sources(datasets: list[Declared], project: Path) -> list[InputProblem]:
    # Late: only a stack with datasets looks at files.
    from veracity_provider.errors import SourceError
    from veracity_provider.lifecycle.ingest.inputs import resolve_source

    problems: list[InputProblem] = []
    for declared in datasets:
        try:
            resolve_source(declared.arguments["source"], project).require_readable()
        except SourceError as error:
            problems.append(InputProblem(f'veracity:datasets "{declared.name}".source', str(error)))
    return problems


def _repeated_names(declared: list[Declared]) -> list[InputProblem]:
    names = [entry.name for entry in declared]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return [
        InputProblem("veracity", f'name "{name}" is used more than once; each resource needs its own')
        for name in repeated
    ]
