"""`veracity discover`: what is there as entries of a stack file, and what is left out with a reason."""

import json
from pathlib import Path

import pytest
import yaml

from veracity_provider.api.models import Container, Dataset
from veracity_provider.api.schema_models import Schema, SchemaVersionDetails
from veracity_provider.cli.discovery import Names, containers_block, datasets_block, folders_block, schemas_block
from veracity_provider.cli.stack_yaml import stack_text

OWNED = "33333333-0000-4000-8000-000000000001"


def container(number=1, access_level="owner", **metadata):
    unknown = dict.fromkeys(
        (
            *("reference", "url", "last_modified_utc", "creation_date_time_utc", "owner_id", "region", "key_status"),
            "may_contain_personal_data",
        ),
        "",
    )
    return Container(id=f"{OWNED[:-1]}{number}", access_level=access_level, metadata=metadata, **unknown)


def schema(name="Noon", columns=({"name": "imo", "type": "Int32", "is_key": True},), **others):
    version = SchemaVersionDetails(
        id="v", schema_id="s", name=f"{name} V1", description="", columns=tuple(columns), is_active=True, is_locked=None
    )
    given = {"short_name": "", "description": "", "is_predefined": False, "versions": (version,), **others}
    return Schema(id="s", name=name, **given)


def test_names_are_made_of_titles_and_given_once():
    names = Names(["Taken"])
    titles = ["Emissions 2026", "emissions/2026", "Emissions: 2026", "Taken", "水", "Å b", "x" * 99]
    assert [names.give(title, "container") for title in titles] == [
        *("emissions-2026", "emissions-2026-container", "emissions-2026-container-2"),
        *("taken-container", "container", "b", "x" * 60),
    ]


def test_what_a_container_has_is_declared_without_what_is_empty_or_the_platforms():
    tags = [{"title": "a", "type": "userTag"}, {"title": "veracity", "type": "systemTag"}]
    block = containers_block([container(title="A", description="", icon={"id": "x"}, tags=tags)], Names())
    assert block.entries == [{"name": "a", "containerId": OWNED, "title": "A", "icon": {"id": "x"}, "tags": ["a"]}]
    assert (block.inactive, block.remarks) == ([], [])


REFUSED = {
    "a title with a tab": (
        {"title": "a\tb", "description": "kept"},
        {"description": "kept"},
        (
            "a-b: title is left out: title must be one line without invisible characters or leading or trailing "
            "spaces, not 'a\\tb'; leave it out to manage no title"
        ),
    ),
    "a long description": (
        {"title": "A", "description": "x" * 501},
        {"title": "A"},
        "a: description is left out: description must have at most 500 characters, not 501",
    ),
    "tags that differ by case alone": (
        {"title": "A", "tags": [{"title": "x"}, {"title": "X"}]},
        {"title": "A"},
        "a: tags is left out: tags[1] 'X' differs from item 0, 'x', only by case",
    ),
    "a colour that is none": (
        {"title": "A", "icon": {"id": "x", "backgroundColor": "blue"}},
        {"title": "A"},
        "a: icon is left out: icon.backgroundColor must be a color such as #5594aa, not 'blue'",
    ),
}


@pytest.mark.parametrize(("metadata", "declared", "remark"), REFUSED.values(), ids=REFUSED)
def test_a_field_that_a_stack_file_would_be_refused_with_is_left_out_and_said(metadata, declared, remark):
    block = containers_block([container(**metadata)], Names())
    (entry,) = block.entries
    assert {name: value for name, value in entry.items() if name not in {"name", "containerId"}} == declared
    assert list(block.remarks) == [remark]


def test_containers_of_others_and_those_without_anything_to_declare_are_comments():
    found = [container(1, title="A"), container(2, "consumer", title="B"), container(3, "dataSteward"), container(4)]
    block = containers_block(found, Names())
    assert [one["name"] for one in block.entries] == ["a"]
    assert [one["name"] for one in block.inactive] == ["container", "container-container", "b"]


def test_a_schema_gets_a_definition_of_its_active_version():
    block, (definition,) = schemas_block([schema(description="for ships")], ["Noon"], Names(), Path("schemas"), None)
    assert block.entries == [
        {"name": "noon", "schemaName": "Noon", "definition": "schemas/noon.json", "description": "for ships"}
    ]
    assert (str(definition.path), definition.document["columns"]) == (
        "schemas/noon.json",
        [{"name": "imo", "type": "Int32", "isKey": True}],
    )


