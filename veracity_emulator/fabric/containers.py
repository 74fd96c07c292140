"""Containers: who owns them, who may look, and what describes them."""

import json
import uuid
from typing import Any, Final

from pydantic import BaseModel

from veracity_emulator.backend import Backend
from veracity_emulator.clock import iso

# ruff: noqa: N815 — members are spelled as on the wire

TABLES: Final = """
CREATE TABLE IF NOT EXISTS containers (
    id TEXT PRIMARY KEY, reference TEXT, owner_id TEXT, region TEXT, key_status TEXT, personal_data TEXT,
    created REAL, modified REAL, metadata TEXT
);
CREATE TABLE IF NOT EXISTS relations (
    container_id TEXT, account_id TEXT, level TEXT, PRIMARY KEY (container_id, account_id)
);
CREATE TABLE IF NOT EXISTS tags (title TEXT PRIMARY KEY, id TEXT, type TEXT);
"""
_SYSTEM: Final = frozenset({"systemtag"})


class Tag(BaseModel):
    """A tag; titles have one id everywhere."""

    id: str
    title: str
    type: str


class Icon(BaseModel):
    """What the portal shows beside the title."""

    id: str | None = None
    backgroundColor: str | None = None


class Metadata(BaseModel):
    """What describes a container, and can be patched."""

    title: str | None
    description: str | None
    icon: Icon | None
    tags: list[Tag] | None


class Resource(BaseModel):
    """A container as the API answers it."""

    id: str
    reference: str
    url: str
    lastModifiedUTC: str
    creationDateTimeUTC: str
    ownerId: str
    accessLevel: str
    region: str
    keyStatus: str
    mayContainPersonalData: str
    metadata: Metadata


def find(backend: Backend, container_id: str) -> dict[str, Any] | None:
    """The row of a container."""
    row = backend.database.read().execute("SELECT * FROM containers WHERE id = ?", (container_id,)).fetchone()
    return dict(row) if row else None


def all_ids(backend: Backend) -> list[str]:
    """Every container there is."""
    return [row["id"] for row in backend.database.read().execute("SELECT id FROM containers ORDER BY created, id")]


def access_level(backend: Backend, container: dict[str, Any], account_id: str) -> str | None:
    """`owner`, `dataSteward`, `consumer`; None without any relation."""
    if container["owner_id"] == account_id:
        return "owner"
    row = (
        backend.database.read()
        .execute("SELECT level FROM relations WHERE container_id = ? AND account_id = ?", (container["id"], account_id))
        .fetchone()
    )
    return row["level"] if row else None


def described(backend: Backend, container: dict[str, Any], level: str) -> dict[str, Any]:
    """The Resource of the API. Source: docs/platform.md, "Containers"."""
    return {
        "id": container["id"],
        "reference": container["reference"],
        "url": f"{backend.base_url}/containers/{container['reference']}",
        "lastModifiedUTC": iso(container["modified"]),
        "creationDateTimeUTC": iso(container["created"]),
        "ownerId": container["owner_id"],
        "accessLevel": level,
        "region": container["region"],
        "keyStatus": container["key_status"],
        "mayContainPersonalData": container["personal_data"],
        "metadata": json.loads(container["metadata"]),
    }


def save_metadata(backend: Backend, container_id: str, metadata: dict[str, Any]) -> None:
    """Replace a container's metadata; each tag gets the id that its title has everywhere."""
    kept = dict(metadata)
    with backend.database.transaction() as connection:
        if kept.get("tags") is not None:
            kept["tags"] = [_tag(connection, tag) for tag in kept["tags"]]
        change = (json.dumps(kept), backend.clock.time(), container_id)
        connection.execute("UPDATE containers SET metadata = ?, modified = ? WHERE id = ?", change)


def _tag(connection: Any, tag: dict[str, Any]) -> dict[str, str]:
    kind = "systemTag" if str(tag.get("type") or "").lower() in _SYSTEM else "userTag"
    values = (tag["title"], str(uuid.uuid4()), kind)
    connection.execute("INSERT OR IGNORE INTO tags VALUES (?, ?, ?)", values)
    row = connection.execute("SELECT * FROM tags WHERE title = ?", (tag["title"],)).fetchone()
    return {"id": row["id"], "title": row["title"], "type": row["type"]}


def tags(backend: Backend) -> list[dict[str, str]]:
    """All tags that were ever used."""
    return [dict(row) for row in backend.database.read().execute("SELECT id, title, type FROM tags ORDER BY title")]


def add(
    backend: Backend,
    *,
    short_name: str,
    owner_id: str,
    metadata: dict[str, Any],
    relations: dict[str, str],
    container_id: str | None = None,
) -> str:
    """Make a container; *relations*: account id to access level. Returns its id."""
    made, now = container_id or str(uuid.uuid4()), backend.clock.time()
    values = (made, f"{short_name}{made}", owner_id, "northeurope", "noKeys", "false", now, now, "{}")
    with backend.database.transaction() as connection:
        connection.execute("INSERT INTO containers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        connection.executemany("INSERT INTO relations VALUES (?, ?, ?)", ((made, *one) for one in relations.items()))
        save_metadata(backend, made, metadata)
    return made


def add_like(backend: Backend, container_id: str, name: str) -> str | None:
    """One more with the owner, relations and metadata of another; None when there is no such other."""
    like = find(backend, container_id)
    if like is None:
        return None
    rows = backend.database.read().execute("SELECT * FROM relations WHERE container_id = ?", (container_id,))
    short_name = "".join(letter for letter in name.lower() if letter.isalnum())[:32] or "container"
    return add(
        backend,
        short_name=short_name,
        owner_id=like["owner_id"],
        metadata=json.loads(like["metadata"]),
        relations={row["account_id"]: row["level"] for row in rows},
    )
