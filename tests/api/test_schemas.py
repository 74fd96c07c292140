"""What each call about schemas sends, and what it makes of the response."""

import pytest

from tests.api.recorder import expect_one_request, expect_shape_refused, page
from veracity_provider.api.responses import Action
from veracity_provider.api.schema_models import DatasetOfVersion, Schema, SchemaVersionDetails
from veracity_provider.api.schemas import SchemasClient
from veracity_provider.errors import SchemaNotFound, SchemaVersionNotFound

VERSION = SchemaVersionDetails(
    id="v", schema_id="s", name="1.0", description="First.", columns=(), is_active=True, is_locked=None
)
COLUMNS = ({"name": "imo", "type": "String", "is_key": True},)
WIRE_COLUMNS = [{"name": "imo", "type": "String", "isKey": True}]

CALLS = [
    pytest.param(
        lambda client: list(client.list_schemas("w")),
        ("read", "GET", "/workspaces/w/schemas?pageIndex=1&pageSize=100"),
        Action(label="listing the schemas of workspace w"),
        None,
        page({"id": "s", "name": "Noon", "shortName": "noon", "description": "Reports."}),
        [Schema(id="s", name="Noon", short_name="noon", description="Reports.", is_predefined=False)],
        id="listing schemas",
    ),
    pytest.param(
        lambda client: client.get_schema("w", "s"),
        ("read", "GET", "/workspaces/w/schemas/s"),
        Action(label="reading schema s", not_found=SchemaNotFound),
        None,
        {"id": "s", "name": None, "schemaVersions": None},
        Schema(id="s", name="", short_name="", description="", is_predefined=False),
        id="reading a schema",
    ),
    pytest.param(
        lambda client: client.add_schema("w", name="Noon", short_name="noon", description="R.", columns=COLUMNS).id,
        ("write", "POST", "/workspaces/w/schemas/add"),
        Action(label='creating schema "Noon"'),
        {"name": "Noon", "shortName": "noon", "description": "R.", "columns": WIRE_COLUMNS},
        {"id": "s"},
        "s",
        id="creating a schema",
    ),
    pytest.param(
        lambda client: client.change_schema("w", "s", name="Noon", short_name="noon", description="R."),
        ("write", "PATCH", "/workspaces/w/schemas/s"),
        Action(label='changing schema "Noon"', not_found=SchemaNotFound),
        {"name": "Noon", "shortName": "noon", "description": "R."},
        None,
        None,
        id="changing a schema",
    ),
    pytest.param(
        lambda client: client.add_version("w", "s", name="1.0", description="First.", columns=COLUMNS),
        ("write", "POST", "/workspaces/w/schemas/schemaversions/add"),
        Action(label='adding schema version "1.0"', not_found=SchemaNotFound),
        {"schemaId": "s", "schemaVersionName": "1.0", "description": "First.", "columns": WIRE_COLUMNS},
        {"id": "v"},
        "v",
        id="adding a version",
    ),
    pytest.param(
        lambda client: client.change_version("w", VERSION, columns=COLUMNS),
        ("write", "PATCH", "/workspaces/w/schemas/s/schemaversions/v"),
        Action(label='changing schema version "1.0"', not_found=SchemaVersionNotFound),
        {"schemaId": "s", "schemaVersionName": "1.0", "description": "First.", "columns": WIRE_COLUMNS},
        None,
        None,
        id="changing a version",
    ),
    pytest.param(
        lambda client: client.activate_version("w", "s", "v"),
        ("write", "POST", "/workspaces/w/schemas/s/schemaversions/v/activate"),
        Action(
            label="schema version v: activating it",
            not_found=SchemaVersionNotFound,
        ),
        None,
        None,
        None,
        id="activating a version",
    ),
    pytest.param(
        lambda client: client.lock_version("w", "s", "v"),
        ("write", "POST", "/workspaces/w/schemas/s/schemaversions/v/lock"),
        Action(label="schema version v: locking it", not_found=SchemaVersionNotFound),
        None,
        None,
        None,
        id="locking a version",
    ),
    pytest.param(
        lambda client: list(client.list_datasets("w", "v")),
        ("read", "POST", "/workspaces/w/datasets/query"),
        Action(label="listing the datasets with schema version v"),
        {"schemaVersionIds": ["v"], "pageIndex": 1, "pageSize": 100},
        page({"id": "d", "name": "Noon"}),
        [DatasetOfVersion(id="d", name="Noon")],
        id="listing the datasets of a version",
    ),
]


@pytest.mark.parametrize(("call", "request_", "action", "body", "response", "found"), CALLS)
def test_a_call_is_one_request(call, request_, action, body, response, found):
    expect_one_request(call, SchemasClient, request_, action, body, response, found)


@pytest.mark.parametrize(
    ("call", "action"),
    [pytest.param(one.values[0], one.values[2], id=one.id) for one in CALLS if one.values[-1] is not None],
)
def test_a_response_of_another_shape_is_told_as_one_to_this_request(call, action):
    expect_shape_refused(call, SchemasClient, action)
