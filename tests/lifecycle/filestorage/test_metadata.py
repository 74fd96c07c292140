"""Metadata of a folder or file: its keys are compared without case, and only the declared ones are managed."""

import pytest

from veracity_provider.errors import StoragePathError
from veracity_provider.lifecycle.filestorage.metadata import (
    changed_metadata,
    first_values,
    given_up_keys,
    observed_values,
    plan_keys,
    plan_keys_restore,
    released_keys,
    respelled,
)
from veracity_provider.lifecycle.metadata.fields import Field
from veracity_provider.lifecycle.metadata.plan import ChangeCause, Managed, MetadataPlan
from veracity_provider.lifecycle.protocols import UNKNOWN

EDITED, DRIFTED = ChangeCause.EDITED, ChangeCause.DRIFTED


@pytest.mark.parametrize(
    ("live", "declared", "applied", "operations", "changes"),
    [
        pytest.param({"A": "1", "B": "2"}, {"A": "1"}, {}, [], [], id="as declared, beside another key"),
        pytest.param({"a": "1"}, {"A": "1"}, {"A": "1"}, [], [], id="as declared, but for the case of the key"),
        pytest.param(
            {},
            {"A": "1"},
            {},
            [{"op": "add", "path": "/A", "value": "1"}],
            [("A", None, "1", None, EDITED)],
            id="a new key",
        ),
        pytest.param(
            {"a": "0"},
            {"A": "1"},
            {"aA": "0", "A": "0"},
            [{"op": "replace", "path": "/a", "value": "1"}],
            [("A", "0", "1", "0", EDITED)],
            id="an edit, with the live key's spelling",
        ),
        pytest.param(
            {"a": "2"},
            {"A": "1"},
            {"a": "0"},
            [{"op": "replace", "path": "/a", "value": "1"}],
            [("A", "2", "1", "0", DRIFTED)],
            id="somebody else's change, where it was applied in another spelling",
        ),
        pytest.param(
            {},
            {"A": "1"},
            {"A": "1"},
            [{"op": "add", "path": "/A", "value": "1"}],
            [("A", None, "1", "1", DRIFTED)],
            id="a key that somebody has removed",
        ),
        pytest.param({"A": "0"}, {"A": UNKNOWN}, {"A": "0"}, [], [], id="a value that is not known yet"),
        pytest.param({"A": "0"}, {}, {"A": "0"}, [], [], id="a key that is declared no longer"),
        pytest.param(
            {"A": "Å"},
            {"A": "å"},
            {},
            [{"op": "replace", "path": "/A", "value": "å"}],
            [("A", "Å", "å", None, EDITED)],
            id="the case of a value",
        ),
    ],
)
def test_the_declared_keys_are_compared(live, declared, applied, operations, changes):
    plan = plan_keys(live, declared, applied)
    assert list(plan.operations) == operations
    assert [(one.field.name, one.live, one.declared, one.applied, one.cause) for one in plan.changes] == changes


@pytest.mark.parametrize(
    ("live", "previous", "applied", "operations", "restored", "kept"),
    [
        pytest.param(
            {"A": "1", "B": "2"},
            {"A": "0"},
            {"A": "1"},
            [{"op": "replace", "path": "/A", "value": "0"}],
            [("A", "1", "0")],
            [],
            id="a value",
        ),
        pytest.param(
            {"a": "1"},
            {"aA": "x", "a": "0"},
            {"A": "1"},
            [{"op": "replace", "path": "/a", "value": "0"}],
            [("A", "1", "0")],
            [],
            id="a value, of a key that is spelled otherwise",
        ),
        pytest.param(
            {"A": "1"}, {"A": None}, {"A": "1"}, [{"op": "remove", "path": "/A"}], [("A", "1", None)], [], id="nothing"
        ),
        pytest.param({"A": "2"}, {"A": "0"}, {"A": "1"}, [], [], ["A"], id="not over somebody else's value"),
        pytest.param({"A": "0"}, {"A": "0"}, {"A": "1"}, [], [], [], id="what is there already"),
        pytest.param({}, {"A": None}, {"A": "1"}, [], [], [], id="what is gone already"),
        pytest.param({"A": "1"}, {}, {"A": "1"}, [], [], [], id="not what nobody knows"),
    ],
)
def test_what_was_there_before_is_put_back(live, previous, applied, operations, restored, kept):
    plan = plan_keys_restore(live, Managed(previous=previous, applied=applied))
    assert list(plan.operations) == operations
    assert [(one.field.name, one.applied, one.before) for one in plan.restored] == restored
    assert [one.name for one in plan.kept] == kept


