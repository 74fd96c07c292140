"""Somebody else's client of the platform: plain requests and the Azure library, as the published pages use them."""

import time
from urllib.parse import urlparse

import requests
from azure.storage.filedatalake import DataLakeFileClient, FileSystemClient

GATEWAY = "/veracity/dw/gateway/api/v2"
PROVISIONING = "/veracity/datafabric/provisioning/api/1"
DATA = "/veracity/datafabric/data/api/1"
TENANT = "https://dnvglb2cprod.onmicrosoft.com/"
WORKBENCH = f"{TENANT}83054ebf-1d7b-43f5-82ad-b2bde84d7b75"
FABRIC = f"{TENANT}dfba9693-546d-4300-bcd7-d8d525bdff38"
NOON = "imo_number,report_time,latitude,longitude,distance_nm,speed_knots,main_engine_fuel_mt,wind_force_bft,remarks"
WIND = "turbine_id,measured_at,power_kw,wind_speed_ms,rotor_rpm,nacelle_temp_c,status"


def noon(day, speed="12.5"):
    return f"9300001,2026-01-{day:02}T12:00:00Z,57.05,9.92,300.0,{speed},21.4,4,"


def wind(minute):
    return f"WT-1,2026-01-01T00:{minute:02}:00Z,1500.5,9.1,12.0,31.5,RUNNING"


def csv_of(header, *lines):
    return "\n".join([header, *lines]) + "\n"


def listed(sas_uri, **options):
    url, _, sas = sas_uri.partition("?")
    host, file_system, *folder = url.removeprefix("http://").split("/")
    client = FileSystemClient(f"http://{host}", file_system, credential=sas, retry_total=0)
    return [path.name.rpartition("/")[2] for path in client.get_paths("/".join(folder), **options)]


class Client:
    """One account at one emulator."""

    def __init__(self, emulator, *, reader=False, scoped=False):
        self.url, self.demo = emulator.url, emulator.demo
        self.workspace = self.demo["workspaceId"]
        self.account = (
            (self.demo["readerClientId"], self.demo["readerClientSecret"])
            if reader
            else (self.demo["clientId"], self.demo["clientSecret"])
        )
        if scoped:
            self.account = (self.demo["scopedClientId"], self.demo["scopedClientSecret"])
        self.tokens = {}

    def headers(self, resource=WORKBENCH):
        if resource not in self.tokens:
            self.tokens[resource] = self.token(resource=resource).json()["access_token"]
        return {
            "Content-Type": "application/json",
            "Ocp-Apim-Subscription-Key": self.demo["subscriptionKey"],
            "Authorization": f"Bearer {self.tokens[resource]}",
        }

    def token(self, *, path="/dnvglb2cprod.onmicrosoft.com/oauth2/token", **form):
        given = {
            "grant_type": "client_credentials",
            "client_id": self.account[0],
            "client_secret": self.account[1],
            **form,
        }
        return requests.post(self.url + path, data=given, timeout=30)

    def gateway(self, method, path, body=None, **options):
        url = f"{self.url}{GATEWAY}/workspaces/{self.workspace}{path}"
        return requests.request(method, url, json=body, headers=self.headers(), timeout=30, **options)

    def fabric(self, method, path, body=None, **headers):
        return requests.request(
            method, self.url + path, json=body, headers={**self.headers(FABRIC), **headers}, timeout=30
        )

    def control(self, method, path, body=None):
        return requests.request(method, f"{self.url}/_emulator{path}", json=body, timeout=30)

    def dataset(self, kind, **settings):
        made = self.control("POST", "/datasets", {"like": self.demo["datasets"][kind], "name": kind}).json()["id"]
        if settings:
            self.control("POST", "/settings", {"datasetId": made, **settings})
        return made

    def container(self, kind="owned"):
        body = {"like": self.demo["containers"][kind], "name": "of a test"}
        return self.control("POST", "/containers", body).json()["id"]

    def register(self, dataset, operation, *, file_name="ImportData.csv", automatic=False):
        body = {"files": [{"fileName": file_name, "operation": operation}], "startAutomatically": automatic}
        return self.gateway("PUT", f"/ingest/dataset/{dataset}", body)

    def file_client(self, sas_uri, file_name="ImportData.csv"):
        parsed = urlparse(sas_uri)
        file_system, *folder = parsed.path.strip("/").split("/")
        return DataLakeFileClient(
            account_url=f"{parsed.scheme}://{parsed.netloc}",
            file_system_name=file_system,
            file_path="/".join([*folder, file_name]),
            credential=parsed.query,
            retry_total=0,
        )

    def upload(self, sas_uri, text, file_name="ImportData.csv"):
        client = self.file_client(sas_uri, file_name)
        client.create_file()
        data = text.encode()
        client.append_data(data=data, offset=0, length=len(data))
        client.flush_data(len(data))

    def start(self, job):
        return self.gateway("POST", f"/ingest/job/{job}/start")

    def status(self, job):
        return self.gateway("GET", f"/ingest/job/{job}/status")

    def staged(self, dataset, operation, text):
        job = self.register(dataset, operation).json()
        self.upload(job["sasToken"], text)
        return job["jobId"]

    def ended(self, job):
        """The status document at the end of the job."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = self.status(job).json()
            if found["status"] not in {"Running", "Pending"}:
                return found
        raise AssertionError(found)

    def ingested(self, dataset, operation, text):
        job = self.staged(dataset, operation, text)
        assert self.start(job).status_code == 200
        return self.ended(job)

    def rows(self, dataset, **query):
        found = self.gateway("POST", f"/datasets/{dataset}/query", {"pageIndex": 1, "pageSize": 1000, **query})
        return found.json()["data"]
