import pytest

from veracity_provider.api.models import Column, SchemaVersion
from veracity_provider.lifecycle.ingest.header_check import check_header, check_operation
from veracity_provider.storage.csv_header import parse_header


def schema(**columns):
    made = tuple(
        Column(name=name, type="String", is_key=kind == "key", is_required=kind in {"key", "required"})
        for name, kind in columns.items()
    )
    return SchemaVersion(id="v", name="Noon", columns=made)


KEYED = schema(imo="key", speed="required", remarks="optional")
KEYLESS = schema(turbine="required", power="optional")


@pytest.mark.parametrize(
    ("made", "operation", "words"),
    [
        (KEYED, "Append", "Append is for schemas without key columns"),
        (KEYLESS, "Upsert", "needs key columns"),
        (KEYLESS, "Delete", "needs key columns"),
    ],
)
def test_an_operation_that_the_schema_forbids_is_told(made, operation, words):
    (problem,) = check_operation(made, operation)
    assert problem.property == "operation"
    assert words in problem.reason


@pytest.mark.parametrize(("made", "operation"), [(KEYED, "Upsert"), (KEYED, "Overwrite"), (KEYLESS, "Append")])
def test_an_operation_that_fits_the_schema_passes(made, operation):
    assert list(check_operation(made, operation)) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("imo,speed,speeed", "did you mean speed", id="an unknown column, with the nearest"),
        pytest.param("imo,remarks", 'lacks the required column "speed"', id="a missing column"),
        pytest.param("speed,remarks", 'lacks the key column "imo"', id="a missing key"),
        pytest.param("imo,speed,speed", "2 times", id="a doubled column"),
        pytest.param("IMO,speed", 'spells "imo"', id="a column in another case"),
        pytest.param("imo;speed", "takes commas", id="another delimiter"),
    ],
)
def test_a_header_that_the_platform_would_refuse_is_told(line, words):
    (problem,) = check_header(parse_header(f"{line}\n1,2\n".encode(), "noon.csv"), KEYED, "Upsert")
    assert problem.property == "source"
    assert words in problem.reason


def test_a_file_of_rows_to_delete_needs_the_keys_alone():
    assert list(check_header(parse_header(b"imo\n1\n", "gone.csv"), KEYED, "Delete")) == []


def test_an_optional_column_may_be_left_out():
    assert list(check_header(parse_header(b"imo,speed\n", "noon.csv"), KEYED, "Upsert")) == []
