"""The measured process: one upload, by one way; it imports what that way needs, and nothing of the benchmark's."""

import base64
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MIB = 1024 * 1024
OURS = "ours"
IN_ONE_REQUEST = "ours, of a StorageFile"
WAYS: dict[str, dict[str, Any] | None] = {
    "Azure upload_data, defaults": {},
    "Azure upload_data, 4 at a time": {"max_concurrency": 4},
    "Azure upload_data, 16 MiB, 4 at a time": {"max_concurrency": 4, "chunk_size": 16 * MIB},
    OURS: None,
    IN_ONE_REQUEST: None,
}


def main() -> None:
    """Read what to do as JSON; print the seconds, and the bytes of memory at the peak and before the upload."""
    asked = json.load(sys.stdin)
    path, options = Path(asked["path"]), WAYS[asked["way"]]
    if options is not None:
        run = _azures(path, asked["sas"], options)
    else:
        run = _in_one_request(path, asked["sas"]) if asked["way"] == IN_ONE_REQUEST else _ours(path, asked["sas"])
    before = _peak_memory()
    begun = time.monotonic()
    run()
    seconds = time.monotonic() - begun
    print(json.dumps({"seconds": seconds, "peak": _peak_memory(), "before": before}))


def _peak_memory() -> int:
    """Of this program alone: `getrusage` would count that of the process that started it as well."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def _ours(path: Path, sas_uri: str) -> Callable[[], None]:
    from veracity_provider.storage import data_lake  # noqa: F401 — the time to import it is not the upload's
    from veracity_provider.storage.fingerprint import Fingerprint
    from veracity_provider.storage.sources import FileSource
    from veracity_provider.storage.uploader import Uploader, UploadOptions

    with path.open("rb") as file:
        expected = Fingerprint(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size)
    uploader = Uploader(UploadOptions())
    return lambda: uploader.upload(
        FileSource(path), sas_uri=sas_uri, file_name="big.csv", expected=expected, on_progress=lambda _: None
    )


def _in_one_request(path: Path, sas_uri: str) -> Callable[[], None]:
    from veracity_provider.storage.data_lake_paths import DataLakePaths
    from veracity_provider.storage.remote_paths import Content
    from veracity_provider.storage.sas import parse_sas_uri
    from veracity_provider.storage.sources import FileSource

    with path.open("rb") as file:
        md5 = base64.b64encode(hashlib.file_digest(file, "md5").digest()).decode()
    content = Content(
        open=FileSource(path).open, size_bytes=path.stat().st_size, md5=md5, content_type="application/octet-stream"
    )
    paths = DataLakePaths(parse_sas_uri(sas_uri))
    return lambda: paths.put_file("big.csv", content, {}, etag=None, on_sent=lambda _: None)


def _azures(path: Path, sas_uri: str, options: dict[str, Any]) -> Callable[[], None]:
    from azure.storage.filedatalake import DataLakeFileClient

    url, _, sas = sas_uri.partition("?")
    host, file_system, *folder = url.removeprefix("http://").split("/")
    client = DataLakeFileClient(f"http://{host}", file_system, "/".join([*folder, "big.csv"]), credential=sas)

    def run() -> None:
        with path.open("rb") as file:
            client.upload_data(file, length=path.stat().st_size, overwrite=True, **options)

    return run


if __name__ == "__main__":
    main()
