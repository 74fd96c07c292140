"""
Notes of who manages each container, and of what was there first, beside the journal of jobs on this machine.

A resource that takes a container over cannot read the state of the one before it, and where nothing is checked
(`--target`, `destroy`) a `delete` is not told that somebody else has the container by now. No proof of anything: a note
that cannot be read or written counts as none.
"""

import contextlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, final

from veracity_provider.errors import ContainerBusy
from veracity_provider.lifecycle.files import open_lock, try_lock, write_json
from veracity_provider.lifecycle.metadata.plan import Adoption, Managed

_VERSION: Final = 1
_LOCK_POLL_S: Final = 0.1
_MAX_LOCK_WAIT_S: Final = 300.0


@final
class AdoptionNotes:
    """Notes below *folder*, one file a container; *sleep* waits that many seconds."""

    def __init__(self, folder: Path, *, sleep: Callable[[float], None]) -> None:
        self._folder = folder
        self._sleep = sleep

    def find(self, container_id: str) -> Adoption | None:
        """The note about a container; None when there is none."""
        try:
            return _from_json(json.loads(self._path(container_id).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, container_id: str, adoption: Adoption) -> None:
        """Put *adoption* in place of what is noted."""
        with contextlib.suppress(OSError):
            write_json(self._path(container_id), {"version": _VERSION, **asdict(adoption)})

    def remove(self, container_id: str) -> None:
        """Forget the container."""
        with contextlib.suppress(OSError):
            self._path(container_id).unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, container_id: str) -> Generator[None]:
        """
        Nobody else on this machine adopts the container or lets it go meanwhile; a killed process lets go.

        Raises:
            ContainerBusy: Somebody else had it for too long.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                lock = stack.enter_context(open_lock(self._path(container_id).with_suffix(".lock")))
                waited_s = 0.0
                while not try_lock(lock):
                    if waited_s >= _MAX_LOCK_WAIT_S:
                        raise ContainerBusy(
                            f"another `pulumi up` on this machine has been changing container {container_id} for "
                            f"{_MAX_LOCK_WAIT_S:.0f} s. Run again when it has ended; nothing was written"
                        )
                    self._sleep(_LOCK_POLL_S)
                    waited_s += _LOCK_POLL_S
            yield

    def _path(self, container_id: str) -> Path:
        return self._folder / f"{container_id.lower()}.json"


def _from_json(members: Mapping[str, Any]) -> Adoption | None:
    if members["version"] != _VERSION:
        return None
    return Adoption(
        adopted_at=str(members["adopted_at"]),
        manager=str(members["manager"]),
        managed=Managed(previous=dict(members["managed"]["previous"]), applied=dict(members["managed"]["applied"])),
        about_to_apply=dict(members["about_to_apply"]),
    )
