"""The columns of a CSV file: commas first, guesses only beside them."""

import csv

import pytest

from veracity_provider.errors import SourceError
from veracity_provider.storage import csv_header
from veracity_provider.storage.csv_header import CsvHeader, OtherReading, parse_header, read_header
from veracity_provider.storage.sources import TextSource


@pytest.mark.parametrize(
    ("start", "columns"),
    [
        pytest.param(b"a,b\n1,2\n", ("a", "b"), id="plain"),
        pytest.param(b"\xef\xbb\xbfa,b\r\n", ("a", "b"), id="a byte order mark and CRLF"),
        pytest.param(b"a,b\r1,2\r", ("a", "b"), id="CR alone"),
        pytest.param(b'"a\n x",b\n', ("a\n x", "b"), id="a line break within quotes"),
        pytest.param(b"only", ("only",), id="no line end"),
        pytest.param(
            b"turbine,power (kW; mean; 10 min),wind (m/s; mean; 10 min)\n",
            ("turbine", "power (kW; mean; 10 min)", "wind (m/s; mean; 10 min)"),
            id="more semicolons than commas",
        ),
        pytest.param(b"PK,b\n", ("PK", "b"), id="a name that begins as a ZIP archive does"),
        pytest.param(b"PAR1,b\n", ("PAR1", "b"), id="a name that begins as a Parquet file does"),
        pytest.param("måling,å".encode()[:-1], ("måling", ""), id="a character cut in half at the end of the block"),
    ],
)
def test_a_header_is_read_with_commas(start, columns):
    assert parse_header(start, "x.csv").columns == columns


@pytest.mark.parametrize(
    ("start", "delimiter", "columns"),
    [
        pytest.param(b'"a, x";b\n', "semicolon", ("a, x", "b"), id="semicolons"),
        pytest.param("måling\tå\n".encode(), "tab", ("måling", "å"), id="tabs"),
        pytest.param(b"a|b\n", "bar", ("a", "b"), id="bars"),
    ],
)
def test_another_delimiter_is_another_reading(start, delimiter, columns):
    assert parse_header(start, "x.csv").other_readings == (OtherReading(delimiter=delimiter, columns=columns),)


def test_a_text_that_may_be_no_csv_is_a_guess_and_no_error():
    assert parse_header(b'[{"a": 1}]', "x.csv").other_format == "looks like JSON; export it as CSV"


def test_a_reading_that_fails_is_no_guess_and_keeps_no_other_away():
    wide = b"a,\t" * 50_000  # without a semicolon one cell, larger than Python's reader takes
    [other] = parse_header(wide, "x.csv").other_readings
    assert (other.delimiter, len(other.columns)) == ("tab", 50_001)


def test_a_header_is_read_from_the_start_of_the_source(monkeypatch):
    assert read_header(TextSource("a,b\n1,2\n", "x.csv")) == CsvHeader(columns=("a", "b"))
    monkeypatch.setattr(csv_header, "_MAX_HEADER_BYTES", 3)
    assert read_header(TextSource("a,bcd\n", "x.csv")) == CsvHeader(columns=("a", "b"))
    with pytest.raises(SourceError, match=r"^x\.csv looks like JSON; export it as CSV$"):
        read_header(TextSource("\n[1]", "x.csv"))


def test_a_plain_file_gives_no_reason_to_guess():
    assert parse_header(b"a,b\n1,2\n", "x.csv") == CsvHeader(columns=("a", "b"))


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param(b"PAR1\x15\x04\x15", "is a Parquet file; export it as CSV", id="Parquet"),
        pytest.param("å,b\n".encode("latin-1"), "is not UTF-8 (byte 0); save it as UTF-8", id="Latin-1"),
    ],
)
def test_what_is_no_text_in_utf8_is_refused_by_its_name(start, reason):
    with pytest.raises(SourceError) as refused:
        parse_header(start, "x\x1b.csv")
    assert str(refused.value) == rf"x\x1b.csv {reason}"


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param(
            b"\n1,2\n", "has a blank first line; a CSV file begins with the names of its columns", id="before rows"
        ),
        pytest.param(b"\n[1]\n", "looks like JSON; export it as CSV", id="before JSON"),
        pytest.param(
            b"\xef\xbb\xbf",
            "has a blank first line; a CSV file begins with the names of its columns",
            id="that is all, but for a byte order mark",
        ),
    ],
)
def test_a_blank_first_line_is_refused(start, reason):
    with pytest.raises(SourceError) as refused:
        parse_header(start, "x.csv")
    assert str(refused.value) == f"x.csv {reason}"


def test_a_nul_byte_in_a_row_is_no_matter_of_the_header():
    assert parse_header(b"a,b\n1,\x00\n", "x.csv").columns == ("a", "b")


@pytest.fixture
def _field_limit_of_python():
    """The local Veracity, which may share the process of the tests, has a larger one."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("_field_limit_of_python")
def test_a_name_without_end_is_most_likely_an_open_quote():
    with pytest.raises(SourceError) as refused:
        parse_header(b'a,"b\n' + b"1,2\n" * 50_000, "x.csv")
    assert str(refused.value) == (
        "x.csv: its header line cannot be read as CSV (field larger than field limit (131072)); "
        "look for a quote that is not closed"
    )
