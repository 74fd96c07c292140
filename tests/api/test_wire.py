"""How members of responses are read."""

import pytest
from pydantic import Field

from veracity_provider.api.wire import List, Text, Wire, in_lower_case, parse, undocumented_error
from veracity_provider.errors import UnexpectedAnswer


class Thing(Wire):
    last_change: Text = ""
    parts: List = Field(default_factory=list)
    size: int = 0


@pytest.mark.parametrize(
    ("given", "text"), [("a", "a"), (None, ""), (True, "true"), (False, "false"), (3, "3")], ids=repr
)
def test_a_text_may_be_null_or_a_boolean(given, text):
    assert parse(Thing, {"lastChange": given}, "reading").last_change == text


@pytest.mark.parametrize(
    ("given", "parts"), [(["a", {}], ["a", {}]), ("a", ["a"]), ({"b": 1}, [{"b": 1}]), (0, [0])], ids=repr
)
def test_one_thing_alone_is_a_list_of_it(given, parts):
    assert parse(Thing, {"parts": given}, "reading").parts == parts


@pytest.mark.parametrize("given", [None, "", {}, []], ids=repr)
def test_nothing_is_an_empty_list(given):
    assert parse(Thing, {"parts": given}, "reading").parts == []


def test_members_that_are_not_asked_for_are_ignored():
    assert parse(Thing, {"more": 1, "size": 2}, "reading") == Thing(size=2)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"size": "many"}, "size: Input should be a valid integer, unable to parse string as an integer"),
        ([], "the response: Input should be a valid dictionary or instance of Thing"),
    ],
)
def test_what_does_not_fit_is_named(body, what):
    with pytest.raises(UnexpectedAnswer) as caught:
        parse(Thing, body, "reading the thing")
    expected = f"reading the thing failed: the response is not what the platform documents ({what})"
    assert str(caught.value) == expected == str(undocumented_error("reading the thing", what))


def test_names_of_members_are_put_in_lower_case_and_other_bodies_are_left():
    assert in_lower_case({"Title": {"Id": 1}, 2: 3}) == {"title": {"Id": 1}, "2": 3}
    assert in_lower_case([{"Title": 1}]) == [{"Title": 1}]
