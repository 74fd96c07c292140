"""A schema on the real engine: made, changed, put back, let go."""

import json
import time

import pytest

from tests.engine.killing import kill_request, kills_at, recover

IMO = {"name": "imo", "type": "Int32", "isKey": True}
POWER = {"name": "power", "type": "Decimal"}
CREATING = {
    "creating the schema": {"method": "POST", "path": "*/schemas/add"},
    "locking its version": {"method": "POST", "path": "*/lock"},
}
CHANGING = {
    "adding the version": {"method": "POST", "path": "*/schemaversions/add"},
    "activating it": {"method": "POST", "path": "*/activate"},
    "locking it": {"method": "POST", "path": "*/lock"},
}


def test_a_schema_of_a_stack_file_is_made_changed_and_left_on_the_platform(project):
    entry = {"name": "noon", "schemaName": "Noon of an engine test", "columns": [IMO]}
    project.declare(schemas=[entry])
    assert "creates the schema" in project.preview()
    up = project.up()
    assert up.succeeded, up.text
    made = project.outputs("noon")
    assert project.is_unchanged()

    project.declare(schemas=[{**entry, "columns": [IMO, POWER], "description": "Noon reports."}])
    preview = project.preview()
    assert 'changes version "Noon of an engine test V1", which no dataset uses' in preview
    assert "added: power" in preview
    up = project.up()
    assert up.succeeded, up.text
    assert project.outputs("noon")["schema_version_id"] == made["schema_version_id"]
    assert project.is_unchanged()

    refresh = project.refresh("--expect-no-changes")
    assert refresh.succeeded, refresh.text
    destroyed = project.destroy()
    assert destroyed.succeeded, destroyed.text
    assert "stays on the platform, whose API cannot delete it" in destroyed


def test_a_program_gives_a_schema_by_its_definition_file_and_wrong_ones_are_told_at_preview(project):
    project.write("noon.json", json.dumps({"schemaVersionName": "x", "columns": [IMO, POWER]}))
    declare = (
        'schema = Schema("noon", schema_name="Noon of a file", definition="{}")\npulumi.export("v", schema.columns)'
    )
    project.program(declare.format("noon.json"))
    up = project.up()
    assert up.succeeded, up.text
    assert [one["name"] for one in project.outputs("noon")["columns"]] == ["imo", "power"]
    assert project.is_unchanged()

    project.write("wrong.json", json.dumps({"columns": [{"name": "a", "type": "Text"}]}))
    project.program(declare.format("wrong.json"))
    refused = project.preview()
    assert not refused.succeeded
    assert "wrong.json: columns[0].type: must be" in refused
    assert "Traceback" not in refused


@pytest.fixture
def locked(project):
    """A stack of one schema whose versions are locked, under a name that no other test uses."""
    project.schema = f"Locked {time.time_ns()}"

    def declare(*columns):
        project.declare(
            schemas=[{"name": "noon", "schemaName": project.schema, "columns": list(columns), "lock": True}]
        )

    project.redeclare = declare
    declare(IMO)
    return project


def versions_of(veracity, name):
    """Of each version of the one schema of this name, the columns, and whether it is active."""
    listed = veracity.gateway("GET", "/schemas?pageIndex=1&pageSize=100").json()["result"]
    (schema,) = [one for one in listed if one["name"] == name]
    found = veracity.gateway("GET", f"/schemas/{schema['id']}").json()["schemaVersions"]
    return sorted((len(one["columns"]), one["isActive"]) for one in found)


@pytest.mark.parametrize("kill", kills_at(CREATING, always="creating the schema"))
def test_a_kill_while_it_is_created_leaves_one_schema_with_one_version(locked, veracity, kill):
    kill_request(locked, veracity, CREATING[kill.phase], kill.victim)
    again = recover(locked)
    assert again.succeeded, again.text
    assert versions_of(veracity, locked.schema) == [(1, True)]
    assert locked.is_unchanged()


@pytest.mark.parametrize("kill", kills_at(CHANGING, always="adding the version"))
def test_a_kill_while_it_is_changed_leaves_one_new_version(locked, veracity, kill):
    assert locked.up().succeeded
    locked.redeclare(IMO, POWER)
    kill_request(locked, veracity, CHANGING[kill.phase], kill.victim)
    again = recover(locked)
    assert again.succeeded, again.text
    assert versions_of(veracity, locked.schema) == [(1, False), (2, True)]
    assert locked.is_unchanged()
