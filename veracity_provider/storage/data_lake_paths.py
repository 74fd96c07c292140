"""Folders and files of Azure Data Lake: with the Azure library, and with plain requests where it would hold a file."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast, final
from urllib.parse import quote

from azure.core import MatchConditions, PipelineClient
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.rest import HttpRequest
from azure.storage.filedatalake import DataLakeDirectoryClient, DataLakeFileClient, FileSystemClient

from veracity_provider.errors import SourceChanged
from veracity_provider.storage.failures import PATH_STEPS, Failures, Sending, is_gone, quiet_log
from veracity_provider.storage.remote_paths import Content, ListedFolder, PathProperties
from veracity_provider.storage.sas import UploadFolder
from veracity_provider.storage.sending import SILENCE_S, WRITE_BYTES, Body, open_session, send, transport_of

_CONNECTIONS: Final = 64
_IS_FOLDER: Final = "hdi_isfolder"
"""Metadata that each folder has, and nobody can set or remove."""

_Result = TypeVar("_Result")


@final
class DataLakePaths:
    """
    What lies below a folder that a SAS opens; implements `RemotePaths`.

    Args:
        silence_s: Longest time without a byte sent or received, in seconds.
    """

    def __init__(self, folder: UploadFolder, *, silence_s: float = SILENCE_S) -> None:
        quiet_log()
        self._folder = folder
        self._silence_s = silence_s
        self._transport = transport_of(open_session(folder, connections=_CONNECTIONS, silence_s=silence_s), silence_s)

    def address_of(self, path: str) -> str:
        whole = quote(f"{self._folder.file_system}/{self._folder.path_of(path)}", safe="/~")
        return f"{self._folder.account_url}/{whole}"

    def find(self, path: str) -> PathProperties | None:
        client = self._file_client(path)

        def ask() -> Any:
            try:
                return client.get_file_properties()
            except AzureError as error:
                if is_gone(error):
                    return None
                raise

        found = self._send(ask, f"reading {path}", right="r (read)")
        return None if found is None else _properties(found)

    def list_folders(self, path: str = "") -> Iterator[ListedFolder]:
        client: Any = FileSystemClient(**self._client_options())
        root = self._folder.path_of(path) if path else self._folder.folder
        # The library's iterator begins a page anew after a failure.
        pages: Iterator[Any] = client.get_paths(path=root or None, recursive=True).by_page()

        def read_page() -> list[Any] | None:
            try:
                page = next(pages, None)
                return None if page is None else list(page)
            except AzureError as error:
                if is_gone(error):
                    return None
                raise

        doing = f"listing the folders in {path or 'the root of file storage'}"
        beginning = f"{self._folder.folder}/" if self._folder.folder else ""
        while (page := self._send(read_page, doing, right="l (list)")) is not None:
            for one in page:
                if one.is_directory:
                    yield ListedFolder(path=one.name.removeprefix(beginning), last_modified=_in_utc(one.last_modified))

    def make_folder(self, path: str, metadata: Mapping[str, str]) -> None:
        client: Any = DataLakeDirectoryClient(directory_name=self._folder.path_of(path), **self._client_options())
        self._send(
            lambda: client.create_directory(metadata=dict(metadata), match_condition=MatchConditions.IfMissing),
            f"creating folder {path}",
            right="c (create) or w (write)",
        )

    def set_metadata(self, path: str, metadata: Mapping[str, str], *, etag: str) -> None:
        client = self._file_client(path)
        self._send(
            lambda: client.set_metadata(dict(metadata), etag=etag, match_condition=MatchConditions.IfNotModified),
            f"setting the metadata of {path}",
            right="w (write)",
        )

    def put_file(
        self,
        path: str,
        content: Content,
        metadata: Mapping[str, str],
        *,
        etag: str | None,
        on_sent: Callable[[int], None],
    ) -> None:
        # Put Blob. The library would read the whole file into memory for it.
        body = _FileBody(path, content, on_sent)
        headers = {
            "x-ms-version": self._file_client(path).api_version,
            "x-ms-blob-type": "BlockBlob",
            "x-ms-blob-content-type": content.content_type,
            "x-ms-blob-content-md5": content.md5,
            "Content-MD5": content.md5,
            "Content-Type": "application/octet-stream",
            "Content-Length": str(content.size_bytes),
            **({"If-None-Match": "*"} if etag is None else {"If-Match": etag}),
            **{f"x-ms-meta-{name}": value for name, value in metadata.items()},
        }
        url = f"{self._folder.blob_url}/{quote(self._folder.path_of(path), safe='/~')}?{self._folder.sas_token}"
        pipeline: Any = cast("Any", PipelineClient)(self._folder.account_url, transport=self._transport, policies=[])

        def put() -> None:
            # An empty body as an iterable would be sent in chunks.
            data: Any = body if content.size_bytes else b""
            response = pipeline.send_request(HttpRequest("PUT", url, headers=headers, content=data))
            if response.status_code != 201:
                error = HttpResponseError("not 201", response=response)
                error.error_code = response.headers.get("x-ms-error-code", "")  # pyright: ignore[reportAttributeAccessIssue] — as the library does
                raise error

        self._send(put, f"uploading {path}", right="w (write)", body=body)

    def remove(self, path: str, *, etag: str | None = None) -> None:
        # As a file, whatever it is: the library removes a folder with all that is in it.
        client = self._file_client(path)
        condition = {} if etag is None else {"etag": etag, "match_condition": MatchConditions.IfNotModified}

        def ask() -> None:
            try:
                client.delete_file(**condition)
            except AzureError as error:
                # The response to the first of several may have been lost.
                if not is_gone(error):
                    raise

        self._send(ask, f"removing {path}", right="d (delete)")

    def _file_client(self, path: str) -> Any:
        # Untyped: the library's own annotations are partly unknown.
        return DataLakeFileClient(file_path=self._folder.path_of(path), **self._client_options())

    def _client_options(self) -> dict[str, Any]:
        return {
            "account_url": self._folder.account_url,
            "file_system_name": self._folder.file_system,
            "credential": self._folder.sas_token,
            "retry_total": 0,  # the library's own retries wait 87 s for a dropped connection
            "transport": self._transport,
        }

    def _send(self, call: Callable[[], _Result], doing: str, *, right: str, body: Body | None = None) -> _Result:
        failures = Failures(self._folder, doing, self._silence_s, steps=PATH_STEPS, right=right)
        return send(call, failures, silence_s=self._silence_s, body=body)


@final
class _FileBody:
    """The content of a file, read while it is sent; never more of it in memory than one write."""

    def __init__(self, path: str, content: Content, on_sent: Callable[[int], None]) -> None:
        self._path = path
        self._content = content
        self._on_sent = on_sent
        self._begun = time.monotonic()
        self._sent = 0

    def __len__(self) -> int:
        return self._content.size_bytes

    def __iter__(self) -> Iterator[memoryview]:
        self._begun = time.monotonic()
        self._note(0)
        left = self._content.size_bytes
        with self._content.open() as file:
            while left:
                piece = file.read(min(WRITE_BYTES, left))
                if not piece:
                    raise SourceChanged(f"the source of {self._path} became shorter while it was sent; run again")
                left -= len(piece)
                yield memoryview(piece)
                self._note(self._content.size_bytes - left)

    def sending(self) -> Sending:
        """How far the last attempt came."""
        return Sending(sent_bytes=self._sent, size_bytes=len(self), seconds=time.monotonic() - self._begun)

    def _note(self, sent: int) -> None:
        self._sent = sent
        self._on_sent(sent)


def _properties(found: Any) -> PathProperties:
    metadata: dict[str, str] = dict(found.metadata or {})
    is_folder = {name for name, value in metadata.items() if name.lower() == _IS_FOLDER and value.lower() == "true"}
    md5 = found.content_settings.content_md5
    return PathProperties(
        is_folder=bool(is_folder),
        size_bytes=found.size or 0,
        etag=found.etag or "",
        last_modified=_in_utc(found.last_modified),
        content_md5=base64.b64encode(md5).decode() if md5 else "",
        metadata={name: value for name, value in metadata.items() if name.lower() != _IS_FOLDER},
    )


def _in_utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
