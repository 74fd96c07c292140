"""Data Fabric, Data API: reading containers. Source: docs/platform.md, "Containers"."""

from veracity_provider.api import models
from veracity_provider.api.listing import Listing
from veracity_provider.api.models import Container
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import ContainerNotFound


class DataClient:
    """
    Reads containers.

    *previewed* answers the reads of a preview, many of them with one request.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.previewed = Listing(self.list_containers, self.get_container)

    def get_container(self, container_id: str) -> Container:
        """
        Read a container, metadata included.

        Raises:
            ContainerNotFound: The platform answered, and it is not there.
            PermissionDenied: The account has no relation to it.
        """
        action = Action(
            label=f"reading container {container_id}",
            not_found=ContainerNotFound,
            hints={
                403: "The account has no access to it: ask its owner for a share, or to be made a data steward.",
                404: (
                    f"It is not at {self._transport.service.base_url}. If it was deleted outside Pulumi, run "
                    "`pulumi refresh`; if not, check container_id and which environment this stack points at."
                ),
            },
        )
        return models.container(self._transport.read("GET", f"/resources/{container_id}", action), action.label)

    def list_containers(self) -> dict[str, Container]:
        """All containers that the account has a relation to, by id in lower case."""
        action = Action(label="listing the containers")
        return models.containers(self._transport.read("GET", "/resources", action), action.label)
