"""What the state keeps of a container, and what an earlier release kept."""

import json
from pathlib import Path

from veracity_provider.lifecycle.container.fields import FIELDS
from veracity_provider.lifecycle.container.state import ContainerState, Declared
from veracity_provider.unknown import UNKNOWN

RELEASE = Path(__file__).resolve().parents[2] / "engine" / "releases" / "0.1.0.json"
ID = "33333333-0000-4000-8000-000000000001"
FIELD_OF = {field.name: field for field in FIELDS}
TITLE, ICON, TAGS = FIELD_OF["title"], FIELD_OF["icon"], FIELD_OF["tags"]


def test_the_state_of_an_earlier_release_is_read_and_written_without_a_loss():
    resources = json.loads(RELEASE.read_text())["deployment"]["resources"]
    (outputs,) = [one["outputs"] for one in resources if one["type"].endswith(":ContainerMetadata")]
    outputs.pop("__provider")
    state = ContainerState.from_properties(outputs)
    assert state.declared.values == state.outputs.applied == outputs["applied"]
    assert state.to_properties() == outputs


def test_nothing_is_managed_before_the_first_up():
    state = ContainerState.from_properties({})
    assert state.declared.fields == {}
    assert (state.outputs.applied, state.outputs.previous, state.outputs.patch) == ({}, {}, ())


def test_declared_fields_are_those_that_have_a_value_in_the_order_in_which_they_are_shown():
    declared = Declared.from_properties({"container_id": ID, "tags": ["a"], "title": "A", "description": None})
    assert list(declared.fields.items()) == [(TITLE, "A"), (TAGS, ["a"])]


def test_a_field_is_known_when_each_part_of_it_is():
    given = {"container_id": UNKNOWN, "title": "A", "icon": {"id": UNKNOWN}, "tags": ["a", UNKNOWN]}
    declared = Declared.from_properties(given)
    assert list(declared.known) == [TITLE]
    assert list(declared.fields) == [TITLE, ICON, TAGS]
