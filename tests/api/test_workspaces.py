"""Workspaces, and the account's role in them."""

from types import SimpleNamespace

import pytest

from veracity_provider.api.clients import Clients
from veracity_provider.api.workspaces import Workspace, WorkspacesClient
from veracity_provider.errors import UnexpectedAnswer, WorkspaceNotFound

NOTHING = "99999999-0000-4000-8000-000000000000"


def answering(body):
    answers = {("GET", "/me/tenants?includeRoleName=true"): body}
    return WorkspacesClient(SimpleNamespace(read=lambda method, path, _: answers[method, path]))


@pytest.mark.parametrize(
    ("account", "role"), [("clientId", "Admin"), ("readerClientId", "Reader"), ("scopedClientId", "Admin")]
)
def test_any_account_sees_its_workspaces_and_its_role(client, emulator, make_settings, account, role):
    secret = emulator.demo[account.replace("lientId", "lientSecret")]
    clients = Clients(make_settings(clientId=emulator.demo[account], clientSecret=secret))
    (found,) = clients.workspaces.list_workspaces()
    assert (found.id, found.name, found.role, found.region) == (client.workspace, "Local workspace", role, "EU")
    assert found.is_admin == (role == "Admin")


def test_a_workspace_is_read_by_its_id(client, clients):
    found = clients.workspaces.get_workspace(client.workspace)
    assert (found.id, found.name, found.role) == (client.workspace, "Local workspace", "")


def test_a_workspace_that_is_not_there(clients):
    with pytest.raises(WorkspaceNotFound):
        clients.workspaces.get_workspace(NOTHING)


def test_all_tenants_count_and_what_is_not_told_is_empty():
    tenants = [
        {"id": "t1", "workspaces": [{"id": "AB", "name": "Noon", "description": None}]},
        {"id": "t2", "workspaces": []},
        {"workspaces": [{"id": "cd", "name": "Noon", "roleName": "Reader", "region": "EU"}]},
    ]
    nothing = {"description": "", "region": "", "role": ""}
    assert answering(tenants).list_workspaces() == [
        Workspace(id="ab", name="Noon", tenant_id="t1", **nothing),
        Workspace(id="cd", name="Noon", tenant_id="", **{**nothing, "role": "Reader", "region": "EU"}),
    ]


@pytest.mark.parametrize("body", [None, {}, "a", [7], [{"id": "t"}], [{"workspaces": [{"name": "Noon"}]}]])
def test_another_shape_is_no_absence_and_the_id_does_as_well(body):
    with pytest.raises(UnexpectedAnswer) as failed:
        answering(body).list_workspaces()
    assert str(failed.value).startswith(
        "listing the account's workspaces failed: the response is not what the platform documents ("
    )
    assert str(failed.value).endswith("use the id instead of the name.")
