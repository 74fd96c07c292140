"""Which bytes of a file have been appended and not yet flushed."""

import sqlite3
from typing import Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS extents (blob TEXT, start INTEGER, end INTEGER);
CREATE INDEX IF NOT EXISTS extents_of_blob ON extents (blob);
"""


def any_within(connection: sqlite3.Connection, blob: str, start: int, end: int) -> bool:
    """Whether a byte from *start* to *end* has been appended."""
    found = connection.execute(
        "SELECT 1 FROM extents WHERE blob = ? AND start < ? AND end > ? LIMIT 1", (blob, end, start)
    )
    return found.fetchone() is not None


def note(connection: sqlite3.Connection, blob: str, start: int, end: int) -> None:
    """Add an extent; those that touch become one, so that there are few."""
    touching = (blob, end, start)
    first, last = connection.execute(
        "SELECT min(start), max(end) FROM extents WHERE blob = ? AND start <= ? AND end >= ?", touching
    ).fetchone()
    connection.execute("DELETE FROM extents WHERE blob = ? AND start <= ? AND end >= ?", touching)
    whole = (blob, start if first is None else min(start, first), end if last is None else max(end, last))
    connection.execute("INSERT INTO extents VALUES (?, ?, ?)", whole)


def contiguous_end(connection: sqlite3.Connection, blob: str, length: int) -> int:
    """
    Where the bytes end that follow the *length* committed ones without a gap.

    -1 when something was appended to where bytes are committed: the storage refuses every flush then.
    """
    for row in connection.execute("SELECT start, end FROM extents WHERE blob = ? ORDER BY start", (blob,)):
        if row["start"] < length:
            return -1
        if row["start"] == length:
            return row["end"]
    return length


def forget(connection: sqlite3.Connection, blob: str, *, up_to: int | None = None) -> None:
    """Drop the extents of a file; with *up_to*, those that lie beyond it stay."""
    limit = 2**63 - 1 if up_to is None else up_to
    connection.execute("DELETE FROM extents WHERE blob = ? AND start <= ?", (blob, limit))
