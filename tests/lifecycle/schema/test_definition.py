"""The definition of a schema in a file, as the portal exports it."""

import codecs
import json

import pytest

from veracity_provider.errors import InputError
from veracity_provider.lifecycle.schema.definition import MAX_BYTES, read_definition

IMO = {"name": "imo", "type": "Int32"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noon.json"


@pytest.fixture
def read(path):
    """The columns of a file with this content: bytes, text, or a JSON document."""

    def read(content):
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_definition(path)

    return read


@pytest.fixture
def problems(read):
    def problems(content):
        with pytest.raises(InputError) as refused:
            read(content)
        return [str(one) for one in refused.value.problems]

    return problems


def test_a_schema_version_as_the_portal_exports_it(read):
    exported = {
        "id": "x",
        "schemaVersionName": "Noon V1",
        "columns": [
            {"name": "imo", "displayName": "", "type": "Int32", "isKey": True, "order": 0, "unheardOf": 1},
            {"name": "power", "type": "Decimal", "precision": 28, "scale": 0, "description": None, "is_key": True},
        ],
    }
    assert read(exported) == [
        {"name": "imo", "type": "Int32", "is_key": True, "display_name": "", "order": 0},
        {"name": "power", "type": "Decimal", "precision": 28, "scale": 0},
    ]


def test_all_members_that_a_page_of_the_platform_describes_are_taken(read):
    column = {
        **IMO,
        "isRequired": False,
        "format": "F",
        "isSortable": True,
        "isFilterable": False,
        "filterType": "Text",
        "filterTypes": ["Text", "List"],
        "validations": [{"severity": "Error", "validatorId": "v"}],
        "metaType": "Timestamp",
    }
    assert read({"columns": [column]}) == [
        {
            **IMO,
            "is_required": False,
            "format": "F",
            "is_sortable": True,
            "is_filterable": False,
            "filter_type": "Text",
            "filter_types": ["Text", "List"],
            "validations": [{"severity": "Error", "validatorId": "v"}],
            "meta_type": "Timestamp",
        }
    ]


def test_a_byte_order_mark_is_no_part_of_it(read):
    assert read(codecs.BOM_UTF8 + json.dumps({"columns": [IMO]}).encode()) == [IMO]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param([IMO], id="a list"),
        pytest.param("null", id="null"),
        pytest.param({}, id="no columns"),
        pytest.param({"columns": []}, id="an empty list of columns"),
        pytest.param({"columns": {"imo": IMO}}, id="columns by their names"),
        pytest.param({"columns": "imo"}, id="columns that are a text"),
    ],
)
def test_a_document_of_another_shape_is_refused(problems, path, document):
    assert problems(document) == [
        f'definition: {path} must be the JSON of a schema version, an object with a list "columns"'
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            "{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)", id="JSON that is cut"
        ),
        pytest.param("", "Expecting value: line 1 column 1 (char 0)", id="an empty file"),
        pytest.param(
            b'"\xff"', "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte", id="no UTF-8"
        ),
    ],
)
def test_a_file_that_is_no_json_is_refused(problems, path, content, reason):
    assert problems(content) == [f"definition: {path} must be the JSON of a schema version ({reason})"]


def test_very_deep_json_is_refused(problems, path):
    [problem] = problems("[" * 100_000)
    assert problem.startswith(f"definition: {path} must be the JSON of a schema version (")


def test_a_file_has_at_most_four_mebibytes(read, problems, path):
    definition = json.dumps({"columns": [IMO]})
    assert MAX_BYTES == 4 * 1024 * 1024
    assert read(definition.rjust(MAX_BYTES)) == [IMO]
    assert problems(definition.rjust(MAX_BYTES + 1)) == [
        f"definition: {path} must be the JSON of a schema version, and has more than 4194304 bytes"
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("none.json", "No such file or directory", id="one that is not there"),
        pytest.param("", "Is a directory", id="a folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name, reason):
    path = tmp_path / name
    with pytest.raises(InputError) as refused:
        read_definition(path)
    assert [str(one) for one in refused.value.problems] == [f"definition: {path} cannot be read ({reason})"]


def test_every_column_that_is_wrong_is_named_by_its_place(problems):
    columns = [
        {"type": "Int32"},
        IMO,
        {"name": "b", "type": "Text", "isKey": 1.5},
        "imo",
        None,
        {"name": "c" * 101, "type": "Decimal", "precision": 29},
    ]
    assert problems({"columns": columns}) == [
        "definition: noon.json: columns[0].name: is missing",
        (
            "definition: noon.json: columns[2].type: must be String, Int32, Int64, Decimal, DateTime, DateOnly or "
            "Boolean, not 'Text'"
        ),
        "definition: noon.json: columns[2].isKey: must be true or false, not 1.5",
        "definition: noon.json: columns[3].name: is missing",
        "definition: noon.json: columns[4].name: is missing",
        "definition: noon.json: columns[5].name: must have at most 100 characters, not 101",
        "definition: noon.json: columns[5].precision: must be at most 28, not 29",
    ]
