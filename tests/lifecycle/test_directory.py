"""What is found by a name, and what is told where nothing is, or several things are."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from veracity_provider.errors import InputError, PlatformFailed
from veracity_provider.lifecycle.directory import Directory


def thing(id_, name, **members):
    return SimpleNamespace(id=id_, name=name, **members)


class Platform:
    """Lists what a test has written down, and counts the questions."""

    def __init__(self, **listed):
        self.listed = listed
        self.asked = []

    def list_workspaces(self):
        return self._answer("workspaces")

    def find_datasets(self, workspace_id, name):
        found = self._answer("datasets", workspace_id, name)
        return [one for one in found if name.casefold() in one.name.casefold()]

    def list_dataset_names(self, workspace_id):
        return {one.id: one.name for one in self._answer("datasets", workspace_id)}

    def list_schemas(self, workspace_id):
        yield from self._answer("schemas", workspace_id)

    def _answer(self, kind, *question):
        self.asked.append((kind, *question))
        if isinstance(self.listed[kind], Exception):
            raise self.listed[kind]
        return self.listed[kind]


def directory_of(platform):
    return Directory(SimpleNamespace(workspaces=platform, datasets=platform, schemas=platform))


def refusal(find):
    with pytest.raises(InputError) as refused:
        find()
    (problem,) = refused.value.problems
    return str(problem)


FIND = {
    "workspaces": lambda directory, name: directory.workspace(name),
    "datasets": lambda directory, name: directory.dataset("w", name),
    "schemas": lambda directory, name: directory.schema("w", name),
}
KINDS = {"workspaces": "workspace", "datasets": "dataset", "schemas": "schema"}
PLACES = {"workspaces": "of the account", "datasets": "of workspace w", "schemas": "of workspace w"}


@pytest.mark.parametrize("listed", FIND)
class TestEachKind:
    def test_the_one_of_exactly_the_name_is_found(self, listed):
        things = [thing(str(i), name, is_predefined=False) for i, name in enumerate(["noon", "Noon", "Noon 2"])]
        assert FIND[listed](directory_of(Platform(**{listed: things})), "Noon").id == "1"

    def test_of_two_with_the_name_the_ids_are_told(self, listed):
        things = [thing(id_, "Noon", is_predefined=False) for id_ in ("a", "b")]
        assert refusal(lambda: FIND[listed](directory_of(Platform(**{listed: things})), "Noon")) == (
            f"{KINDS[listed]}_name: must be the name of one {KINDS[listed]} {PLACES[listed]}, and 2 have it: a, b. "
            f"Give {KINDS[listed]}_id in its place"
        )

    def test_where_none_has_it_a_near_name_and_all_there_are_are_told(self, listed):
        things = [thing("a", "Wind", is_predefined=False), thing("b", "noon", is_predefined=False)]
        assert refusal(lambda: FIND[listed](directory_of(Platform(**{listed: things})), "Noon")) == (
            f'{KINDS[listed]}_name: must be the name of a {KINDS[listed]} {PLACES[listed]}, and none is called "Noon"; '
            "did you mean noon? There are: noon, Wind"
        )

    def test_where_there_is_nothing_that_is_told(self, listed):
        assert refusal(lambda: FIND[listed](directory_of(Platform(**{listed: []})), "Noon")).endswith(
            ', and none is called "Noon"; there is none at all'
        )

    def test_an_error_of_the_platform_is_no_absence_and_is_met_once(self, listed):
        platform = Platform(**{listed: PlatformFailed("down", status=500)})
        directory = directory_of(platform)
        for _ in range(2):
            with pytest.raises(PlatformFailed):
                FIND[listed](directory, "Noon")
        assert len(platform.asked) == 1


def test_of_very_many_names_the_first_are_told():
    platform = Platform(datasets=[thing(str(i), f"Set {i:03}") for i in range(300)])
    told = refusal(lambda: directory_of(platform).dataset("w", "nothing like it"))
    assert told.endswith(
        'is called "nothing like it". There are: Set 000, Set 001, Set 002, Set 003, Set 004, Set 005, Set 006, '
        "Set 007, Set 008, Set 009 and 290 more"
    )


def test_names_are_shown_without_what_a_terminal_would_obey():
    platform = Platform(datasets=[thing("a", "No\x1b[31mon")])
    assert "\x1b" not in refusal(lambda: directory_of(platform).dataset("w", "No\x1b[31mo"))


def test_a_schema_of_ones_own_goes_before_a_predefined_one():
    own, predefined = thing("a", "Noon", is_predefined=False), thing("b", "Noon", is_predefined=True)
    assert directory_of(Platform(schemas=[predefined, own])).schema("w", "Noon") is own
    assert directory_of(Platform(schemas=[predefined])).schema("w", "Noon") is predefined


def test_a_name_that_many_ask_for_at_once_is_one_question():
    platform, all_are_here = Platform(datasets=[thing("a", "Noon")]), threading.Barrier(16)
    directory = directory_of(platform)

    def ask(_):
        all_are_here.wait()
        return directory.dataset("w", "Noon").id

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {"a"}
    assert platform.asked == [("datasets", "w", "Noon")]
