"""What the page shows, read from the backend as plain values."""

import json
import math
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, final

from veracity_emulator.backend import Backend
from veracity_emulator.control import seed
from veracity_emulator.fabric import containers
from veracity_emulator.fabric.routes import DATA, PROVISIONING
from veracity_emulator.storage.entries import StoredFile
from veracity_emulator.storage.sas import ACCOUNT
from veracity_emulator.workbench import filestorage, jobs
from veracity_emulator.workbench.rows import key_columns, row_as_json
from veracity_emulator.workbench.schemas import GATEWAY, PREDEFINED, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS_A_PAGE: Final = 50
_SERVICES: Final = {
    GATEWAY: "Workbench",
    DATA: "Data Fabric",
    PROVISIONING: "Provisioning",
    f"/{ACCOUNT}": "Storage",
}
_OF_SAS: Final = frozenset({"sv", "st", "se", "sr", "sp", "sdd", "sig"})
_EFFECTS: Final = {
    "status": "Answered with {status}",
    "delay": "Answered {seconds:g} s late",
    "cutBefore": "Cut before the work is done",
    "cutAfter": "Cut after the work is done",
    "expireToken": "Token expired",
    "expireSas": "SAS expired",
    "noSubscription": "No subscription",
    "html": "Answered with a page of HTML",
    "failJob": "Job ends as {status}",
    "hangJob": "Job hangs",
    "slowJob": "Job takes {seconds:g} s",
    "slow": "Line moves {bytesPerSecond:,.0f} bytes a second",
    "stall": "Line stands still for {seconds:g} s after {afterBytes:,} bytes",
}
_JOBS: Final = "SELECT * FROM jobs"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of rows; *number* and *count* are of pages, from 1."""

    rows: list[list[Any]]
    number: int
    count: int
    first: int
    """Number of the first row shown, from 1."""


@final
class RowCounts:
    """How many rows the datasets have: counted anew only when a dataset has changed, since a million take a while."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._known = dict[int, tuple[int, int]]()

    def of(self, number: int, version: int) -> int:
        """The rows of a dataset by its number, at a *version*."""
        known = self._known.get(number)
        if known is None or known[0] != version:
            found = self._backend.database.read().execute("SELECT count(*) FROM rows WHERE dataset = ?", (number,))
            known = self._known[number] = (version, found.fetchone()[0])
        return known[1]


def moment(seconds: float | None) -> str:
    """Seconds since 1970 as date and time in UTC; nothing for a time that has not come."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S") if seconds else ""


def size(length: int) -> str:
    """A number of bytes for people."""
    value, unit = float(length), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):  # noqa: B007 — the last one stays
        if value < 1024:
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"


def header(backend: Backend) -> dict[str, Any]:
    """What is above every page."""
    row = backend.database.read().execute("SELECT * FROM workspaces LIMIT 1").fetchone()
    return {"workspace": dict(row), "now": moment(backend.clock.time()), "url": backend.base_url}


def datasets(backend: Backend, counts: RowCounts) -> list[dict[str, Any]]:
    """All of them, by name."""
    rows = backend.database.read().execute("SELECT * FROM datasets ORDER BY name, number").fetchall()
    return [_dataset(backend, row, counts) for row in rows]


def dataset(backend: Backend, counts: RowCounts, dataset_id: str) -> dict[str, Any] | None:
    """One of them, with its columns and jobs."""
    row = backend.database.read().execute("SELECT * FROM datasets WHERE id = ?", (dataset_id,)).fetchone()
    if row is None:
        return None
    found = _dataset(backend, row, counts)
    return {**found, "columns": columns_of(backend, row["schema_version_id"]), "jobs": jobs_of(backend, dataset_id)}


def _dataset(backend: Backend, row: sqlite3.Row, counts: RowCounts) -> dict[str, Any]:
    version = backend.database.read().execute(
        "SELECT schema_id, body FROM schema_versions WHERE id = ?", (row["schema_version_id"],)
    )
    schema = version.fetchone()
    body: dict[str, Any] = json.loads(schema["body"]) if schema else {"schemaVersionName": "", "columns": []}
    return {
        **dict(row),
        "count": counts.of(row["number"], row["version"]),
        "changed": moment(row["modified"]),
        "made": moment(row["created"]),
        "tags": json.loads(row["tags"]),
        "schema_id": schema["schema_id"] if schema else "",
        "schema_name": body["schemaVersionName"],
        "keys": key_columns(body["columns"]),
    }


def rows(backend: Backend, found: dict[str, Any], number: int) -> Page:
    """A page of a dataset's rows; a number beyond the last is the last."""
    count = max(1, math.ceil(found["count"] / ROWS_A_PAGE))
    page = min(max(number, 1), count)
    begin = (page - 1) * ROWS_A_PAGE
    bodies = _bodies(backend, found["number"], begin, found["count"])
    columns = found["columns"]
    return Page(
        rows=[list(row_as_json(body, columns).values()) for body in bodies], number=page, count=count, first=begin + 1
    )


