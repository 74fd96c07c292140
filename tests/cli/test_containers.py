"""`veracity containers` and `veracity container`."""

from types import SimpleNamespace

import pytest

from veracity_provider.api.models import Container
from veracity_provider.cli import containers

OWNED, FOREIGN = (f"33333333-0000-4000-8000-00000000000{i}" for i in (1, 2))
NOTHING = "99999999-0000-4000-8000-000000000000"


def test_containers_as_a_table(veracity):
    assert veracity("containers").out == (
        "ID                                    TITLE            ACCESS    TAGS\n"
        f"{OWNED}  Untitled conta…  owner     draft, veracity\n"
        f"{FOREIGN}  Somebody else'…  consumer  veracity\n"
    )


def test_a_container(veracity):
    assert veracity("container", OWNED.upper()).out.startswith(
        "Untitled container\n"
        f"id           {OWNED}\n"
        "description  Made by the local Veracity.\n"
        "icon         Automatic_Information_Display, #5594aa\n"
        "tags         draft, veracity\n"
        "access       owner\n"
    )


def test_a_container_in_full(alone, monkeypatch):
    found = Container(
        id="i",
        reference="ref",
        url="https://acct/c",
        last_modified_utc="2026-01-02",
        creation_date_time_utc="2026-01-01",
        owner_id="o",
        access_level="owner",
        region="EU",
        key_status="keys",
        may_contain_personal_data="no",
        metadata={
            "title": "A",
            "description": "What.",
            "icon": {"id": "ship", "backgroundColor": "#5594aa"},
            "tags": [{"title": "a"}, {"title": "veracity", "type": "systemTag"}],
        },
    )
    clients = SimpleNamespace(data=SimpleNamespace(get_container={OWNED: found}.__getitem__))
    monkeypatch.setattr(containers, "connect_to", lambda *_: SimpleNamespace(clients=clients))
    assert alone("container", OWNED).out == (
        "A\n"
        "id           i\n"
        "description  What.\n"
        "icon         ship, #5594aa\n"
        "tags         a, veracity\n"
        "access       owner\n"
        "owner        o\n"
        "region       EU\n"
        "created      2026-01-01\n"
        "changed      2026-01-02\n"
        "address      https://acct/c\n"
    )


def test_a_container_without_metadata_has_no_title(veracity, platform):
    made = platform.new_container()
    platform.somebody_sets(made, title="", description="", tags=[])
    found = veracity("container", made)
    assert found.lines[:2] == ["(no title)", f"id       {made}"]


def test_a_container_as_json_is_all_that_the_platform_says(veracity):
    found = veracity("container", OWNED, "--json").json
    assert (found["id"], found["access_level"], found["metadata"]["title"]) == (OWNED, "owner", "Untitled container")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        pytest.param([], [OWNED, FOREIGN], id="all"),
        pytest.param(["--title", "UNTITLED"], [OWNED], id="a part of the title, in any case"),
        pytest.param(["--title", "nothing"], [], id="a title of none"),
        pytest.param(["--tag", "DRAFT"], [OWNED], id="a tag, in any case"),
        pytest.param(["--tag", "draf"], [], id="a part of a tag"),
        pytest.param(["--tag", "veracity"], [OWNED, FOREIGN], id="a tag of the platform"),
        pytest.param(["--access", "CONSUMER"], [FOREIGN], id="an access, in any case"),
        pytest.param(["--access", "owner", "--tag", "veracity"], [OWNED], id="both"),
        pytest.param(["--access", "owner", "--title", "somebody"], [], id="both, of none"),
        pytest.param(["--limit", "1"], [OWNED], id="a number"),
    ],
)
def test_containers_are_filtered(veracity, options, found):
    assert [one["id"] for one in veracity("containers", *options, "--json").json] == found


def test_where_there_are_none_that_is_said(veracity):
    found = veracity("containers", "--title", "nothing")
    assert (found.code, found.out, found.err) == (0, "", "no containers\n")


def test_a_container_that_is_not_there(veracity, platform):
    found = veracity("container", NOTHING)
    assert (found.code, found.out) == (3, "")
    assert found.err.strip().partition(" (trace id: ")[0] == (
        f"error: there is no container {NOTHING} at {platform.url}/veracity/datafabric/data/api/1"
    )


@pytest.mark.parametrize("command", [["containers"], ["container", OWNED]], ids=" ".join)
def test_the_settings_are_those_of_the_stack(alone, stack, command):
    assert OWNED in alone(*command, "--stack", "dev", "--json").out
