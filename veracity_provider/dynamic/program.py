"""What must hold in a Pulumi program before its resources are registered, and the order among its ingests."""

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Never, final

import pulumi
from pulumi.runtime.config import is_config_secret

from veracity_provider.api.clients import Clients
from veracity_provider.dynamic import sdk
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.errors import InputError, InputProblem, SettingsError
from veracity_provider.lifecycle.claims import Claim
from veracity_provider.lifecycle.ingest.history import ingests_before
from veracity_provider.lifecycle.run import IS_PREVIEW
from veracity_provider.settings import KEYS, OBSOLETE_KEYS, Settings

if TYPE_CHECKING:
    from veracity_provider.lifecycle.functions import Functions


@final
class ProgramRefused(InputError, pulumi.RunError):
    """An error of a program; Pulumi shows its text without a traceback."""


def refuse(error: InputError) -> Never:
    """
    End the program and show *error* without a traceback.

    Raises:
        ProgramRefused: Where the program is part of a larger one: in a test, and under the Automation API.
    """
    code = sdk.exit_code_when_shown()
    if code is None:
        raise ProgramRefused(error.problems, headline=error.headline)
    pulumi.log.error(str(error))
    sys.exit(code)


def keep_declared() -> None:
    """
    Have the garbage collector pass over what there is by now, in a process that runs this program alone.

    Nearly all of it is in use until the process ends. The collector would go through it again and again, and take it
    apart at the end, while the engine waits.
    """
    if sdk.exit_code_when_shown() is not None:
        gc.freeze()


def refuse_any(problems: Sequence[InputProblem]) -> None:
    """End the program where there are *problems*, as `refuse` does."""
    if problems:
        refuse(InputError(problems))


def environment_problems(environ: Mapping[str, str]) -> list[InputProblem]:
    """Everything wrong with the connection settings and the environment; nothing under mocks, which use neither."""
    return [] if sdk.is_mocked() else [*checkpoint_problems(environ), *connection_problems(environ)]


def connection_problems(environ: Mapping[str, str]) -> tuple[InputProblem, ...]:
    """Everything wrong with the connection settings of this stack, as one list."""
    config = pulumi.Config(NAMESPACE)
    try:
        settings = Settings.resolve(
            config.get,
            environ,
            set_command=set_command(),
            is_secret=lambda key: is_config_secret(f"{NAMESPACE}:{key}"),
        )
    except SettingsError as error:
        return error.problems
    return () if settings.is_loopback else _secrets_in_the_clear(config)


def warn_of_obsolete_keys() -> None:
    """Say which keys of the stack's config do nothing any more."""
    config = pulumi.Config(NAMESPACE)
    for name, reason in OBSOLETE_KEYS.items():
        if config.get(name) is not None:
            pulumi.log.warn(f"{NAMESPACE}:{name} {reason}")


def set_command() -> str:
    """The command that sets a key of this stack's config."""
    return f"pulumi config set --stack {pulumi.get_stack()}"


def checkpoint_problems(environ: Mapping[str, str]) -> tuple[InputProblem, ...]:
    """`PULUMI_SKIP_CHECKPOINTS` keeps the state unwritten until the end, and with it every promise about a kill."""
    if environ.get("PULUMI_SKIP_CHECKPOINTS", "").lower() not in {"1", "true"}:
        return ()
    reason = "a killed `pulumi up` would lose track of the ingest jobs that it registered, and ingest again. Unset it."
    return (InputProblem("PULUMI_SKIP_CHECKPOINTS", reason),)


def _secrets_in_the_clear(config: pulumi.Config) -> tuple[InputProblem, ...]:
    return tuple(
        InputProblem(
            f"{NAMESPACE}:{key.name}",
            "is set without --secret, and would be stored in the state and its history in plain text. "
            f"Set it again with `{set_command()} --secret {NAMESPACE}:{key.name}`.",
        )
        for key in KEYS
        if key.is_secret and config.get(key.name) and not is_config_secret(f"{NAMESPACE}:{key.name}")
    )


def preview_input() -> dict[str, bool | None]:
    """The input that tells `check` of a preview; an `up` leaves it out, so that a refresh finds no difference in it."""
    return {IS_PREVIEW: pulumi.runtime.is_dry_run() or None}


@dataclass
class Claims:
    """Who manages what in this program: each container once, each file once a dataset and operation."""

    _owners: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])

    def claim(self, name: str, property_: str, claim: Claim) -> None:
        """Note that resource *name* manages what *claim* says; refuse the program when another one does."""
        other = self._owners.setdefault(claim.key, name)
        if other != name:
            refuse(InputError([InputProblem(f"{name}.{property_}", claim.as_well_as(other))]))


