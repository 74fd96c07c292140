"""Whether the platform has what a stack's config names, asked of it before anything is registered."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from veracity_provider.api.clients import Clients
from veracity_provider.declaration import Declaration, Named, NamedWorkspace
from veracity_provider.errors import (
    ContainerNotFound,
    DatasetNotFound,
    InputError,
    InputProblem,
    NotFound,
    VeracityError,
)
from veracity_provider.lifecycle.directory import Directory
from veracity_provider.retrying import silent_retries

_MAX_WAIT_S: Final = 5.0
_MAX_SINGLE_READS: Final = 20


def find_absent(declaration: Declaration, clients: Clients, *, max_wait_s: float = _MAX_WAIT_S) -> list[InputProblem]:
    """
    The ids and names that the platform surely does not have, those of all entries at once.

    One list request a service finds those to ask for one by one, the first 20 of them; of an id only a 404 in answer to
    that counts, since a list need not have all that can be read. A service that refuses, has no list, or takes longer
    than *max_wait_s* seconds is asked no more: the resource's own provider will, and has the words for it.
    """
    absent: dict[str, InputProblem] = {}

    def ask(search: Iterator[InputProblem]) -> None:
        try:
            for problem in search:
                absent[problem.property] = problem
        except VeracityError:
            return

    containers, datasets = declaration.named_containers, declaration.named_datasets
    searches = (_absent_containers(clients, containers), _absent_datasets(clients, datasets))
    # Daemons, so that a service that does not answer does not keep the program from its end.
    threads = [threading.Thread(target=ask, args=(search,), daemon=True) for search in searches]
    with silent_retries():
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + max_wait_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    found = dict(absent)
    places = dict.fromkeys(place for one in (*containers, *datasets) for place in (one.workspace_place, one.place))
    return [found[place] for place in places if place in found]


def _absent_containers(clients: Clients, named: Iterable[Named]) -> Iterator[InputProblem]:
    wanted = list(named)
    if not wanted:
        return
    listed = clients.data.list_containers()
    unlisted = [one for one in wanted if one.value not in listed]
    yield from _not_found(unlisted, lambda one: clients.data.get_container(one.value), ContainerNotFound)


def _absent_datasets(clients: Clients, named: Iterable[Named]) -> Iterator[InputProblem]:
    directory = Directory(clients)
    by_workspace: dict[NamedWorkspace | None, list[Named]] = {}
    for one in named:
        by_workspace.setdefault(one.workspace, []).append(one)
    for workspace, wanted in by_workspace.items():
        try:
            workspace_id = _workspace_id(directory, workspace)
        except InputError as error:
            for place in dict.fromkeys(one.workspace_place for one in wanted):
                yield InputProblem(place, error.problems[0].reason)
            continue
        yield from _absent_from(directory, clients, workspace_id, wanted)


def _workspace_id(directory: Directory, workspace: NamedWorkspace | None) -> str:
    id_, name = workspace or NamedWorkspace(None, None)
    return directory.workspace(name).id if name else id_ or ""


def _absent_from(
    directory: Directory, clients: Clients, workspace_id: str, wanted: list[Named]
) -> Iterator[InputProblem]:
    listed = directory.dataset_names(workspace_id)
    named = [one for one in wanted if one.key == "datasetName" and one.value not in listed.values()]
    for one in named[:_MAX_SINGLE_READS]:
        try:
            directory.dataset(workspace_id, one.value)
        except InputError as error:
            yield InputProblem(one.place, error.problems[0].reason)
    unlisted = [one for one in wanted if one.key == "datasetId" and one.value not in listed]
    yield from _not_found(unlisted, lambda one: clients.datasets.get_dataset(workspace_id, one.value), DatasetNotFound)


def _not_found(
    unlisted: list[Named], read: Callable[[Named], object], not_found: type[NotFound]
) -> Iterator[InputProblem]:
    for one in unlisted[:_MAX_SINGLE_READS]:
        try:
            read(one)
        except not_found as error:
            yield InputProblem(one.place, str(error))
        except VeracityError:
            continue
