"""Finds what the platform has under a name: in all pages of its lists, by exactly that name, and once a process."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, final

from veracity_provider.errors import InputError, InputProblem, VeracityError
from veracity_provider.nearest import did_you_mean
from veracity_provider.texts import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from veracity_provider.api.clients import Clients
    from veracity_provider.api.models import Dataset
    from veracity_provider.api.schema_models import Schema
    from veracity_provider.api.workspaces import Workspace

_MAX_LISTED: Final = 10
"""Names, or ids, that an error lists."""


class _Thing(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T")
_AThing = TypeVar("_AThing", bound=_Thing)


@final
class Directory:
    """
    Things of the platform by their names; safe for parallel threads.

    A question is put to the platform once, however many resources ask it: what was answered holds for a run.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._questions: defaultdict[tuple[str, ...], _Question] = defaultdict(_Question)
        self._lock = threading.Lock()

    def workspace(self, name: str) -> Workspace:
        """
        The one workspace of the account with this name.

        Raises:
            InputError: There is none, or there are several. It names `workspace_name`.
            VeracityError: The platform does not say which workspaces there are.
        """
        listed = self._list_workspaces()
        named = [one for one in listed if one.name == name]
        return _require_one("workspace", name, "of the account", named, lambda: [one.name for one in listed])

    def workspace_of_id(self, id_: str) -> Workspace:
        """
        The workspace of the account with this id, in lower case.

        Raises:
            InputError: There is none. It names `workspace_id`.
            VeracityError: As for a name.
        """
        listed = self._list_workspaces()
        for one in listed:
            if one.id == id_:
                return one
        there = _listed([f"{one.name} ({one.id})" for one in listed]) or "none"
        reason = f"must be the id of a workspace of the account, and {shown(id_)} is not. There are: {there}"
        raise InputError([InputProblem("workspace_id", reason)])

    def _list_workspaces(self) -> list[Workspace]:
        return self._ask(("workspaces",), self._clients.workspaces.list_workspaces)

    def dataset(self, workspace_id: str, name: str) -> Dataset:
        """
        The one dataset of a workspace with this name.

        Raises:
            InputError: There is none, or there are several. It names `dataset_name`.
            VeracityError: The platform does not say which datasets there are.
        """
        question = ("datasets", workspace_id, name)
        found = self._ask(question, lambda: self._clients.datasets.find_datasets(workspace_id, name))
        named = [one for one in found if one.name == name]
        return _require_one(
            "dataset", name, f"of workspace {workspace_id}", named, lambda: self.dataset_names(workspace_id).values()
        )

    def dataset_names(self, workspace_id: str) -> Mapping[str, str]:
        """Names of the datasets that a workspace lists, by id in lower case."""
        question = ("dataset names", workspace_id)
        return self._ask(question, lambda: self._clients.datasets.list_dataset_names(workspace_id))

    def schema(self, workspace_id: str, name: str) -> Schema:
        """
        The one schema of a workspace with this name, without its versions; its own go before predefined ones.

        Raises:
            InputError: There is none, or there are several. It names `schema_name`.
            VeracityError: The platform does not say which schemas there are.
        """
        question = ("schemas", workspace_id)
        listed = self._ask(question, lambda: list(self._clients.schemas.list_schemas(workspace_id)))
        named = [one for one in listed if one.name == name]
        own = [one for one in named if not one.is_predefined] or named
        return _require_one("schema", name, f"of workspace {workspace_id}", own, lambda: [one.name for one in listed])

    def _ask(self, question: tuple[str, ...], ask: Callable[[], _T]) -> _T:
        with self._lock:
            asked = self._questions[question]
        return asked.answer(ask)


@dataclass
class _Question:
    """Put once; who comes second waits for the answer to the first, an error included."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answers: list[Any] = field(default_factory=list[Any])
    _error: VeracityError | None = None

    def answer(self, ask: Callable[[], _T]) -> _T:
        with self._lock:
            if self._error:
                raise self._error
            if not self._answers:
                try:
                    self._answers.append(ask())
                except VeracityError as error:
                    self._error = error
                    raise
            return self._answers[0]


def _require_one(
    kind: str, name: str, where: str, named: Sequence[_AThing], list_names: Callable[[], Iterable[str]]
) -> _AThing:
    """
    The only one of *named*.

    Raises:
        InputError: There is none, and these are the names that there are; or there are several, with these ids.
    """
    if len(named) == 1:
        return named[0]
    if named:
        ids = _listed([one.id for one in named])
        reason = f"must be the name of one {kind} {where}, and {len(named)} have it: {ids}. Give {kind}_id in its place"
    else:
        names = sorted(set(list_names()), key=str.casefold)
        near = did_you_mean(name, map(shown, names)) or "."
        there = f"{near} There are: {_listed(names)}" if names else "; there is none at all"
        reason = f'must be the name of a {kind} {where}, and none is called "{shown(name)}"{there}'
    raise InputError([InputProblem(f"{kind}_name", reason)])


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - _MAX_LISTED
    return ", ".join(map(shown, texts[:_MAX_LISTED])) + (f" and {more} more" if more > 0 else "")
