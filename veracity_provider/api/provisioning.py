"""Data Fabric, Provisioning API: changing metadata. Source: "Provisioning API: Update Metadata"."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from veracity_provider.api import models
from veracity_provider.api.models import Container
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import ContainerNotFound
from veracity_provider.settings import PatchStyle

_NOT_CARRIED_OUT: Final = frozenset({429, 503})


class ProvisioningClient:
    """Patches the metadata of containers."""

    def __init__(self, transport: Transport, patch_style: PatchStyle) -> None:
        self._transport = transport
        self._patch_style: PatchStyle = patch_style

    def update_metadata(self, container_id: str, operations: Sequence[Mapping[str, Any]]) -> Container:
        """
        Apply RFC 6902 operations to the container's metadata document, all or nothing.

        Raises:
            PermissionDenied: The account is not its owner.
            ContainerNotFound: It is not there.
            RequestRefused: An operation is refused, or a `test` among them failed.
            AnswerLost: The patch may have been applied.
        """
        action = Action(
            label=f"patching the metadata of container {container_id}",
            not_found=ContainerNotFound,
            hints={
                400: "Nothing was changed.",
                403: "Only its owner may change a container's metadata.",
                500: "The metadata was not updated; run again.",
            },
        )
        path = f"/container/{container_id}/metadata"
        body = to_wire(operations, self._patch_style)
        response = self._transport.write("PATCH", path, action, body=body, retry_on=_NOT_CARRIED_OUT)
        return models.container(response, action.label)


def to_wire(operations: Sequence[Mapping[str, Any]], style: PatchStyle) -> object:
    """
    The body of the request.

    `rfc6902` is the standard's array. `documented` is the wrapper and the spelling of the published page: `Title` for
    `/title`, `Icon/backgroundColor`, and tags with a `Title`.
    """
    if style == "rfc6902":
        return [dict(operation) for operation in operations]
    return {"operations": [_to_documented(operation) for operation in operations]}


def _to_documented(operation: Mapping[str, Any]) -> dict[str, Any]:
    field, slash, member = str(operation["path"]).removeprefix("/").partition("/")
    wire = {**operation, "path": f"{field[:1].upper()}{field[1:]}{slash}{member}"}
    if field == "tags" and not member and isinstance(wire.get("value"), list):
        wire["value"] = [_to_documented_tag(tag) for tag in cast("list[dict[str, Any]]", wire["value"])]
    return wire


def _to_documented_tag(tag: Mapping[str, Any]) -> dict[str, Any]:
    return {"Title" if name == "title" else name: value for name, value in tag.items()}
