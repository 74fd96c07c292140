from typing import ClassVar

import pytest

from veracity_provider.errors import MetadataError
from veracity_provider.lifecycle.container.fields import FIELDS, ClearableText
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import (
    Adoption,
    ChangeCause,
    Managed,
    given_up,
    inherited,
    plan_metadata,
    plan_restore,
    released,
)

FIELD_OF = {field.name: field for field in FIELDS}
SYSTEM = {"id": "s", "title": "veracity", "type": "systemTag"}


def user(title):
    return {"id": title, "title": title, "type": "userTag"}


LIVE = {
    "title": "A",
    "description": "about A",
    "icon": {"id": "Ship", "backgroundColor": "#5594aa"},
    "tags": [user("b"), SYSTEM, user("a")],
}


def declare(**values):
    return {FIELD_OF[name]: value for name, value in values.items()}


@pytest.mark.parametrize(
    ("declared", "operations"),
    [
        pytest.param({"title": "A"}, [], id="equal"),
        pytest.param({"tags": ["a", "b"]}, [], id="the same tags in another order"),
        pytest.param({"tags": ["a", "b", "veracity"]}, [], id="a system tag that is declared too"),
        pytest.param({"icon": {"id": "Ship"}}, [], id="one member of an icon"),
        pytest.param(
            {"icon": {"background_color": "#ffffff"}},
            [{"op": "replace", "path": "/icon/backgroundColor", "value": "#ffffff"}],
            id="only the colour of an icon",
        ),
        pytest.param(
            {"tags": ["c", "a"]},
            [{"op": "replace", "path": "/tags", "value": [{"title": "c"}, {"title": "a"}, SYSTEM]}],
            id="tags go as a whole, in the user's order, the system's as they are",
        ),
        pytest.param(
            {"tags": []}, [{"op": "replace", "path": "/tags", "value": [SYSTEM]}], id="no tags but the system's"
        ),
        pytest.param(
            {"description": ""}, [{"op": "replace", "path": "/description", "value": ""}], id="a description cleared"
        ),
    ],
)
def test_the_patch_has_one_operation_for_each_declared_field_that_differs(declared, operations):
    assert list(plan_metadata(LIVE, declare(**declared), {}).operations) == operations


def test_an_empty_description_and_none_are_the_same():
    assert plan_metadata({"title": "A"}, declare(description=""), {}).operations == ()


@pytest.mark.parametrize("tag", ["A", "Veracity"])
def test_a_tag_that_differs_by_case_alone_is_for_a_person_to_decide(tag):
    with pytest.raises(MetadataError, match="only by case"):
        plan_metadata(LIVE, declare(tags=["b", tag]), {})


def test_an_exact_match_wins_over_one_that_differs_by_case():
    live = {"tags": [user("a"), user("A")]}
    assert plan_metadata(live, declare(tags=["A"]), {}).operations[0]["value"] == [{"title": "A"}]


@pytest.mark.parametrize(
    ("applied", "cause"),
    [
        pytest.param({"title": "A"}, ChangeCause.EDITED, id="live is what we wrote: the program was edited"),
        pytest.param({"title": "B"}, ChangeCause.DRIFTED, id="live is not what we wrote, the program is: drift"),
        pytest.param({"title": "C"}, ChangeCause.DRIFTED, id="neither: a conflict"),
        pytest.param({}, ChangeCause.EDITED, id="not managed before"),
    ],
)
def test_drift_is_told_apart_from_an_edit(applied, cause):
    assert [change.cause for change in plan_metadata(LIVE, declare(title="B"), applied).changes] == [cause]


def test_restore_puts_back_only_what_is_still_as_we_left_it():
    applied = {"title": "A", "description": "ours", "icon": {"background_color": "#5594aa"}, "tags": ["a", "b"]}
    previous = {"title": "before", "description": "old", "icon": {"background_color": None}, "tags": ["b", "a"]}
    plan = plan_restore(LIVE, FIELDS, Managed(previous=previous, applied=applied))
    assert list(plan.operations) == [
        {"op": "remove", "path": "/icon/backgroundColor"},
        {"op": "replace", "path": "/title", "value": "before"},
    ]
    assert [one.field.name for one in plan.restored] == ["title", "icon"]
    assert [field.name for field in plan.kept] == ["description"]


def test_restore_takes_away_what_was_not_there_before():
    plan = plan_restore({"title": "A"}, FIELDS, Managed(previous={"title": None}, applied={"title": "A"}))
    assert plan.operations == ({"op": "remove", "path": "/title"},)
    assert [one.field.name for one in plan.restored] == ["title"]


