"""Workspaces. Source: docs/platform.md, "Datasets and workspaces"."""

from typing import Any, Final

from pydantic import BaseModel

from veracity_emulator.backend import Backend
from veracity_emulator.operations import Call, Operation, Wire, endpoint
from veracity_emulator.workbench.errors import gateway_error
from veracity_emulator.workbench.schemas import GATEWAY

# ruff: noqa: N815 — members are spelled as on the wire

ALIAS: Final = "local"
"""Of the tenant, in place of its id."""
TABLES: Final = """
CREATE TABLE IF NOT EXISTS workspaces (id TEXT PRIMARY KEY, tenant_id TEXT, name TEXT, description TEXT, region TEXT);
"""


class TenantsLook(Wire):
    """`GET me/tenants`, in the query."""

    tenantIdOrAlias: str = ""
    includeRoleName: bool = False


class Workspace(BaseModel):
    """A workspace."""

    id: str
    name: str
    description: str


class WorkspaceInTenant(Workspace):
    """A workspace in a list of its tenant's."""

    region: str
    roleName: str | None = None


class Tenant(BaseModel):
    """A tenant of the caller."""

    id: str
    alias: str
    workspaces: list[WorkspaceInTenant]


def operations() -> list[Operation]:
    """The operations."""
    operation = endpoint(GATEWAY, "workbench")
    return [
        operation("GET", "/workspaces/{workspace}", _get, "Read a workspace", answer=Workspace),
        operation(
            "GET",
            "/me/tenants",
            _tenants,
            "Tenants and workspaces of the caller",
            query=TenantsLook,
            answer=list[Tenant],
        ),
        operation(
            "GET",
            "/tenants/{tenant}/workspaces",
            _list,
            "List the workspaces of a tenant",
            answer=list[WorkspaceInTenant],
        ),
    ]


def _tenants(backend: Backend, call: Call) -> Any:
    """The tenants of the caller and their workspaces. The shape of the answer is chosen."""
    given, role = call.query_model(TenantsLook), call.account.role.capitalize()
    wanted = given.tenantIdOrAlias.lower()
    rows = backend.database.read().execute("SELECT * FROM workspaces ORDER BY name").fetchall()
    tenants = {row["tenant_id"]: [dict(one) for one in rows if one["tenant_id"] == row["tenant_id"]] for row in rows}
    role_name = {"roleName": role} if given.includeRoleName else {}
    return [
        {
            "id": tenant,
            "alias": ALIAS,
            "workspaces": [{**_described(one), "region": one["region"], **role_name} for one in found],
        }
        for tenant, found in tenants.items()
        if wanted in {"", tenant, ALIAS}
    ]


def require(backend: Backend, workspace: str) -> dict[str, Any]:
    """A workspace, or a 404."""
    row = backend.database.read().execute("SELECT * FROM workspaces WHERE id = ?", (workspace,)).fetchone()
    if row is None:
        raise gateway_error(404, "The workspace was not found.")
    return dict(row)


def _get(backend: Backend, call: Call) -> Any:
    return _described(require(backend, call.path("workspace")))


def _list(backend: Backend, call: Call) -> Any:
    rows = backend.database.read().execute("SELECT * FROM workspaces WHERE tenant_id = ?", (call.path("tenant"),))
    return [{**_described(dict(row)), "region": row["region"]} for row in rows]


def _described(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "description")}
