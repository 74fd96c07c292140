"""The stack config's lists, checked and turned into arguments of resources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from veracity_provider.description.stack_file import CONTAINERS, DATASETS, StackList, alias_of
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.settings import is_placeholder
from veracity_provider.unknown import UNKNOWN


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
    reading = _Reading(set_command)
    read_containers = tuple(reading.read_list(CONTAINERS, containers))
    read_datasets = tuple(reading.read_list(DATASETS, datasets))
    problems = [
        *reading.problems,
        *_missing_workspaces(datasets, workspace_id, set_command),
        *_unreadable_sources(datasets, project),
        *_repeated_names(containers, datasets),
    ]
    return Declaration(containers=read_containers, datasets=read_datasets, problems=tuple(problems))


@dataclass
class _Reading:
    """One pass over the lists; problems add up."""

    set_command: str
    problems: list[InputProblem] = field(default_factory=list[InputProblem])

    def read_list(self, stack_list: StackList, entries: object) -> Iterator[Declared]:
        """The entries that are complete; None is an empty list."""
        place = f"veracity:{stack_list.key}"
        if entries is None:
            return
        if not isinstance(entries, list):
            self._refuse(place, "must be a list of mappings, each with a name")
            return
        for index, entry in enumerate(cast("list[object]", entries)):
            if isinstance(entry, Mapping):
                yield from self._read_entry(stack_list, f"{place}[{index}]", cast("Mapping[str, Any]", entry))
            else:
                self._refuse(f"{place}[{index}]", "must be a mapping with a name")

    def _read_entry(self, stack_list: StackList, place: str, entry: Mapping[str, Any]) -> Iterator[Declared]:
        given = {key: value for key, value in entry.items() if not self._is_output(stack_list, place, key)}
        missing = [key for key in stack_list.required if given.get(key) in (None, "")]
        unset = [*missing, *_placeholders("", given)]
        for key in unset:
            command = f"{self.set_command} --path '{place}.{key}' VALUE"
            self._refuse(f"{place}.{key}", f"is missing. Set it with `{command}`.")
        # What is missing was reported; the rest is checked all the same.
        checkable = {**_without_placeholders(given), **dict.fromkeys(missing, UNKNOWN)}
        try:
            read = stack_list.entry.from_stack_file(checkable)
        except InputError as error:
            for problem in error.problems:
                self._refuse(f"{place}.{problem.property}", problem.reason)
            return
        if not unset:
            arguments = read.given()
            yield Declared(name=arguments.pop("name"), arguments=arguments)

    def _is_output(self, stack_list: StackList, place: str, key: str) -> bool:
        """Whether *key* is what the platform has to say, in any case; if so, it is refused."""
        outputs = stack_list.outputs.model_fields
        spelled = {alias_of(stack_list.outputs, name).casefold(): name for name in outputs}
        name = spelled.get(key.casefold())
        if name is None or key in stack_list.keys:
            return False
        self._refuse(f"{place}.{key}", f"cannot be set, it is an output: {outputs[name].description}")
        return True

    def _refuse(self, place: str, reason: str) -> None:
        self.problems.append(InputProblem(place, reason))


def _placeholders(place: str, value: object) -> Iterator[str]:
    """Where within *value*, which stands at *place*, the `<…>` of a template were left in."""
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _placeholders(f"{place}.{name}" if place else name, member)
    elif isinstance(value, list):
        for i, item in enumerate(cast("list[object]", value)):
            yield from _placeholders(f"{place}[{i}]", item)
    elif isinstance(value, str) and is_placeholder(value):
        yield place


def _without_placeholders(value: Any) -> Any:
    """*value* with `UNKNOWN` in place of each `<…>`, so that the rest of it can be checked."""
    if isinstance(value, Mapping):
        return {name: _without_placeholders(one) for name, one in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_without_placeholders(one) for one in cast("list[Any]", value)]
    return UNKNOWN if isinstance(value, str) and is_placeholder(value) else value


def _missing_workspaces(datasets: object, workspace_id: str | None, set_command: str) -> list[InputProblem]:
    entries = cast("list[object]", datasets) if isinstance(datasets, list) else []
    if workspace_id or all(isinstance(entry, Mapping) and "workspaceId" in entry for entry in entries):
        return []
    reason = f"is missing, and datasets need it. Set it with `{set_command} veracity:workspaceId UUID`."
    return [InputProblem("veracity:workspaceId", reason)]


def _unreadable_sources(datasets: object, project: Path) -> Iterator[InputProblem]:
    # Late: only a stack with datasets looks at files.
    from veracity_provider.errors import SourceError
    from veracity_provider.lifecycle.ingest.inputs import resolve_source

    for place, source in _texts(DATASETS, datasets, "source"):
        try:
            resolve_source(source, project).require_readable()
        except SourceError as error:
            yield InputProblem(place, str(error))


def _repeated_names(containers: object, datasets: object) -> Iterator[InputProblem]:
    names = [name for _, name in (*_texts(CONTAINERS, containers, "name"), *_texts(DATASETS, datasets, "name"))]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield InputProblem("veracity", f'name "{name}" is used more than once; each resource needs its own')


def _texts(stack_list: StackList, entries: object, key: str) -> Iterator[tuple[str, str]]:
    """Place and value of *key* in each entry that has a text there; other entries may have other problems."""
    for index, entry in enumerate(cast("list[object]", entries) if isinstance(entries, list) else []):
        value = cast("Mapping[str, object]", entry).get(key) if isinstance(entry, Mapping) else None
        if isinstance(value, str) and value and not is_placeholder(value):
            yield f"veracity:{stack_list.key}[{index}].{key}", value
