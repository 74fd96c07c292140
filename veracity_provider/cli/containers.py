"""`veracity containers` and `veracity container`."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from veracity_provider.api.container_document import tags_from_wire
from veracity_provider.api.models import Container
from veracity_provider.cli.connection import connect_to
from veracity_provider.cli.options import AsJson, ContainerArgument, Limit, Stack
from veracity_provider.cli.output import Column, Output
from veracity_provider.errors import ContainerNotFound

_COLUMNS = (
    Column[Container](title="id", text=lambda one: one.id, is_whole=True),
    Column[Container](title="title", text=lambda one: one.metadata.get("title", "")),
    Column[Container](title="access", text=lambda one: one.access_level),
    Column[Container](title="tags", text=lambda one: ", ".join(_tags(one))),
)


def list_containers(
    stack: Stack = None,
    *,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Only those whose title has this in it.")] = "",
    tag: Annotated[str, typer.Option(metavar="TITLE", help="Only those with this tag.")] = "",
    access: Annotated[
        str, typer.Option(metavar="LEVEL", help="Only those with this access: owner, dataSteward, consumer.")
    ] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List the containers that the account has access to, with their titles and tags."""
    connection = connect_to(stack, None)
    found = (
        one
        for one in connection.clients.data.list_containers().values()
        if title.casefold() in str(one.metadata.get("title", "")).casefold()
        and (not tag or tag.casefold() in map(str.casefold, _tags(one)))
        and (not access or access.casefold() == one.access_level.casefold())
    )
    Output(as_json=as_json).print_items(found, _COLUMNS, asdict, limit=limit, nothing="no containers")


def show_container(container: ContainerArgument, stack: Stack = None, *, as_json: AsJson = False) -> None:
    """Show a container as Data Fabric describes it."""
    connection = connect_to(stack, None)
    try:
        found = connection.clients.data.get_container(container)
    except ContainerNotFound as error:
        message = f"there is no container {container} at {connection.settings.data_api_url}"
        raise ContainerNotFound(message, status=error.status, trace_id=error.trace_id) from None
    output = Output(as_json=as_json)
    if as_json:
        output.print_document(asdict(found))
        return
    metadata = found.metadata
    output.print_details(
        str(metadata.get("title") or "(no title)"),
        [
            ("id", found.id),
            ("description", metadata.get("description")),
            ("icon", _icon(metadata.get("icon") or {})),
            ("tags", ", ".join(_tags(found))),
            ("access", found.access_level),
            ("owner", found.owner_id),
            ("region", found.region),
            ("created", found.creation_date_time_utc),
            ("changed", found.last_modified_utc),
            ("address", found.url),
        ],
    )


def _tags(container: Container) -> list[str]:
    return [tag.title for tag in tags_from_wire(container.metadata.get("tags"))]


def _icon(icon: Any) -> str:
    return ", ".join(str(value) for value in icon.values())
