"""The stack config's lists, checked and turned into arguments of resources."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from veracity_provider.config_text import date_in, is_placeholder
from veracity_provider.description.problems import found_in_file, spelled
from veracity_provider.description.stack_file import (
    CONTAINERS,
    DATASETS,
    FILES,
    FOLDERS,
    STACK_LISTS,
    StackList,
    alias_of,
)
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.settings import is_uuid
from veracity_provider.texts import shown
from veracity_provider.unknown import UNKNOWN

if TYPE_CHECKING:
    from veracity_provider.lifecycle.claims import Claim
    from veracity_provider.lifecycle.ingest.pattern import MatchedFile

_MAX_DEPTH: Final = 50
"""Levels of lists and mappings within an entry. The deepest that has a meaning is a trigger."""
_MAX_MESSAGE: Final = 400
_OPTIONS: Final = ("name", "aliases", "protect")
_IN_WORKSPACES: Final = (DATASETS.key, FOLDERS.key, FILES.key)
"""Lists of what belongs to a workspace."""
_OF_DATASET: Final = {
    "dataset_name": "dataset_name",
    "schema_name": "schema_name",
    "schema_version_id": "schema_version_id",
    "dataset_source": "source",
}
"""What an entry of `datasets` says of a dataset that is to be made, and what a `Dataset` calls it."""


@dataclass(frozen=True, kw_only=True)
class Declared:
    """
    One entry of a list: a resource's name, arguments and options.

    *place* is where in the stack file it is, for messages: `veracity:containers[0] "emissions"`. *dataset* holds the
    arguments of the `Dataset` that an entry of `datasets` has made; empty for one that names an id. *is_pattern* says
    that the entry is a `DatasetIngests`.
    """

    name: str
    arguments: Mapping[str, Any]
    dataset: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_pattern: bool = False
    aliases: tuple[str, ...] = ()
    protect: bool | None = None
    place: str


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """
    What a stack's config declares, everything wrong with it, and what a person should know of.

    *entries*: For each list of the stack file, by its key.
    *named_containers*, *named_datasets*: What the entries name on the platform, and do not make; also those that have
    other problems.
    """

    entries: Mapping[str, tuple[Declared, ...]]
    problems: tuple[InputProblem, ...]
    warnings: tuple[InputProblem, ...]
    named_containers: tuple["Named", ...]
    named_datasets: tuple["Named", ...]


@dataclass(frozen=True, kw_only=True)
class Named:
    """
    A container or dataset that an entry names by its id or, a dataset alone, by its name.

    Args:
        entry: Where the entry stands, for messages.
        key: That of the id, or of the name.
        value: The id, a UUID in lower case, or the name.
        workspace: Where a dataset should be; None for a container. *workspace_place* is where the workspace stands.
    """

    entry: str
    key: str
    value: str
    workspace: "NamedWorkspace | None" = None
    workspace_place: str = ""

    @property
    def place(self) -> str:
        """Where the value stands, for messages."""
        return f"{self.entry}.{self.key}"


class NamedWorkspace(NamedTuple):
    """A workspace: its id in lower case, or its name."""

    id: str | None
    name: str | None


def read_declaration(
    lists: Mapping[str, object],
    *,
    workspace_id: str | None,
    workspace_name: str | None = None,
    project: Path,
    set_command: str,
) -> Declaration:
    """
    Read the lists of a stack file. Whatever they hold, each entry is declared or has a problem.

    Args:
        lists: By key, the parsed list, or None. A text stands for one that could not be parsed.
        workspace_id: The one that entries without their own belong to; or its *workspace_name*.
        project: Folder that relative sources are relative to.
        set_command: How a key of this stack is set; for the problems' texts.
    """
    problems: list[InputProblem] = []
    read: dict[str, list[_Entry]] = {}
    for stack_list in STACK_LISTS:
        read[stack_list.key], refused = _entries(stack_list, lists.get(stack_list.key))
        problems += refused
    patterns = _files_of_patterns(read[DATASETS.key], project)
    declared: dict[str, list[Declared]] = {}
    for stack_list in STACK_LISTS:
        declared[stack_list.key] = []
        for entry in read[stack_list.key]:
            check = _EntryCheck(entry, set_command, is_pattern=entry.path in patterns.files)
            declared[stack_list.key] += check.declare()
            problems += check.problems
    all_entries = [entry for stack_list in STACK_LISTS for entry in read[stack_list.key]]
    problems += [
        *_missing_workspaces({key: read[key] for key in _IN_WORKSPACES}, workspace_id or workspace_name, set_command),
        *patterns.problems,
        *_unreadable_sources([*read[DATASETS.key], *read[FILES.key]], patterns, project),
        *_repeated_names(all_entries),
        *_aliases_in_use(all_entries),
        *_managed_twice(read[CONTAINERS.key], read[DATASETS.key], patterns, [*read[FOLDERS.key], *read[FILES.key]]),
        *_made_in_two_ways(read[DATASETS.key]),
    ]
    return Declaration(
        entries={key: tuple(entries) for key, entries in declared.items()},
        problems=tuple(problems),
        warnings=tuple(_idle_containers(declared[CONTAINERS.key])),
        named_containers=tuple(_named_containers(read[CONTAINERS.key])),
        named_datasets=tuple(_named_datasets(read[DATASETS.key], NamedWorkspace(workspace_id, workspace_name))),
    )


@dataclass(frozen=True)
class _Entry:
    """An entry that is a mapping, as it is in the file."""

    stack_list: StackList
    index: int
    given: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Where it is, as `pulumi config set --path` takes it."""
        return f"veracity:{self.stack_list.key}[{self.index}]"

    @cached_property
    def place(self) -> str:
        """The same for people, with its name."""
        name = self.text("name")
        return self.path if name is None else f'{self.path} "{shown(name)}"'

    @property
    def workspace(self) -> str:
        """What tells the workspace that it gives from others; empty for none."""
        name = self.text("workspaceName")
        return f'"{name}"' if name else (self.text("workspaceId") or "").lower()

    def text(self, key: str) -> str | None:
        """The text of *key*; None where there is none, or something that is refused in its place."""
        value = self.given.get(key)
        if not isinstance(value, str) or not value or is_placeholder(value) or date_in(value):
            return None
        return value

    def texts(self, key: str) -> list[str]:
        """The texts in the list of *key*, other members and other values left out."""
        value = self.given.get(key)
        return [one for one in cast("list[object]", value) if isinstance(one, str)] if isinstance(value, list) else []


