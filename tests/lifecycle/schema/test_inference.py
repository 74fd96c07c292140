"""The definition of a schema that is found in a CSV file."""

import csv
import json
from itertools import product

import pytest

from veracity_provider.errors import SourceError
from veracity_provider.lifecycle.schema.definition import read_definition
from veracity_provider.lifecycle.schema.inference import GUESSED_KEY, infer_schema
from veracity_provider.storage.sources import FileSource, TextSource


def infer(*lines):
    return infer_schema(TextSource("\n".join(lines) + "\n", "a.csv"))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["true", "False", "TRUE"], "Boolean"),
        (["1", "-2", "0"], "Int32"),
        (["2147483647", "-2147483648"], "Int32"),
        (["1", "2147483648"], "Int64"),
        (["9223372036854775807"], "Int64"),
        (["9223372036854775808"], "Decimal"),
        (["1", "2.50", "-0.1"], "Decimal"),
        (["9" * 28], "Decimal"),
        (["9" * 29], "String"),
        (["2026-01-31"], "DateOnly"),
        (["2026-02-30"], "String"),
        (["2026-01-31T12:00:00Z", "2026-01-31 12:00", "2026-01-31T12:00:00.1234567+01:00"], "DateTime"),
        (["2026-01-31T25:00:00Z"], "String"),
        pytest.param(["007", "8"], "String", id="leading zeros"),
        pytest.param(["1", "true"], "String", id="a number and a boolean"),
        pytest.param(["1", "2026-01-31"], "String", id="a number and a date"),
        pytest.param(["2026-01-31", "2026-01-31T12:00:00Z"], "String", id="a date and a time"),
        pytest.param(["1,5"], "String", id="a decimal comma"),
        pytest.param(["1e5"], "String", id="an exponent"),
        pytest.param(["٣"], "String", id="digits of another script"),
        pytest.param([" 1"], "String", id="a blank"),
        pytest.param(["", "3", ""], "Int32", id="cells without a value do not count"),
        pytest.param(["", ""], "String", id="no value at all"),
    ],
)
def test_a_column_has_the_narrowest_type_that_all_cells_fit(cells, kind):
    found = infer("id,a", *(f'{i},"{cell}"' for i, cell in enumerate(cells)))
    assert found.columns == {"id": "Int32", "a": kind}


@pytest.mark.parametrize(
    ("lines", "keys"),
    [
        pytest.param(["id,a", "1,x", "2,x"], ("id",), id="a first column that tells rows apart"),
        pytest.param(["ship,day,a", "1,1,x", "1,2,x", "2,1,x"], ("ship", "day"), id="two that do together"),
        pytest.param(
            ["ship,day,a", "1,1,x", "1,2,x"], ("ship", "day"), id="with the columns before them, though all the same"
        ),
        pytest.param(["power,id", "1.5,1", "2.5,2"], ("id",), id="no decimals"),
        pytest.param(["is_old,id", "true,1", "false,2"], ("id",), id="no booleans"),
        pytest.param(["a,id", ",1", "x,2"], ("id",), id="no column with empty cells"),
        pytest.param(["id,a", "1,x", "1,x"], (), id="two rows that are the same"),
        pytest.param(
            ["a,b,c,d,e", *(",".join(map(str, row)) for row in product(range(2), repeat=5))], (), id="at most four"
        ),
    ],
)
def test_keys_are_the_first_columns_that_no_two_rows_share(lines, keys):
    assert infer(*lines).keys == keys


def test_keys_are_guessed_from_the_first_50_000_rows():
    lines = ["id,a", *(f"{i},x" for i in range(50_000)), "0,x"]
    assert infer(*lines).keys == ("id",)
    assert infer(*lines).row_count == 50_001


def test_without_rows_there_are_no_types_and_no_keys():
    found = infer("id,a")
    assert (found.columns, found.keys, found.row_count) == ({"id": "String", "a": "String"}, (), 0)


def test_quotes_line_breaks_blank_lines_and_a_byte_order_mark_are_read_as_csv_has_them():
    found = infer('\ufeffid,"a, b"', '1,"x', 'y"', "", '2,"z"')
    assert (list(found.columns), found.row_count) == (["id", "a, b"], 2)


def test_the_definition_is_one_that_a_schema_takes_and_marks_keys_as_guesses(tmp_path):
    definition = infer("id,power", "1,2.5", "2,3.5").to_definition()
    assert definition == {
        "columns": [
            {"name": "id", "type": "Int32", "isKey": True, "isRequired": True, "$comment": GUESSED_KEY},
            {"name": "power", "type": "Decimal", "isKey": False, "isRequired": False},
        ]
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(definition))
    assert read_definition(path) == [
        {"name": "id", "type": "Int32", "is_key": True, "is_required": True},
        {"name": "power", "type": "Decimal", "is_key": False, "is_required": False},
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"a;b\n1;2\n", "a.csv seems to be separated by semicolons; it must be by commas", id="semicolons"),
        pytest.param(b'{"a": 1, "b": 2}\n', "a.csv looks like JSON; export it as CSV", id="JSON"),
        pytest.param(b"a,\n1,2\n", "a.csv: column 2 must have a name, and its header is empty", id="no name"),
        pytest.param(
            b"a,b,a\n",
            "a.csv: column 3 must have a name of its own, and 'a' is that of an earlier column",
            id="a name twice",
        ),
        pytest.param(
            b"a," + b"b" * 101 + b"\n",
            "a.csv: column 2 must have a name of at most 100 characters, not 101",
            id="a long name",
        ),
        pytest.param(b"a,b\n1,2\n1\n", "a.csv: line 3 must have 2 cells, as the header, and has 1", id="a short row"),
        pytest.param(b"a\n" + b"1\n" * 600_000 + b"\xe5\n", "a.csv is not UTF-8; save it as UTF-8", id="not UTF-8"),
    ],
)
def test_a_file_that_has_no_schema_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError) as refused:
        infer_schema(FileSource(path))
    assert str(refused.value) == reason


def test_a_cell_that_is_too_large_to_be_read_is_refused():
    limit = csv.field_size_limit(1000)
    try:
        with pytest.raises(SourceError) as refused:
            infer("a", "x" * 1001)
    finally:
        csv.field_size_limit(limit)
    assert str(refused.value) == "a.csv: line 2 cannot be read as CSV (field larger than field limit (1000))"
