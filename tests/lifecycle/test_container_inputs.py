import pytest

from veracity_provider.lifecycle.container_inputs import check_container
from veracity_provider.lifecycle.values import UNKNOWN

ID = "33333333-0000-4000-8000-000000000001"


def test_what_is_well_formed_or_not_known_yet_passes():
    assert check_container({"container_id": ID, "title": "A", "description": "x" * 500, "tags": ["a", "b"]}) == ()
    assert check_container({"container_id": UNKNOWN, "title": UNKNOWN, "icon": {"id": UNKNOWN}, "tags": UNKNOWN}) == ()


@pytest.mark.parametrize(
    ("inputs", "property_", "words"),
    [
        pytest.param({"container_id": "c-1"}, "container_id", "not a UUID", id="an id that is no UUID"),
        pytest.param({"container_id": ""}, "container_id", "missing", id="no id"),
        pytest.param({"title": " "}, "title", "empty", id="an empty title"),
        pytest.param({"title": 7}, "title", "text", id="a title that is no text"),
        pytest.param({"description": "x" * 501}, "description", "501 characters", id="a long description"),
        pytest.param({"icon": {"colour": "#000000"}}, "icon.colour", "no member", id="an unknown icon member"),
        pytest.param(
            {"icon": {"backgroundColor": "#000000"}},
            "icon.backgroundColor",
            "did you mean background_color",
            id="an icon member in the wire's spelling",
        ),
        pytest.param({"icon": {"background_color": "blue"}}, "icon.background_color", "#5594aa", id="a colour by name"),
        pytest.param({"icon": {}}, "icon", "mapping", id="an empty icon"),
        pytest.param({"tags": "a"}, "tags", "list", id="tags that are no list"),
        pytest.param({"tags": ["a", ""]}, "tags[1]", "empty", id="an empty tag"),
        pytest.param({"tags": ["a", "b", "a"]}, "tags[2]", "tags[0]", id="a tag twice"),
        pytest.param({"tags": ["a", "A"]}, "tags[1]", "case alone", id="tags that differ by case"),
        pytest.param({"on_destroy": "keep"}, "on_destroy", "retain, restore", id="an unknown on_destroy"),
        pytest.param({"on_conflict": "owerwrite"}, "on_conflict", "did you mean overwrite", id="a near miss"),
    ],
)
def test_what_is_wrong_is_told_by_the_property_that_the_user_wrote(inputs, property_, words):
    (problem,) = check_container({"container_id": ID, **inputs})
    assert problem.property == property_
    assert words in problem.reason


def test_everything_wrong_is_told_at_once():
    assert len(check_container({"container_id": "x", "title": "", "tags": ["", ""]})) == 4
