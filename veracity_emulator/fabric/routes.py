"""The Data API (reading) and the Provisioning API (metadata patches). Source: docs/platform.md, "Containers"."""

import json
from typing import Any, Final

from starlette.responses import Response

from veracity_emulator.backend import Backend
from veracity_emulator.fabric import containers, stewards, xml
from veracity_emulator.fabric.containers import Resource, Tag
from veracity_emulator.fabric.errors import fabric_error
from veracity_emulator.fabric.patching import PatchBody, PatchRefused, patched
from veracity_emulator.operations import Call, Operation, endpoint

DATA: Final = "/veracity/datafabric/data/api/1"
PROVISIONING: Final = "/veracity/datafabric/provisioning/api/1"


def operations() -> list[Operation]:
    """The operations."""

    operation = endpoint("", "fabric")
    return [
        operation("GET", f"{DATA}/resources", _list, "Containers that the caller relates to", answer=list[Resource]),
        operation("GET", DATA + "/resources/tag/{tag}", _list_by_tag, "Containers with a tag", answer=list[Resource]),
        operation("GET", DATA + "/resources/{id}", _get, "Read a container", answer=Resource),
        operation("GET", f"{DATA}/tags", _tags, "All tags", answer=list[Tag]),
        operation(
            "PATCH",
            PROVISIONING + "/container/{id}/metadata",
            _patch,
            "Patch the metadata",
            PatchBody,
            answer=Resource,
        ),
        *stewards.operations(),
    ]


def _get(backend: Backend, call: Call) -> Any:
    container, level = _require(backend, call)
    return _answer(call, containers.described(backend, container, level))


def _list(backend: Backend, call: Call) -> Any:
    return _answer(call, _related(backend, call))


def _related(backend: Backend, call: Call) -> list[dict[str, Any]]:
    """Containers that the caller may see."""
    return [found for one in containers.all_ids(backend) if (found := _visible(backend, call, one))]


def _list_by_tag(backend: Backend, call: Call) -> Any:
    wanted = call.path("tag").lower()
    return _answer(call, [found for found in _related(backend, call) if wanted in _titles(found)])


def _titles(resource: dict[str, Any]) -> set[str]:
    tags: list[dict[str, str]] = resource["metadata"].get("tags") or []
    return {tag["title"].lower() for tag in tags}


def _visible(backend: Backend, call: Call, container_id: str) -> dict[str, Any] | None:
    container = containers.find(backend, container_id)
    level = containers.access_level(backend, container, call.account.id) if container else None
    return containers.described(backend, container, level) if container and level else None


def _tags(backend: Backend, call: Call) -> Any:
    return _answer(call, containers.tags(backend), "Tag")


def _patch(backend: Backend, call: Call) -> Any:
    with backend.database.transaction():
        container, level = _require(backend, call)
        if level != "owner":
            raise fabric_error(403, "Not resource owner")
        try:
            metadata = patched(json.loads(container["metadata"]), call.body)
        except PatchRefused as refused:
            raise fabric_error(400, str(refused)) from None
        containers.save_metadata(backend, container["id"], metadata)
    container, level = _require(backend, call)
    return _answer(call, containers.described(backend, container, level))


def _require(backend: Backend, call: Call) -> tuple[dict[str, Any], str]:
    container = containers.find(backend, call.path("id").lower())
    if container is None:
        raise fabric_error(404, "Resource was not found")
    level = containers.access_level(backend, container, call.account.id)
    if level is None:
        raise fabric_error(403, "No access to the resource")
    return container, level


def _answer(call: Call, found: object, name: str = "Resource") -> Any:
    """XML where that alone is asked for; *name* is what one of it is called there."""
    if xml.is_wanted(call.request.headers.get("Accept", "")):
        return Response(xml.document(name, found), media_type="application/xml")
    return found
