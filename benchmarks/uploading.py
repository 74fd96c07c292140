"""The measured process: one upload, by one way; it imports what that way needs, and nothing of the benchmark's."""

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
WAYS: dict[str, dict[str, Any] | None] = {
    "Azure upload_data, defaults": {},
    "Azure upload_data, 4 at a time": {"max_concurrency": 4},
    "Azure upload_data, 16 MiB, 4 at a time": {"max_concurrency": 4, "chunk_size": 16 * MIB},
    OURS: None,
}


def main() -> None:
    """Read what to do as JSON; print the seconds, and the bytes of memory at the peak and before the upload."""
    asked = json.load(sys.stdin)
    path, options = Path(asked["path"]), WAYS[asked["way"]]
    run = _ours(path, asked["sas"]) if options is None else _azures(path, asked["sas"], options)
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
