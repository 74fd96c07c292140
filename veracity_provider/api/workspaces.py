"""Data Workbench gateway: the workspaces of an account. Source: docs/platform.md, "Datasets and workspaces"."""

from dataclasses import dataclass
from typing import Final, final

from pydantic import ConfigDict, RootModel

from veracity_provider.api.hints import ID_IN_PLACE_OF_NAME, SELECTED_DATASETS, hints
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.api.wire import Text, Wire, parse
from veracity_provider.errors import UnexpectedAnswer, WorkspaceNotFound

_ADMIN_ROLES: Final = frozenset({"admin", "administrator"})


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """
    A workspace of the account.

    Args:
        id: A UUID in lower case.
        role: What the account is in it, `Reader` or `Admin`; empty where the platform does not say.
    """

    id: str
    name: str
    description: str
    region: str
    role: str
    tenant_id: str

    @property
    def is_admin(self) -> bool:
        """Whether the role is the one that may write."""
        return self.role.casefold() in _ADMIN_ROLES


class _Workspace(Wire):
    id: str
    name: Text = ""
    description: Text = ""
    region: Text = ""
    role_name: Text = ""


class _Tenant(Wire):
    id: Text = ""
    workspaces: list[_Workspace]


class _Tenants(RootModel[list[_Tenant]]):
    model_config = ConfigDict(defer_build=True)


@final
class WorkspacesClient:
    """Reads which workspaces there are; a Reader's rights suffice."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_workspace(self, workspace_id: str) -> Workspace:
        """
        Read a workspace; the account's role in it is not told.

        Raises:
            WorkspaceNotFound: There is none of this id for the account.
            PermissionDenied: The account is limited to selected datasets.
        """
        action = Action(
            label=f"reading workspace {workspace_id}", not_found=WorkspaceNotFound, hints=hints(SELECTED_DATASETS)
        )
        body = self._transport.read("GET", f"/workspaces/{workspace_id}", action)
        return _workspace(parse(_Workspace, body, action.label), tenant_id="")

    def list_workspaces(self) -> list[Workspace]:
        """
        The workspaces that the account belongs to, in all tenants.

        The call is published, the shape of its response is not.

        Raises:
            UnexpectedAnswer: The response has another shape than the one that is taken for granted here.
            PermissionDenied, NotFound: The account may not ask.
        """
        action = Action(label="listing the account's workspaces", hints=hints(ID_IN_PLACE_OF_NAME))
        body = self._transport.read("GET", "/me/tenants?includeRoleName=true", action)
        try:
            tenants = parse(_Tenants, body, action.label).root
        except UnexpectedAnswer as error:
            message = f"{error}. The form of this response is not documented: {ID_IN_PLACE_OF_NAME.text}"
            raise UnexpectedAnswer(message) from None
        return [_workspace(one, tenant.id) for tenant in tenants for one in tenant.workspaces]


def _workspace(wire: _Workspace, tenant_id: str) -> Workspace:
    return Workspace(
        id=wire.id.lower(),
        name=wire.name,
        description=wire.description,
        region=wire.region,
        role=wire.role_name,
        tenant_id=tenant_id,
    )
