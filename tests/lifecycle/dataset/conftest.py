"""Datasets of the local Veracity, and a machine that declares them."""

import uuid

import pytest

from tests.lifecycle.dataset.machine import DatasetMachine
from tests.rows import noon_reports


@pytest.fixture
def machine(services, told):
    return DatasetMachine(services, told)


@pytest.fixture
def setting(veracity):
    """Settings of the server, put back at the end."""
    yield lambda **settings: veracity.post("/_emulator/settings", settings)
    veracity.post("/_emulator/settings", {"headerOnlyCreate": True, "nameTaken": "registration"})


@pytest.fixture
def name():
    return f"Noon reports {uuid.uuid4()}"


@pytest.fixture
def workspace(veracity):
    return veracity.demo["workspaceId"]


@pytest.fixture
def version_id(services, veracity, workspace):
    return services.clients.datasets.get_dataset(workspace, veracity.demo["datasets"]["keyed"]).schema_version_id


@pytest.fixture
def declared(name, version_id):
    return {"dataset_name": name, "schema_version_id": version_id}


@pytest.fixture
def with_file(declared, services):
    """With a first file of three rows."""
    (services.project / "first.csv").write_text(noon_reports())
    return {**declared, "source": "first.csv"}


@pytest.fixture
def datasets_named(services, workspace):
    """The datasets of exactly that name."""

    def find(name):
        return [one for one in services.clients.datasets.find_datasets(workspace, name) if one.name == name]

    return find


@pytest.fixture
def schema_named(services, workspace):
    """Make a schema of a name with a column; returns it with its version."""

    def make(name):
        columns = [{"name": "a", "type": "String"}]
        made = services.clients.schemas.add_schema(workspace, name=name, short_name="", description="", columns=columns)
        return services.clients.schemas.get_schema(workspace, made.id)

    return make


@pytest.fixture
def somebody_makes(veracity):
    """Make a dataset behind the provider's back; returns its id."""

    def make(name, **asked):
        like = veracity.demo["datasets"]["keyed"]
        return veracity.post("/_emulator/datasets", {"like": like, "name": name, **asked})["id"]

    return make
