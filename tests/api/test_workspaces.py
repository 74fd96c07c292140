"""Workspaces, the account's role in them, and the platform's clock."""

import time

import pytest

from tests.emulator.client import Client
from veracity_provider.api.clients import connect
from veracity_provider.api.clock import find_clock_difference
from veracity_provider.api.workspaces import Workspace
from veracity_provider.errors import PlatformUnreachable, UnexpectedAnswer, WorkspaceNotFound

NOTHING = "99999999-0000-4000-8000-000000000000"


def test_a_workspace_is_read_by_its_id(client, clients):
    assert clients.workspaces.get_workspace(client.workspace) == Workspace(id=client.workspace, name="Local workspace")


def test_a_workspace_that_is_not_there(clients):
    with pytest.raises(WorkspaceNotFound):
        clients.workspaces.get_workspace(NOTHING)


@pytest.mark.parametrize(("is_reader", "role", "is_admin"), [(False, "Admin", True), (True, "Reader", False)])
def test_the_account_has_a_role_in_each_of_its_workspaces(emulator, make_settings, is_reader, role, is_admin):
    client_id, client_secret = Client(emulator, reader=is_reader).account
    clients = connect(make_settings(clientId=client_id, clientSecret=client_secret))
    (found,) = clients.workspaces.list_workspaces()
    assert (found.id, found.role, found.is_admin) == (emulator.demo["workspaceId"], role, is_admin)


def test_a_list_of_tenants_that_is_none(clients, fault):
    fault("*/me/tenants", {"kind": "html"})
    with pytest.raises(UnexpectedAnswer):
        clients.workspaces.list_workspaces()


@pytest.mark.parametrize("ahead_s", [0.0, 3600.0, -3600.0])
def test_the_clock_is_compared_with_the_date_of_a_response(make_settings, ahead_s):
    found = find_clock_difference(make_settings(), time=lambda: time.time() + ahead_s)
    assert found == pytest.approx(ahead_s, abs=30)


def test_without_a_response_there_is_no_time(make_settings):
    with pytest.raises(PlatformUnreachable, match="cannot be reached"):
        find_clock_difference(make_settings(endpoint="http://127.0.0.1:1"), time=lambda: 0.0)
