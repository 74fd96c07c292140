"""What may be asked of a `ContainerMetadata`, as a program spells it."""

import pytest

from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.errors import InputError
from veracity_provider.unknown import UNKNOWN

ID = "33333333-0000-4000-8000-000000000001"


def problems(inputs):
    with pytest.raises(InputError) as refused:
        ContainerMetadataInputs.from_properties(inputs)
    return [str(problem) for problem in refused.value.problems]


def test_inputs_are_typed_and_given_back_as_json():
    given = {
        "container_id": ID,
        "title": "A",
        "description": "x" * 500,
        "icon": {"background_color": "#5594aa"},
        "tags": ["a", "b"],
        "on_destroy": "restore",
    }
    inputs = ContainerMetadataInputs.from_properties({**given, "url": "an output, which is no input"})
    assert (inputs.title, inputs.tags, inputs.on_destroy, inputs.on_conflict) == (
        "A", ("a", "b"), "restore", "overwrite",
    )  # fmt: skip
    assert inputs.given() == given


def test_what_is_not_known_yet_passes_wherever_it_is():
    given = {"container_id": UNKNOWN, "title": UNKNOWN, "icon": {"id": UNKNOWN}, "tags": ["a", UNKNOWN]}
    assert ContainerMetadataInputs.from_properties(given).given() == given
    assert ContainerMetadataInputs.from_properties({"container_id": ID, "tags": UNKNOWN}).tags is UNKNOWN


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        pytest.param(
            {"container_id": None},
            "container_id: is missing; it is in the portal's address of the container",
            id="no id",
        ),
        pytest.param(
            {"container_id": "c-1"},
            "container_id: must be a UUID, not 'c-1'; it is in the portal's address of the container",
            id="an id that is no UUID",
        ),
        pytest.param({"container_id": 7.0}, "container_id: must be a string, not 7", id="an id that is a number"),
        pytest.param({"title": " "}, "title: must not be empty; leave it out to manage no title", id="an empty title"),
        pytest.param({"title": 7}, "title: must be a string, not 7", id="a title that is a number"),
        pytest.param({"title": ["a"]}, "title: must be a string, not a list", id="a title that is a list"),
        pytest.param(
            {"description": "x" * 501},
            "description: must have at most 500 characters, not 501",
            id="a long description",
        ),
        pytest.param(
            {"icon": {"colour": "#000000"}},
            "icon.colour: is not a key of icon; known: id, background_color",
            id="an unknown member of an icon",
        ),
        pytest.param(
            {"icon": {"backgroundColor": "#000000"}},
            "icon.backgroundColor: is not a key of icon; did you mean background_color?",
            id="an icon member in the platform's spelling",
        ),
        pytest.param(
            {"icon": {"background_color": "blue"}},
            "icon.background_color: must be a color such as #5594aa, not 'blue'",
            id="a colour by name",
        ),
        pytest.param({"icon": "Ship"}, "icon: must be a mapping, not 'Ship'", id="an icon that is a string"),
        pytest.param({"icon": {}}, "icon: must have an id, a background color, or both", id="an empty icon"),
        pytest.param({"tags": "a"}, "tags: must be a list, not 'a'", id="tags that are a string"),
        pytest.param({"tags": ["a", ""]}, "tags[1]: must not be empty", id="an empty tag"),
        pytest.param({"tags": ["a", {}]}, "tags[1]: must be a string, not a mapping", id="a tag that is a mapping"),
        pytest.param({"tags": ["a", "b", "a"]}, "tags[2]: repeats item 0, 'a'", id="a tag twice"),
        pytest.param(
            {"tags": ["a", UNKNOWN, "A"]},
            "tags[2]: 'A' differs from item 0, 'a', only by case",
            id="tags that differ by case",
        ),
        pytest.param(
            {"on_destroy": "keep"}, "on_destroy: must be retain or restore, not 'keep'", id="an unknown on_destroy"
        ),
        pytest.param(
            {"on_conflict": "owerwrite"},
            "on_conflict: must be overwrite or fail, not 'owerwrite'; did you mean overwrite?",
            id="an on_conflict that is nearly right",
        ),
    ],
)
def test_what_is_wrong_says_what_must_be_and_what_was_found(inputs, problem):
    assert problems({"container_id": ID, **inputs}) == [problem]


def test_everything_wrong_is_reported_at_once():
    found = problems({"container_id": "x", "title": "", "tags": ["", ""]})
    assert [line.partition(":")[0] for line in found] == ["container_id", "title", "tags[0]", "tags[1]"]


def test_a_value_in_a_message_is_cut_short():
    (problem,) = problems({"container_id": "x" * 500})
    assert problem == f"container_id: must be a UUID, not '{'x' * 59}…'; it is in the portal's address of the container"


def test_a_state_is_taken_as_it_is_by_whatever_rules_it_was_written():
    state = {"title": "", "tags": ["a", "A"], "of_a_later_release": 1, "applied": {"title": ""}, "patch": None}
    inputs, outputs = ContainerMetadataInputs.from_state(state), ContainerMetadataOutputs.from_state(state)
    assert inputs.given() == {"title": "", "tags": ["a", "A"]}
    assert inputs.container_id is UNKNOWN
    assert (outputs.applied, outputs.patch, outputs.previous) == ({"title": ""}, (), {})