def _bodies(backend: Backend, number: int, begin: int, total: int) -> list[str]:
    """Rows from the nearer end: what is passed over has to be read."""
    limit = min(ROWS_A_PAGE, total - begin)
    order, skipped = ("ASC", begin) if begin <= total // 2 else ("DESC", max(total - begin - ROWS_A_PAGE, 0))
    found = backend.database.read().execute(
        f"SELECT body FROM rows WHERE dataset = ? ORDER BY key {order} LIMIT ? OFFSET ?",  # noqa: S608 — words of ours
        (number, limit, skipped),
    )
    bodies = [row["body"] for row in found]
    return bodies if order == "ASC" else bodies[::-1]


def schemas(backend: Backend) -> list[dict[str, Any]]:
    """All of them with their versions, the newest last."""
    connection = backend.database.read()
    versions = connection.execute("SELECT * FROM schema_versions ORDER BY number").fetchall()
    return [
        {
            **json.loads(row["body"]),
            "id": row["id"],
            "is_predefined": row["workspace_id"] == PREDEFINED,
            "versions": [{**json.loads(one["body"]), **dict(one)} for one in versions if one["schema_id"] == row["id"]],
        }
        for row in connection.execute("SELECT * FROM schemas ORDER BY workspace_id DESC, rowid")
    ]


def jobs_of(backend: Backend, dataset_id: str | None = None, limit: int = 200) -> list[dict[str, Any]]:
    """The latest jobs, newest first."""
    found = backend.database.read().execute(
        f"{_JOBS} WHERE dataset_id = coalesce(?, dataset_id) ORDER BY number DESC LIMIT ?",
        (dataset_id, limit),
    )
    busy = set(jobs.at_work(backend))
    return [_job(backend, row, row["job_id"] in busy) for row in found.fetchall()]


def job(backend: Backend, job_id: str) -> dict[str, Any] | None:
    """One of them, with its course and errors."""
    row = backend.database.read().execute(f"{_JOBS} WHERE job_id = ?", (job_id,)).fetchone()
    if row is None:
        return None
    found = _job(backend, row, job_id in jobs.at_work(backend))
    return {**found, "course": _course(backend, row, found), "errors": json.loads(row["validation_error"])}


def _job(backend: Backend, row: sqlite3.Row, is_at_work: bool) -> dict[str, Any]:
    status = str(row["status"])
    kind = "busy" if is_at_work else {"Registered": "idle", "Completed": "good"}.get(status, "bad")
    took = f"{row['completed'] - row['started']:.1f} s" if row["completed"] and row["started"] else ""
    return {
        **dict(row),
        "status": "Not started" if status == jobs.REGISTERED else status,
        "kind": kind,
        "at_work": is_at_work,
        "made": moment(row["created"]),
        "took": took,
        "forgotten": jobs.is_forgotten(backend, row["job_id"]),
    }


def _course(backend: Backend, row: sqlite3.Row, found: dict[str, Any]) -> list[dict[str, str]]:
    """What has happened to a job, and what is to come."""
    file = backend.files.get(row["workspace_id"], f"{jobs.folder_of(row['job_id'])}/{row['file_name']}")
    uploaded = f"{row['file_name']}, {size(file.length)}" if file and file.length else f"{row['file_name']} is awaited"
    due = backend.database.read().execute(
        "SELECT min(due) AS due FROM runs WHERE job_id = ? AND is_done = 0", (row["job_id"],)
    )
    end = due.fetchone()["due"]
    if found["at_work"]:
        ends = "never by itself" if end and end >= jobs.NEVER else f"ends at {moment(end)}"
    else:
        ends = found["status"] if row["completed"] else ""
    starts = f"{row['start_count']} start requests" if row["start_count"] > 1 else ""
    return [
        {"what": "Registered", "when": found["made"], "how": str(row["operation"])},
        {"what": "Uploaded", "when": moment(file.modified) if file and file.length else "", "how": uploaded},
        {"what": "Started", "when": moment(row["started"]), "how": starts},
        {"what": "Ended", "when": moment(row["completed"]) if not found["at_work"] else "", "how": ends},
    ]


