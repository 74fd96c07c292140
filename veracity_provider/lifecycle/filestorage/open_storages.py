"""What a process has opened of workspaces' file storage: one SAS for each right, asked for when it is needed."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, final

from veracity_provider.storage.remote_paths import RemotePaths, open_remote_paths
from veracity_provider.storage.sas import parse_sas_uri

if TYPE_CHECKING:
    from veracity_provider.api.filestorage import SasKind

LIFE_S: Final = 2 * 3600.0
"""How long a SAS is asked for."""
_RENEWED_BEFORE_S: Final = 600.0
"""How long before its end another one is asked for."""

AskForSas = Callable[[str, "SasKind", datetime], str]


@dataclass(frozen=True)
class _Opened:
    paths: RemotePaths
    good_until: float


@final
class OpenStorages:
    """
    Roots of file storage, each opened by a SAS that is kept in memory and nowhere else; safe for parallel threads.

    Each SAS is an entry of the workspace's activity log, so one serves all resources of a process.
    """

    def __init__(self) -> None:
        self._opened: dict[tuple[str, SasKind], _Opened] = {}
        self._lock = threading.Lock()

    def get(self, workspace_id: str, kind: "SasKind", *, ask: AskForSas, now: float) -> RemotePaths:
        """
        The root of a workspace's file storage, opened for *kind*.

        Args:
            ask: Gets a SAS; called where there is none that is good for a while yet.
            now: Seconds since 1970.
        Raises:
            VeracityError: There is no SAS.
        """
        with self._lock:
            opened = self._opened.get((workspace_id, kind))
            if opened is None or now >= opened.good_until - _RENEWED_BEFORE_S:
                opened = self._open(workspace_id, kind, ask, now + LIFE_S)
                self._opened[workspace_id, kind] = opened
            return opened.paths

    def forget(self, workspace_id: str, kind: "SasKind", refused: RemotePaths) -> None:
        """Ask for another SAS the next time, in place of the one that *refused* has."""
        with self._lock:
            opened = self._opened.get((workspace_id, kind))
            if opened is not None and opened.paths is refused:
                del self._opened[workspace_id, kind]

    def _open(self, workspace_id: str, kind: "SasKind", ask: AskForSas, ends_at: float) -> _Opened:
        folder = parse_sas_uri(ask(workspace_id, kind, datetime.fromtimestamp(ends_at, UTC)))
        # The platform may give a shorter life than was asked for.
        good_until = folder.expires_at.timestamp() if folder.expires_at else ends_at
        return _Opened(open_remote_paths(folder), good_until)
