"""From wire to values: schemas, their versions and their columns."""

import pytest

from veracity_provider.api import schema_models
from veracity_provider.api.schema_models import Schema, SchemaVersionDetails

NO_WORKSPACE = "00000000-0000-0000-0000-000000000000"


def version(**members):
    return schema_models.schema({"id": "s", "schemaVersions": [{"id": "v", **members}]}, "reading").versions[0]


def test_a_schema_is_read_with_its_versions():
    body = {
        "id": "s",
        "name": "Noon",
        "shortName": "noon",
        "description": "Reports.",
        "workspaceId": "w",
        "schemaVersions": [
            {
                "id": "v",
                "schemaId": "another",
                "schemaVersionName": "1.0",
                "description": "First.",
                "columns": [{"name": "imo", "isKey": True}],
                "isActive": True,
                "isLocked": False,
            },
        ],
    }
    assert schema_models.schema(body, "reading") == Schema(
        id="s",
        name="Noon",
        short_name="noon",
        description="Reports.",
        is_predefined=False,
        versions=(
            SchemaVersionDetails(
                id="v",
                schema_id="another",
                name="1.0",
                description="First.",
                columns=({"name": "imo", "is_key": True},),
                is_active=True,
                is_locked=False,
            ),
        ),
    )


def test_a_version_without_most_members_belongs_to_its_schema():
    assert version(name="1.0", description=None) == SchemaVersionDetails(
        id="v", schema_id="s", name="1.0", description="", columns=(), is_active=None, is_locked=None
    )


@pytest.mark.parametrize(
    ("members", "is_predefined"),
    [
        ({}, False),
        ({"isPredefined": None, "workspaceId": "w"}, False),
        ({"isPredefined": False, "workspaceId": "w"}, False),
        ({"isPredefined": True, "workspaceId": "w"}, True),
        ({"workspaceId": NO_WORKSPACE}, True),
    ],
)
def test_a_schema_that_the_platform_brings_along_says_so_or_has_no_workspace(members, is_predefined):
    assert schema_models.schema({"id": "s", **members}, "reading").is_predefined is is_predefined


@pytest.mark.parametrize(
    ("orders", "names"),
    [
        pytest.param((3, 1, 2), ["b", "c", "a"], id="by their order"),
        pytest.param((3, None, 2), ["a", "b", "c"], id="as they come where one has none"),
        pytest.param((3, "1", 2), ["a", "b", "c"], id="as they come where one is no number"),
    ],
)
def test_columns_are_in_the_order_of_the_table(orders, names):
    columns = [{"name": name, "order": order} for name, order in zip("abc", orders, strict=True)]
    assert [one["name"] for one in version(columns=columns).columns] == names


@pytest.mark.parametrize(
    ("wire", "column"),
    [
        ({"name": "a", "isKey": True, "displayName": "A"}, {"name": "a", "is_key": True, "display_name": "A"}),
        ({"columnFormat2Use": "x"}, {"column_format2_use": "x"}),
        ({"iso8601Time": True}, {"iso8601_time": True}),
    ],
)
def test_members_of_a_column_are_in_snake_case(wire, column):
    assert schema_models.column_from_wire({**wire, "format": None}) == column


def test_members_of_a_column_are_sent_in_camel_case():
    assert schema_models.column_to_wire({"name": "a", "is_key": True, "display_name": "A"}) == {
        "name": "a",
        "isKey": True,
        "displayName": "A",
    }