def _entries(stack_list: StackList, value: object) -> tuple[list[_Entry], list[InputProblem]]:
    """The entries that are mappings; a key without a value is an empty list."""
    path = f"veracity:{stack_list.key}"
    if value is None:
        return [], []
    if not isinstance(value, list):
        return [], [InputProblem(path, f"must be a list of mappings, each with a name, not {found_in_file(value)}")]
    entries: list[_Entry] = []
    problems: list[InputProblem] = []
    for index, one in enumerate(cast("list[object]", value)):
        if not isinstance(one, Mapping):
            reason = f"must be a mapping with a name, not {found_in_file(one)}"
            problems.append(InputProblem(f"{path}[{index}]", reason))
        elif _is_deeper(cast("object", one), _MAX_DEPTH):
            reason = f"must have at most {_MAX_DEPTH} levels of lists and mappings"
            problems.append(InputProblem(f"{path}[{index}]", reason))
        else:
            entries.append(_Entry(stack_list, index, cast("Mapping[str, Any]", one)))
    return entries, problems


def _is_deeper(value: object, limit: int) -> bool:
    """Whether lists and mappings are nested deeper than *limit*; without recursion, which has a limit of its own."""
    level: list[object] = [value]
    for _ in range(limit):
        level = [member for one in level for member in _members(one)]
    return any(isinstance(one, Mapping | list) for one in level)


def _members(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).values()
    return cast("list[object]", value) if isinstance(value, list) else ()


