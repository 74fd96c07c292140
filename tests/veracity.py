"""
A local Veracity as tests use it.

Its published services by plain requests and the Azure library, as anybody's client calls them; and, behind the
provider's back, what it holds and what somebody else does to it.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from urllib.parse import urlparse

import requests
from azure.storage.filedatalake import DataLakeFileClient, FileSystemClient

GATEWAY = "/veracity/dw/gateway/api/v2"
PROVISIONING = "/veracity/datafabric/provisioning/api/1"
DATA = "/veracity/datafabric/data/api/1"
TENANT = "https://dnvglb2cprod.onmicrosoft.com/"
WORKBENCH = f"{TENANT}83054ebf-1d7b-43f5-82ad-b2bde84d7b75"
FABRIC = f"{TENANT}dfba9693-546d-4300-bcd7-d8d525bdff38"
_ACCOUNTS = {
    "writer": ("clientId", "clientSecret"),
    "reader": ("readerClientId", "readerClientSecret"),
    "scoped": ("scopedClientId", "scopedClientSecret"),
}

_SESSION = requests.Session()
_SESSION.trust_env = False  # reading it takes a quarter of the time of a request to this machine
"""It keeps its connections: a test asks up to ten times."""


class Veracity:
    """
    A running local Veracity, and one account of its demo there.

    Args:
        url: Where it runs.
        role: `writer`, `reader`, or `scoped`: a writer that is limited to selected datasets.
    """

    def __init__(self, url: str, role: str = "writer") -> None:
        self.url = url
        self._role = role
        self.tokens: dict[str, str] = {}

    @cached_property
    def demo(self) -> dict[str, Any]:
        """The ids and secrets of what it holds from the start."""
        return self.get("/_emulator/demo")

    @cached_property
    def account(self) -> tuple[str, str]:
        """The account's client id and secret."""
        key_of_id, key_of_secret = _ACCOUNTS[self._role]
        return self.demo[key_of_id], self.demo[key_of_secret]

    @property
    def workspace(self) -> str:
        return self.demo["workspaceId"]

    @property
    def config(self) -> dict[str, str]:
        """Stack config of the account."""
        return {
            "veracity:endpoint": self.url,
            "veracity:clientId": self.account[0],
            "veracity:clientSecret": self.account[1],
            "veracity:subscriptionKey": self.demo["subscriptionKey"],
            "veracity:workspaceId": self.workspace,
        }

    @property
    def reader_config(self) -> dict[str, str]:
        """Stack config of the account that may only read."""
        return Veracity(self.url, "reader").config

    # The published services: raw answers.

    def token(self, *, path: str = "/dnvglb2cprod.onmicrosoft.com/oauth2/token", **form: str) -> requests.Response:
        client_id, client_secret = self.account
        given = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            **form,
        }
        return _SESSION.post(self.url + path, data=given, timeout=30)

    def headers(self, resource: str = WORKBENCH) -> dict[str, str]:
        if resource not in self.tokens:
            self.tokens[resource] = _answer(self.token(resource=resource))["access_token"]
        return {
            "Content-Type": "application/json",
            "Ocp-Apim-Subscription-Key": self.demo["subscriptionKey"],
            "Authorization": f"Bearer {self.tokens[resource]}",
        }

    def gateway(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """A call of Data Workbench, *path* below the workspace."""
        url = f"{self.url}{GATEWAY}/workspaces/{self.workspace}{path}"
        return _SESSION.request(method, url, json=body, headers=self.headers(), timeout=30, **options)

    def fabric(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """A call of Data Fabric."""
        given = {**self.headers(FABRIC), **headers}
        return _SESSION.request(method, self.url + path, json=body, headers=given, timeout=30)

    def register(
        self, dataset: str, operation: str, *, file_name: str = "ImportData.csv", automatic: bool = False
    ) -> requests.Response:
        body = {"files": [{"fileName": file_name, "operation": operation}], "startAutomatically": automatic}
        return self.gateway("PUT", f"/ingest/dataset/{dataset}", body)

    def start(self, job: str) -> requests.Response:
        return self.gateway("POST", f"/ingest/job/{job}/start")

    def status(self, job: str) -> requests.Response:
        return self.gateway("GET", f"/ingest/job/{job}/status")

    # The published services: whole steps.

    @staticmethod
    def file_client(sas_uri: str, file_name: str = "ImportData.csv") -> DataLakeFileClient:
        """The Azure library's client of a file in the folder that a SAS is for."""
        account, file_system, folder, sas = _split_sas(sas_uri)
        return DataLakeFileClient(account, file_system, f"{folder}/{file_name}", credential=sas, retry_total=0)

    def upload(self, sas_uri: str, text: str, file_name: str = "ImportData.csv") -> None:
        """Put a file into the folder that a SAS is for, as the published example does."""
        client = self.file_client(sas_uri, file_name)
        client.create_file()
        data = text.encode()
        client.append_data(data=data, offset=0, length=len(data))
        client.flush_data(len(data))

    def stage(self, dataset: str, operation: str, text: str) -> str:
        """Register a job and upload its file."""
        job = _answer(self.register(dataset, operation))
        self.upload(job["sasToken"], text)
        return job["jobId"]

    def ingest(self, dataset: str, operation: str, text: str) -> dict[str, Any]:
        """Run a job with *text*: its last status."""
        job = self.stage(dataset, operation, text)
        self.start(job).raise_for_status()
        return self.wait_for_end(job)

    def wait_for_end(self, job: str) -> dict[str, Any]:
        """
        The last status of a job.

        Raises:
            AssertionError: The job runs for 20 s.
        """
        deadline = time.monotonic() + 20
        found: dict[str, Any] = {}
        while time.monotonic() < deadline:
            found = self.status(job).json()
            if found["status"] not in {"Running", "Pending"}:
                return found
        raise AssertionError(found)

    def rows(self, dataset: str, **query: Any) -> list[dict[str, Any]]:
        """All rows of a dataset that *query* finds, as its own query answers, or the page that it asks for."""
        found: list[dict[str, Any]] = []
        while True:
            asked = {"pageIndex": len(found) // 500 + 1, "pageSize": 500, **query}
            page = _answer(self.gateway("POST", f"/datasets/{dataset}/query", asked))
            found += page["data"]
            if "pageIndex" in query or len(found) >= page["pagination"]["totalCount"]:
                return found

    def container(self, container_id: str) -> dict[str, Any]:
        return _answer(self.fabric("GET", f"{DATA}/resources/{container_id}"))

    # What only a local Veracity has: its control API.

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return _SESSION.request(method, f"{self.url}/_emulator{path}", json=body, timeout=30)

    def get(self, path: str, **options: Any) -> Any:
        return _answer(_SESSION.get(self.url + path, timeout=30, **options))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return _answer(_SESSION.post(self.url + path, json=body, timeout=30, **options))

    def delete(self, path: str) -> Any:
        return _answer(_SESSION.delete(self.url + path, timeout=30))

    def new_dataset(self, like: str = "keyed", **settings: Any) -> str:
        """An empty dataset with the schema of a demo one; *settings* (see `/_emulator/settings`) hold for it alone."""
        made = self.post("/_emulator/datasets", {"like": self.demo["datasets"][like], "name": f"of a test, {like}"})
        if settings:
            self.post("/_emulator/settings", {"datasetId": made["id"], **settings})
        return made["id"]

    def new_container(self, like: str = "owned") -> str:
        return self.post("/_emulator/containers", {"like": self.demo["containers"][like], "name": "of a test"})["id"]

    def fault(self, **fault: Any) -> None:
        self.post("/_emulator/faults", fault)

    def heal(self) -> None:
        """Take all faults back."""
        self.delete("/_emulator/faults")

    def violations(self) -> list[str]:
        """What the emulator, if it is strict, did not expect of its clients."""
        return [one["text"] for one in self.get("/_emulator/violations")]

    def forget_violations(self) -> None:
        self.delete("/_emulator/violations")

    def jobs(self, dataset_id: str) -> list[dict[str, Any]]:
        return [job for job in self.get("/_emulator/state")["jobs"] if job["datasetId"] == dataset_id]

    def requests_to(self, words: str) -> list[dict[str, Any]]:
        return [one for one in self.get("/_emulator/requests") if words in f"{one['method']} {one['path']}"]

    def forget_requests(self) -> None:
        self.delete("/_emulator/requests")

    def somebody_starts(self, job_id: str) -> None:
        """Send a start request behind the provider's back."""
        self.start(job_id).raise_for_status()

    def somebody_sets(self, container_id: str, **metadata: Any) -> None:
        """Change a container behind the provider's back."""
        patch = [{"op": "replace", "path": f"/{field}", "value": value} for field, value in metadata.items()]
        self.fabric("PATCH", f"{PROVISIONING}/container/{container_id}/metadata", patch).raise_for_status()


def list_names(sas_uri: str, **options: Any) -> list[str]:
    """The names of what is in the folder that a SAS is for."""
    account, file_system, folder, sas = _split_sas(sas_uri)
    client = FileSystemClient(account, file_system, credential=sas, retry_total=0)
    return [path.name.rpartition("/")[2] for path in client.get_paths(folder, **options)]


def _split_sas(sas_uri: str) -> tuple[str, str, str, str]:
    """Account, file system, folder and SAS."""
    parsed = urlparse(sas_uri)
    file_system, _, folder = parsed.path.strip("/").partition("/")
    return f"{parsed.scheme}://{parsed.netloc}", file_system, folder, parsed.query


@contextmanager
def held_to_the_rules(url: str) -> Generator[Veracity]:
    """
    The strict emulator at *url* for one test, which fails at its end for each violation; faults are taken back.

    Raises:
        AssertionError: A job was started twice or beside another one of its dataset, or a secret went astray.
    """
    found = Veracity(url)
    if found.violations():  # tests of the emulator itself leave some
        found.forget_violations()
    yield found
    found.heal()
    if violations := found.violations():
        found.forget_violations()
        raise AssertionError("\n".join(["the emulator saw violations:", *violations]))


def _answer(answer: requests.Response) -> Any:
    answer.raise_for_status()
    return answer.json() if answer.content else None
