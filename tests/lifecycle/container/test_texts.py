"""What is said about a container's metadata, word by word."""

import pytest

from veracity_provider.api.models import Container
from veracity_provider.lifecycle.container.fields import Field, IconField
from veracity_provider.lifecycle.container.plan import plan_metadata
from veracity_provider.lifecycle.container.texts import (
    change_text,
    changes_text,
    conflict_text,
    not_applied_text,
    not_owner_text,
    shown,
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
    headline, *table = conflict_text("c-1", plan.drifted, "since the last up").splitlines()
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
    assert not_applied_text("c-1", [title, icon]) == (
        'container c-1 is not as declared after the patch (title: "A" → "B"; icon.id: "Ship" → "Car"); '
        "run `pulumi up` again"
    )


@pytest.mark.parametrize(
    ("live", "account", "words"),
    [
        pytest.param(
            container(owner_id="o-1", access_level="consumer"),
            "a-1",
            "its owner alone, o-1; account a-1 has access level consumer.",
            id="a consumer",
        ),
        pytest.param(container(), None, "its owner alone, unknown; this account has access level none.", id="nobody"),
    ],
)
def test_an_account_that_may_not_write_is_named_with_the_owner(live, account, words):
    assert not_owner_text(live, account) == (
        f"the metadata of container c-1 can be changed by {words} "
        "Use the owner's account, or ask for ownership to be handed over"
    )
