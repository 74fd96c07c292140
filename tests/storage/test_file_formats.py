"""What stands in place of a CSV file, by how it begins."""

import gzip
import io
import zipfile

import pytest

from veracity_provider.storage.file_formats import recognise_binary, recognise_text


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "application/vnd.oasis.opendocument.spreadsheet" if name == "mimetype" else "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param(gzip.compress(b"a,b\n"), "is compressed with gzip; unpack it, and give the CSV file", id="gzip"),
        pytest.param(b"BZh11AY&SY\x00", "is compressed with bzip2; unpack it, and give the CSV file", id="bzip2 -1"),
        pytest.param(b"BZh91AY&SY\x00", "is compressed with bzip2; unpack it, and give the CSV file", id="bzip2"),
        pytest.param(b"\xfd7zXZ\x00", "is compressed with xz; unpack it, and give the CSV file", id="xz"),
        pytest.param(b"\x28\xb5\x2f\xfd\x04", "is compressed with zstd; unpack it, and give the CSV file", id="zstd"),
        pytest.param(
            b"7z\xbc\xaf\x27\x1c\x00", "is a 7-Zip archive; unpack it, and give the CSV file", id="a 7-Zip archive"
        ),
        pytest.param(archive("a.csv"), "is a ZIP archive; unpack it, and give the CSV file", id="a ZIP archive"),
        pytest.param(archive(), "is a ZIP archive; unpack it, and give the CSV file", id="an empty ZIP archive"),
        pytest.param(
            b"PK\x03\x04" + b"\n" * 2000 + b"xl/",
            "is an Excel workbook; save the sheet as CSV UTF-8",
            id="an Excel workbook by its second file",
        ),
        pytest.param(
            b"PK\x03\x04" + b"\n" * 2001 + b"xl/",
            "is a ZIP archive; unpack it, and give the CSV file",
            id="a ZIP archive with such a name far inside",
        ),
        pytest.param(
            b"PK\x03\x04" + b"\n" * 40 + b"mimetypeapplication/vnd.oasis",
            "is an OpenDocument spreadsheet; save it as CSV, in UTF-8",
            id="ODS with a long header",
        ),
        pytest.param(
            b"PK\x03\x04" + b"\n" * 41 + b"mimetypeapplication/vnd.oasis",
            "is a ZIP archive; unpack it, and give the CSV file",
            id="a ZIP archive with such a text inside",
        ),
        pytest.param(
            archive("[Content_Types].xml", "xl/workbook.xml"),
            "is an Excel workbook; save the sheet as CSV UTF-8",
            id="an Excel workbook",
        ),
        pytest.param(
            archive("mimetype", "content.xml"), "is an OpenDocument spreadsheet; save it as CSV, in UTF-8", id="ODS"
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "is an old Excel workbook (.xls); save the sheet as CSV UTF-8",
            id="an old Excel workbook",
        ),
        pytest.param(b"PAR1\x15\x04\x15", "is a Parquet file; export it as CSV", id="Parquet"),
        pytest.param(b"PAR1\x1f", "is a Parquet file; export it as CSV", id="Parquet, another byte"),
        pytest.param(b"ORC\x08\x03", "is an ORC file; export it as CSV", id="ORC"),
        pytest.param(b"Obj\x01\x04", "is an Avro file; export it as CSV", id="Avro"),
        pytest.param(b"ARROW1\x00\x00", "is an Arrow file; export it as CSV", id="Arrow"),
        pytest.param(b"SQLite format 3\x00", "is an SQLite database; export the table as CSV", id="an SQLite database"),
        pytest.param(b"%PDF-1.7\n%", "is a PDF document; export the table as CSV", id="PDF"),
        pytest.param(b"%PDF-2.0\r%", "is a PDF document; export the table as CSV", id="PDF, another line end"),
        pytest.param(b"\xff\xfea\0", "is UTF-16; save it as UTF-8", id="UTF-16-LE with a mark"),
        pytest.param(b"\xfe\xff\0a", "is UTF-16; save it as UTF-8", id="UTF-16-BE with a mark"),
        pytest.param(b"\0\0\xfe\xff\0\0\0a", "is UTF-32; save it as UTF-8", id="UTF-32-BE with a mark"),
        pytest.param("a,b\n".encode("utf-16"), "is UTF-16; save it as UTF-8", id="UTF-16 with a mark"),
        pytest.param("a,b\n".encode("utf-32"), "is UTF-32; save it as UTF-8", id="UTF-32 with a mark"),
        *(
            pytest.param(
                "imo_number,måling\n".encode(encoding),
                f"is {encoding[:6].upper()}, for it has NUL bytes in its first line; save it as UTF-8",
                id=f"{encoding} without a mark",
            )
            for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
        ),
    ],
)
def test_what_can_be_no_text_in_utf8_is_named(start, reason):
    assert recognise_binary(start) == reason


