"""Data stewards of a container: appointed and dismissed by its owner. Source: docs/platform.md, "Containers"."""

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from veracity_emulator import problems
from veracity_emulator.calls import Call, Operation, Wire
from veracity_emulator.fabric import containers
from veracity_emulator.world import World

_STEWARDS = "/veracity/datafabric/data/api/1/resources/{id}/datastewards"


class StewardInput(Wire):
    """`POST …/datastewards/{userId}`."""

    comment: str | None = None


def operations() -> list[Operation]:
    """What this room answers."""

    def one(method: str, path: str, handler: Any, summary: str, body: type[BaseModel] | None = None) -> Operation:
        return Operation(method=method, path=path, handler=handler, summary=summary, body=body, guard="fabric")

    user = _STEWARDS + "/{user}"
    return [
        one("GET", _STEWARDS, _list, "List data stewards"),
        one("POST", user, _appoint, "Appoint a data steward", StewardInput),
        one("DELETE", user, _dismiss, "Dismiss a data steward"),
    ]


def _list(world: World, call: Call) -> Any:
    container = _container(world, call)
    rows = world.database.read().execute(
        "SELECT account_id FROM relations WHERE container_id = ? AND level = 'dataSteward'", (container["id"],)
    )
    return [_described(container, row["account_id"], "") for row in rows]


def _appoint(world: World, call: Call) -> Any:
    container = _owned(world, call)
    with world.database.transaction() as connection:
        values = (container["id"], call.path("user"), "dataSteward")
        connection.execute("INSERT OR REPLACE INTO relations VALUES (?, ?, ?)", values)
    given = call.model(StewardInput) if call.body is not None else StewardInput()
    return _described(container, call.path("user"), given.comment or "")


def _dismiss(world: World, call: Call) -> Any:
    container = _owned(world, call)
    with world.database.transaction() as connection:
        where = (container["id"], call.path("user"))
        connection.execute("DELETE FROM relations WHERE container_id = ? AND account_id = ?", where)
    return Response(status_code=200)


def _container(world: World, call: Call) -> dict[str, Any]:
    found = containers.find(world, call.path("id"))
    if found is None:
        raise problems.fabric(404, "Resource was not found")
    return found


def _owned(world: World, call: Call) -> dict[str, Any]:
    found = _container(world, call)
    if containers.access_level(world, found, call.account.id) != "owner":
        raise problems.fabric(403, "Not resource owner")
    return found


def _described(container: dict[str, Any], account_id: str, comment: str) -> dict[str, str]:
    granted_by = container["owner_id"]
    return {"userId": account_id, "resourceId": container["id"], "grantedBy": granted_by, "comment": comment}