@dataclass
class _EntryCheck:
    """One pass over an entry; problems add up."""

    entry: _Entry
    set_command: str
    is_pattern: bool
    problems: list[InputProblem] = field(default_factory=list[InputProblem])

    def declare(self) -> list[Declared]:
        """The entry as a resource, where nothing is wrong with it."""
        stack_list = self.entry.stack_list
        given = {key: value for key, value in self.entry.given.items() if not self._is_output(key)}
        required = [*stack_list.required, *self._required_besides(given)]
        missing = [key for key in required if given.get(key) is None or given[key] == ""]
        unset = [*missing, *_places(given, is_placeholder)]
        dates = _places(given, date_in)
        checkable = {**_with_unknown(given), **dict.fromkeys(missing, UNKNOWN)}
        read = None
        try:
            read = stack_list.entry.from_stack_file(checkable)
        except InputError as error:
            reported = list(error.problems)
        else:
            reported = []
        known = [problem.property for problem in reported]
        for key in unset:
            if not _is_within(key, known):
                self._refuse(
                    key, f"is missing. Set it with `{self.set_command} --path '{self.entry.path}.{key}' VALUE`."
                )
        for key, date in dates.items():
            if not _is_within(key, known):
                self._refuse(key, f"must be a string, not the date {date}: put it in quotes")
        for problem in reported:
            self._refuse(problem.property, problem.reason)
        self._check_dataset(given)
        self._refuse_both(given, "workspaceId", "workspaceName")
        self._check_pattern(given)
        return [] if read is None or self.problems else [self._declared(read.given())]

    def _required_besides(self, given: Mapping[str, Any]) -> list[str]:
        """A dataset is given by its id or by its name."""
        is_given = given.get("datasetName") is not None or given.get("datasetId") is not None
        return [] if self.entry.stack_list is not DATASETS or is_given else ["datasetId"]

    def _check_dataset(self, given: Mapping[str, Any]) -> None:
        """A dataset is given by its id, or by its name and, where it is to be made, a schema."""
        if self.entry.stack_list is not DATASETS:
            return
        self._refuse_both(given, "datasetId", "datasetName")
        self._refuse_both(given, "schemaVersionId", "schemaName")
        if given.get("datasetName") is None:
            for key in ("schemaName", "schemaVersionId", "datasetSource"):
                if given.get(key) is not None:
                    self._refuse(
                        key, "must come with datasetName, the name of the dataset to create if it does not exist"
                    )
        elif given.get("datasetSource") is not None and not _has_schema(given):
            self._refuse(
                "datasetSource", "must come with a schema, from which the dataset is created if it does not exist"
            )

    def _refuse_both(self, given: Mapping[str, Any], key: str, other: str) -> None:
        if given.get(key) is not None and given.get(other) is not None:
            self._refuse(other, f"must be left out where {key} is given")

    def _check_pattern(self, given: Mapping[str, Any]) -> None:
        if not self.is_pattern:
            return
        from veracity_provider.lifecycle.ingest.pattern import OVERWRITE_REFUSED

        if given.get("operation") == "Overwrite":
            self._refuse("operation", OVERWRITE_REFUSED)
        if given.get("fileName") is not None:
            self._refuse("fileName", "must be left out where source is a pattern: each file has a name of its own")

    def _declared(self, given: dict[str, Any]) -> Declared:
        makes_dataset = self.entry.stack_list is DATASETS and _has_schema(self.entry.given)
        dataset = {name: given[key] for key, name in _OF_DATASET.items() if makes_dataset and key in given}
        own = [key for key in given if key not in _OPTIONS and not (makes_dataset and key in _OF_DATASET)]
        if dataset:
            dataset |= {key: given[key] for key in ("workspace_id", "workspace_name") if key in given}
        return Declared(
            name=given["name"],
            arguments={key: given[key] for key in own},
            dataset=dataset,
            is_pattern=self.is_pattern,
            aliases=tuple(given.get("aliases", ())),
            protect=given.get("protect"),
            place=self.entry.place,
        )

    def _is_output(self, key: str) -> bool:
        """Whether *key* is what the platform has to say, in any case; if so, it is refused."""
        outputs = self.entry.stack_list.outputs
        name = {alias_of(outputs, name).casefold(): name for name in outputs.model_fields}.get(key.casefold())
        if name is None or key in self.entry.stack_list.keys:
            return False
        self._refuse(shown(key), f"cannot be set, it is an output: {outputs.model_fields[name].description}")
        return True

    def _refuse(self, key: str, reason: str) -> None:
        self.problems.append(InputProblem(f"{self.entry.place}.{key}", reason))


def _has_schema(given: Mapping[str, Any]) -> bool:
    """Whether an entry of `datasets` says what its dataset is made with."""
    return given.get("schemaName") is not None or given.get("schemaVersionId") is not None


def _is_within(place: str, others: Iterable[str]) -> bool:
    """Whether *place* is one of *others*, or a member of one."""
    return any(place == other or place.startswith((f"{other}.", f"{other}[")) for other in others)


def _places(given: Mapping[str, Any], find: Callable[[object], Any]) -> dict[str, Any]:
    """Where in an entry *find* finds something, and what; places are spelled as in the file."""
    return {spelled(place): what for place, value in _leaves((), given) if (what := find(value))}


