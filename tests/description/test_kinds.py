"""What a value must be, by the kind of its property: in Python, and as the JSON Schema says it to editors."""

import re

import pytest
from pydantic import TypeAdapter, ValidationError

from veracity_provider.description.kinds import (
    MAX_DATASET_NAME_LENGTH,
    Colour,
    DatasetName,
    DistinctTexts,
    Text,
    Uuid,
    refusal,
)
from veracity_provider.unknown import UNKNOWN

ID = "2F000000-0000-4000-8000-00000000000a"
NOT_ONE_LINE = "must be one line without invisible characters or leading or trailing spaces, not "


def check(kind, value):
    return TypeAdapter(kind).validate_python(value)


def refused(kind, value):
    """Type, text and further values of the one error."""
    with pytest.raises(ValidationError) as found:
        check(kind, value)
    [error] = found.value.errors(include_url=False)
    return error


def reason(kind, value):
    error = refused(kind, value)
    assert error["type"] == "refused"
    return error["msg"]


def pattern(kind):
    return TypeAdapter(kind).json_schema()["pattern"]


def test_a_refusal_has_its_reason_as_its_whole_text():
    error = refusal("a {reason} with {braces}", item=3)
    assert (error.type, error.message()) == ("refused", "a {reason} with {braces}")
    assert error.context == {"reason": "a {reason} with {braces}", "item": 3}
    assert refusal("why").context == {"reason": "why", "item": None}


@pytest.mark.parametrize("value", [ID, ID.lower(), ID.upper()])
def test_a_uuid_in_any_case_stays_as_it_is(value):
    assert check(Uuid, value) == value
    assert re.search(pattern(Uuid), value)


@pytest.mark.parametrize("value", ["", "x", ID[:-1], f"{ID}0", ID.replace("-", ""), f"{{{ID}}}", ID.replace("a", "g")])
def test_what_is_no_uuid_is_refused(value):
    assert reason(Uuid, value) == f"must be a UUID, not '{value}'"
    assert not re.search(pattern(Uuid), value)


def test_a_placeholder_of_a_template_is_no_uuid_and_no_mistake_in_an_editor():
    assert reason(Uuid, "<container>") == "must be a UUID, not '<container>'"
    assert re.search(pattern(Uuid), "<container>")
    assert not re.search(pattern(Uuid), "<>")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("a", id="a letter"),
        pytest.param("a b  c", id="blanks within"),
        pytest.param("måling 水", id="other alphabets"),
        pytest.param("👩\u200d🔧", id="an emoji that joins two"),
        pytest.param("\u200fא", id="a mark of direction"),
        pytest.param("x" * 10_000, id="a long one"),
    ],
)
def test_a_text_is_one_line(value):
    assert check(Text, value) == value
    assert re.search(pattern(Text), value)


@pytest.mark.parametrize("value", ["", " ", "\n\t", "\u2003"], ids=ascii)
def test_an_empty_text_is_refused(value):
    assert reason(Text, value) == "must not be empty"
    assert not re.search(pattern(Text), value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(" a", " a", id="a blank before"),
        pytest.param("a ", "a ", id="a blank behind"),
        pytest.param("a\nb", r"a\nb", id="two lines"),
        pytest.param("a\n", r"a\n", id="a line end"),
        *(
            pytest.param(f"a{one}b", f"a{told}b", id=told)
            for one, told in (
                ("\x00", r"\x00"),
                ("\x1f", r"\x1f"),
                ("\x7f", r"\x7f"),
                ("\x9f", r"\x9f"),
                ("\xad", r"\xad"),
                ("\u200b", r"\u200b"),
                ("\u2028", r"\u2028"),
                ("\u2029", r"\u2029"),
                ("\u2060", r"\u2060"),
                ("\ufeff", r"\ufeff"),
            )
        ),
        pytest.param("\u200ba", r"\u200ba", id="an invisible beginning"),
        pytest.param("a\u200b", r"a\u200b", id="an invisible end"),
    ],
)
def test_a_text_that_does_not_show_all_that_it_has_is_refused(value, shown):
    assert reason(Text, value) == f"{NOT_ONE_LINE}'{shown}'"
    # In a JSON Schema, `$` is the end alone.
    assert not re.search(pattern(Text).replace("$", r"\Z"), value)


