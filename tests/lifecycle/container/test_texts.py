"""What is said about a container's metadata, word by word."""

import pytest

from veracity_provider.api.models import Container
from veracity_provider.lifecycle.container.fields import IconField
from veracity_provider.lifecycle.container.state import Declared
from veracity_provider.lifecycle.container.texts import (
    adoption_texts,
    not_owner_text,
    released_texts,
)
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import Adoption, Managed, RestorePlan, plan_metadata, plan_restore
from veracity_provider.lifecycle.metadata.texts import (
    change_text,
    changes_text,
    conflict_text,
    given_up_text,
    left_to_text,
    not_applied_text,
    shown,
    will_stop_text,
)
from veracity_provider.unknown import UNKNOWN

LIVE = {"title": "A", "icon": {"id": "Ship"}}
TITLE, ICON = Field("title"), IconField("icon")


def container(**values):
    names = ("reference", "url", "last_modified_utc", "creation_date_time_utc", "region", "key_status")
    rest = dict.fromkeys((*names, "may_contain_personal_data"), "")
    return Container(id="c-1", metadata={}, **{**rest, "owner_id": "", "access_level": "", **values})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "(not there)", id="what is not there"),
        pytest.param(UNKNOWN, "(known after up)", id="what is not known yet"),
        pytest.param("å", '"å"', id="letters as they are"),
        pytest.param("x" * 58, f'"{"x" * 58}"', id="60 characters whole"),
        pytest.param("x" * 59, f'"{"x" * 58}…', id="61 characters cut to 60"),
    ],
)
def test_a_value_is_shown_as_json_cut_short(value, text):
    assert shown(value) == text


def test_changes_are_one_line_for_the_row_and_one_for_each_field():
    declared = {TITLE: "B", ICON: {"id": "Car", "background_color": "#000000"}}
    plan = plan_metadata(LIVE, declared, {})
    assert changes_text("adopts the container, and changes", plan.changes).splitlines() == [
        "adopts the container, and changes: title, icon",
        '  title: "A" → "B"',
        '  icon.id: "Ship" → "Car"; icon.background_color: (not there) → "#000000"',
    ]


def test_a_conflict_names_the_container_what_to_do_and_the_three_values():
    plan = plan_metadata(LIVE, {TITLE: "B"}, {"title": "C"})
    headline, *table = conflict_text("container c-1", plan.drifted).splitlines()
    assert headline == (
        "container c-1: somebody else has changed what is declared here since the last up, "
        "and on_conflict is fail; nothing was written. "
        "Take their value into the program, or set on_conflict to overwrite."
    )
    assert table == [
        "  field  declared  last applied  live",
        '  title  "B"       "C"           "A"',
    ]


def test_a_patch_that_did_not_take_says_what_differs_and_what_to_do():
    title, icon = plan_metadata(LIVE, {TITLE: "B", ICON: {"id": "Car"}}, {}).changes
    assert change_text(title) == 'title: "A" → "B"'
    assert not_applied_text("container c-1", [title, icon]) == (
        'container c-1 is not as declared after the patch (title: "A" → "B"; icon.id: "Ship" → "Car"); '
        "run `pulumi up` again"
    )


@pytest.mark.parametrize(
    ("live", "account", "words"),
    [
        pytest.param(
            container(owner_id="o-1", access_level="consumer"),
            "a-1",
            "only by its owner, o-1; account a-1 has access level consumer.",
            id="a consumer",
        ),
        pytest.param(container(), None, "only by its owner, unknown; this account has access level none.", id="nobody"),
    ],
)
def test_an_account_that_may_not_write_is_named_with_the_owner(live, account, words):
    assert not_owner_text(live, account) == (
        f"the metadata of container c-1 can be changed {words} "
        "Use the owner's account, or ask for ownership to be handed over"
    )


URN = "urn:pulumi:dev::project::type::{}"
ID = "33333333-0000-4000-8000-000000000001"
BY_A = Adoption(manager=URN.format("a"))


@pytest.mark.parametrize(
    ("on_destroy", "note", "first", "lines"),
    [
        pytest.param("retain", None, {}, [], id="nothing to say of what is as declared already"),
        pytest.param("retain", BY_A, {"title": "F"}, ['takes the container over from "a"'], id="a successor"),
        pytest.param(
            "restore",
            BY_A,
            {"title": "F"},
            ['takes the container over from "a"; a restore will put back the original values: title: "F"'],
            id="a successor that restores",
        ),
        pytest.param(
            "restore",
            Adoption(manager=URN.format("b")),
            {"title": "F"},
            ['a restore will put back the original values: title: "F"'],
            id="the same resource again",
        ),
        pytest.param("retain", Adoption(manager=URN.format("b")), {"title": "F"}, [], id="the same resource retains"),
        pytest.param("retain", BY_A, {}, [], id="a successor of one that noted nothing"),
        pytest.param("retain", None, {"title": "F"}, [], id="nothing is noted"),
        pytest.param(
            "restore",
            None,
            {},
            [
                (
                    "already as declared, so a restore will leave as it is: title. If another resource of this stack "
                    "has written it, and this is a rename or a move, declare an alias, which keeps the original values"
                )
            ],
            id="nothing is known of another one",
        ),
    ],
)
def test_an_adoption_says_from_whom_and_what_a_restore_will_put_back(on_destroy, note, first, lines):
    declared = Declared.from_properties({"container_id": ID, "title": "A", "on_destroy": on_destroy})
    plan = plan_metadata(LIVE, declared.known, {})
    assert list(adoption_texts(plan, declared, note, first, URN.format("b"))) == lines


@pytest.mark.parametrize(
    ("successor", "line"),
    [
        (URN.format("b"), 'left as it is, since "b" manages the container now'),
        (URN.format("a"), "left as it is, since its replacement manages the container now"),
        (
            "urn:pulumi:prod::other::type::b",
            'left as it is, since "b" (stack prod of project other) manages the container now',
        ),
    ],
    ids=["another resource", "the same resource, replaced", "one of another stack"],
)
def test_a_container_is_left_to_its_manager(successor, line):
    assert left_to_text("container", successor, URN.format("a")) == line


def test_what_is_given_up_is_told_whole():
    long = "x" * 100
    assert given_up_text({"title": long, "tags": None}) == (
        f'these original values can no longer be restored: title: "{long}"; tags: null. An alias of the '
        "old name would have kept it"
    )


def test_what_is_managed_no_longer_is_put_back_or_left():
    managed = Managed(previous={"title": "F", "description": "D"}, applied={"title": "A", "description": "ours"})
    back = plan_restore(LIVE, [TITLE, Field("description")], managed)
    assert list(released_texts(managed, back)) == [
        'no longer managed, and put back: title: "A" → "F"',
        "no longer managed, and left as it is: description",
    ]
    assert list(released_texts(managed, RestorePlan())) == ["no longer managed, and left as it is: title, description"]


def test_a_conflict_is_told_at_preview_with_what_to_do_and_the_three_values():
    plan = plan_metadata(LIVE, {TITLE: "B"}, {"title": "C"})
    assert will_stop_text("container c-1", plan.drifted).splitlines() == [
        (
            "`pulumi up` will stop here and write nothing to container c-1: somebody else has changed what is declared "
            "here since the last up, and on_conflict is fail. Take their value into the program, or set on_conflict to "
            "overwrite."
        ),
        "  field  declared  last applied  live",
        '  title  "B"       "C"           "A"',
    ]