def _leaves(place: tuple[str | int, ...], value: object) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, Mapping):
        for name, member in cast("Mapping[str, object]", value).items():
            yield from _leaves((*place, name), member)
    elif isinstance(value, list):
        for i, item in enumerate(cast("list[object]", value)):
            yield from _leaves((*place, i), item)
    else:
        yield place, value


def _with_unknown(value: Any) -> Any:
    """*value* with `UNKNOWN` in place of each placeholder and date, so that the rest of it can be checked."""
    if isinstance(value, Mapping):
        return {name: _with_unknown(one) for name, one in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_with_unknown(one) for one in cast("list[Any]", value)]
    return UNKNOWN if is_placeholder(value) or date_in(value) else value


def _missing_workspaces(
    read: Mapping[str, list[_Entry]], default: str | None, set_command: str
) -> Iterator[InputProblem]:
    missing = [key for key, entries in read.items() if not all(map(_has_workspace, entries))]
    if missing and not default:
        reason = (
            f"is missing, and {' and '.join(missing)} need it. Set it with `{set_command} veracity:workspaceId UUID`."
        )
        yield InputProblem("veracity:workspaceId", reason)


def _has_workspace(entry: _Entry) -> bool:
    return entry.given.get("workspaceId") is not None or entry.given.get("workspaceName") is not None


@dataclass(frozen=True, kw_only=True)
class _Patterns:
    """What the patterns among the datasets' sources match, by the path of their entry, and what is wrong with them."""

    files: Mapping[str, Sequence["MatchedFile"]]
    problems: Sequence[InputProblem]


def _files_of_patterns(datasets: Iterable[_Entry], project: Path) -> _Patterns:
    # Late: only a stack with datasets or files looks at sources.
    from veracity_provider.lifecycle.ingest.pattern import find_files, is_pattern

    files: dict[str, Sequence[MatchedFile]] = {}
    problems: list[InputProblem] = []
    for entry in datasets:
        source = entry.text("source")
        if source is None or not is_pattern(source, project):
            continue
        files[entry.path] = ()
        try:
            files[entry.path] = find_files(source, project)
        except InputError as error:
            problems += [
                InputProblem(f"{entry.place}.source", shown(one.reason, _MAX_MESSAGE)) for one in error.problems
            ]
    return _Patterns(files=files, problems=problems)


def _unreadable_sources(entries: Iterable[_Entry], patterns: _Patterns, project: Path) -> Iterator[InputProblem]:
    from veracity_provider.errors import SourceError
    from veracity_provider.lifecycle.sources import resolve_source

    for entry in entries:
        for key in ("source", "datasetSource"):
            source = entry.text(key)
            if source is not None and not (key == "source" and entry.path in patterns.files):
                try:
                    resolve_source(source, project, is_ingested=entry.stack_list is DATASETS).require_readable()
                except SourceError as error:
                    yield InputProblem(f"{entry.place}.{key}", shown(error, _MAX_MESSAGE))


def _repeated_names(entries: Iterable[_Entry]) -> Iterator[InputProblem]:
    first: dict[str, _Entry] = {}
    for entry in entries:
        name = entry.text("name")
        if name is not None and (other := first.setdefault(name, entry)) is not entry:
            yield InputProblem(f"{entry.place}.name", f"must be used once in the stack, and {other.path} has it too")


def _aliases_in_use(entries: Iterable[_Entry]) -> Iterator[InputProblem]:
    """An alias is a name that nothing has any more: to the engine a name means what has it now, not what had it."""
    entries = list(entries)
    for stack_list in STACK_LISTS:
        mine = [entry for entry in entries if entry.stack_list is stack_list]
        names = {name: entry for entry in mine if (name := entry.text("name")) is not None}
        claimed: dict[str, _Entry] = {}
        for entry in mine:
            for i, alias in enumerate(entry.texts("aliases")):
                other = names.get(alias)
                if other is not None:
                    reason = f"must be a name that no entry has any more, and {other.path} has '{shown(alias)}'"
                    yield InputProblem(f"{entry.place}.aliases[{i}]", reason)
                elif claimed.setdefault(alias, entry) is not entry:
                    reason = f"must be the former name of one entry, and {claimed[alias].path} has '{shown(alias)}' too"
                    yield InputProblem(f"{entry.place}.aliases[{i}]", reason)