@pytest.mark.parametrize(
    ("declared", "released"),
    [
        pytest.param(
            {}, Managed(previous={"A": "0", "B": None}, applied={"A": "1", "B": "2"}), id="all, where none is declared"
        ),
        pytest.param({"a": "7"}, Managed(previous={"B": None}, applied={"B": "2"}), id="all but one in any case"),
        pytest.param({"A": "1", "b": "2", "C": "3"}, Managed(), id="none, where all are declared"),
    ],
)
def test_what_nobody_else_declares_is_released(declared, released):
    managed = Managed(previous={"A": "0", "Z": "9"}, applied={"A": "1", "B": "2"})
    assert released_keys(managed, declared) == released


@pytest.mark.parametrize(
    ("declared", "given_up"),
    [
        pytest.param({}, {}, id="none"),
        pytest.param({"a": "7"}, {"A": "0"}, id="one in any case"),
        pytest.param({"A": "1", "B": "2", "C": "3", "D": "4"}, {"A": "0", "B": None}, id="those that were changed"),
    ],
)
def test_first_values_that_somebody_else_cannot_know_are_given_up(declared, given_up):
    managed = Managed(previous={"A": "0", "C": "3"}, applied={"A": "1", "B": "2", "C": "3"})
    assert given_up_keys(managed, declared) == given_up


@pytest.mark.parametrize(
    ("live", "declared", "metadata"),
    [
        pytest.param({"B": "2"}, {"A": "1"}, {"A": "1", "B": "2"}, id="a new key beside the others"),
        pytest.param({"a": "0", "B": "2"}, {"A": "1"}, {"a": "1", "B": "2"}, id="a key that keeps its spelling"),
        pytest.param({"B": "2"}, {}, {"B": "2"}, id="no change"),
    ],
)
def test_all_metadata_is_written_as_it_becomes(live, declared, metadata):
    before = dict(live)
    assert changed_metadata(live, plan_keys(live, declared, {}), "file a") == metadata
    assert live == before


@pytest.mark.parametrize("excess", [0, 1])
def test_what_does_not_fit_beside_other_keys_is_refused(excess):
    live, declared = {"Owner": "she"}, {"A": "x" * (8192 - len("OwnersheA") + excess)}
    plan = plan_keys(live, declared, {})
    if not excess:
        assert changed_metadata(live, plan, "folder a") == {**live, **declared}
        return
    with pytest.raises(StoragePathError) as refused:
        changed_metadata(live, plan, "folder a")
    assert str(refused.value) == (
        "the metadata of folder a must have at most 8,192 bytes in all, and would have 8,193 together with the keys "
        "that are not declared here. Declare less, or remove some of those"
    )


@pytest.mark.parametrize(
    ("found", "previous", "first"),
    [
        pytest.param({"A": "1", "B": "2"}, {}, {"A": "1"}, id="what is found"),
        pytest.param({"a": "1"}, {}, {"A": "1"}, id="what is found in another spelling"),
        pytest.param({"B": "2"}, {}, {"A": None}, id="nothing"),
        pytest.param({"A": "1"}, {"a": "0"}, {"A": "0"}, id="what was found before"),
        pytest.param({"A": "1"}, {"A": None}, {"A": None}, id="nothing, as was found before"),
    ],
)
def test_what_was_there_first_is_known_by_the_declared_keys(found, previous, first):
    assert first_values(found, {"A": "7"}, previous) == first


@pytest.mark.parametrize(
    ("live", "observed"),
    [
        pytest.param({"a": "1", "B": "2", "D": "4"}, {"A": "1", "B": "2"}, id="some"),
        pytest.param({}, {}, id="none"),
    ],
)
def test_the_live_values_of_the_declared_keys_are_observed(live, observed):
    assert observed_values(live, {"A": "7", "B": UNKNOWN, "C": "3"}) == observed


@pytest.mark.parametrize(
    ("values", "like", "found"),
    [
        ({"a": 1, "B": 2}, {"A": 0, "b": 0}, {"A": 1, "b": 2}),
        ({"a": 1}, {}, {"a": 1}),
        ({}, {"A": 1}, {}),
    ],
)
def test_keys_are_spelled_as_others_are(values, like, found):
    assert respelled(values, like) == found


def test_a_field_reads_the_live_key_and_is_called_as_declared():
    plan = plan_keys({"aB": "0"}, {"Ab": "1"}, {})
    assert isinstance(plan, MetadataPlan)
    assert plan.changes[0].field == Field("Ab", member_name="aB")
