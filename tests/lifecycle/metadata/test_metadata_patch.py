import copy

import jsonpatch
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzzing import EXAMPLES, PARTS
from veracity_provider.errors import PatchRefusedBySelfCheck
from veracity_provider.lifecycle.metadata import metadata_patch as module
from veracity_provider.lifecycle.metadata.metadata_patch import metadata_patch, same_json

SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(st.text("ab/~", max_size=2), VALUES, max_size=4)


@pytest.mark.parametrize(
    ("live", "desired", "patch"),
    [
        pytest.param({"title": "A"}, {"title": "A"}, [], id="no change, no operation"),
        pytest.param({"title": "A", "description": "B"}, {"title": "A"}, [], id="an undeclared member is left alone"),
        pytest.param(
            {"title": "A"}, {"title": "B"}, [{"op": "replace", "path": "/title", "value": "B"}], id="changed: replace"
        ),
        pytest.param({}, {"title": "B"}, [{"op": "add", "path": "/title", "value": "B"}], id="absent: add"),
        pytest.param({"a": 1}, {"a": None}, [{"op": "remove", "path": "/a"}], id="not to be there: remove"),
        pytest.param({}, {"a": None}, [], id="not there and not to be there"),
        pytest.param(
            {"icon": {"id": "I", "backgroundColor": "#000000"}},
            {"icon": {"backgroundColor": "#ffffff"}},
            [{"op": "replace", "path": "/icon/backgroundColor", "value": "#ffffff"}],
            id="one member of an object: by member",
        ),
        pytest.param(
            {"tags": [1, 2]}, {"tags": [2]}, [{"op": "replace", "path": "/tags", "value": [2]}], id="a list: whole"
        ),
        pytest.param({}, {"x/y": 1}, [{"op": "add", "path": "/x~1y", "value": 1}], id="a slash in a name is escaped"),
        pytest.param(
            {"on": 1}, {"on": True}, [{"op": "replace", "path": "/on", "value": True}], id="true is not 1"
        ),
        pytest.param(
            {}, {"b": 1, "a": 1},
            [{"op": "add", "path": "/a", "value": 1}, {"op": "add", "path": "/b", "value": 1}],
            id="in the order of names",
        ),
    ],
)  # fmt: skip
def test_the_patch_is_the_smallest_that_makes_it_so(live, desired, patch):
    assert metadata_patch(live, desired) == patch


def test_a_patch_that_would_not_give_what_is_desired_is_refused_with_both_documents(monkeypatch):
    monkeypatch.setattr(module, "_operations", lambda *_, **__: iter([{"op": "add", "path": "/title", "value": "C"}]))
    with pytest.raises(PatchRefusedBySelfCheck) as refused:
        metadata_patch({"title": "A"}, {"title": "B"})
    assert str(refused.value).splitlines() == [
        "the metadata patch was not sent, since it would not give what is declared",
        '  patch: [{"op": "add", "path": "/title", "value": "C"}]',
        '  would give: {"title": "C"}',
        '  should give: {"title": "B"}',
    ]


def test_a_patch_that_cannot_be_applied_is_refused(monkeypatch):
    monkeypatch.setattr(module, "_operations", lambda *_, **__: iter([{"op": "remove", "path": "/icon"}]))
    with pytest.raises(PatchRefusedBySelfCheck, match="the patch cannot be applied"):
        metadata_patch({"title": "A"}, {"title": "B"})


def test_a_guarded_patch_tests_each_live_value_before_it_changes_it():
    assert metadata_patch({"a": 1, "b": 2}, {"a": 3, "b": None, "c": 4}, guarded=True) == [
        {"op": "test", "path": "/a", "value": 1},
        {"op": "replace", "path": "/a", "value": 3},
        {"op": "test", "path": "/b", "value": 2},
        {"op": "remove", "path": "/b"},
        {"op": "add", "path": "/c", "value": 4},
    ]


@pytest.mark.parametrize("part", range(PARTS))
@settings(max_examples=EXAMPLES // PARTS, deadline=None, database=None)
@given(live=DOCUMENTS, desired=DOCUMENTS, guarded=st.booleans())
def test_for_any_documents_the_patch_gives_what_is_desired_and_touches_nothing_else(part, live, desired, guarded):
    before = copy.deepcopy(live)
    operations = metadata_patch(live, desired, guarded=guarded)
    after = jsonpatch.JsonPatch(operations).apply(copy.deepcopy(live))

    assert same_json(live, before)
    assert metadata_patch(after, desired) == []
    assert {name: value for name, value in after.items() if name not in desired} == {
        name: value for name, value in live.items() if name not in desired
    }
    writing = [one for one in operations if one["op"] != "test"]
    paths = [one["path"] for one in writing]
    assert len(set(paths)) == len(paths)
