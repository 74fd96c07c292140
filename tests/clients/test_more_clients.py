"""Clients whose packages are large; `make clients` runs them."""

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.clients.packages import from_maven, from_pypi, run
from tests.veracity import GATEWAY, WORKBENCH, Veracity
from veracity_emulator.testing import spawn_emulator

HERE = Path(__file__).parent
pytestmark = pytest.mark.slow  # packages of others, in processes of their own


def run_python(script, store, *packages):
    """Run *script* with the account's address, the file system, the folder and the SAS of *store* as its arguments."""
    parsed = urlsplit(store)
    account, file_system, folder = parsed.path.strip("/").split("/", 2)
    origin = f"{parsed.scheme}://{parsed.netloc}"
    environ = {**os.environ, "PYTHONPATH": str(from_pypi(*packages))}
    return run([sys.executable, "-c", script, f"{origin}/{account}", file_system, folder, parsed.query], env=environ)


ADLFS = """
import sys, adlfs

account, system, folder, sas = sys.argv[1:]
connection = f"BlobEndpoint={account};SharedAccessSignature={sas}"
files = adlfs.AzureBlobFileSystem(connection_string=connection, skip_instance_cache=True)
root = f"{system}/{folder}"
data = b"a,b\\n" + b"1,2\\n" * 2_000_000
with files.open(f"{root}/adlfs.csv", "wb") as file:
    file.write(data)
assert files.cat(f"{root}/adlfs.csv") == data
assert files.info(f"{root}/adlfs.csv")["size"] == len(data)
assert f"{root}/adlfs.csv" in files.ls(root, detail=False), files.ls(root)
assert files.isdir(root)
files.rm_file(f"{root}/adlfs.csv")
files.invalidate_cache()
assert not files.exists(f"{root}/adlfs.csv")
print("done")
"""
OBSTORE = """
import sys, obstore
from obstore.store import AzureStore

account, system, folder, sas = sys.argv[1:]
store = AzureStore(system, account_name=account.rpartition("/")[2], endpoint=account, sas_key=sas,
    client_options={"allow_http": True})
data = b"x" * (12 * 1024 * 1024)
store.put(f"{folder}/small", b"abc")
obstore.put(store, f"{folder}/large", data, chunk_size=5 * 1024 * 1024)
assert bytes(obstore.get(store, f"{folder}/large").bytes()) == data
assert bytes(obstore.get_range(store, f"{folder}/small", start=1, end=3)) == b"bc"
names = {one["path"].rpartition("/")[2] for page in obstore.list(store, folder) for one in page}
assert {"small", "large"} <= names, names
print("done")  # it deletes by the batch call alone, which is not there
"""
POLARS = """
import sys, polars

account, system, folder, sas = sys.argv[1:]
options = {"account_name": account.rpartition("/")[2], "endpoint": account, "sas_token": sas, "allow_http": "true"}
frame = polars.DataFrame({"ship": ["A", "B"], "speed": [12.5, 13.0]})
where = f"az://{system}/{folder}/speeds.csv"
frame.lazy().sink_csv(where, storage_options=options)
assert polars.scan_csv(where, storage_options=options).collect().equals(frame)
print("done")
"""


@pytest.mark.parametrize(
    ("script", "packages"),
    [
        pytest.param(ADLFS, ["adlfs==2026.8.0"], id="adlfs"),
        pytest.param(OBSTORE, ["obstore==0.12.1"], id="obstore"),
        pytest.param(POLARS, ["polars==2.1.0"], id="polars"),
    ],
)
def test_python_clients_of_object_stores_write_read_and_list(store, script, packages):
    assert run_python(script, store, *packages) == "done\n"


def test_rclone_copies_lists_and_reads(store, tmp_path):
    if not shutil.which("rclone"):
        pytest.skip("there is no rclone; on Debian: apt install rclone")
    parsed = urlsplit(store)
    account, file_system, folder = parsed.path.strip("/").split("/", 2)
    (tmp_path / "notes ø.csv").write_bytes(b"x" * 9_000_000)
    environ = {
        **os.environ,
        "RCLONE_CONFIG": str(tmp_path / "none"),
        "RCLONE_CONFIG_LOCAL_TYPE": "azureblob",
        "RCLONE_CONFIG_LOCAL_SAS_URL": f"{parsed.scheme}://{parsed.netloc}/{account}/{file_system}?{parsed.query}",
    }
    there = f"local:{file_system}/{folder}"
    run(["rclone", "copy", tmp_path / "notes ø.csv", there], env=environ)
    assert "9000000 notes ø.csv" in run(["rclone", "ls", there], env=environ)
    run(["rclone", "copyto", f"{there}/notes ø.csv", tmp_path / "back"], env=environ)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "notes ø.csv").read_bytes()


IDENTITY = """
import sys, msal
from azure.identity import ClientSecretCredential

url, client_id, secret, scope = sys.argv[1:]
tenant = "a68572e3-63ce-4bc1-acdc-b64943502e9d"
for given in (secret, "wrong"):
    application = msal.ConfidentialClientApplication(client_id, authority=f"{url}/{tenant}", client_credential=given,
        instance_discovery=False)
    answer = application.acquire_token_for_client([scope])
    print(answer.get("access_token") or answer["error_codes"])
credential = ClientSecretCredential(tenant, client_id, secret, authority=url, disable_instance_discovery=True)
print(credential.get_token(scope).token)
"""


def test_msal_and_azure_identity_get_a_token():
    packages = from_pypi("msal==1.39.0", "azure-identity==1.27.0")
    with spawn_emulator(tls=True) as emulator:
        client = Veracity(emulator.url)
        environ = {**os.environ, "PYTHONPATH": str(packages), "REQUESTS_CA_BUNDLE": emulator.certificate}
        command = [sys.executable, "-c", IDENTITY, emulator.url, *client.account, f"{WORKBENCH}/.default"]
        by_msal, refused, by_azure_identity = run(command, env=environ).splitlines()
        assert refused == "[7000215]"
        url = f"{emulator.url}{GATEWAY}/workspaces/{client.workspace}"
        for token in (by_msal, by_azure_identity):
            headers = {"Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": client.demo["subscriptionKey"]}
            assert requests.get(url, headers=headers, verify=emulator.certificate, timeout=30).status_code == 200


def test_the_java_client_uploads_reads_and_lists(folder):
    if not shutil.which("java"):
        pytest.skip("there is no java")
    classpath = from_maven("com.azure:azure-storage-file-datalake:12.26.3")
    assert run(["java", "-cp", classpath, HERE / "Upload.java", folder]).strip() == "done"
