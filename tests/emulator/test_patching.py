"""The metadata patch as a function: docs/platform.md."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzzing import EXAMPLES
from veracity_emulator.fabric.patching import FIELDS, PatchRefused, patched

METADATA = {
    "title": "Old",
    "description": "About",
    "icon": {"id": "i", "backgroundColor": "#000000"},
    "tags": [{"id": "1", "title": "a", "type": "userTag"}, {"id": "2", "title": "b", "type": "systemTag"}],
}


@pytest.mark.parametrize(
    ("operation", "member", "expected"),
    [
        pytest.param({"op": "replace", "path": "/title", "value": "T2"}, "title", "T2", id="a pointer"),
        pytest.param({"op": "replace", "path": "Title", "value": "T2"}, "title", "T2", id="without a slash"),
        pytest.param({"Op": "Replace", "Path": "/TITLE", "Value": "T2"}, "title", "T2", id="in any case"),
        pytest.param({"op": "add", "path": "/description", "value": ""}, "description", "", id="add sets"),
        pytest.param({"op": "remove", "path": "/description"}, "description", None, id="remove makes null"),
        pytest.param({"op": "copy", "from": "Title", "path": "Description"}, "description", "Old", id="copy"),
        pytest.param({"op": "move", "from": "/description", "path": "/title"}, "title", "About", id="move"),
        pytest.param(
            {"op": "replace", "path": "/Icon/BackgroundColor", "value": "#fff"},
            *("icon", {"id": "i", "backgroundColor": "#fff"}),
            id="a member of the icon",
        ),
        pytest.param({"op": "remove", "path": "/tags/0"}, "tags", METADATA["tags"][1:], id="one tag away"),
        pytest.param(
            {"op": "replace", "path": "Tags", "value": [{"Title": "c", "Type": "tag"}]},
            *("tags", [{"title": "c", "type": "tag"}]),
            id="tags in the page's spelling",
        ),
    ],
)
def test_an_operation_does_what_the_standard_says_of_its_name(operation, member, expected):
    assert patched(METADATA, [operation]) == {**METADATA, member: expected} | (
        {"description": None} if operation.get("op") == "move" else {}
    )


def test_what_was_removed_can_be_replaced():
    without = patched(METADATA, [{"op": "remove", "path": f"/{name}"} for name in FIELDS])
    assert without == dict.fromkeys(FIELDS)
    assert patched(without, {"op": "replace", "path": "/tags", "value": [{"title": "c"}]})["tags"] == [{"title": "c"}]


def test_operations_see_what_those_before_them_did():
    operations = [
        {"op": "replace", "path": "/title", "value": "first"},
        {"op": "test", "path": "/title", "value": "first"},
        {"op": "copy", "from": "/title", "path": "/description"},
    ]
    assert patched(METADATA, {"operations": operations})["description"] == "first"


def test_the_metadata_that_went_in_stays_as_it_was():
    before = {**METADATA, "tags": [dict(tag) for tag in METADATA["tags"]], "icon": dict(METADATA["icon"])}
    patched(METADATA, [{"op": "remove", "path": "/tags/0"}, {"op": "replace", "path": "/icon/id", "value": "x"}])
    assert before == METADATA


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"op": "replace", "path": "", "value": METADATA}, id="the whole"),
        pytest.param({"op": "replace", "path": "/mayContainPersonalData", "value": True}, id="another member"),
        pytest.param({"op": "copy", "from": "/ownerId", "path": "/title"}, id="from another member"),
        pytest.param({"op": "copy", "path": "/title"}, id="from nowhere"),
        pytest.param({"op": "replace", "path": 7, "value": "x"}, id="a path that is no text"),
        pytest.param({"op": "replace", "path": "/title/0", "value": "x"}, id="within a text"),
        pytest.param({"op": "remove", "path": "/title/0"}, id="away from a text"),
        pytest.param({"op": "add", "path": "/tags/9", "value": {"title": "x"}}, id="beyond the list"),
        pytest.param({"op": "replace", "path": "/title~2", "value": "x"}, id="a bad escape"),
        pytest.param({"op": "replace", "path": "/title", "value": "\ud800"}, id="half a character"),
        pytest.param({"op": "add", "path": "/tags/-", "value": {"title": "\udfff"}}, id="half a character in a tag"),
        pytest.param({"op": "add", "path": "/tags/-", "value": {"title": "x", "type": "other"}}, id="a tag's type"),
        pytest.param({"op": "add", "path": "/tags/-", "value": {"title": "x", "type": 1}}, id="a type that is no text"),
        pytest.param({"op": "add", "path": "/tags/-", "value": {"type": "userTag"}}, id="a tag without a title"),
        pytest.param({"op": "replace", "path": "/tags", "value": {"title": "x"}}, id="tags that are no list"),
        pytest.param({"op": "replace", "path": "/icon", "value": "red"}, id="an icon that is no object"),
    ],
)
def test_what_the_platform_would_not_keep_is_refused(operation):
    with pytest.raises(PatchRefused):
        patched(METADATA, [operation])


def test_a_description_has_at_most_500_characters():
    longest = {"op": "replace", "path": "/description", "value": "å" * 500}
    assert patched(METADATA, longest)["description"] == longest["value"]
    with pytest.raises(PatchRefused, match="500"):
        patched(METADATA, {**longest, "value": "å" * 501})


@pytest.mark.parametrize("body", [None, 7, "replace", {}, [None], [[]], {"operations": None}, {"operations": "x"}])
def test_a_body_that_is_no_patch_is_refused(body):
    with pytest.raises(PatchRefused):
        patched(METADATA, body)


def test_an_empty_patch_changes_nothing():
    assert patched(METADATA, []) == METADATA


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)
_PATHS = st.lists(
    st.sampled_from([*FIELDS, "Tags", "id", "backgroundColor", "0", "1", "01", "-", "-1", "~", "~1", "", "9" * 30]),
    max_size=4,
).map(lambda parts: "/" + "/".join(parts))
_OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove", "test", "move", "copy"]), "path": _PATHS},
    optional={"value": _VALUES, "from": _PATHS},
)


@pytest.mark.slow
@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(_OPERATIONS, max_size=4) | _VALUES)
def test_whatever_comes_is_applied_or_refused(body):
    try:
        found = patched(METADATA, body)
    except PatchRefused:
        return
    assert set(found) == set(FIELDS)
