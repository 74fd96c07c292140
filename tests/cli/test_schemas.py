"""`veracity schemas`, and the group `veracity schema`."""

from types import SimpleNamespace

import pytest

from veracity_provider.api.schema_models import Schema, SchemaVersionDetails
from veracity_provider.cli import schemas
from veracity_provider.lifecycle.schema import inference

NOON_SCHEMA, WIND_SCHEMA, PREDEFINED = (f"55555555-0000-4000-8000-00000000000{i}" for i in (1, 2, 9))


def test_a_schema_with_its_versions(veracity):
    assert veracity("schema", "show", "Wind turbine readings").out.startswith(
        "Wind turbine readings\n"
        "id  55555555-0000-4000-8000-000000000002\n"
        "\n"
        "VERSION                               NAME\n"
        "66666666-0000-4000-8000-000000000002  Wind turbine readings V1  active\n"
        "\n"
        "COLUMN          TYPE\n"
    )


def test_schemas_as_a_table(veracity):
    assert veracity("schemas", COLUMNS="100").out == (
        "ID                                    NAME                   SHORT NAME  ORIGIN\n"
        f"{NOON_SCHEMA}  Noon reports\n"
        f"{WIND_SCHEMA}  Wind turbine readings\n"
        f"{PREDEFINED}  File Metadata Schema               predefined\n"
    )


def test_schemas_as_json_are_without_their_versions(veracity):
    [found] = veracity("schemas", "--name", "noon", "--json").json
    assert found == {
        "id": NOON_SCHEMA,
        "name": "Noon reports",
        "short_name": "",
        "description": "",
        "is_predefined": False,
    }


@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param([], [NOON_SCHEMA, WIND_SCHEMA, PREDEFINED], id="all"),
        pytest.param(["--name", "SCHEMA"], [PREDEFINED], id="a part of the name, in any case"),
        pytest.param(["--own"], [NOON_SCHEMA, WIND_SCHEMA], id="those of the workspace"),
        pytest.param(["--own", "--name", "schema"], [], id="both"),
        pytest.param(["--limit", "2"], [NOON_SCHEMA, WIND_SCHEMA], id="a number"),
    ],
)
def test_schemas_are_filtered(veracity, options, found):
    assert [one["id"] for one in veracity("schemas", *options, "--json").json] == found


def test_where_there_are_none_that_is_said(veracity):
    found = veracity("schemas", "--name", "nothing")
    assert (found.code, found.out, found.err) == (0, "", "no schemas\n")


def version(id_, *, is_active=None, is_locked=None, columns=()):
    return SchemaVersionDetails(
        id=id_,
        schema_id="s",
        name=f"V{id_}",
        description="",
        columns=columns,
        is_active=is_active,
        is_locked=is_locked,
    )


@pytest.fixture
def show(alone, monkeypatch):
    """Show a schema of these versions."""

    def show(*versions, is_predefined=True):
        found = Schema(
            id="s",
            name="Noon",
            short_name="noon",
            description="Reports.",
            is_predefined=is_predefined,
            versions=versions,
        )
        asked = {((None, None), "noon"): found}
        monkeypatch.setattr(schemas, "connect_to", lambda stack, workspace: (stack, workspace))
        monkeypatch.setattr(schemas, "find_schema", lambda connection, named: asked[connection, named])
        return alone("schema", "show", "noon", *show.options)

    show.options = []
    return show


def test_all_that_is_known_of_a_schema_is_shown(show):
    columns = (
        {"name": "imo", "type": "Int32", "is_key": True, "is_required": True},
        {"name": "at", "type": "DateTime", "is_key": False, "is_required": True},
        {"name": "note"},
        {"type": "String", "is_required": False},
    )
    found = show(
        version("1", is_active=True, is_locked=True, columns=columns),
        version("2", is_active=False, is_locked=True),
        version("3", is_active=False, columns=({"name": "other", "type": "String"},)),
    )
    assert found.out == (
        "Noon\n"
        "id           s\n"
        "short name   noon\n"
        "description  Reports.\n"
        "origin       predefined\n"
        "\n"
        "VERSION  NAME\n"
        "1        V1    active, locked\n"
        "2        V2    locked\n"
        "3        V3\n"
        "\n"
        "COLUMN  TYPE\n"
        "imo     Int32     key\n"
        "at      DateTime  required\n"
        "note\n"
        "        String\n"
    )


@pytest.mark.parametrize(
    ("versions", "err"),
    [
        pytest.param([], "no versions\nno columns\n", id="no version"),
        pytest.param([version("1", is_active=False)], "no columns\n", id="no active version"),
        pytest.param([version("1", is_active=True)], "no columns\n", id="no columns"),
    ],
)
def test_what_a_schema_lacks_is_said(show, versions, err):
    found = show(*versions, is_predefined=False)
    assert (found.code, found.err) == (0, err)
    assert "origin" not in found.out


@pytest.mark.parametrize(
    ("versions", "active"),
    [
        pytest.param([version("1", is_active=True), version("2", is_active=False)], "1", id="one that is active"),
        pytest.param([version("1", is_active=False)], None, id="none"),
    ],
)
def test_a_schema_as_json_names_its_active_version(show, versions, active):
    show.options = ["--json"]
    found = show(*versions).json
    assert found["active_version_id"] == active
    assert [one["id"] for one in found["versions"]] == [one.id for one in versions]


class TestInferringASchema:
    @pytest.fixture
    def file(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("id,power\n1,2.5\n2,3.5\n")
        return path

    def test_the_definition_is_written_and_the_guess_is_told_beside_it(self, alone, file):
        found = alone("schema", "infer", "a.csv")
        assert (found.code, found.err) == (0, "2 columns from 2 rows; keys: id (a guess)\n")
        assert [column["type"] for column in found.json["columns"]] == ["Int32", "Decimal"]
        written = alone("schema", "infer", "a.csv", "--output", "a.json")
        assert (written.code, written.out) == (0, "")
        assert file.with_suffix(".json").read_text() == found.out

    def test_a_file_that_is_there_is_not_written_over(self, alone, file):
        refused = alone("schema", "infer", "a.csv", "--output", "a.csv")
        reason = "must be a new file that can be written, and a.csv cannot: File exists"
        assert (refused.code, refused.err) == (2, f"error: --output: {reason}\n")
        assert file.read_text().startswith("id,power\n")

    def test_a_file_that_has_no_schema_is_an_error_of_one_line(self, alone, file):
        file.write_text("id;power\n1;2\n")
        refused = alone("schema", "infer", "a.csv")
        reason = "a.csv seems to be separated by semicolons; it must be by commas"
        assert (refused.code, refused.out, refused.err) == (1, "", f"error: {reason}\n")

    @pytest.mark.parametrize("keys", [(), ("id", "\x1b")], ids=["none", "two"])
    def test_keys_are_told_as_a_guess(self, alone, file, monkeypatch, keys):
        found = SimpleNamespace(keys=keys, columns={"a": "Int32"}, row_count=1234, to_definition=dict)
        monkeypatch.setattr(inference, "infer_schema", lambda source: {file.name: found}[str(source.path)])
        told = alone("schema", "infer", "a.csv")
        words = r"id, \x1b (a guess)" if keys else "none found"
        assert (told.out, told.err) == ("{}\n", f"1 columns from 1,234 rows; keys: {words}\n")


def test_the_group_alone_says_its_commands(alone):
    found = alone("schema")
    assert (found.code, found.err) == (0, "")
    assert "Look at one schema, or write the definition of one." in found.out
    assert {"show", "infer"} <= set(found.out.split())
