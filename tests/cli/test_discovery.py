"""What is on the platform as entries of a stack file, and why something is left out."""

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


def test_a_name_is_cut_to_sixty_characters_and_ends_in_none_that_is_no_letter():
    assert Names().give("x" * 59 + " yy", "schema") == "x" * 59
    assert Names().give("--a__b--", "schema") == "a-b"


def test_names_that_are_taken_are_compared_without_case():
    assert Names(["NOON", "noon-Schema", "noon-schema-2"]).give("Noon", "schema") == "noon-schema-3"


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
    "tags that differ only by case": (
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


def test_containers_are_in_the_order_of_their_titles_and_of_their_ids_within_one():
    found = [container(3, title="B"), container(2, title="A"), container(1, title="B"), container(4, "", title="C")]
    block = containers_block(found, Names())
    assert [(one["name"], one["containerId"][-1]) for one in block.entries] == [
        ("a", "2"),
        ("b", "1"),
        ("b-container", "3"),
        ("c", "4"),
    ]
    assert block.key == "containers"


def test_why_containers_are_comments_is_said_once():
    block = containers_block([container(1, "CONSUMER", title="A"), container(2, "Owner", title="B")], Names())
    assert [one["name"] for one in block.entries] == ["b"]
    assert list(block.remarks) == [
        "The commented entries have nothing to declare, or belong to others; only its owner may change a container."
    ]


def test_the_id_of_a_container_is_kept_whatever_it_is():
    [entry] = containers_block([container("x", title="A")], Names()).entries
    assert entry == {"name": "a", "containerId": f"{OWNED[:-1]}x", "title": "A"}


def test_a_schema_gets_a_definition_of_its_active_version():
    block, (definition,) = schemas_block([schema(description="for ships")], ["Noon"], Names(), Path("schemas"), None)
    assert block.entries == [
        {"name": "noon", "schemaName": "Noon", "definition": "schemas/noon.json", "description": "for ships"}
    ]
    assert (str(definition.path), definition.document["columns"]) == (
        "schemas/noon.json",
        [{"name": "imo", "type": "Int32", "isKey": True}],
    )


def test_a_schema_of_another_workspace_names_it_and_has_its_short_name():
    found = [schema("Wind 10 min", short_name="wind"), schema("Noon")]
    block, definitions = schemas_block(found, ["Wind 10 min", "Noon"], Names(["noon"]), Path("a/b"), OWNED)
    assert block.key == "schemas"
    assert block.entries == [
        {
            "name": "noon-schema",
            "schemaName": "Noon",
            "definition": "a/b/noon_schema.json",
            "workspaceId": OWNED,
        },
        {
            "name": "wind-10-min",
            "schemaName": "Wind 10 min",
            "definition": "a/b/wind_10_min.json",
            "shortName": "wind",
            "workspaceId": OWNED,
        },
    ]
    assert (block.inactive, block.remarks) == ((), [])
    assert definitions[1].document == {
        "schemaVersionName": "Wind 10 min V1",
        "description": "",
        "columns": [{"name": "imo", "type": "Int32", "isKey": True}],
    }


def test_members_of_a_column_that_nobody_describes_are_written_and_no_reason_to_refuse_it():
    columns = [{"name": "imo", "type": "Int32", "unheard_of": 1}]
    _, [definition] = schemas_block([schema(columns=columns)], ["Noon"], Names(), Path("s"), None)
    assert definition.document["columns"] == [{"name": "imo", "type": "Int32", "unheardOf": 1}]


@pytest.mark.parametrize(
    ("found", "taken", "why"),
    [
        (schema(), ["Noon", "Noon"], '"Noon" (s) is left out: it has a name that another one has too.'),
        (schema(versions=()), ["Noon"], '"Noon" (s) is left out: it has no version with columns.'),
        (schema(columns=()), ["Noon"], '"Noon" (s) is left out: it has no version with columns.'),
        (
            schema(columns=[{"name": "a", "type": "Guid"}]),
            ["Noon"],
            (
                '"Noon" (s) is left out: column a: type must be String, Int32, Int64, Decimal, DateTime, DateOnly or '
                "Boolean, not 'Guid'"
            ),
        ),
        (
            schema("a\tb"),
            ["a\tb"],
            (
                r'"a\tb" (s) is left out: schemaName is left out: schemaName must be one line without invisible '
                r"characters or leading or trailing spaces, not 'a\tb'"
            ),
        ),
    ],
    ids=["a name that is there twice", "no version", "no columns", "a type that is not known", "a name with a tab"],
)
def test_a_schema_that_cannot_be_declared_is_left_out_and_said(found, taken, why):
    block, definitions = schemas_block([found], taken, Names(), Path("schemas"), None)
    assert (list(block.entries), definitions) == ([], [])
    assert list(block.remarks) == [f"schema {why}"]


def test_folders_with_their_metadata():
    block = folders_block({"b": {"Customer": "123"}, "a": {}, "c": {"k": "é"}}, Names(), OWNED)
    assert block.entries == [
        {"name": "a", "path": "a", "workspaceId": OWNED},
        {"name": "b", "path": "b", "metadata": {"Customer": "123"}, "workspaceId": OWNED},
        {"name": "c", "path": "c", "workspaceId": OWNED},
    ]
    assert block.remarks[0].startswith("c: metadata is left out: metadata.k must be printable ASCII")


def test_a_folder_whose_path_a_stack_file_would_be_refused_with_is_left_out_and_said():
    block = folders_block({"a\tb": {}, "b": {"x-y": "1"}}, Names(), None)
    assert block.key == "folders"
    assert block.entries == [{"name": "b", "path": "b"}]
    assert [one.partition(" is left out: ")[0] for one in block.remarks] == [r"folder a\tb", "b: metadata"]


def test_without_datasets_nothing_is_said_of_them():
    block = datasets_block([], set(), Names(), None)
    assert (block.key, block.entries, block.inactive, block.remarks) == ("datasets", (), [], ())


def test_a_dataset_of_another_workspace_names_it():
    found = [Dataset(id="2", name="Wind", schema_version_id=None), Dataset(id="1", name="Noon", schema_version_id="v")]
    block = datasets_block(found, {"v"}, Names(), OWNED)
    assert block.inactive == [
        {"name": "noon", "datasetId": "1", "source": "FILE.csv", "operation": "Upsert", "workspaceId": OWNED},
        {"name": "wind", "datasetId": "2", "source": "FILE.csv", "operation": "Append", "workspaceId": OWNED},
    ]
    assert list(block.remarks) == [
        "To ingest into a dataset, remove the # and write the path of a file instead of FILE.csv."
    ]


def test_datasets_are_comments_with_the_operation_that_their_schema_takes():
    found = [Dataset(id="1", name="Keyed", schema_version_id="v"), Dataset(id="2", name="Other", schema_version_id="w")]
    text = stack_text([datasets_block(found, {"v"}, Names(), None)])
    assert yaml.safe_load(text) == {"config": None}
    assert "    #   operation: Upsert\n" in text
    assert "    #   operation: Append\n" in text
