"""Whether the platform has what a stack's config names, asked of it before anything is registered."""

import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import stamina.instrumentation

from veracity_provider.api.clients import Clients
from veracity_provider.declaration import Declaration, NamedId
from veracity_provider.errors import ContainerNotFound, DatasetNotFound, InputProblem, NotFound, VeracityError

_MAX_WAIT_S: Final = 5.0
_MAX_SINGLE_READS: Final = 20


def find_absent(declaration: Declaration, clients: Clients, *, max_wait_s: float = _MAX_WAIT_S) -> list[InputProblem]:
    """
    The ids that the platform surely does not have, those of all entries at once.

    One list request a service finds the ids to ask for one by one, the first 20 of them; only a 404 in answer to that
    counts, since a list need not have all that can be read. A service that refuses, has no list, or takes longer than
    *max_wait_s* seconds is asked no more: the resource's own provider will, and has the words for it.
    """
    absent: dict[str, InputProblem] = {}

    def ask(search: Iterator[InputProblem]) -> None:
        try:
            for problem in search:
                absent[problem.property] = problem
        except VeracityError:
            return

    searches = (
        _absent_containers(clients, declaration.container_ids),
        _absent_datasets(clients, declaration.dataset_ids),
    )
    # Daemons, so that a service that does not answer does not keep the program from its end.
    threads = [threading.Thread(target=ask, args=(search,), daemon=True) for search in searches]
    with _silent_retries():
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + max_wait_s
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    found = dict(absent)
    named = (*declaration.container_ids, *declaration.dataset_ids)
    return [found[one.place] for one in named if one.place in found]


def _absent_containers(clients: Clients, named: Iterable[NamedId]) -> Iterator[InputProblem]:
    wanted = list(named)
    if not wanted:
        return
    listed = clients.data.list_containers()
    unlisted = [one for one in wanted if one.id not in listed]
    yield from _not_found(unlisted, lambda one: clients.data.get_container(one.id), ContainerNotFound)


def _absent_datasets(clients: Clients, named: Iterable[NamedId]) -> Iterator[InputProblem]:
    by_workspace: dict[str, list[NamedId]] = {}
    for one in named:
        if one.workspace_id is not None:
            by_workspace.setdefault(one.workspace_id, []).append(one)
    for workspace_id, wanted in by_workspace.items():
        listed = clients.datasets.list_dataset_ids(workspace_id)
        unlisted = [one for one in wanted if one.id not in listed]
        yield from _not_found(
            unlisted, lambda one: clients.datasets.get_dataset(one.workspace_id or "", one.id), DatasetNotFound
        )


def _not_found(
    unlisted: list[NamedId], read: Callable[[NamedId], object], not_found: type[NotFound]
) -> Iterator[InputProblem]:
    for one in unlisted[:_MAX_SINGLE_READS]:
        try:
            read(one)
        except not_found as error:
            yield InputProblem(one.place, str(error))
        except VeracityError:
            continue


@contextmanager
def _silent_retries() -> Generator[None]:
    """A log line for each retry would show up as a warning of the stack; the program's own retries keep theirs."""
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])
    try:
        yield
    finally:
        stamina.instrumentation.set_on_retry_hooks(hooks)
