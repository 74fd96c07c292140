"""Workspaces. Source: docs/platform.md, "Datasets and workspaces"."""

from typing import Any, Final

from veracity_emulator import problems
from veracity_emulator.calls import Call, Operation
from veracity_emulator.schemas import GATEWAY, WORKSPACE
from veracity_emulator.world import World

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS workspaces (id TEXT PRIMARY KEY, tenant_id TEXT, name TEXT, description TEXT, region TEXT);
"""


def operations() -> list[Operation]:
    """What this room answers."""
    return [
        Operation(method="GET", path=WORKSPACE, handler=_get, summary="Read a workspace", guard="workbench"),
        Operation(
            method="GET",
            path=GATEWAY + "/tenants/{tenant}/workspaces",
            handler=_list,
            summary="List the workspaces of a tenant",
            guard="workbench",
        ),
    ]


def require(world: World, workspace: str) -> dict[str, Any]:
    """A workspace, or a 404."""
    row = world.database.read().execute("SELECT * FROM workspaces WHERE id = ?", (workspace,)).fetchone()
    if row is None:
        raise problems.gateway(404, "The workspace was not found.")
    return dict(row)


def _get(world: World, call: Call) -> Any:
    return _described(require(world, call.path("workspace")))


def _list(world: World, call: Call) -> Any:
    rows = world.database.read().execute("SELECT * FROM workspaces WHERE tenant_id = ?", (call.path("tenant"),))
    return [{**_described(dict(row)), "region": row["region"]} for row in rows]


def _described(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "description")}
