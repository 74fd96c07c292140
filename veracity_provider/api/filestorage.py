"""Data Workbench gateway: SAS of a workspace's file storage. Source: "Files"."""

from datetime import UTC, datetime
from typing import Any, Final, Literal, cast, final

from veracity_provider.api.hints import ADMIN_ROLE, FILE_STORAGE, READING_STORAGE, SELECTED_DATASETS, hints
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import UnexpectedAnswer

SasKind = Literal["Read", "Write"]

_HINTS: Final = {
    "Read": hints(READING_STORAGE, FILE_STORAGE, SELECTED_DATASETS),
    "Write": hints(ADMIN_ROLE, FILE_STORAGE, SELECTED_DATASETS),
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
