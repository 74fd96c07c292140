"""Data Workbench gateway: workspaces, and what the account may do in them. Source: "Workspaces"; docs/platform.md."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, cast, final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from veracity_provider.api.models import parse
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import UnexpectedAnswer, WorkspaceNotFound

_ADMIN_ROLES: Final = frozenset({"admin", "administrator"})


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace; *role* is that of the account in it, in the platform's word, empty where it is not told."""

    id: str
    name: str
    role: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether the role is the one that may write."""
        return self.role.casefold() in _ADMIN_ROLES


def _text(value: object) -> str:
    return "" if value is None else str(value)


_Text = Annotated[str, BeforeValidator(_text)]


class _Workspace(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    id: str
    name: _Text = ""
    role_name: _Text = Field("", alias="roleName")


class _Tenant(BaseModel):
    model_config = ConfigDict(extra="ignore")

    workspaces: list[_Workspace] = Field(default_factory=list[_Workspace])


@final
class WorkspacesClient:
    """Reads workspaces."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_workspace(self, workspace_id: str) -> Workspace:
        """
        Read a workspace.

        Raises:
            WorkspaceNotFound: There is none of this id for the account.
            PermissionDenied: The account is limited to selected datasets.
        """
        action = Action(label=f"reading workspace {workspace_id}", not_found=WorkspaceNotFound)
        wire = parse(_Workspace, self._transport.read("GET", f"/workspaces/{workspace_id}", action), action.label)
        return Workspace(id=wire.id, name=wire.name)

    def list_workspaces(self) -> list[Workspace]:
        """The workspaces of the account in all its tenants, with its role in each."""
        action = Action(label="listing the workspaces of the account")
        body = self._transport.read("GET", "/me/tenants?includeRoleName=true", action)
        if not isinstance(body, list):
            message = f"{action.label} failed: the response is not what the platform documents (it must be a list)"
            raise UnexpectedAnswer(message)
        tenants = [parse(_Tenant, one, action.label) for one in cast("list[Any]", body)]
        return [
            Workspace(id=one.id, name=one.name, role=one.role_name) for tenant in tenants for one in tenant.workspaces
        ]
