import pytest

from veracity_provider.errors import MetadataError
from veracity_provider.lifecycle.container_plan import Why, conflict_table, observed, plan_metadata, plan_restore

SYSTEM = {"id": "s", "title": "veracity", "type": "systemTag"}


def user(title):
    return {"id": title, "title": title, "type": "userTag"}


LIVE = {
    "title": "A",
    "description": "about A",
    "icon": {"id": "Ship", "backgroundColor": "#5594aa"},
    "tags": [user("b"), SYSTEM, user("a")],
}


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
    assert list(plan_metadata(LIVE, declared, {}).operations) == operations


def test_an_empty_description_and_none_are_the_same():
    assert plan_metadata({"title": "A"}, {"description": ""}, {}).operations == ()


@pytest.mark.parametrize("tag", ["A", "Veracity"])
def test_a_tag_that_differs_by_case_alone_is_for_a_person_to_decide(tag):
    with pytest.raises(MetadataError, match="by case alone"):
        plan_metadata(LIVE, {"tags": ["b", tag]}, {})


def test_an_exact_match_wins_over_one_that_differs_by_case():
    live = {"tags": [user("a"), user("A")]}
    assert plan_metadata(live, {"tags": ["A"]}, {}).operations[0]["value"] == [{"title": "A"}]


@pytest.mark.parametrize(
    ("applied", "why"),
    [
        pytest.param({"title": "A"}, Why.EDITED, id="live is what we wrote: the program was edited"),
        pytest.param({"title": "B"}, Why.DRIFTED, id="live is not what we wrote, the program is: drift"),
        pytest.param({"title": "C"}, Why.DRIFTED, id="neither: a conflict"),
        pytest.param({}, Why.EDITED, id="not managed before"),
    ],
)
def test_drift_is_told_apart_from_an_edit(applied, why):
    assert [change.why for change in plan_metadata(LIVE, {"title": "B"}, applied).changes] == [why]


def test_a_conflict_shows_the_three_values_side_by_side():
    plan = plan_metadata(LIVE, {"title": "B"}, {"title": "C"})
    assert conflict_table(plan.drifted).splitlines() == [
        "  field  declared  last applied  live",
        '  title  "B"       "C"           "A"',
    ]


def test_what_is_read_back_is_spelled_as_a_program_would_declare_it():
    assert observed(LIVE, "icon", like={"id": "x"}) == {"id": "Ship"}
    assert observed(LIVE, "tags", like=["a", "b"]) == ["a", "b"]
    assert observed(LIVE, "tags", like=["z"]) == ["b", "a"]
    assert observed({}, "title") is None


def test_restore_puts_back_only_what_is_still_as_we_left_it():
    applied = {"title": "A", "description": "ours", "icon": {"background_color": "#5594aa"}, "tags": ["a", "b"]}
    previous = {"title": "before", "description": "old", "icon": {"background_color": None}, "tags": ["b", "a"]}
    operations, back, stay = plan_restore(LIVE, previous, applied)
    assert operations == [
        {"op": "remove", "path": "/icon/backgroundColor"},
        {"op": "replace", "path": "/title", "value": "before"},
    ]
    assert back == ["title", "icon"]
    assert stay == ["description"]


def test_restore_takes_away_what_was_not_there_before():
    operations, back, _ = plan_restore({"title": "A"}, {"title": None}, {"title": "A"})
    assert operations == [{"op": "remove", "path": "/title"}]
    assert back == ["title"]