def all_containers(backend: Backend) -> list[dict[str, Any]]:
    """Containers and their metadata."""
    found = (containers.find(backend, one) for one in containers.all_ids(backend))
    return [container_view(backend, one) for one in found if one]


def container_view(backend: Backend, found: dict[str, Any]) -> dict[str, Any]:
    """A container as its owner sees it, and who else is related to it."""
    related = backend.database.read().execute(
        "SELECT account_id, level FROM relations WHERE container_id = ? ORDER BY account_id", (found["id"],)
    )
    return {**containers.described(backend, found, "owner"), "relations": [dict(row) for row in related.fetchall()]}


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder of the workspace's file system, and what is in it."""

    path: str
    file: StoredFile | None
    above: list[tuple[str, str]]
    """Names and paths of the folders above, the root first."""
    within: list[StoredFile]
    purposes: dict[str, str]
    """What the folders of the root are for, by path."""


def folder(backend: Backend, path: str) -> Folder:
    """What is at *path*; empty for a path that is not there."""
    workspace = str(seed.demo(backend)["workspaceId"])
    clean = path.strip("/")
    parts = clean.split("/") if clean else []
    above = [("Files", ""), *((part, "/".join(parts[: i + 1])) for i, part in enumerate(parts))]
    found = backend.files.get(workspace, clean) if clean else None
    is_folder = found is None or found.is_directory
    within = backend.files.listed(workspace, clean, recursive=False) if is_folder else []
    purposes = {} if clean else _purposes(backend, workspace)
    within.sort(key=lambda one: (one.path != filestorage.root_of(workspace), not one.is_directory))
    return Folder(path=clean, file=found, above=above, within=within, purposes=purposes)


def _purposes(backend: Backend, workspace: str) -> dict[str, str]:
    rows = backend.database.read().execute("SELECT job_id, operation, dataset_name FROM jobs")
    uploads = {jobs.folder_of(row["job_id"]): f"{row['operation']} into {row['dataset_name']}" for row in rows}
    return {**uploads, filestorage.root_of(workspace): "File storage"}


def requests(backend: Backend, words: str, limit: int) -> list[dict[str, Any]]:
    """The latest requests with *words* in method or address, newest first."""
    workspace = f"/workspaces/{seed.demo(backend)['workspaceId']}"
    found: Iterable[dict[str, Any]] = reversed(backend.requests.latest())
    chosen = (one for one in found if words.lower() in f"{one['method']} {one['path']}?{one['query']}".lower())
    return [
        {**one, "kind": _kind_of(one["status"]), **_shortened(one["path"], one["query"], workspace)}
        for one, _ in zip(chosen, range(limit), strict=False)
    ]


def _shortened(path: str, query: str, workspace: str) -> dict[str, str]:
    """Which service a request went to, and what of its address is not the same in all."""
    prefix, service = next(
        ((prefix, service) for prefix, service in _SERVICES.items() if path.startswith(prefix)), ("", "Other")
    )
    if "/oauth2/" in path:
        service = "Tokens"
    rest = path.removeprefix(prefix).removeprefix(workspace).removeprefix(workspace.removeprefix("/workspaces"))
    told = "&".join(part for part in query.split("&") if part.partition("=")[0] not in _OF_SAS)
    return {"service": service, "rest": (rest or "/") + (f"?{told}" if told else "")}


def _kind_of(status: int | None) -> str:
    if status is None:
        return "busy"
    return "good" if status < 400 else "bad"


def faults(backend: Backend) -> list[dict[str, Any]]:
    """Those in force, what they do in words."""
    return [{**one, "does": _words(one["effect"])} for one in backend.faults.all()]


def _words(effect: dict[str, Any]) -> str:
    named = {"seconds": "", "message": "", "applies": False, **effect}
    text = _EFFECTS[effect["kind"]].format(**named)
    return f"{text}, Retry-After {effect['retryAfter']:g} s" if effect.get("retryAfter") is not None else text
