"""Datasets and schemas that somebody names by id or by name."""

from types import SimpleNamespace

import pytest

from veracity_provider.api.models import Dataset
from veracity_provider.api.schema_models import Schema
from veracity_provider.cli.lookup import find_dataset, find_schema
from veracity_provider.errors import DatasetNotFound, InputError, SchemaNotFound

ID = "2F000000-0000-4000-8000-000000000001"
NOTHING = "99999999-0000-4000-8000-000000000000"


def dataset(id_, name):
    return Dataset(id=id_, name=name, schema_version_id=None)


def schema(id_, name, description=""):
    return Schema(id=id_, name=name, short_name="", description=description, is_predefined=False)


class Workspace:
    """A workspace `w` with these things; a schema that is read by itself is told from one of the list."""

    workspace_id = "w"

    def __init__(self, *things):
        self.things = things
        self.clients = SimpleNamespace(datasets=self, schemas=self)

    def get_dataset(self, workspace_id, id_):
        return self._get(workspace_id, id_, DatasetNotFound)

    def get_schema(self, workspace_id, id_):
        found = self._get(workspace_id, id_, SchemaNotFound)
        return schema(found.id, found.name, "read by itself")

    def find_datasets(self, workspace_id, name):
        assert workspace_id == "w"
        return [one for one in self.things if one.name.casefold() == name.casefold()]

    def list_datasets(self, workspace_id):
        assert workspace_id == "w"
        return iter(self.things)

    list_schemas = list_datasets

    def _get(self, workspace_id, id_, error):
        assert workspace_id == "w"
        for one in self.things:
            if one.id == id_:
                return one
        message = "not found, says the platform"
        raise error(message, status=404, trace_id="t")


KINDS = [
    pytest.param(find_dataset, dataset, "dataset", DatasetNotFound, id="dataset"),
    pytest.param(find_schema, schema, "schema", SchemaNotFound, id="schema"),
]


@pytest.mark.parametrize(("find", "make", "kind", "missing"), KINDS)
@pytest.mark.parametrize(
    ("named", "found"),
    [
        pytest.param(ID, ID.lower(), id="an id in any case"),
        pytest.param("Noon", "n", id="a name"),
        pytest.param("NOON", "c", id="a name in capitals, where one is called so"),
        pytest.param("wIND", "w", id="a name in another case, where that is the only one"),
    ],
)
def test_a_thing_is_found_by_its_id_or_name(find, make, kind, missing, named, found):
    things = [make(ID.lower(), "Site"), make("c", "NOON"), make("n", "Noon"), make("w", "Wind"), make("x", "Wind 2")]
    assert find(Workspace(*things), named).id == found


def test_a_schema_is_read_with_its_versions_however_it_is_named():
    workspace = Workspace(schema(ID.lower(), "Noon"))
    assert [find_schema(workspace, named).description for named in (ID, "Noon", "noon")] == ["read by itself"] * 3


@pytest.mark.parametrize(("find", "make", "kind", "missing"), KINDS)
@pytest.mark.parametrize(
    ("named", "text"),
    [
        pytest.param(NOTHING, "there is no {kind} {named} in workspace w (trace id: t)", id="an id"),
        pytest.param("voyage\x1b", r'there is no {kind} "voyage\x1b" in workspace w', id="a name"),
        pytest.param(
            "Noon reprots",
            'there is no {kind} "Noon reprots" in workspace w; did you mean Noon reports?',
            id="a name that is nearly another",
        ),
    ],
)
def test_what_is_not_there_is_not_found(find, make, kind, missing, named, text):
    with pytest.raises(missing) as refused:
        find(Workspace(make("n", "Noon reports")), named)
    assert str(refused.value) == text.format(kind=kind, named=named)
    assert refused.value.status == 404


@pytest.mark.parametrize(("find", "make", "kind", "missing"), KINDS)
@pytest.mark.parametrize(
    ("named", "ids"),
    [pytest.param("Noon", "a, b", id="the same name"), pytest.param("nooN", "a, b, c", id="names that are alike")],
)
def test_a_name_of_several_is_refused(find, make, kind, missing, named, ids):
    things = [make("a", "Noon"), make("b", "Noon"), make("c", "NOON"), make("d", "Noon 2")]
    count = ids.count(",") + 1
    with pytest.raises(InputError) as refused:
        find(Workspace(*things), named)
    assert str(refused.value) == f'{kind.upper()}: must name one {kind}, and {count} are called "{named}": {ids}'
