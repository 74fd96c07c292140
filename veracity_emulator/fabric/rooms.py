"""The Data API (reading) and the Provisioning API (metadata patches). Source: docs/platform.md, "Containers"."""

import json
from typing import Any, Final

from pydantic import BaseModel
from starlette.responses import Response

from veracity_emulator import problems
from veracity_emulator.calls import Call, Operation
from veracity_emulator.fabric import containers, xml
from veracity_emulator.fabric.patching import PatchBody, PatchRefused, patched
from veracity_emulator.world import World

DATA: Final = "/veracity/datafabric/data/api/1"
PROVISIONING: Final = "/veracity/datafabric/provisioning/api/1"


def operations() -> list[Operation]:
    """What these rooms answer."""

    def one(method: str, path: str, handler: Any, summary: str, body: type[BaseModel] | None = None) -> Operation:
        return Operation(method=method, path=path, handler=handler, summary=summary, body=body, guard="fabric")

    return [
        one("GET", f"{DATA}/resources", _list, "Containers that the caller relates to"),
        one("GET", DATA + "/resources/tag/{tag}", _list_by_tag, "Containers that have a tag"),
        one("GET", DATA + "/resources/{id}", _get, "Read a container"),
        one("GET", f"{DATA}/tags", _tags, "All tags"),
        one("PATCH", PROVISIONING + "/container/{id}/metadata", _patch, "Patch the metadata", PatchBody),
    ]


def _get(world: World, call: Call) -> Any:
    container, level = _require(world, call)
    return _answer(call, containers.described(world, container, level))


def _list(world: World, call: Call) -> Any:
    return _answer(call, _related(world, call))


def _related(world: World, call: Call) -> list[dict[str, Any]]:
    """Containers that the caller may see."""
    return [found for one in containers.all_ids(world) if (found := _visible(world, call, one))]


def _list_by_tag(world: World, call: Call) -> Any:
    wanted = call.path("tag").lower()
    return _answer(call, [found for found in _related(world, call) if wanted in _titles(found)])


def _titles(resource: dict[str, Any]) -> set[str]:
    tags: list[dict[str, str]] = resource["metadata"].get("tags") or []
    return {tag["title"].lower() for tag in tags}


def _visible(world: World, call: Call, container_id: str) -> dict[str, Any] | None:
    container = containers.find(world, container_id)
    level = containers.access_level(world, container, call.account.id) if container else None
    return containers.described(world, container, level) if container and level else None


def _tags(world: World, call: Call) -> Any:
    return _answer(call, containers.tags(world), "Tag")


def _patch(world: World, call: Call) -> Any:
    with world.database.transaction():
        container, level = _require(world, call)
        if level != "owner":
            raise problems.fabric(403, "Not resource owner")
        try:
            metadata = patched(json.loads(container["metadata"]), call.body)
        except PatchRefused as refused:
            raise problems.fabric(400, str(refused)) from None
        containers.save_metadata(world, container["id"], metadata)
    container, level = _require(world, call)
    return _answer(call, containers.described(world, container, level))


def _require(world: World, call: Call) -> tuple[dict[str, Any], str]:
    container = containers.find(world, call.path("id").lower())
    if container is None:
        raise problems.fabric(404, "Resource was not found")
    level = containers.access_level(world, container, call.account.id)
    if level is None:
        raise problems.fabric(403, "No access to the resource")
    return container, level


def _answer(call: Call, found: object, name: str = "Resource") -> Any:
    """XML where that alone is asked for; *name* is what one of it is called there."""
    if xml.is_wanted(call.request.headers.get("Accept", "")):
        return Response(xml.document(name, found), media_type="application/xml")
    return found