@pytest.mark.parametrize(("previous", "applied"), [({"title": "B"}, {}), ({}, {"title": "A"})])
def test_a_field_of_which_nothing_was_noted_is_not_restored(previous, applied):
    plan = plan_restore({"title": "A"}, FIELDS, Managed(previous=previous, applied=applied))
    assert (plan.operations, plan.restored, plan.kept) == ((), (), ())


def test_what_is_as_it_was_before_is_neither_restored_nor_anybodys_fault():
    plan = plan_restore({"title": "before"}, FIELDS, Managed(previous={"title": "before"}, applied={"title": "A"}))
    assert (plan.operations, plan.restored, plan.kept) == ((), (), ())


def test_a_tag_that_somebody_wrote_in_another_case_does_not_stop_a_restore():
    plan = plan_restore(LIVE, FIELDS, Managed(previous={"tags": []}, applied={"tags": ["A", "b"]}))
    assert [one.name for one in plan.kept] == ["tags"]


def test_a_patch_puts_back_what_is_released_beside_what_is_declared_of_the_same_member():
    back = plan_restore(
        LIVE,
        FIELDS,
        Managed(previous={"icon": {"background_color": None}}, applied={"icon": {"background_color": "#5594aa"}}),
    )
    plan = plan_metadata(LIVE, declare(icon={"id": "Car"}), {}, put_back=back.desired)
    assert list(plan.operations) == [
        {"op": "remove", "path": "/icon/backgroundColor"},
        {"op": "replace", "path": "/icon/id", "value": "Car"},
    ]


def test_what_is_released_is_what_was_managed_and_is_not_declared():
    managed = Managed(previous={"title": "T", "tags": ["t"]}, applied={"title": "A", "tags": ["a"]})
    assert released(FIELDS, managed, {"title": "B"}) == Managed(previous={"tags": ["t"]}, applied={"tags": ["a"]})


@pytest.mark.parametrize(
    ("applied", "about_to_apply", "first"),
    [
        pytest.param({"title": "A"}, {}, {"title": "First"}, id="as its manager wrote it"),
        pytest.param({}, {"title": "A"}, {"title": "First"}, id="as somebody was about to write it"),
        pytest.param({"title": "B"}, {"title": "C"}, {}, id="as somebody else wrote it: what is live is the first"),
        pytest.param({}, {}, {}, id="never written"),
    ],
)
def test_a_first_value_is_inherited_while_the_field_is_as_it_was_written(applied, about_to_apply, first):
    managed = Managed(previous={"title": "First", "tags": ["not declared"]}, applied=applied)
    note = Adoption(managed=managed, about_to_apply=about_to_apply)
    assert inherited(LIVE, declare(title="Z"), note) == first


def test_nothing_is_inherited_without_a_note():
    assert inherited(LIVE, declare(title="Z"), None) == {}


@pytest.mark.parametrize(
    ("previous", "kept", "lost"),
    [
        pytest.param({"title": "F"}, {"title": "F"}, {}, id="kept"),
        pytest.param({"title": "F"}, {"title": "G"}, {"title": "F"}, id="another one is kept"),
        pytest.param({"title": None}, {}, {"title": None}, id="none is kept"),
        pytest.param({"icon": {"id": "F", "background_color": "#"}}, {"icon": {"id": "F"}}, {}, id="the same member"),
        pytest.param({"icon": {"id": "F"}}, {"icon": {"id": "G"}}, {"icon": {"id": "F"}}, id="another member"),
        pytest.param({"icon": {"id": "F"}}, {"icon": None}, {"icon": {"id": "F"}}, id="none where there was one"),
    ],
)
def test_a_first_value_that_nobody_keeps_is_given_up(previous, kept, lost):
    assert given_up(previous, kept) == lost


class TestDocumentsWithKeysOfTheirOwn:
    """The same code serves the metadata of folders and files."""

    LIVE: ClassVar = {"Customer": "123", "Ship": "A"}

    def test_a_declared_key_is_written_and_an_undeclared_one_is_left_alone(self):
        plan = plan_metadata(self.LIVE, {Field("Customer"): "456", Field("Year"): "2026"}, {})
        assert list(plan.operations) == [
            {"op": "replace", "path": "/Customer", "value": "456"},
            {"op": "add", "path": "/Year", "value": "2026"},
        ]

    def test_a_key_that_somebody_changed_has_drifted(self):
        plan = plan_metadata(self.LIVE, {Field("Customer"): "1", ClearableText("Ship"): "A"}, {"Customer": "1"})
        assert [change.field.name for change in plan.drifted] == ["Customer"]

    def test_a_restore_takes_away_the_keys_that_were_not_there(self):
        plan = plan_restore(self.LIVE, [Field("Ship")], Managed(previous={"Ship": None}, applied={"Ship": "A"}))
        assert plan.operations == ({"op": "remove", "path": "/Ship"},)