@pytest.mark.parametrize(
    ("start", "form"),
    [
        pytest.param(b"a" * 3 + b"\0" * 7 + b"\na", "UTF-32", id="seven NUL bytes of ten"),
        pytest.param(b"a" * 4 + b"\0" * 6 + b"\na", "UTF-16 or no text at all", id="six of ten"),
        pytest.param(b"a\0bc", "UTF-16", id="a quarter"),
        pytest.param(b"a\0bcd", "UTF-16 or no text at all", id="less than a quarter"),
        pytest.param(b"a\0b\0", "UTF-16", id="each second byte"),
        pytest.param(b"a\0bc\0,d\n", "UTF-16 or no text at all", id="stray ones"),
        pytest.param(b"imo\0number,time\n", "UTF-16 or no text at all", id="one"),
        pytest.param(b"a\0\rb,c,d,e", "UTF-16", id="in a line that CR ends"),
    ],
)
def test_nul_bytes_in_the_first_line_tell_an_encoding(start, form):
    assert recognise_binary(start) == f"is {form}, for it has NUL bytes in its first line; save it as UTF-8"


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"a,b\n1,2\n", id="plain"),
        pytest.param(b"\xef\xbb\xbfa,b\n", id="a byte order mark of UTF-8"),
        pytest.param("å,b\n".encode("latin-1"), id="Latin-1"),
        pytest.param(b"a,b\n1,\0\n", id="a NUL byte in a row"),
        pytest.param(b"a,b\r1,\0\r", id="a NUL byte in a row that CR ends"),
        pytest.param(b"PK,b\n", id="a name that begins as a ZIP archive does"),
        pytest.param(b"PAR1,b\n", id="a name that begins as a Parquet file does"),
        pytest.param(b"PAR1 b,c\n", id="such a name with a blank"),
        pytest.param(b"ORC ore,b\n", id="a name that begins as an ORC file does"),
        pytest.param(b"%PDF-1.7,b\n", id="a name that begins as a PDF document does"),
        pytest.param(b"BZh01AY&SY,b\n", id="a name that begins nearly as bzip2 does"),
        pytest.param(b"a,SQLite format 3\n", id="a word that is not at the beginning"),
    ],
)
def test_what_may_be_a_csv_file_is_left_to_its_reader(start):
    assert recognise_binary(start) is None


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        pytest.param(
            b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12345\n",
            "is a Git LFS pointer, not the file that it stands for; run `git lfs pull`",
            id="a Git LFS pointer",
        ),
        pytest.param(
            b" <!DOCTYPE html>\n<title>Sign in",
            "is an HTML page, perhaps one to sign in or of an error; download the file again",
            id="an HTML page",
        ),
        pytest.param(
            b"\n<HTML lang='en'>",
            "is an HTML page, perhaps one to sign in or of an error; download the file again",
            id="an HTML page without a document type",
        ),
        pytest.param(b"<?XML?>", "is an XML document; export it as CSV", id="XML in capitals"),
        pytest.param(b'\n <?xml version="1.0"?>\n', "is an XML document; export it as CSV", id="XML behind blanks"),
        pytest.param(b' {"a": 1}', "looks like JSON; export it as CSV", id="a JSON object"),
        pytest.param(
            b"SEP=\t\na\tb\n",
            "begins with a line `sep=` for Excel; remove that line",
            id="a tab for Excel",
        ),
        pytest.param(b'<?xml version="1.0"?>\n', "is an XML document; export it as CSV", id="XML"),
        pytest.param(b'[{"a": 1}]', "looks like JSON; export it as CSV", id="JSON"),
        pytest.param(b"<<<<<<< HEAD\na,b\n", "has a Git merge conflict; resolve it", id="a merge conflict"),
        pytest.param(
            b"sep=;\na;b\n", "begins with a line `sep=` for Excel; remove that line", id="a separator for Excel"
        ),
    ],
)
def test_a_text_that_may_be_no_csv_is_named(start, reason):
    assert recognise_text(start.decode()) == reason


@pytest.mark.parametrize(
    "start",
    [
        "",
        "a,b\n1,2\n",
        "version https://git-lfs.example.com/spec/v1\n",
        "a,<html>\n",
        "<htmlfile>,b\n",
        "<!doctypehtml>\n",
        "<?xmlns?>,b\n",
        'a,{"b": 1}\n',
        "<<<<<<<,b\n",
        "sep=;b,c\n",
        "sep=\n",
    ],
    ids=repr,
)
def test_any_other_text_is_taken_for_csv(start):
    assert recognise_text(start) is None
