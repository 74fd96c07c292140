"""Each field of a container's metadata by itself."""

import pytest

from veracity_provider.description.container_metadata import ContainerMetadataInputs
from veracity_provider.errors import MetadataError
from veracity_provider.lifecycle.container.fields import FIELDS, ClearableText, IconField, TagsField
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.unknown import UNKNOWN

SYSTEM = {"id": "s", "title": "veracity", "type": "systemTag"}
LIVE = {
    "title": "A",
    "icon": {"id": "Ship", "backgroundColor": "#5594aa"},
    "tags": [{"title": "b", "type": "userTag"}, SYSTEM, {"title": "a", "type": "userTag"}],
}
TITLE, DESCRIPTION, ICON, TAGS = Field("title"), ClearableText("description"), IconField("icon"), TagsField("tags")


def test_each_field_is_an_input_of_the_same_name_in_the_same_order():
    settings = {"container_id", "on_destroy", "on_conflict"}
    assert [field.name for field in FIELDS] == [
        name for name in ContainerMetadataInputs.model_fields if name not in settings
    ]


@pytest.mark.parametrize(
    ("field", "like", "observed"),
    [
        pytest.param(TITLE, None, "A", id="a text as it is"),
        pytest.param(DESCRIPTION, "", None, id="nothing where there is none"),
        pytest.param(ICON, {"id": "x"}, {"id": "Ship"}, id="the members of an icon that are declared"),
        pytest.param(ICON, None, {"id": "Ship", "background_color": "#5594aa"}, id="else all members"),
        pytest.param(TAGS, ["a", "b"], ["a", "b"], id="the same tags in the order of the program"),
        pytest.param(TAGS, ["z"], ["b", "a"], id="other tags in their own order, without the platform's"),
        pytest.param(TAGS, None, ["b", "a"], id="tags that nobody declares"),
    ],
)
def test_what_is_read_back_is_spelled_as_a_program_would_declare_it(field, like, observed):
    assert field.observe(LIVE, like=like) == observed


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_that_is_not_there_is_observed_as_none_and_restored_to_none(field):
    assert field.observe({}) is None
    assert field.before({}, {"id": "x"}) is None
    assert field.is_restored({}, None)
    assert not field.is_restored({"description": "x", **LIVE}, None)


@pytest.mark.parametrize(
    ("field", "declared", "agrees"),
    [
        pytest.param(TITLE, "A", True, id="the same text"),
        pytest.param(TITLE, "a", False, id="a text in other case"),
        pytest.param(DESCRIPTION, "", True, id="an empty description and none are the same"),
        pytest.param(DESCRIPTION, "x", False, id="a description that is not there"),
        pytest.param(ICON, {"background_color": "#5594aa"}, True, id="the declared member of an icon"),
        pytest.param(ICON, {"id": "Car"}, False, id="another icon"),
        pytest.param(TAGS, ["a", "b"], True, id="the same set of tags"),
        pytest.param(TAGS, ["a", "b", "veracity"], True, id="a tag that the platform keeps anyway"),
        pytest.param(TAGS, ["a"], False, id="one tag too many on the container"),
        pytest.param(TAGS, ["a", "b", "c"], False, id="one tag too few"),
    ],
)
def test_a_field_agrees_in_what_is_declared_of_it(field, declared, agrees):
    assert field.agrees(LIVE, declared) is agrees


def test_a_tag_in_another_case_is_for_a_person_to_decide():
    with pytest.raises(MetadataError) as refused:
        TAGS.require_valid(LIVE, ["A", "b"])
    assert str(refused.value) == (
        'tags: "A" differs only by case from the tag "a" that the container has. '
        'Declare it as "a", or remove that tag first'
    )


def test_what_a_restore_puts_back_of_a_text_or_of_tags_is_what_is_there():
    assert TITLE.before(LIVE, "B") == "A"
    assert TAGS.before(LIVE, ["z"]) == ["b", "a"]


def test_what_a_restore_puts_back_of_an_icon_is_the_declared_members_absent_ones_too():
    assert ICON.before({"icon": {"id": "Ship"}}, {"background_color": "#000000"}) == {"background_color": None}
    assert ICON.is_restored({"icon": {"id": "Ship"}}, {"background_color": None})
    assert not ICON.is_restored(LIVE, {"background_color": None})


def test_tags_are_written_as_a_whole_with_those_of_the_platform_as_they_came():
    assert TAGS.to_wire(LIVE, ["c", "veracity"]) == [{"title": "c"}, SYSTEM]


def test_a_change_of_an_icon_shows_each_member_that_differs():
    declared = {"id": "Ship", "background_color": "#000000"}
    assert list(ICON.changes({"id": "Ship"}, declared)) == [("icon.background_color", None, "#000000")]
    assert list(TITLE.changes("A", "B")) == [("title", "A", "B")]


def test_a_member_may_be_spelled_otherwise_than_the_input():
    field = Field("owner_note", "ownerNote")
    assert field.member == "ownerNote"
    assert field.agrees({"ownerNote": "x"}, "x")


@pytest.mark.parametrize(
    ("field", "declared", "released"),
    [
        pytest.param(TITLE, "B", None, id="a field that is declared"),
        pytest.param(TITLE, None, ("A", "O"), id="a field that is not"),
        pytest.param(ICON, {"id": "Car", "background_color": "#0"}, None, id="an icon that is declared as it was"),
        pytest.param(ICON, {"id": "Car"}, ({"background_color": "#1"}, {"background_color": "#2"}), id="a member"),
        pytest.param(ICON, UNKNOWN, None, id="an icon that is not known yet"),
        pytest.param(
            ICON,
            None,
            ({"id": "Car", "background_color": "#1"}, {"id": "Ship", "background_color": "#2"}),
            id="the whole icon",
        ),
    ],
)
def test_what_is_not_declared_any_more_is_released_with_what_was_there_before(field, declared, released):
    applied = "A" if field is TITLE else {"id": "Car", "background_color": "#1"}
    before = "O" if field is TITLE else {"id": "Ship", "background_color": "#2"}
    assert field.released(applied, before, declared) == released


def test_a_member_of_an_icon_that_was_not_there_at_all_is_taken_away_again():
    assert ICON.released({"id": "Car", "background_color": "#1"}, None, {"id": "Car"}) == (
        {"background_color": "#1"},
        {"background_color": None},
    )


@pytest.mark.parametrize(
    ("declared", "known", "first"),
    [
        pytest.param({"id": "x"}, {"id": "First"}, {"id": "First"}, id="what is known stays"),
        pytest.param(
            {"id": "x", "background_color": "x"},
            {"id": "First"},
            {"id": "First", "background_color": "#5594aa"},
            id="a member that is managed now is looked up",
        ),
        pytest.param({"id": "x"}, {"background_color": "#0"}, {"id": "Ship"}, id="one that is not is forgotten"),
        pytest.param({"id": "x"}, None, None, id="an icon that was not there stays so"),
    ],
)
def test_what_was_first_of_an_icon_is_known_member_by_member(declared, known, first):
    assert ICON.first(LIVE, declared, known) == first
