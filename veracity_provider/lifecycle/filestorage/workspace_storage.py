"""The file storage of one workspace: reads with a SAS that reads, writes with one that writes."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Final, TypeVar, final

from veracity_provider.api.filestorage import SasKind
from veracity_provider.errors import SasRejected, StoragePathChanged
from veracity_provider.lifecycle.services import Services
from veracity_provider.storage.remote_paths import Content, PathProperties, RemotePaths

_ATTEMPTS: Final = 5

_Result = TypeVar("_Result")


def repeat_while_changed(attempt: Callable[[], _Result]) -> _Result:
    """
    What *attempt* returns, which reads a path and writes it; called again where somebody else wrote in between.

    Raises:
        StoragePathChanged: Somebody else was faster five times.
    """
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(StoragePathChanged):
            return attempt()
    return attempt()


@final
class WorkspaceStorage:
    """Folders and files by their paths from the root; errors are those of `RemotePaths`, and of getting a SAS."""

    def __init__(self, services: Services, workspace_id: str) -> None:
        self._services = services
        self._workspace_id = workspace_id

    def address_of(self, path: str) -> str:
        """The address of *path*, without a SAS."""
        return self._with("Read", lambda paths: paths.address_of(path))

    def find(self, path: str) -> PathProperties | None:
        """What is at *path*; None where there is nothing."""
        return self._with("Read", lambda paths: paths.find(path))

    def make_folder(self, path: str, metadata: Mapping[str, str]) -> None:
        """Make a folder; see `RemotePaths`, here and below."""
        self._with("Write", lambda paths: paths.make_folder(path, metadata))

    def set_metadata(self, path: str, metadata: Mapping[str, str], *, etag: str) -> None:
        """Replace all metadata."""
        self._with("Write", lambda paths: paths.set_metadata(path, metadata, etag=etag))

    def put_file(
        self,
        path: str,
        content: Content,
        metadata: Mapping[str, str],
        *,
        etag: str | None,
        on_sent: Callable[[int], None],
    ) -> None:
        """Put a file, content and metadata at once."""
        self._with("Write", lambda paths: paths.put_file(path, content, metadata, etag=etag, on_sent=on_sent))

    def remove(self, path: str, *, etag: str | None = None) -> None:
        """Remove a file or an empty folder."""
        self._with("Write", lambda paths: paths.remove(path, etag=etag))

    def _with(self, kind: SasKind, use: Callable[[RemotePaths], _Result]) -> _Result:
        paths = self._open(kind)
        try:
            return use(paths)
        except SasRejected:
            # It has expired by the storage's clock, or its policy was revoked: one new SAS may do.
            self._services.open_storages.forget(self._workspace_id, kind, paths)
            return use(self._open(kind))

    def _open(self, kind: SasKind) -> RemotePaths:
        services = self._services
        ask = services.clients.filestorage.get_sas
        return services.open_storages.get(self._workspace_id, kind, ask=ask, now=services.time())
