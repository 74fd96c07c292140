"""What a file is that was given in place of a CSV file, known by how it begins."""

import re
from typing import Final

# Each has a control character, which no header line of a CSV file has.
_BINARY: Final = (
    (rb"\x1f\x8b", "is compressed with gzip; unpack it, and give the CSV file"),
    (rb"BZh[1-9]1AY&SY", "is compressed with bzip2; unpack it, and give the CSV file"),
    (rb"\xfd7zXZ\x00", "is compressed with xz; unpack it, and give the CSV file"),
    (rb"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it, and give the CSV file"),
    (rb"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive; unpack it, and give the CSV file"),
    (rb"PK\x03\x04(?s:.){0,2000}(\[Content_Types\]|xl/)", "is an Excel workbook; save the sheet as CSV UTF-8"),
    (
        rb"PK\x03\x04(?s:.){0,40}mimetypeapplication/vnd\.oasis",
        "is an OpenDocument spreadsheet; save it as CSV, in UTF-8",
    ),
    (rb"PK(\x03\x04|\x05\x06)", "is a ZIP archive; unpack it, and give the CSV file"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook (.xls); save the sheet as CSV UTF-8"),
    (rb"PAR1[\x00-\x1f]", "is a Parquet file; export it as CSV"),
    (rb"ORC[\x00-\x1f]", "is an ORC file; export it as CSV"),
    (rb"Obj\x01", "is an Avro file; export it as CSV"),
    (rb"ARROW1\x00\x00", "is an Arrow file; export it as CSV"),
    (rb"SQLite format 3\x00", "is an SQLite database; export the table as CSV"),
    (rb"%PDF-\d\.\d[\r\n]", "is a PDF document; export the table as CSV"),
    (rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff", "is UTF-32; save it as UTF-8"),
    (rb"\xff\xfe|\xfe\xff", "is UTF-16; save it as UTF-8"),
)
# A CSV file may begin like this, so these only explain a header that does not fit the schema.
_TEXT: Final = (
    (
        r"version https://git-lfs\.github\.com/",
        "is a Git LFS pointer, not the file that it stands for; run `git lfs pull`",
    ),
    (
        r"\s*<(!doctype\s+html|html)\b",
        "is an HTML page, perhaps one to sign in or of an error; download the file again",
    ),
    (r"\s*<\?xml\b", "is an XML document; export it as CSV"),
    (r"\s*[\[{]", "looks like JSON; export it as CSV"),
    (r"<<<<<<< ", "has a Git merge conflict; resolve it"),
    (r"sep=.\s", "begins with a line `sep=` for Excel; remove that line"),
)
_LINE_END: Final = re.compile(rb"[\r\n]")


def recognise_binary(start: bytes) -> str | None:
    """What is wrong with a file that begins with *start* and can be no CSV file in UTF-8; None where it can."""
    known = next((reason for pattern, reason in _BINARY if re.match(pattern, start)), None)
    return known or _recognise_wide_characters(start)


def recognise_text(start: str) -> str | None:
    """What a text that begins with *start* may be, other than CSV; None where nothing speaks for that."""
    return next((reason for pattern, reason in _TEXT if re.match(pattern, start, re.IGNORECASE)), None)


def _recognise_wide_characters(start: bytes) -> str | None:
    """UTF-16 and UTF-32 without a byte order mark show as NUL bytes between the letters."""
    header = _LINE_END.split(start, 1)[0]
    zeros = [i for i, byte in enumerate(header) if byte == 0]
    if not zeros:
        return None
    in_utf_32 = len(zeros) >= 0.7 * len(header)
    in_utf_16 = len(zeros) >= 0.25 * len(header) and len({i % 2 for i in zeros}) == 1
    form = "UTF-32" if in_utf_32 else "UTF-16" if in_utf_16 else "UTF-16 or no text at all"
    return f"is {form}, for it has NUL bytes in its first line; save it as UTF-8"
