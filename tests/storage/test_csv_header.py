import pytest

from veracity_provider.errors import SourceError
from veracity_provider.storage.csv_header import parse_header


@pytest.mark.parametrize(
    ("start", "columns", "described"),
    [
        (b"a,b\n1,2\n", ("a", "b"), "UTF-8, comma-separated, LF line ends"),
        (b"\xef\xbb\xbfa,b\r\n", ("a", "b"), "UTF-8 with BOM, comma-separated, CRLF line ends"),
        (b'"a, x";"b"\n', ("a, x", "b"), "UTF-8, semicolon-separated, LF line ends, quoted"),
        (b'"a\n x",b\n', ("a\n x", "b"), "UTF-8, comma-separated, LF line ends, quoted"),
        (b"only", ("only",), "UTF-8, comma-separated, no line ends"),
        ("måling\tå\n".encode(), ("måling", "å"), "UTF-8, tab-separated, LF line ends"),
    ],
)
def test_the_form_of_a_file_is_recognised(start, columns, described):
    header = parse_header(start, "x.csv")
    assert header.columns == columns
    assert header.describe() == described


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("a,b\n".encode("utf-16"), "UTF-16"),
        ("å,b\n".encode("latin-1"), "not UTF-8"),
        (b"\n1,2\n", "first line is blank"),
    ],
)
def test_what_is_no_csv_in_utf8_is_refused(start, words):
    with pytest.raises(SourceError, match=words):
        parse_header(start, "x.csv")


def test_a_character_cut_in_half_by_the_end_of_the_block_is_no_error():
    assert parse_header("a,b\nå".encode()[:-1], "x.csv").columns == ("a", "b")
