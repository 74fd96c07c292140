"""A schema on the real engine: made, changed, put back, let go."""

import json

IMO = {"name": "imo", "type": "Int32", "isKey": True}
POWER = {"name": "power", "type": "Decimal"}


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
