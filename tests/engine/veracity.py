"""The local Veracity as a test uses it: what it holds, and what somebody else does to it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests

GATEWAY = "/veracity/dw/gateway/api/v2"
PROVISIONING = "/veracity/datafabric/provisioning/api/1"
DATA = "/veracity/datafabric/data/api/1"
WORKBENCH_API = "83054ebf-1d7b-43f5-82ad-b2bde84d7b75"
FABRIC_API = "dfba9693-546d-4300-bcd7-d8d525bdff38"


@dataclass
class Veracity:
    """A running emulator."""

    url: str

    @cached_property
    def demo(self) -> dict[str, Any]:
        return self.get("/_emulator/demo")

    @cached_property
    def config(self) -> dict[str, Any]:
        """Stack config of the demo account that may write."""
        return {
            "veracity:endpoint": self.url,
            "veracity:clientId": self.demo["clientId"],
            "veracity:clientSecret": self.demo["clientSecret"],
            "veracity:subscriptionKey": self.demo["subscriptionKey"],
            "veracity:workspaceId": self.demo["workspaceId"],
        }

    @cached_property
    def reader_config(self) -> dict[str, Any]:
        """Stack config of the demo account that may only read."""
        reader = {"clientId": self.demo["readerClientId"], "clientSecret": self.demo["readerClientSecret"]}
        return {**self.config, **{f"veracity:{key}": value for key, value in reader.items()}}

    def get(self, path: str, **options: Any) -> Any:
        return _answer(requests.get(self.url + path, timeout=30, **options))

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return _answer(requests.post(self.url + path, json=body, timeout=30, **options))

    def delete(self, path: str) -> Any:
        return _answer(requests.delete(self.url + path, timeout=30))

    def put(self, url: str, body: Any) -> Any:
        return _answer(requests.put(url, json=body, headers=self.headers(), timeout=30))

    def new_dataset(self, *, like: str = "keyed", **settings: Any) -> str:
        """An empty dataset with the schema of a demo one; *settings* (see `/_emulator/settings`) hold for it alone."""
        made = self.post("/_emulator/datasets", {"like": self.demo["datasets"][like], "name": f"of a test, {like}"})
        if settings:
            self.post("/_emulator/settings", {"datasetId": made["id"], **settings})
        return made["id"]

    def new_container(self, *, like: str = "owned") -> str:
        return self.post("/_emulator/containers", {"like": self.demo["containers"][like], "name": "of a test"})["id"]

    def fault(self, **fault: Any) -> None:
        self.post("/_emulator/faults", fault)

    def heal(self) -> None:
        """Take all faults back."""
        requests.delete(self.url + "/_emulator/faults", timeout=30).raise_for_status()

    def violations(self) -> list[str]:
        """What the emulator, if it is strict, did not expect of its clients."""
        return [one["text"] for one in self.get("/_emulator/violations")]

    def forget_violations(self) -> None:
        requests.delete(self.url + "/_emulator/violations", timeout=30).raise_for_status()

    def jobs(self, dataset_id: str) -> list[dict[str, Any]]:
        return [job for job in self.get("/_emulator/state")["jobs"] if job["datasetId"] == dataset_id]

    def rows(self, dataset_id: str) -> list[dict[str, Any]]:
        """All rows of a dataset, as its own query answers."""
        path = f"{GATEWAY}/workspaces/{self.demo['workspaceId']}/datasets/{dataset_id}/query"
        found: list[dict[str, Any]] = []
        while True:
            page = self.post(path, {"pageIndex": len(found) // 500 + 1, "pageSize": 500}, headers=self.headers())
            found += page["data"]
            if len(found) >= page["pagination"]["totalCount"]:
                return found

    def container(self, container_id: str) -> dict[str, Any]:
        return self.get(f"{DATA}/resources/{container_id}", headers=self.headers(FABRIC_API))

    def somebody_starts(self, job_id: str) -> None:
        """Send a start request behind the provider's back."""
        path = f"{GATEWAY}/workspaces/{self.demo['workspaceId']}/ingest/job/{job_id}/start"
        self.post(path, headers=self.headers())

    def somebody_sets(self, container_id: str, **metadata: Any) -> None:
        """Change a container behind the provider's back."""
        patch = [{"op": "replace", "path": f"/{field}", "value": value} for field, value in metadata.items()]
        path = f"{PROVISIONING}/container/{container_id}/metadata"
        requests.patch(self.url + path, json=patch, headers=self.headers(FABRIC_API), timeout=30).raise_for_status()

    def requests_to(self, words: str) -> list[dict[str, Any]]:
        return [one for one in self.get("/_emulator/requests") if words in f"{one['method']} {one['path']}"]

    def forget_requests(self) -> None:
        requests.delete(self.url + "/_emulator/requests", timeout=30).raise_for_status()

    def headers(self, api: str = WORKBENCH_API) -> dict[str, str]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.demo["clientId"],
            "client_secret": self.demo["clientSecret"],
            "resource": f"https://dnvglb2cprod.onmicrosoft.com/{api}",
        }
        answer = requests.post(self.demo["tokenUrl"], data=form, timeout=30)
        token = _answer(answer)["access_token"]
        return {"Authorization": f"Bearer {token}", "Ocp-Apim-Subscription-Key": self.demo["subscriptionKey"]}


@contextmanager
def held_to_the_rules(url: str) -> Generator[Veracity]:
    """
    The strict emulator at *url* for one test, which fails at its end for each violation; faults are taken back.

    Raises:
        AssertionError: A job was started twice or beside another one of its dataset, or a secret went astray.
    """
    found = Veracity(url)
    found.forget_violations()  # tests of the emulator itself leave some
    yield found
    found.heal()
    violations = found.violations()
    found.forget_violations()
    if violations:
        raise AssertionError("\n".join(["the emulator saw violations:", *violations]))


def _answer(answer: requests.Response) -> Any:
    answer.raise_for_status()
    return answer.json() if answer.content else None
