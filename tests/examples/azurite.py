"""Azurite, Azure's own emulator of Blob Storage, with a container for state."""

import base64
import datetime as dt
import hashlib
import hmac
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.clients.packages import from_npm
from tests.examples.shell import free_port

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Both are Azurite's own, and public."""
CONTAINER = "state"
_WITHIN_S = 60


@contextmanager
def backend(folder: Path) -> Iterator[dict[str, str]]:
    """The variables by which `pulumi` uses it as its backend; the test is skipped where npm has no Azurite."""
    packages = from_npm("azurite@3.35.0")
    port = free_port()
    program = packages / "node_modules/azurite/dist/src/blob/main.js"
    options = ["--blobHost", "127.0.0.1", "--blobPort", port, "--location", str(folder), "--skipApiVersionCheck"]
    with (folder.parent / "azurite.log").open("w") as log:
        process = subprocess.Popen(["node", program, *options], stdout=log, stderr=subprocess.STDOUT)
    try:
        _create_container(port)
        query = f"storage_account={ACCOUNT}&protocol=http&domain=127.0.0.1:{port}&localemu=true"
        yield {
            "PULUMI_BACKEND_URL": f"azblob://{CONTAINER}?{query}",
            "AZURE_STORAGE_ACCOUNT": ACCOUNT,
            "AZURE_STORAGE_KEY": KEY,
        }
    finally:
        process.terminate()
        process.wait()


def _create_container(port: str) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while True:
        try:
            answer = requests.put(
                f"http://127.0.0.1:{port}/{ACCOUNT}/{CONTAINER}?restype=container", headers=_signed(), timeout=30
            )
            break
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise
    assert answer.status_code == 201, answer.text


def _signed() -> dict[str, str]:
    # Shared Key, as the page "Authorize with Shared Key" of Azure Storage has it.
    now = dt.datetime.now(dt.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = f"x-ms-date:{now}\nx-ms-version:2021-12-02\n"
    resource = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
    text = "\n".join(["PUT", *[""] * 11, headers + resource])
    signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), text.encode(), hashlib.sha256)).decode()
    return {"x-ms-date": now, "x-ms-version": "2021-12-02", "Authorization": f"SharedKey {ACCOUNT}:{signature}"}
