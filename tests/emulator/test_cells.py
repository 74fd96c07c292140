"""Cells against their columns' types."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veracity_emulator.workbench.cells import REFUSALS, SEPARATOR, as_json, check_of

KINDS = ("String", "Int32", "Int64", "Decimal", "DateTime", "DateOnly", "Boolean")
ODD = ("", " ", "0", "-1", "+1", "1_0", "1.5", "1e5", "1e999", "nan", "inf", "²", "١", "9" * 400, SEPARATOR, "\ud800x")
TIMES = ("2026-02-28T12:00:00Z", "2026-02-30T12:00:00Z", "2026-W01-1T12:00:00Z", "2026-01-01", "0001-01-01T00:00+05:00")
WORDS = ("true", "FALSE", "yes")


@given(text=st.text() | st.sampled_from((*ODD, *TIMES, *WORDS)) | st.floats().map(str), kind=st.sampled_from(KINDS))
def test_what_is_taken_can_be_told_as_json_and_is_taken_again(text, kind):
    column = {"name": "c", "type": kind}
    check = check_of(column, "Upsert")
    try:
        stored = check(text)
    except REFUSALS:
        return
    value = as_json(stored, column)
    assert not isinstance(value, float) or math.isfinite(value)
    assert check(stored) == stored


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Int32", "2147483648"),
        ("Int32", "1.0"),
        ("Int64", "9223372036854775808"),
        ("Int64", "1_000"),
        ("Decimal", "1e28"),
        ("Decimal", "nan"),
        ("Decimal", "1,5"),
        ("DateTime", "2026-02-30T12:00:00Z"),
        ("DateTime", "0001-01-01T00:00:00+05:00"),
        ("DateOnly", "2026-13-01"),
        ("Boolean", "yes"),
    ],
)
def test_what_does_not_fit_is_refused(kind, text):
    with pytest.raises(REFUSALS):
        check_of({"name": "c", "type": kind}, "Upsert")(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00Z"),
        ("2026-01-01T12:00:00.1239+02:00", "2026-01-01T10:00:00.123Z"),
        ("2026-01-01T12:00:00.1234567Z", "2026-01-01T12:00:00.123Z"),
        ("2026-01-01T12:00:00.123456789Z", "2026-01-01T12:00:00.123Z"),
        ("2026-01-01T12:00:00", "2026-01-01T12:00:00Z"),
    ],
)
def test_a_time_is_kept_in_utc_to_the_millisecond(text, stored):
    assert check_of({"name": "c", "type": "DateTime"}, "Upsert")(text) == stored
