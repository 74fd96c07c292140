"""What the store knows of a file or folder, as a row."""

import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any, Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS files (
    file_system TEXT, path TEXT, is_directory INTEGER, blob TEXT, length INTEGER, etag TEXT,
    created REAL, modified REAL, metadata TEXT, headers TEXT DEFAULT '{}', is_of_blocks INTEGER DEFAULT 0,
    PRIMARY KEY (file_system, path)
);
"""


ADDED_COLUMNS: Final = (("files", "headers", "TEXT DEFAULT '{}'"), ("files", "is_of_blocks", "INTEGER DEFAULT 0"))
"""What tables of an earlier format lack: table, column, type."""


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """
    A file or folder. *length* counts committed bytes; times are seconds since 1970.

    *headers* describe the content (`Content-Type` and its kin). *is_of_blocks*: made by the blob dialect.
    """

    file_system: str
    path: str
    is_directory: bool
    blob: str
    length: int
    etag: str
    created: float
    modified: float
    metadata: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict[str, str])
    is_of_blocks: bool = False


def stored(row: sqlite3.Row) -> StoredFile:
    """A row of `files`."""
    values: dict[str, Any] = dict(row)
    values["is_directory"] = bool(values["is_directory"])
    values["metadata"] = json.loads(values["metadata"])
    values["headers"] = json.loads(values["headers"])
    values["is_of_blocks"] = bool(values["is_of_blocks"])
    return StoredFile(**values)


def insert(connection: sqlite3.Connection, file: StoredFile, *, replacing: bool) -> None:
    """Add a row; where there is one of that path, it is replaced or else stays."""
    values = {**vars(file), "metadata": json.dumps(file.metadata), "headers": json.dumps(file.headers)}
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    conflict = "REPLACE" if replacing else "IGNORE"
    connection.execute(f"INSERT OR {conflict} INTO files ({names}) VALUES ({marks})", values)  # noqa: S608 — names of ours


def remove(connection: sqlite3.Connection, file: StoredFile) -> None:
    """Take a row away."""
    connection.execute("DELETE FROM files WHERE file_system = ? AND path = ?", (file.file_system, file.path))
