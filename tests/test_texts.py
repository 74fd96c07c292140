"""Text from outside is safe to print, short, and tells what differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veracity_provider.texts import shown, tell_apart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Målinger 2026", "Målinger 2026", id="plain text stays"),
        pytest.param(r"C:\data", r"C:\data", id="a backslash stays"),
        pytest.param("日本 🚢", "日本 🚢", id="other scripts and pictures stay"),
        pytest.param("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred", id="an escape sequence of a terminal"),
        pytest.param("a\nb\r\nc\td", r"a\nb\r\nc\td", id="line breaks and tabs"),
        pytest.param("a\x00b\x7f\x9b", r"a\x00b\x7f\x9b", id="control characters of both kinds"),
        pytest.param("a\u200bb\ufeff", r"a\u200bb\ufeff", id="zero-width space and byte order mark"),
        pytest.param("a\xa0b", r"a\xa0b", id="a blank that is no blank"),
        pytest.param("a\u202eb", r"a\u202eb", id="a mark that turns the direction of text"),
        pytest.param("a\u2028b", r"a\u2028b", id="a line separator of Unicode"),
        pytest.param("m\udce5l.csv", r"m\udce5l.csv", id="a file name that is not UTF-8"),
        pytest.param("x" * 60, "x" * 60, id="as long as may be"),
        pytest.param("x" * 61, "x" * 59 + "…", id="a character too long"),
        pytest.param("x" * 58 + "\x1b\x1b", "x" * 58 + "…", id="an escape is not cut in half"),
        pytest.param(2026, "2026", id="a number"),
        pytest.param(10**5000, "int (too long to show)", id="a number that Python does not write down"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_text_is_shown_safe_and_short(text, expected):
    assert shown(text) == expected


def test_a_limit_may_be_given():
    assert shown("abcdef", 4) == "abc…"


@given(st.text(st.characters(codec=None)), st.integers(2, 100))
def test_whatever_the_text_the_result_is_printable_and_within_the_limit(text, limit):
    result = shown(text, limit)
    assert result.isprintable()
    assert len(result) <= limit


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("tags", "title", ("tags", "title"), id="texts that look different are left as they are"),
        pytest.param("Tag", "tag", ("Tag", "tag"), id="case can be seen"),
        pytest.param("maling", "måling", ("maling", "måling"), id="an accent can be seen"),
        pytest.param(
            "måling", "ma\u030aling", ("måling (U+00E5)", "ma\u030aling (U+0061 U+030A)"), id="NFC and NFD twins"
        ),
        pytest.param("a", "\u0430", ("a (U+0061)", "\u0430 (U+0430)"), id="a letter of another script"),
        pytest.param("-1", "\u22121", ("-1 (U+002D)", "\u22121 (U+2212)"), id="a minus that is no hyphen"),
        pytest.param("1", "\uff11", ("1 (U+0031)", "\uff11 (U+FF11)"), id="a full-width digit"),
        pytest.param("tag", "tag ", ("tag", "tag  (U+0020)"), id="a blank at the end"),
        pytest.param("tag", "t\u200bag", ("tag", r"t\u200bag"), id="what is invisible shows as an escape"),
        pytest.param("a\n", r"a\n", (r"a\n (U+000A)", r"a\n (U+005C U+006E)"), id="an escape and what looks like one"),
        pytest.param(
            "x" * 80 + "a", "x" * 80 + "b", ("…" + "x" * 20 + "a", "…" + "x" * 20 + "b"), id="a difference far behind"
        ),
        pytest.param(
            "x" * 5,
            "y" + "\uff11" * 9,
            ("x" * 5, "y" + "\uff11" * 9),
            id="a long difference that can be seen",
        ),
        pytest.param(7, "7", ("7", "7"), id="the same text of two types"),
    ],
)
def test_two_texts_are_shown_so_that_the_difference_is_seen(a, b, expected):
    assert tell_apart(a, b) == expected


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_two_different_texts_are_never_shown_alike(a, b):
    left, right = tell_apart(a, b)
    assert (left == right) == (a == b)
    assert left.isprintable()
    assert right.isprintable()