def _managed_twice(
    containers: Iterable[_Entry], datasets: Iterable[_Entry], patterns: _Patterns, paths: Iterable[_Entry]
) -> Iterator[InputProblem]:
    from veracity_provider.lifecycle.claims import Claim, claim_container, claim_storage_path

    claims: list[tuple[_Entry, str, Claim]] = [
        (entry, "containerId", claim_container(container_id))
        for entry in containers
        if (container_id := entry.text("containerId"))
    ]
    for entry in datasets:
        claims += [(entry, "source", claim) for claim in _claims_of_dataset(entry, patterns.files.get(entry.path))]
    claims += [
        (entry, "path", claim_storage_path(path, entry.workspace)) for entry in paths if (path := entry.text("path"))
    ]
    first: dict[tuple[str, ...], _Entry] = {}
    told: set[tuple[str, str]] = set()
    for entry, key, claim in claims:
        other = first.setdefault(claim.key, entry)
        if other is not entry and (other.path, entry.path) not in told:  # two patterns may share hundreds of files
            told.add((other.path, entry.path))
            yield InputProblem(f"{entry.place}.{key}", claim.as_well_as(other.text("name") or other.path))


def _claims_of_dataset(entry: _Entry, files: Sequence["MatchedFile"] | None) -> Iterator["Claim"]:
    """What an entry of `datasets` manages; *files* are those of its pattern."""
    from veracity_provider.lifecycle.claims import claim_ingest, claim_ingest_by_name, claim_resource

    name, source, operation = (entry.text(key) for key in ("name", "source", "operation"))
    dataset_id, dataset_name = (entry.text(key) for key in ("datasetId", "datasetName"))
    if files is not None and name:
        yield from (claim_resource(file.resource_name(name)) for file in files)
    sources = [file.source for file in files] if files is not None else [source] if source else []
    for one in sources if operation else ():
        if dataset_id:
            yield claim_ingest(dataset_id, one, str(operation))
        elif dataset_name:
            yield claim_ingest_by_name(dataset_name, entry.workspace, one, str(operation))


def _made_in_two_ways(datasets: Iterable[_Entry]) -> Iterator[InputProblem]:
    """Entries that name one dataset agree on what it is made with."""
    first: dict[tuple[str, str], _Entry] = {}
    for entry in datasets:
        name = entry.text("datasetName")
        if name is None or not _has_schema(entry.given):
            continue
        other = first.setdefault((entry.workspace, name), entry)
        for key in ("schemaName", "schemaVersionId", "datasetSource"):
            if entry.text(key) != other.text(key):
                yield InputProblem(
                    f"{entry.place}.{key}", f"must be that of {other.path}, which names this dataset too"
                )


def _idle_containers(containers: Iterable[Declared]) -> Iterator[InputProblem]:
    fields = {"title", "description", "icon", "tags"}
    for declared in containers:
        if not fields & set(declared.arguments):
            yield InputProblem(declared.place, "manages nothing: it has no title, description, icon or tags")


def _named_containers(entries: Iterable[_Entry]) -> Iterator[Named]:
    for entry in entries:
        found = entry.text("containerId")
        if found and is_uuid(found):
            yield Named(entry=entry.place, key="containerId", value=found.lower())


def _named_datasets(entries: Iterable[_Entry], default: NamedWorkspace) -> Iterator[Named]:
    """Those whose workspace is known, and that no entry makes."""
    entries = list(entries)
    made = {(entry.workspace, entry.text("datasetName")) for entry in entries if _has_schema(entry.given)}
    for entry in entries:
        given = NamedWorkspace(entry.text("workspaceId"), entry.text("workspaceName"))
        workspace = given if any(given) else default
        if not any(workspace) or (workspace.id and not is_uuid(workspace.id)):
            continue
        id_, name = entry.text("datasetId"), entry.text("datasetName")
        named: tuple[str, str] | None = None
        if id_ and is_uuid(id_):
            named = "datasetId", id_.lower()
        elif name and (entry.workspace, name) not in made:
            named = "datasetName", name
        if named:
            yield Named(
                entry=entry.place,
                key=named[0],
                value=named[1],
                workspace=NamedWorkspace(workspace.id.lower() if workspace.id else None, workspace.name),
                workspace_place=f"{entry.place}.workspaceName" if any(given) else "veracity:workspaceName",
            )
