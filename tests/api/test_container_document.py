"""Tags and icons of a container as the platform spells them."""

import pytest

from veracity_provider.api.container_document import Tag, icon_from_wire, icon_to_wire, new_tag, tags_from_wire


@pytest.mark.parametrize("tags", [None, []])
def test_no_list_has_no_tags(tags):
    assert tags_from_wire(tags) == ()


def test_tags_are_read_in_their_order_and_those_of_the_platform_are_told():
    documents = [{"title": "b", "id": "1"}, {"title": "a", "type": "systemTag"}]
    assert tags_from_wire(documents) == (
        Tag(title="b", is_system=False, document=documents[0]),
        Tag(title="a", is_system=True, document=documents[1]),
    )


def test_a_new_tag_has_a_title_alone():
    assert new_tag("a") == {"title": "a"}


def test_an_icon_has_the_members_that_are_there():
    assert icon_from_wire({"id": "I", "other": "x"}) == {"id": "I"}
    assert icon_from_wire({"id": "I", "backgroundColor": "#000000"}) == {"id": "I", "background_color": "#000000"}
    assert icon_to_wire({"id": None, "background_color": "#000000"}) == {"id": None, "backgroundColor": "#000000"}