def test_an_editor_knows_that_a_text_is_not_empty():
    assert TypeAdapter(Text).json_schema()["minLength"] == 1


def test_the_name_of_a_dataset_has_at_most_128_characters():
    assert MAX_DATASET_NAME_LENGTH == 128
    assert check(DatasetName, "x" * 128) == "x" * 128
    error = refused(DatasetName, "x" * 129)
    assert (error["type"], error["ctx"]["max_length"]) == ("too_long", 128)
    assert reason(DatasetName, "") == "must not be empty"
    assert TypeAdapter(DatasetName).json_schema()["maxLength"] == 128


@pytest.mark.parametrize("value", ["#5594aa", "#AAFF00"])
def test_a_colour_has_six_hexadecimal_digits(value):
    assert check(Colour, value) == value
    assert re.search(pattern(Colour), value)


@pytest.mark.parametrize("value", ["", "blue", "5594aa", "#5594a", "#5594aab", "#5594ag", "x#5594aa", "#5594aa\n"])
def test_what_is_no_colour_is_refused(value):
    assert reason(Colour, value) == f"must be a color such as #5594aa, not {value!r}"
    assert not re.search(pattern(Colour).replace("$", r"\Z"), value)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param((), id="none"),
        pytest.param(("a", "b", "ab"), id="some"),
        pytest.param(("a", "a b", "a-b"), id="nearly the same"),
        pytest.param(("ss", "s"), id="of different lengths"),
        pytest.param((UNKNOWN, "a", UNKNOWN), id="some that are not known yet"),
    ],
)
def test_texts_that_differ_are_taken_in_their_order(texts):
    assert check(DistinctTexts, texts) == texts
    assert check(DistinctTexts, list(texts)) == texts


@pytest.mark.parametrize(
    ("texts", "item", "text"),
    [
        pytest.param(("a", "b", "a"), 2, "repeats item 0, 'a'", id="a text twice"),
        pytest.param((UNKNOWN, "b", UNKNOWN, "b"), 3, "repeats item 1, 'b'", id="beside some that are not known yet"),
        pytest.param(("b", "Noon", "noon"), 2, "'noon' differs from item 1, 'Noon', only by case", id="case"),
        pytest.param(("ß", "SS"), 1, "'SS' differs from item 0, 'ß', only by case", id="a letter that folds into two"),
        pytest.param(
            ("å", "a\u030a"),
            1,
            "'a\u030a (U+0061 U+030A)' differs from item 0, 'å (U+00E5)', only by the form of its characters",
            id="a letter and its accent",
        ),
        pytest.param(
            ("\u01f0", "j\u030c"),
            1,
            "'j\u030c (U+006A U+030C)' differs from item 0, '\u01f0 (U+01F0)', only by the form of its characters",
            id="a letter that case folding decomposes",
        ),
        pytest.param(
            ("Å", "a\u030a"),
            1,
            "'a\u030a' differs from item 0, 'Å', only by case and the form of its characters",
            id="both",
        ),
        pytest.param(("a", "A", "a"), 1, "'A' differs from item 0, 'a', only by case", id="the first of two"),
    ],
)
def test_a_text_that_a_reader_takes_for_another_is_refused(texts, item, text):
    error = refused(DistinctTexts, texts)
    assert (error["msg"], error["ctx"]["item"]) == (text, item)


def test_each_of_them_is_a_text():
    error = refused(DistinctTexts, ("a", ""))
    assert (error["loc"], error["msg"]) == ((1,), "must not be empty")


def test_an_editor_knows_that_they_are_distinct():
    assert TypeAdapter(DistinctTexts).json_schema()["uniqueItems"] is True
