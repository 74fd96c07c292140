"""Data stewards of a container: appointed and dismissed by its owner. Source: docs/platform.md, "Containers"."""

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from veracity_emulator.backend import Backend
from veracity_emulator.fabric import containers
from veracity_emulator.fabric.errors import fabric_error
from veracity_emulator.operations import Call, Operation, Wire, endpoint

# ruff: noqa: N815 — members are spelled as on the wire

_STEWARDS = "/veracity/datafabric/data/api/1/resources/{id}/datastewards"


class StewardInput(Wire):
    """`POST …/datastewards/{userId}`."""

    comment: str | None = None


class Steward(BaseModel):
    """A data steward of a container."""

    userId: str
    resourceId: str
    grantedBy: str
    comment: str


def operations() -> list[Operation]:
    """The operations."""

    operation = endpoint(_STEWARDS, "fabric")
    return [
        operation("GET", "", _list, "List data stewards", answer=list[Steward]),
        operation("POST", "/{user}", _appoint, "Appoint a data steward", StewardInput, answer=Steward),
        operation("DELETE", "/{user}", _dismiss, "Dismiss a data steward"),
    ]


def _list(backend: Backend, call: Call) -> Any:
    container = _container(backend, call)
    rows = backend.database.read().execute(
        "SELECT account_id FROM relations WHERE container_id = ? AND level = 'dataSteward'", (container["id"],)
    )
    return [_described(container, row["account_id"], "") for row in rows]


def _appoint(backend: Backend, call: Call) -> Any:
    container = _owned(backend, call)
    with backend.database.transaction() as connection:
        values = (container["id"], call.path("user"), "dataSteward")
        connection.execute("INSERT OR REPLACE INTO relations VALUES (?, ?, ?)", values)
    given = call.model(StewardInput) if call.body is not None else StewardInput()
    return _described(container, call.path("user"), given.comment or "")


def _dismiss(backend: Backend, call: Call) -> Any:
    container = _owned(backend, call)
    with backend.database.transaction() as connection:
        where = (container["id"], call.path("user"))
        connection.execute("DELETE FROM relations WHERE container_id = ? AND account_id = ?", where)
    return Response(status_code=200)


def _container(backend: Backend, call: Call) -> dict[str, Any]:
    found = containers.find(backend, call.path("id"))
    if found is None:
        raise fabric_error(404, "Resource was not found")
    return found


def _owned(backend: Backend, call: Call) -> dict[str, Any]:
    found = _container(backend, call)
    if containers.access_level(backend, found, call.account.id) != "owner":
        raise fabric_error(403, "Not resource owner")
    return found


def _described(container: dict[str, Any], account_id: str, comment: str) -> dict[str, str]:
    granted_by = container["owner_id"]
    return {"userId": account_id, "resourceId": container["id"], "grantedBy": granted_by, "comment": comment}
