"""The dataset of a name, and the schema version that a dataset is made with."""

from types import SimpleNamespace

import pytest

from veracity_provider.api.models import Dataset, SchemaVersion
from veracity_provider.api.schema_models import Schema, SchemaVersionDetails
from veracity_provider.errors import DatasetError, SchemaError, SchemaVersionNotFound
from veracity_provider.lifecycle.dataset.finding import find_dataset, find_namesakes, find_schema_version
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.protocols import UNKNOWN

VERSION_ID = "0F000000-0000-4000-8000-000000000001"


def dataset(id_, name="Noon"):
    return Dataset(id=id_, name=name, schema_version_id=None)


def version(id_, *, is_active=None):
    return SchemaVersionDetails(
        id=id_, schema_id="s", name=id_, description="", columns=(), is_active=is_active, is_locked=None
    )


def schema(id_, name, *versions):
    return Schema(id=id_, name=name, short_name="", description="", is_predefined=False, versions=versions)


class Catalogue:
    """A workspace `w` with these datasets and schemas; *asked* is what was asked for, in order."""

    def __init__(self, *, datasets=(), schemas=()):
        self.asked = []
        self._datasets = datasets
        self._schemas = {one.id: one for one in schemas}
        self.clients = SimpleNamespace(datasets=self, schemas=self)

    def find_datasets(self, workspace_id, name):
        assert workspace_id == "w"
        return [one for one in self._datasets if one.name.casefold() == name.casefold()]

    def list_schemas(self, workspace_id):
        assert workspace_id == "w"
        return iter(schema(one.id, one.name) for one in self._schemas.values())

    def get_schema(self, workspace_id, schema_id):
        self.asked.append((workspace_id, schema_id))
        return self._schemas[schema_id]

    def get_schema_version(self, workspace_id, version_id):
        self.asked.append((workspace_id, version_id))
        if version_id == "gone":
            message = "no such version"
            raise SchemaVersionNotFound(message, status=404)
        return SchemaVersion(id=version_id, name="1.0", columns=())


@pytest.mark.parametrize(
    ("there", "found", "namesakes"),
    [
        pytest.param([], None, [], id="none"),
        pytest.param([dataset("d")], "d", [], id="one"),
        pytest.param([dataset("e", "NOON"), dataset("d")], "d", ["e"], id="another in capitals as well"),
        pytest.param([dataset("e", "NOON"), dataset("f", "noon")], None, ["e", "f"], id="others in another case alone"),
    ],
)
def test_a_dataset_is_found_by_exactly_its_name(there, found, namesakes):
    services = Catalogue(datasets=there)
    live = find_dataset(services, "w", "Noon")
    assert (live.id if live else None) == found
    assert [one.id for one in find_namesakes(services, "w", "Noon")] == namesakes


def test_two_datasets_of_one_name_are_an_error():
    services = Catalogue(datasets=[dataset("d"), dataset("x", "NOON"), dataset("e")])
    with pytest.raises(DatasetError) as refused:
        find_dataset(services, "w", "Noon")
    assert str(refused.value) == (
        "must be the name of one dataset of workspace w, and 2 have it: d, e. Rename all but one in the portal"
    )


def declared(**given):
    return DeclaredDataset.from_properties({"dataset_name": "Noon", "workspace_id": "W", **given})


def test_a_version_is_taken_by_its_id():
    services = Catalogue()
    assert find_schema_version(services, declared(schema_version_id=VERSION_ID)).id == VERSION_ID.lower()
    assert services.asked == [("w", VERSION_ID.lower())]


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        pytest.param([version("1", is_active=False), version("2", is_active=True)], "2", id="the active one"),
        pytest.param([version("1"), version("2")], "2", id="the last, where nothing is said"),
    ],
)
def test_the_active_version_of_a_schema_is_taken_by_the_schemas_name(versions, found):
    services = Catalogue(schemas=[schema("r", "noon"), schema("s", "Noon", *versions), schema("t", "Noon 2")])
    assert find_schema_version(services, declared(schema_name="Noon")).id == found
    assert services.asked == [("w", "s"), ("w", found)]


@pytest.mark.parametrize(
    ("schemas", "name", "text"),
    [
        pytest.param(
            [],
            "Noon\x1b",
            r'workspace w has no schema "Noon\x1b". Where the program creates the schema, give its schema_version_id',
            id="none of that name",
        ),
        pytest.param(
            [schema("s", "Noon reports"), schema("t", "Wind")],
            "noon report",
            'workspace w has no schema "noon report"; did you mean Noon reports? Where the program creates the schema, '
            "give its schema_version_id",
            id="one of nearly that name",
        ),
        pytest.param(
            [schema("s", "Noon", version("1")), schema("r", "noon"), schema("t", "Noon", version("1"))],
            "Noon",
            "must be the name of one schema of workspace w, and 2 have it: s, t. Use schema_version_id instead",
            id="two of that name",
        ),
        pytest.param(
            [schema("s", "Noon\x1b", version("1", is_active=False))],
            "Noon\x1b",
            r'schema "Noon\x1b" has no active version; activate one in the portal',
            id="one without an active version",
        ),
    ],
)
def test_a_name_that_leads_to_no_version_is_an_error(schemas, name, text):
    with pytest.raises(SchemaError) as refused:
        find_schema_version(Catalogue(schemas=schemas), declared(schema_name=name))
    assert str(refused.value) == text


def test_a_version_that_is_not_there_is_not_found():
    with pytest.raises(SchemaVersionNotFound, match="no such version"):
        find_schema_version(Catalogue(), declared(schema_version_id="gone"))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="not given"),
        pytest.param({"schema_version_id": UNKNOWN}, id="an id that is not known"),
        pytest.param({"schema_name": UNKNOWN}, id="a name that is not known"),
        pytest.param({"schema_name": UNKNOWN, "schema_version_id": VERSION_ID}, id="both, the name not known"),
    ],
)
def test_a_schema_that_is_not_known_is_a_mistake_of_the_caller(given):
    services = Catalogue()
    with pytest.raises(TypeError) as mistake:
        find_schema_version(services, declared(**given))
    assert str(mistake.value) == "the schema is not known yet, where the engine gives known values only"
    assert services.asked == []