@pytest.mark.parametrize(
    ("found", "taken", "why"),
    [
        (schema(), ["Noon", "Noon"], "it has a name that another one has too."),
        (schema(versions=()), ["Noon"], "it has no version with columns."),
        (
            schema(columns=[{"name": "a", "type": "Guid"}]),
            ["Noon"],
            "column a: type must be String, Int32, Int64, Decimal, DateTime, DateOnly or Boolean, not 'Guid'",
        ),
        (schema("a\tb"), ["a\tb"], "schemaName is left out: schemaName must be one line"),
    ],
    ids=["a name that is there twice", "no version", "a type that is not known", "a name with a tab"],
)
def test_a_schema_that_cannot_be_declared_is_left_out_and_said(found, taken, why):
    block, definitions = schemas_block([found], taken, Names(), Path("schemas"), None)
    assert (list(block.entries), definitions) == ([], [])
    assert block.remarks[0].startswith('schema "')
    assert why in block.remarks[0]


def test_folders_with_their_metadata():
    block = folders_block({"b": {"Customer": "123"}, "a": {}, "c": {"k": "é"}}, Names(), OWNED)
    assert block.entries == [
        {"name": "a", "path": "a", "workspaceId": OWNED},
        {"name": "b", "path": "b", "metadata": {"Customer": "123"}, "workspaceId": OWNED},
        {"name": "c", "path": "c", "workspaceId": OWNED},
    ]
    assert block.remarks[0].startswith("c: metadata is left out: metadata.k must be printable ASCII")


def test_datasets_are_comments_with_the_operation_that_their_schema_takes():
    found = [Dataset(id="1", name="Keyed", schema_version_id="v"), Dataset(id="2", name="Other", schema_version_id="w")]
    text = stack_text([datasets_block(found, {"v"}, Names(), None)])
    assert yaml.safe_load(text) == {"config": None}
    assert "    #   operation: Upsert\n" in text
    assert "    #   operation: Append\n" in text


@pytest.fixture
def project(tmp_path, account):
    (tmp_path / "Pulumi.yaml").write_text("name: emissions\nruntime: python\n")
    settings = {
        "endpoint": account["VERACITY_ENDPOINT"],
        "clientId": account["VERACITY_CLIENT_ID"],
        "clientSecret": account["VERACITY_CLIENT_SECRET"],
        "subscriptionKey": account["VERACITY_SUBSCRIPTION_KEY"],
        "workspaceId": account["VERACITY_WORKSPACE_ID"],
    }
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config: # of a test\n".replace(" # of a test", "")
        + "".join(f"  veracity:{name}: {value}\n" for name, value in settings.items())
    )
    return tmp_path


def test_what_is_printed_is_a_stack_file(alone, project):
    found = alone("discover", "-s", "dev")
    assert (found.code, found.err) == (0, "wrote schemas/noon_reports.json\nwrote schemas/wind_turbine_readings.json\n")
    config = yaml.safe_load(found.out)["config"]
    assert [one["name"] for one in config["veracity:containers"]] == ["untitled-container"]
    assert [one["definition"] for one in config["veracity:schemas"]] == [
        "schemas/noon_reports.json",
        "schemas/wind_turbine_readings.json",
    ]
    definition = json.loads((project / "schemas/noon_reports.json").read_text())
    assert definition["columns"][0]["name"] == "imo_number"


def test_what_was_written_is_not_discovered_again(alone, project):
    assert alone("discover", "-s", "dev", "--write").code == 0
    declared = yaml.safe_load((project / "Pulumi.dev.yaml").read_text())["config"]
    assert len(declared["veracity:schemas"]) == 2
    again = alone("discover", "-s", "dev", "--json")
    assert again.json["lists"] == {"containers": [], "schemas": [], "folders": [], "datasets": []}


def test_some_parts_alone(alone, project):
    found = alone("discover", "-s", "dev", "--only", "containers", "--json")
    assert list(found.json["lists"]) == ["containers"]
    assert not (project / "schemas").exists()


def test_a_definition_that_is_there_is_not_overwritten(alone, project):
    (project / "schemas").mkdir()
    (project / "schemas/noon_reports.json").write_text("mine")
    refused = alone("discover", "-s", "dev")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "error: --definitions: must be a folder without noon_reports.json, or with the same in it; name another one\n"
    )
    assert [path.name for path in (project / "schemas").iterdir()] == ["noon_reports.json"]
    assert alone("discover", "-s", "dev", "--definitions", "others").code == 0


def test_a_part_that_cannot_be_read_is_left_out_and_the_others_are_there(alone, project, platform):
    platform.fault(path="*/datafabric/*", effect={"kind": "status", "status": 404, "gateway": True}, count=None)
    found = alone("discover", "-s", "dev")
    platform.heal()
    assert found.code == 1
    assert found.err.startswith("containers are left out: listing the containers failed")
    assert "veracity:schemas" in yaml.safe_load(found.out)["config"]
