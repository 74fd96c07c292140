import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veracity_provider.storage import csv_rows
from veracity_provider.storage.csv_rows import count_rows, has_rows
from veracity_provider.storage.sources import FileSource, TextSource


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("a,b", 0, id="a header alone"),
        pytest.param("a,b\n", 0, id="a header with its line end"),
        pytest.param("a,b\n1,2\n", 1, id="one row"),
        pytest.param("a,b\n1,2", 1, id="one row without a line end"),
        pytest.param("a,b\r\n1,2\r\n3,4\r\n", 2, id="line ends of Windows"),
        pytest.param('a,b\n"1\n1",2\n', 1, id="a line end within quotes"),
        pytest.param('a,b\n"1 ""x""\n",2\n3,4', 2, id="doubled quotes"),
    ],
)
def test_rows_are_counted_as_a_csv_reader_counts_them(text, count):
    assert count_rows(TextSource(text=text, name="a.csv")) == count


@given(st.lists(st.lists(st.text('a",\n x', max_size=4), min_size=2, max_size=2), min_size=1, max_size=8))
def test_whatever_is_quoted(rows):
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([["a", "b"], *rows])
    assert count_rows(TextSource(text=written.getvalue(), name="a.csv")) == len(rows)


def test_a_quote_may_be_open_at_the_end_of_a_block(monkeypatch):
    monkeypatch.setattr(csv_rows, "_BLOCK_BYTES", 3)
    assert count_rows(TextSource(text='a,b\n"1\n\n1",2\n3,4\n', name="a.csv")) == 2


def test_rows_are_counted_block_by_block(tmp_path, monkeypatch):
    class Reader(io.BytesIO):
        def read(self, size=-1):
            assert size == csv_rows._BLOCK_BYTES == 1024 * 1024
            return super().read(size)

    monkeypatch.setattr(FileSource, "open", lambda _: Reader(b"a\n1\n"))
    assert count_rows(FileSource(tmp_path / "a.csv")) == 1


def test_a_row_need_not_be_text_in_utf8(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n\xff\n")
    assert has_rows(FileSource(path))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a,b", False, id="a header alone"),
        pytest.param("a,b\r\n", False, id="a header with its line end"),
        pytest.param("a,b\n\n \n\r\n", False, id="blank lines"),
        pytest.param('"a\nb",c\n', False, id="a header of two lines"),
        pytest.param("a,b\n1,2", True, id="one row"),
        pytest.param("a,b\r1,2\r", True, id="line ends of the old Mac"),
        pytest.param("a,b\n,\n", True, id="a row of empty cells"),
        pytest.param("a\n" + "x" * 200_000, True, id="a cell that Python's reader does not take"),
    ],
)
def test_anything_below_the_header_is_a_row(text, found):
    assert has_rows(TextSource(text=text, name="a.csv")) is found
