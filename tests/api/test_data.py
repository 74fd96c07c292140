"""Reading a container."""

import pytest

from veracity_provider.errors import ContainerNotFound, PermissionDenied

NOTHING = "99999999-0000-4000-8000-000000000000"


def test_a_container_is_read_with_its_metadata(client, clients):
    found = clients.data.get_container(client.new_container())
    assert (found.access_level, found.metadata["title"]) == ("owner", "Untitled container")


def test_one_that_is_not_there_says_where_it_was_looked_for(emulator, clients):
    with pytest.raises(ContainerNotFound) as failed:
        clients.data.get_container(NOTHING)
    assert str(failed.value) == (
        f"reading container {NOTHING} failed: the platform answered 404: Resource was not found. It is not at "
        f"{emulator.url}/veracity/datafabric/data/api/1. If it was deleted outside Pulumi, run `pulumi refresh`; "
        "if not, check container_id and which environment this stack points at."
    )


def test_one_that_the_account_may_not_read_says_whom_to_ask(client, clients, fault):
    fault("*/resources/*", {"kind": "status", "status": 403})
    with pytest.raises(PermissionDenied, match="ask its owner for a share, or to be made a data steward"):
        clients.data.get_container(client.new_container())
