"""Folders and files of a workspace's file storage, as whoever declares them needs them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from veracity_provider.storage.sas import UploadFolder


@dataclass(frozen=True, kw_only=True)
class PathProperties:
    """
    What the storage says of a folder or file.

    Args:
        etag: Changes whenever the path is written to.
        last_modified: In UTC, ISO 8601.
        content_md5: Of a file's content, in Base64; empty where the storage does not know it.
        metadata: What people gave it, names in the case in which they were given.
    """

    is_folder: bool
    size_bytes: int
    etag: str
    last_modified: str
    content_md5: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a file is to hold; *md5* is in Base64, and *open* begins anew each time."""

    open: Callable[[], BinaryIO]
    size_bytes: int
    md5: str
    content_type: str


@dataclass(frozen=True, kw_only=True)
class ListedFolder:
    """A folder in a list: its path from the root, and when it was last changed, in UTC, ISO 8601."""

    path: str
    last_modified: str


class RemotePaths(Protocol):
    """
    The folders and files below one folder, by their paths from there. Each call sends one request until it succeeds.

    All raise `SasRejected`, `SasRightMissing`, `StorageUnavailable`, and `StorageError` for any other refusal.
    """

    def address_of(self, path: str) -> str:
        """The address of *path*, without the SAS."""
        ...

    def find(self, path: str) -> PathProperties | None:
        """What is at *path*; None where the storage says that there is nothing."""
        ...

    def list_folders(self, path: str = "") -> Iterator[ListedFolder]:
        """All folders below *path*, of every depth, page by page; none where there is nothing at *path*."""
        ...

    def make_folder(self, path: str, metadata: Mapping[str, str]) -> None:
        """
        Make a folder and those above it.

        Raises:
            StoragePathChanged: There is something at *path*.
        """
        ...

    def set_metadata(self, path: str, metadata: Mapping[str, str], *, etag: str) -> None:
        """
        Replace all metadata of what was read with *etag*.

        Raises:
            StoragePathChanged: It was changed since.
        """
        ...

    def put_file(
        self,
        path: str,
        content: Content,
        metadata: Mapping[str, str],
        *,
        etag: str | None,
        on_sent: Callable[[int], None],
    ) -> None:
        """
        Put a file in place of what was read with *etag*, content and metadata at once; None: in place of nothing.

        Args:
            on_sent: Called with the bytes that were sent so far, and with 0 where they are sent again.
        Raises:
            StoragePathChanged: It was made or changed since.
        """
        ...

    def remove(self, path: str, *, etag: str | None = None) -> None:
        """
        Remove a file, or a folder that is empty; with *etag*, only what was read with it.

        Raises:
            StorageFolderNotEmpty: There is something in the folder.
            StoragePathChanged: It was changed since it was read.
        """
        ...


def open_remote_paths(folder: UploadFolder) -> RemotePaths:
    """What lies below *folder*; sends nothing yet, and is safe for many threads."""
    # Late: an unchanged stack does not pay for the Azure library.
    from veracity_provider.storage.data_lake_paths import DataLakePaths

    return DataLakePaths(folder)
