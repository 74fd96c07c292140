"""A workspace's file storage as a test uses it: what it holds, and what somebody else does to it."""

import base64
import hashlib
import itertools
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import requests
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.filedatalake import DataLakeDirectoryClient, DataLakeFileClient, FileSystemClient

from tests.veracity import GATEWAY, Veracity

ALL_RIGHTS = "racwdlm"
USUAL_RIGHTS = "racwl"


@dataclass
class FileStorage:
    """File storage of the demo's workspace."""

    veracity: Veracity
    _numbers: itertools.count = field(default_factory=itertools.count)

    def new_path(self, name: str = "voyages") -> str:
        """One where nothing is."""
        return f"{name}-{uuid.uuid4().hex[:8]}-{next(self._numbers)}"

    def set_rights(self, rights: str) -> None:
        """The rights of each SAS that writes, from now on."""
        self.veracity.post("/_emulator/settings", {"writeSas": rights})

    def let_readers_read(self, is_allowed: bool) -> None:
        """Whether a Reader gets a SAS, from now on."""
        self.veracity.post("/_emulator/settings", {"readerSas": is_allowed})

    def metadata(self, path: str) -> dict[str, str] | None:
        """All metadata but `hdi_isfolder`; None where there is nothing."""
        try:
            found = self._file(path).get_file_properties().metadata
        except ResourceNotFoundError:
            return None
        return {name: value for name, value in found.items() if name != "hdi_isfolder"}

    def content(self, path: str) -> bytes:
        return self._file(path).download_file().readall()

    def names(self, folder: str) -> list[str]:
        """What is in a folder."""
        account, file_system, root, sas = self._root
        client = FileSystemClient(account, file_system, credential=sas, retry_total=0)
        return [one.name.rpartition("/")[2] for one in client.get_paths(f"{root}/{folder}", recursive=False)]

    def content_type(self, path: str) -> str:
        return self._file(path).get_file_properties().content_settings.content_type

    def somebody_makes_folder(self, path: str, **metadata: str) -> None:
        self._folder(path).create_directory(metadata=metadata)

    def somebody_sets(self, path: str, metadata: Mapping[str, str]) -> None:
        """All metadata at once, as the storage has it."""
        self._file(path).set_metadata(dict(metadata))

    def somebody_puts(self, path: str, content: bytes, **metadata: str) -> None:
        """As the Data Lake's own clients do, by appends; the storage then knows no MD5."""
        file = self._file(path)
        file.upload_data(content, overwrite=True, metadata=metadata)

    def somebody_uploads(self, path: str, content: bytes, **metadata: str) -> None:
        """As clients of blobs do, in one request; the storage keeps the MD5."""
        account, file_system, folder, sas = self._root
        md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        headers = {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-blob-content-md5": md5,
            **{f"x-ms-meta-{name}": value for name, value in metadata.items()},
        }
        url = f"{account}/{file_system}/{folder}/{path}?{sas}"
        requests.put(url, data=content, headers=headers, timeout=30).raise_for_status()

    def somebody_removes(self, path: str) -> None:
        """A folder with all that is in it, or a file."""
        is_folder = "hdi_isfolder" in self._file(path).get_file_properties().metadata
        self._folder(path).delete_directory() if is_folder else self._file(path).delete_file()

    def requests(self, path: str, method: str = "") -> list[dict[str, Any]]:
        """Requests of the provider to *path* since the last look at the list."""
        found = self.veracity.requests_to(f"/{path}")
        return [one for one in found if "/veracitylocal/" in one["path"] and method in {"", one["method"]}]

    def sas_requests(self) -> list[dict[str, Any]]:
        return self.veracity.requests_to("/storages/sas")

    @cached_property
    def _root(self) -> tuple[str, str, str, str]:
        """Account, file system, folder and SAS."""
        self.set_rights(ALL_RIGHTS)
        body = {
            "readOrWritePermission": "Write",
            "expiresOn": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
        }
        path = f"{GATEWAY}/workspaces/{self.veracity.workspace}/storages/sas?format=object"
        given = self.veracity.post(path, body, headers=self.veracity.headers())
        self.set_rights(USUAL_RIGHTS)
        scheme, _, rest = given["resourceUri"].partition("://")
        host, account, file_system, folder = rest.split("/", 3)
        return f"{scheme}://{host}/{account}", file_system, folder, given["sasToken"]

    def _file(self, path: str) -> Any:
        account, file_system, folder, sas = self._root
        return DataLakeFileClient(account, file_system, f"{folder}/{path}", credential=sas, retry_total=0)

    def _folder(self, path: str) -> Any:
        account, file_system, folder, sas = self._root
        return DataLakeDirectoryClient(account, file_system, f"{folder}/{path}", credential=sas, retry_total=0)
