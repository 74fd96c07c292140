"""Secrets on the real engine: whatever runs, fails or is killed, none is shown or left in a file."""

import base64
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.engine.killing import kill_request
from tests.engine.project import Outcome
from tests.rows import noon_report, noon_reports, wind_readings

SECRETS = ("veracity:clientSecret", "veracity:subscriptionKey")
TOKEN = re.compile(rb"\beyJ[\w-]{20,}\.[0-9a-f]{40,}")
SIGNATURE = re.compile(rb"\bsig(=|%3D)[\w%+/-]{20,}", re.IGNORECASE)

PROGRAM = """
schema = Schema("noon-schema", schema_name="Noon of secrets", columns=[{"name": "a", "type": "Int32", "is_key": True}])
made = Dataset("made", dataset_name="Noon of secrets", schema_version_id=schema.schema_version_id)
ContainerMetadata("emissions", container_id="%(container)s", title="Emissions", on_destroy="restore")
DatasetIngest("noon", dataset_id="%(keyed)s", source="noon.csv", operation="Upsert")
DatasetIngest("wind", dataset_id="%(keyless)s", source="wind.csv", operation="Append")
StorageFolder("voyages", path="secrets/voyages", metadata={"Customer": "123"})
StorageFile("manual", path="secrets/voyages/manual.csv", source="noon.csv")
"""

FAILURES = {
    "the storage refuses": {"path": "/veracitylocal/*", "effect": {"kind": "status", "status": 403}},
    "the storage fails": {"path": "/veracitylocal/*", "effect": {"kind": "status", "status": 500}},
    "the storage is cut off": {"path": "/veracitylocal/*", "effect": {"kind": "cutAfter"}},
    "the gateway refuses": {"path": "/veracity/*", "effect": {"kind": "status", "status": 401}},
    "the gateway fails": {"path": "/veracity/*", "effect": {"kind": "status", "status": 500}},
    "the gateway answers HTML": {"path": "/veracity/*", "effect": {"kind": "html"}},
    "no token is given": {"path": "*/oauth2/token", "effect": {"kind": "status", "status": 400}},
}


@pytest.fixture
def declared(project, veracity):
    """One resource of each kind; the secrets are encrypted, as for a real environment."""
    project.program(
        PROGRAM
        % {
            "container": veracity.new_container(),
            "keyed": veracity.new_dataset(like="keyed"),
            "keyless": veracity.new_dataset(like="keyless"),
        }
    )
    project.write("noon.csv", noon_reports())
    project.write("wind.csv", wind_readings())
    for name in SECRETS:
        value = project.config.pop(name)
        assert project.pulumi("config", "set", "--secret", name, value).succeeded
        project.keep_config()
    return project


def all_of(project, shown) -> Iterator[tuple[str, bytes]]:
    """What was *shown*, and the files of the project: the state and its history, the CLI's home and the journal."""
    for what, outcome in shown.items():
        yield f"output of {what}", outcome.text.encode()
    for path in sorted(project.folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(project.folder)), path.read_bytes()


def spellings(secret):
    """A secret as it is, and as it would be in an address, in Base64 and in JSON within JSON."""
    return {secret.encode(), quote(secret, safe="").encode(), base64.b64encode(secret.encode())}


def leaks(project, veracity, shown):
    secrets = {name: spellings(veracity.config[name]) for name in SECRETS}
    found = []
    for where, content in all_of(project, shown):
        found += [f"{name} in {where}" for name, forms in secrets.items() if any(form in content for form in forms)]
        found += [f"a token in {where}"] if TOKEN.search(content) else []
        found += [f"a SAS signature in {where}"] if SIGNATURE.search(content) else []
    return found


def test_no_secret_is_shown_or_kept_by_any_command(declared, veracity):
    debug = {"VERACITY_DEBUG": "1"}
    done = {
        "preview": declared.preview("--show-config", "--debug", environ=debug),
        "up": declared.up("--logtostderr", "-v=3", environ=debug),
    }
    declared.write("noon.csv", noon_reports(noon_report(1, speed=9.9)))
    kill_request(declared, veracity, {"method": "PATCH", "path": "/veracitylocal/*"}, "all")
    declared.pulumi("cancel", "--yes")
    done |= {
        "up after a kill": declared.up(),
        "refresh": declared.refresh(),
        "stack export": declared.pulumi("stack", "export"),
        "stack output": declared.pulumi("stack", "output", "--json"),
        "destroy": declared.destroy(),
    }
    assert [what for what, outcome in done.items() if not outcome.succeeded] == []
    assert leaks(declared, veracity, done) == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=failure, marks=[] if failure == "the storage refuses" else pytest.mark.extended)
        for failure, fault in FAILURES.items()
    ],
)
def test_no_secret_is_shown_or_kept_when_a_command_fails(declared, veracity, fault):
    veracity.fault(count=None, **fault)
    done = {"preview": declared.preview(), "up": declared.up(), "refresh": declared.refresh()}
    veracity.heal()
    assert not done["up"].succeeded
    assert leaks(declared, veracity, done) == []


def test_the_search_finds_each_kind_of_secret(declared, veracity):
    token = veracity.headers()["Authorization"]
    sas = veracity.register(veracity.new_dataset(), "Upsert").json()["sasToken"]
    secret = base64.b64encode(veracity.config["veracity:clientSecret"].encode()).decode()
    declared.write("home/a.log", secret)
    declared.write("backend/b.json", sas)
    key = veracity.config["veracity:subscriptionKey"]
    assert leaks(declared, veracity, {"up": Outcome(0, f"{token} {key}")}) == [
        "veracity:subscriptionKey in output of up",
        "a token in output of up",
        "a SAS signature in backend/b.json",
        "veracity:clientSecret in home/a.log",
    ]
