"""Blocks of the blob dialect: staged one by one, and committed as a list. Source: docs/platform.md."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS blocks (
    file_system TEXT, path TEXT, block_id TEXT, is_committed INTEGER, name TEXT, start INTEGER, length INTEGER,
    PRIMARY KEY (file_system, path, block_id, is_committed)
);
"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Where a block's bytes are: received under *name*, or, without one, in the committed file."""

    block_id: str
    name: str
    start: int
    length: int


def stage(
    connection: sqlite3.Connection, file_system: str, path: str, block_id: str, name: str, length: int
) -> list[str] | None:
    """Keep an uncommitted block; returns the names of the bytes it replaces, None where ids differ in length."""
    rows = connection.execute(
        "SELECT block_id, name FROM blocks WHERE file_system = ? AND path = ? AND is_committed = 0", (file_system, path)
    ).fetchall()
    if any(len(row["block_id"]) != len(block_id) for row in rows):
        return None
    values = (file_system, path, block_id, 0, name, 0, length)
    connection.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    return [row["name"] for row in rows if row["block_id"] == block_id]


def find(connection: sqlite3.Connection, file_system: str, path: str, wanted: Iterable[tuple[str, str]]) -> list[Part]:
    """The blocks of a list of (`Latest`, `Uncommitted` or `Committed`, id), in its order; raises `KeyError`."""
    rows = connection.execute("SELECT * FROM blocks WHERE file_system = ? AND path = ?", (file_system, path))
    staged, committed = dict[str, Part](), dict[str, Part]()
    for row in rows:
        part = Part(block_id=row["block_id"], name=row["name"], start=row["start"], length=row["length"])
        (committed if row["is_committed"] else staged)[part.block_id] = part
    among = {"Latest": committed | staged, "Uncommitted": staged, "Committed": committed}
    return [among[kind][block_id] for kind, block_id in wanted]


def commit(connection: sqlite3.Connection, file_system: str, path: str, blocks: Sequence[tuple[str, int]]) -> list[str]:
    """Let *blocks*, ids and lengths, be what the file consists of; returns the names of bytes that nobody needs now."""
    where = (file_system, path)
    rows = connection.execute("SELECT name FROM blocks WHERE file_system = ? AND path = ? AND name != ''", where)
    dropped = [row["name"] for row in rows]
    connection.execute("DELETE FROM blocks WHERE file_system = ? AND path = ?", where)
    start = 0
    for block_id, length in blocks:
        values = (file_system, path, block_id, 1, "", start, length)
        connection.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        start += length
    return dropped
