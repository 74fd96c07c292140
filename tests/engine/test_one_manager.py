"""
A container has one manager at a time, whatever makes the engine create a resource for it and delete another.

Each way to get a successor is a row of `WAYS`; all of them are taken in one `pulumi up`, since an `up` costs seconds.
"""

import shutil
from dataclasses import dataclass

import pytest

CLASSES = """
class Group(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("test:Group", name)

class Mine(ContainerMetadata, module="mine", name="Mine"):
    pass

def declare(name, container_id, kind=ContainerMetadata, **arguments):
    arguments = {"title": "Declared", "on_destroy": "restore", "on_conflict": "fail", **arguments}
    kind(name, container_id=container_id, **arguments)
"""
FIRST = "Untitled container"


@dataclass(frozen=True)
class Way:
    """
    How containers are declared before and after; in both, `a` and `b` are ids.

    *replaced* names the resource that `--replace` replaces; *titles* are those of `a` and `b` after the `up`.
    """

    before: str
    after: str
    replaced: str | None = None
    titles: tuple[str, str] = ("Declared", FIRST)


WAYS = {
    "a rename without an alias": Way(
        'declare("rename-1", a)',
        'declare("rename-2", a)',
    ),
    "a rename with an alias": Way(
        'declare("alias-1", a)',
        'declare("alias-2", a, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="alias-1")]))',
    ),
    "a move into a component": Way(
        'declare("moved", a)',
        'declare("moved", a, opts=pulumi.ResourceOptions(parent=Group("group")))',
    ),
    "another type": Way(
        'declare("type", a)',
        'declare("type", a, kind=Mine)',
    ),
    "ids that are swapped": Way(
        'declare("swap-1", a)\ndeclare("swap-2", b)',
        'declare("swap-1", b)\ndeclare("swap-2", a)',
        titles=("Declared", "Declared"),
    ),
    "names that are swapped, with aliases": Way(
        'declare("name-1", a)\ndeclare("name-2", b)',
        'declare("name-2", a, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="name-1")]))\n'
        'declare("name-1", b, opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="name-2")]))',
        titles=("Declared", "Declared"),
    ),
    "a replacement on request": Way(
        'declare("replaced", a)',
        'declare("replaced", a)',
        replaced="replaced",
    ),
    "a replacement that deletes first": Way(
        'declare("first", a, opts=pulumi.ResourceOptions(delete_before_replace=True))',
        'declare("first", a, opts=pulumi.ResourceOptions(delete_before_replace=True))',
        replaced="first",
    ),
    "another container": Way(
        'declare("other", a)',
        'declare("other", b)',
        titles=(FIRST, "Declared"),
    ),
    "a rename that declares less": Way(
        'declare("less-1", a, description="Declared", icon={"id": "Ship", "background_color": "#000000"})',
        'declare("less-2", a, icon={"id": "Ship"})',
    ),
}


@pytest.fixture
def ways(project, veracity):
    """A project that declares the containers of each way; `ids` has them by way, `before` their metadata by id."""
    project.ids = {way: {"a": veracity.new_container(), "b": veracity.new_container()} for way in WAYS}
    project.before = {
        container: veracity.container(container)["metadata"]
        for ids in project.ids.values()
        for container in ids.values()
    }

    def declare(when, *names):
        parts = [f"a, b = {tuple(project.ids[way].values())!r}\n{getattr(WAYS[way], when)}" for way in names or WAYS]
        project.program(CLASSES + "\n".join(parts))

    project.declare_ways = declare
    declare("before")
    assert project.up().succeeded
    return project


def titles(veracity, ids):
    return tuple(veracity.container(one)["metadata"]["title"] for one in ids.values())


def test_a_container_stays_as_declared_through_a_change_of_its_manager_and_is_restored_to_what_was_first(
    ways, veracity
):
    ways.declare_ways("after")
    urns = {one["urn"].rpartition("::")[2]: one["urn"] for one in ways.state()["resources"]}
    replaced = [f"--replace={urns[way.replaced]}" for way in WAYS.values() if way.replaced]

    previewed = ways.preview(*replaced)
    assert previewed.succeeded, previewed.text
    says = 'takes the container over from "rename-1"; a restore will put back the original values: title: "Untitled'
    assert previewed.lines_with(says), previewed.text

    up = ways.up(*replaced)
    assert up.succeeded, up.text
    assert up.lines_with('left as it is, since "rename-2" manages the container now'), up.text
    assert "somebody" not in up.text
    assert {way: titles(veracity, ids) for way, ids in ways.ids.items()} == {
        way: expected.titles for way, expected in WAYS.items()
    }
    less = veracity.container(ways.ids["a rename that declares less"]["a"])["metadata"]
    assert less["description"] == "Made by the local Veracity."
    assert less["icon"] == {"id": "Ship", "backgroundColor": "#5594aa"}
    assert ways.is_unchanged()

    destroyed = ways.destroy()
    assert destroyed.succeeded, destroyed.text
    assert "somebody" not in destroyed.text
    after = {container: veracity.container(container)["metadata"] for container in ways.before}
    assert after == ways.before


def test_where_nothing_is_checked_a_note_on_this_machine_tells(ways, veracity):
    ids = ways.ids["a rename without an alias"]
    ways.declare_ways("after", "a rename without an alias")
    urns = {one["urn"].rpartition("::")[2]: one["urn"] for one in ways.state()["resources"]}
    old = urns["rename-1"]
    assert ways.up(f"--target={old.replace('rename-1', 'rename-2')}").succeeded
    up = ways.up(f"--target={old}")
    assert up.succeeded, up.text
    assert up.lines_with('left as it is, since "rename-2" manages the container now'), up.text
    assert titles(veracity, ids) == ("Declared", FIRST)


def test_without_that_note_an_up_says_which_first_values_are_given_up(ways, veracity):
    ids = ways.ids["a rename without an alias"]
    shutil.rmtree(ways.folder / "home/veracity/containers")
    ways.declare_ways("after")
    previewed = ways.preview()
    assert previewed.lines_with("already as declared, so a restore will leave as it is: title"), previewed.text
    up = ways.up()
    assert up.succeeded, up.text
    assert up.lines_with('these original values can no longer be restored: title: "Untitled container"'), up.text
    assert titles(veracity, ids) == ("Declared", FIRST)
