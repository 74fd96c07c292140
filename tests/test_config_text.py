"""Texts of the config that are not the value that was meant."""

import pytest

from veracity_provider.config_text import date_in, is_placeholder, stray_character


@pytest.mark.parametrize("value", ["<container id>", "<…>"])
def test_the_angle_brackets_of_a_template_are_a_placeholder(value):
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["abc<def>ghi", "<a><b>", "<>", "<unended", "a < b > c", "", 7, None, ["<a>"]])
def test_anything_else_is_none(value):
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2026-01-01 00:00:00 +0000 UTC", "2026-01-01"),
        ("2026-01-01 10:30:00 +0200 +0200", "2026-01-01 10:30:00"),
        ("2026-01-01 10:30:00.5 +0000 UTC", "2026-01-01 10:30:00.5"),
        ("0001-01-01 00:00:00 +0000 UTC", "0001-01-01"),
        ("2026-01-01 00:00:00 -0500 EST", "2026-01-01"),
        ("2026-01-01", None),
        ("Since 2026-01-01 00:00:00 +0000 UTC", None),
        ("2026-01-01T00:00:00Z", None),
        (2026, None),
    ],
)
def test_a_date_is_known_by_the_text_that_pulumi_makes_of_it(value, date):
    assert date_in(value) == date


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("key\n", "end in a line break (U+000A)", id="a line break"),
        pytest.param("key\r", "end in a line break (U+000D)", id="half of a Windows line break"),
        pytest.param("key ", "end in a space (U+0020)", id="a space"),
        pytest.param("key\u200b", "end in a zero-width space (U+200B)", id="a zero-width space"),
        pytest.param("\ufeffkey", "begin with a byte order mark (U+FEFF)", id="a byte order mark"),
        pytest.param("key\xa0", "end in a no-break space (U+00A0)", id="a no-break space"),
        pytest.param("ke\ty", "have a tab (U+0009) in it", id="a tab within"),
        pytest.param("ke\u2060y", "have an invisible character (U+2060) in it", id="something rarer"),
        pytest.param("two words", None, id="a plain space between words"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_stray_character_is_named_without_the_text(text, words):
    assert stray_character(text) == words