Naming = tuple[pulumi.Input[str] | None, ...]
"""How an ingest names its dataset: its arguments `dataset_id`, `dataset_name`, `workspace_id` and `workspace_name`."""


@dataclass(frozen=True)
class Overwrite:
    """
    An ingest of this program whose operation is `Overwrite`, or may be, as far as the program can see.

    Args:
        dataset_id: Of its dataset, however that is named.
    """

    name: str
    job_id: pulumi.Output[str]
    dataset_id: pulumi.Output[str]
    naming: Naming
    job_history: pulumi.Output[Mapping[str, Any]]


@dataclass(frozen=True)
class NamedDataset:
    """
    A dataset that this program names, or makes with a resource `Dataset`, by a name that the program can see.

    *workspace* is the key of an `InWorkspace`.
    """

    workspace: str
    name: str


Destination = str | NamedDataset | None
"""The dataset of an ingest: its id in lower case, its name, or None for what is not known yet."""


@dataclass
class _Queue:
    """The ingests into one dataset, in the order of their declaration."""

    names: list[str] = field(default_factory=list[str])
    last: pulumi.Resource | None = None
    overwrites: list[Overwrite] = field(default_factory=list[Overwrite])


@dataclass
class Order:
    """
    Ingests into one dataset run one after the other, in the order in which they are declared.

    Known to be two datasets are two ids, and two names in one workspace. Anything else may turn out to be one dataset:
    an id and a name, names in two workspaces (a dataset may be shared), and an id that is not known yet with all. Of
    those that may be one, each waits for all declared before it.
    """

    _by_id: dict[str, _Queue] = field(default_factory=dict[str, _Queue])
    _by_name: dict[str, dict[str, _Queue]] = field(default_factory=dict[str, dict[str, _Queue]])
    """For each workspace, by name."""
    _unknown: _Queue = field(default_factory=_Queue)

    def predecessors(self, destination: Destination) -> list[pulumi.Resource]:
        """The ingests that one into *destination* has to wait for."""
        unknown = [self._unknown.last] if self._unknown.last else []
        others = [queue.last for queue in self._others(destination) if queue.last]
        own = self._own(destination)
        if own is not None and own is not self._unknown and own.last:
            return [own.last, *others]
        return [*others, *unknown]

    def names_before(self, destination: Destination) -> list[str]:
        """Names of the ingests declared so far that are, or may be, for the dataset."""
        return [name for queue in self._may_be(destination) for name in queue.names]

    def overwrites_before(self, destination: Destination) -> list[Overwrite]:
        """Those of them that overwrite it, or may."""
        return [one for queue in self._may_be(destination) for one in queue.overwrites]

    def add(
        self, name: str, destination: Destination, ingest: pulumi.Resource, overwrite: Overwrite | None = None
    ) -> None:
        """Put an ingest behind the others; *overwrite* is the ingest too, where it overwrites its dataset or may."""
        if destination is None:
            for known in self._others(None):
                known.last = None
        queue = self._queue(destination)
        queue.last = ingest
        queue.names.append(name)
        if overwrite is not None:
            queue.overwrites.append(overwrite)

    def _queue(self, destination: Destination) -> _Queue:
        if destination is None:
            return self._unknown
        if isinstance(destination, str):
            return self._by_id.setdefault(destination, _Queue())
        return self._by_name.setdefault(destination.workspace, {}).setdefault(destination.name, _Queue())

    def _own(self, destination: Destination) -> _Queue | None:
        if destination is None:
            return self._unknown
        if isinstance(destination, str):
            return self._by_id.get(destination)
        return self._by_name.get(destination.workspace, {}).get(destination.name)

    def _others(self, destination: Destination) -> Iterator[_Queue]:
        """Queues of datasets that are known otherwise, and may be the same; that of unknown ones left out."""
        if not isinstance(destination, str):
            yield from self._by_id.values()
        workspace = destination.workspace if isinstance(destination, NamedDataset) else None
        for other, queues in self._by_name.items():
            if other != workspace:
                yield from queues.values()

    def _may_be(self, destination: Destination) -> list[_Queue]:
        own = self._own(destination)
        known = [own] if own is not None and own is not self._unknown else []
        return [*known, *self._others(destination), self._unknown]


