"""Other people's clients, unmodified, on a SAS of the local Veracity. A test says so where its client cannot be had."""

import asyncio
import io
import os
import platform
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.clients.packages import from_npm, from_pypi, run
from tests.rows import WIND_COLUMNS, csv_of, wind_reading

HERE = Path(__file__).parent
MIB = 1024 * 1024
pytestmark = pytest.mark.slow  # packages of others, in processes of their own


def put(folder, name, data):
    address, _, sas = folder.partition("?")
    headers = {"x-ms-blob-type": "BlockBlob"}
    assert requests.put(f"{address}/{name}?{sas}", data=data, headers=headers, timeout=30).status_code == 201


async def upload_many(folder, sizes):
    from azure.storage.filedatalake.aio import FileSystemClient

    parsed = urlsplit(folder)
    file_system, *path = parsed.path.strip("/").split("/")
    account = f"{parsed.scheme}://{parsed.netloc}"
    async with FileSystemClient(account, file_system, credential=parsed.query, retry_total=0) as client:

        async def one(number, size):
            file = client.get_file_client("/".join([*path, f"part {number}.bin"]))
            data = bytes([number]) * size
            await file.upload_data(io.BytesIO(data), overwrite=True, chunk_size=4 * MIB)
            return await (await file.download_file()).readall() == data

        return await asyncio.gather(*(one(number, size) for number, size in enumerate(sizes)))


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # the library sends its blocks so
def test_the_asynchronous_python_client_uploads_many_files_at_once(folder):
    pytest.importorskip("aiohttp", reason="aiohttp is not installed: make setup")
    sizes = [1, 5 * MIB, 9 * MIB + 1, *([1000] * 30)]
    assert asyncio.run(upload_many(folder, sizes)) == [True] * len(sizes)


@pytest.mark.parametrize("length", [0, 1, 9 * MIB + 1])
def test_the_javascript_client_uploads_reads_and_lists(folder, length):
    packages = from_npm("@azure/storage-file-datalake@12.29.0")
    assert run(["node", HERE / "upload.mjs", folder, str(length)], cwd=packages) == "done\n"


@pytest.fixture(scope="session")
def azcopy(tmp_path_factory):
    packages = from_npm("@azure-tools/azcopy-linux@10.32.2")
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    binary = packages / f"node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_{machine}"
    if not binary.exists():
        pytest.skip(f"there is no AzCopy for {machine}")
    binary.chmod(0o755)
    logs = tmp_path_factory.mktemp("azcopy")
    environ = {**os.environ, "AZCOPY_LOG_LOCATION": str(logs), "AZCOPY_JOB_PLAN_LOCATION": str(logs)}
    ran = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, env=environ)
    if ran.returncode:
        pytest.skip(f"AzCopy does not run here: {ran.stderr.strip()}")
    return lambda *words: run([binary, *words, "--output-level=essential"], env=environ)


@pytest.mark.parametrize(("from_to", "back"), [("LocalBlobFS", "BlobFSLocal"), ("LocalBlob", "BlobLocal")])
def test_azcopy_uploads_and_downloads_in_both_dialects(azcopy, folder, tmp_path, from_to, back):
    address, _, sas = folder.partition("?")
    for name, size in {"empty.csv": 0, "small.csv": 1, "large ø.csv": 9 * MIB + 1}.items():
        (tmp_path / name).write_bytes(b"x" * size)
        azcopy("copy", tmp_path / name, f"{address}/{name}?{sas}", f"--from-to={from_to}")
        azcopy("copy", f"{address}/{name}?{sas}", tmp_path / "back", f"--from-to={back}", "--overwrite=true")
        assert (tmp_path / "back").stat().st_size == size


def test_azcopy_lists_a_folder(azcopy, folder):
    put(folder, "one.csv", b"x")
    assert "one.csv; Content Length: 1" in azcopy("list", folder, "--location=Blob")


PYARROW = """
import sys
from pyarrow import fs

account, address, sas, path = sys.argv[1:]
azure = fs.AzureFileSystem(account, blob_storage_authority=address, dfs_storage_authority=address,
    blob_storage_scheme="http", dfs_storage_scheme="http", sas_token="?" + sas)
with azure.open_input_file(path) as file:
    print(file.size(), file.read_at(4, 0).decode())
with azure.open_input_stream(path) as stream:
    print(len(stream.read()))
try:
    azure.open_input_file(path + "-not-there")
except FileNotFoundError:
    print("not there")
"""


def test_pyarrow_reads_a_file_and_names_one_that_is_not_there(folder):
    # In a process of its own, since what it cannot read aborts the interpreter.
    packages = from_pypi("pyarrow==26.0.1")
    data = csv_of(WIND_COLUMNS, *map(wind_reading, range(60))).encode()
    put(folder, "wind.csv", data)
    parsed = urlsplit(folder)
    account, path = parsed.path.strip("/").split("/", 1)
    arguments = [account, parsed.netloc, parsed.query, f"{path}/wind.csv"]
    read = run([sys.executable, "-c", PYARROW, *arguments], env={**os.environ, "PYTHONPATH": str(packages)})
    assert read.splitlines() == [f"{len(data)} turb", str(len(data)), "not there"]
