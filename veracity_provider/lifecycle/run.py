"""What a plugin process has seen of the run of the engine that it serves."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

IS_PREVIEW: Final = "is_preview"
"""An input that the program sets and `check` takes out: the engine does not tell `check` whether it is a preview."""

IGNORED: Final = "ignored"
"""Likewise, set by the provider's shell for `diff` and `update`: the paths of the option `ignore_changes`."""

COMPONENT: Final = "component"
"""An input of both resources of an ingest: the name of the `DatasetIngests` that made it; None for one by itself."""


UPLOAD_SUFFIX: Final = "-upload"
"""What the name of an upload ends in, after that of the `DatasetIngest` or `Dataset` that made it."""


@dataclass(frozen=True, kw_only=True)
class Manager:
    """A declared resource: its URN, and the values that it manages, by the name of their field."""

    urn: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How a resource names a thing of the platform, such as `dataset_id`, and its URN."""

    how: str
    urn: str

    @property
    def resource(self) -> str:
        """Name of the resource that was declared; its upload is a resource of its own."""
        return self.urn.rpartition("::")[2].removesuffix(UPLOAD_SUFFIX)


@final
class Run:
    """
    Which things the program declares, each with its manager, and how it names them; safe for parallel threads.

    In an `up`, every declared resource is checked before the last one is deleted, so a `delete` finds here who manages
    its thing from now on. With `--target` the others are not checked, and in a `destroy` none is.
    """

    is_preview = False
    """Whether it only previews. Preview and update are two processes."""

    def __init__(self) -> None:
        self._managers: dict[str, Manager] = {}
        self._namings: dict[str, Naming] = {}
        self._lock = threading.Lock()

    def declare(self, thing: str, manager: Manager) -> bool:
        """Note who manages *thing*; whether that is new."""
        with self._lock:
            is_new = self._managers.get(thing) != manager
            self._managers[thing] = manager
            return is_new

    def name(self, thing: str, naming: Naming) -> Naming | None:
        """Note how a resource names *thing*; returns how an earlier one did, if that was in another way."""
        with self._lock:
            first = self._namings.setdefault(thing, naming)
        return None if first.how == naming.how else first

    def manager_of(self, thing: str) -> Manager | None:
        """Who manages *thing*; None for one that is not declared, as far as was seen."""
        with self._lock:
            return self._managers.get(thing)