def jobs_to_follow(name: str, naming: Naming, overwrites: Sequence[Overwrite]) -> list[pulumi.Output[str | None]]:
    """
    The jobs of *overwrites* after which the ingest *name* has to run; None for each that is no reason to.

    An Overwrite wipes what the ingests before it have brought, so one that runs makes those declared after it run
    again. One that ran when this ingest was still declared before it does not: the entry was moved since.

    Args:
        naming: Of the ingest *name*. A dataset that one of the two names by its id and the other by its name
            is refused by the provider, which knows both.
    """

    def job(seen: Sequence[Any]) -> str | None:
        ours, theirs, their_id, job_id, history = seen
        before, our_id = ingests_before(history), ours[0]
        is_for_it = ours == theirs if our_id is None else str(their_id).lower() == str(our_id).lower()
        return job_id if is_for_it and before is not None and name not in before else None

    return [
        pulumi.Output.all(list(naming), list(one.naming), one.dataset_id, one.job_id, one.job_history).apply(job)
        for one in overwrites
    ]


@dataclass
class Folders:
    """
    The declared folders of file storage: what lies in one is made after it, and let go before it.

    A folder is removed only when it is empty, so one that is to be removed has to wait for what is declared in it.
    """

    _folders: dict[tuple[str, str], pulumi.Resource] = field(default_factory=dict[tuple[str, str], pulumi.Resource])

    def above(self, path: str, workspace_id: str) -> list[pulumi.Resource]:
        """The nearest folder above *path* that was declared so far, if any."""
        parent = path
        while parent := parent.rpartition("/")[0]:
            if found := self._folders.get((workspace_id.lower(), parent)):
                return [found]
        return []

    def add(self, path: str, workspace_id: str, folder: pulumi.Resource) -> None:
        """Note a declared folder."""
        self._folders[workspace_id.lower(), path] = folder


@dataclass
class Program:
    """What this module remembers of the program that is running."""

    claims: Claims = field(default_factory=Claims)
    order: Order = field(default_factory=Order)
    folders: Folders = field(default_factory=Folders)
    is_checked: bool = False
    _datasets: dict[NamedDataset, pulumi.Output[str]] = field(default_factory=dict[NamedDataset, pulumi.Output[str]])
    """Ids of the datasets that the program makes."""
    _functions: "Functions | None" = None

    def note_dataset(self, dataset_id: pulumi.Output[str], named: NamedDataset) -> None:
        """Remember whose id this very output is; one that was derived from it may have any value."""
        self._datasets[named] = dataset_id

    def dataset_named(
        self, dataset_name: pulumi.Input[str] | None, workspace: InWorkspace
    ) -> pulumi.Output[str] | None:
        """The id of a dataset that was declared so far, by its name; None for any other."""
        if not isinstance(dataset_name, str) or workspace.key is None:
            return None
        return self._datasets.get(NamedDataset(workspace.key, dataset_name))

    def destination(
        self, dataset_id: pulumi.Input[str] | None, dataset_name: pulumi.Input[str] | None, workspace: InWorkspace
    ) -> Destination:
        """What the program can see of the dataset of an ingest."""
        if isinstance(dataset_id, str):
            return dataset_id.lower()
        if dataset_id is not None:
            return next((named for named, output in self._datasets.items() if output is dataset_id), None)
        if isinstance(dataset_name, str) and workspace.key is not None:
            return NamedDataset(workspace.key, dataset_name)
        return None

    def functions(self) -> "Functions":
        """What looks something up, with one connection for the program, so that each name is asked for once."""
        if self._functions is None:
            # Late: it comes with pydantic, which a program that looks nothing up does not need.
            from veracity_provider.lifecycle.functions import Functions

            settings = Settings.resolve(pulumi.Config(NAMESPACE).get, os.environ)
            self._functions = Functions(Clients(settings), settings)
        return self._functions

    def check_once(self) -> None:
        """Refuse a program whose connection or environment cannot work; asked by each resource, done by the first."""
        if not self.is_checked:
            self.is_checked = True
            problems = environment_problems(os.environ)
            if problems:
                refuse(settings_error(problems))
            warn_of_obsolete_keys()


def settings_error(problems: Sequence[InputProblem]) -> InputError:
    """All problems of the stack's config under one headline."""
    return InputError(problems, headline=f"stack config of `{pulumi.get_stack()}` cannot be used; nothing was changed:")


_PROGRAMS: Final = sdk.SharedByResources(Program)


def running_program() -> Program:
    """
    The program that is running: one a process, but one a stack where the Automation API runs several.

    Under `pulumi.runtime.set_mocks` it is one a test. What a test declares outside of an event loop belongs to no
    program that could be told from another; nothing is remembered of it.
    """
    return _PROGRAMS.get()
