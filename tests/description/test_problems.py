"""From pydantic's errors to texts for people."""

from typing import Literal

import pytest

from veracity_provider.description.problems import any_of, choices, found, found_in_file, spelled, unknown_key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "True"),
        ("a", "'a'"),
        ([1], "a list"),
        ((), "a list"),
        ({}, "a mapping"),
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 61, f"'{'x' * 59}…'"),
        ("\x1b[2J", r"'\x1b[2J'"),
        (float("nan"), "NaN"),
        pytest.param(10**5000, "int (too long to show)", id="a number that Python does not write down"),
    ],
)
def test_a_value_is_shown_cut_short_and_whole_numbers_without_a_point(value, text):
    assert found(value) == text


def test_in_a_stack_file_true_and_false_are_spelled_as_yaml_spells_them():
    assert [found_in_file(value) for value in (True, False, 1, "True")] == ["true", "false", "1", "'True'"]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((), ""),
        (("tags",), "tags"),
        (("tags", 1), "tags[1]"),
        (("icon", "id"), "icon.id"),
        (("a", 0, "b"), "a[0].b"),
        (("\n",), r"\n"),
    ],
)
def test_a_place_is_spelled_as_in_a_program(place, text):
    assert spelled(place) == text


@pytest.mark.parametrize(("words", "text"), [(("a",), "a"), (("a", "b"), "a or b"), (("a", "b", "c"), "a, b or c")])
def test_words_to_choose_from_end_in_or(words, text):
    assert any_of(words) == text


def test_choices_are_found_within_a_type():
    assert choices(Literal["a", "b"] | None) == ("a", "b")
    assert choices(list[Literal["a"]]) == ("a",)
    assert choices(str | None) == ()


@pytest.mark.parametrize(
    ("parent", "key", "text"),
    [
        ("", "tagz", "is not a key; did you mean tags?"),
        ("icon", "TAGS", "is not a key of icon; did you mean tags?"),
        ("", "x", "is not a key; known: title, tags"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_or_all_known_ones(parent, key, text):
    assert unknown_key(key, ["title", "tags"], parent) == text
