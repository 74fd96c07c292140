"""Data Workbench gateway: SAS of a workspace's file storage. Source: "Files"."""

from datetime import UTC, datetime
from typing import Any, Final, Literal, cast, final

from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import UnexpectedAnswer

SasKind = Literal["Read", "Write"]

_SUBSCRIPTION: Final = (
    "The workspace also needs the subscription to File storage; Veracity support knows whether it has one."
)
_HINTS: Final = {
    "Read": {
        400: _SUBSCRIPTION,
        403: "The API's page says that any account of the workspace gets a SAS that reads, and the portal's page that "
        "only administrators do: use an account with the Admin role, which an administrator of the workspace gives in "
        f"the portal under API management. {_SUBSCRIPTION}",
    },
    "Write": {
        400: _SUBSCRIPTION,
        403: "A SAS that writes needs the Admin role in the workspace, which an administrator of it gives in the "
        f"portal under API management. {_SUBSCRIPTION}",
    },
}
_DOING: Final = {"Read": "getting a SAS that reads", "Write": "getting a SAS that writes"}


@final
class FileStorageClient:
    """Gets SAS of file storage."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_sas(self, workspace_id: str, kind: SasKind, expires_at: datetime) -> str:
        """
        Get the address of the root folder with a SAS, a secret. Each one is an entry of the workspace's activity log.

        Raises:
            PermissionDenied: The account is a Reader, or the workspace has no subscription to File storage.
            PlatformError, PlatformUnreachable: There is none.
            UnexpectedAnswer: The response is no SAS.
        """
        action = Action(label=f"{_DOING[kind]} file storage of workspace {workspace_id}", hints=_HINTS[kind])
        body = {"readOrWritePermission": kind, "expiresOn": f"{expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        path = f"/workspaces/{workspace_id}/storages/sas?format=object"
        return _sas_uri(self._transport.read("POST", path, action, body=body), action.label)


def _sas_uri(body: object, doing: str) -> str:
    """The whole address, from an object, or from the text that the same call gives without `format`."""
    if isinstance(body, str) and "?" in body:
        return body
    members = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    address, token = members.get("resourceUri"), members.get("sasToken")
    if not isinstance(address, str) or not isinstance(token, str) or not address or not token:
        message = f"{doing} failed: the response must have resourceUri and sasToken, and has not"
        raise UnexpectedAnswer(message)
    return f"{address}?{token.removeprefix('?')}"
