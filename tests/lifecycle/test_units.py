"""Sizes, durations and moments as people read them."""

import pytest

from veracity_provider.lifecycle.units import duration, moment, size, time_range

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (53_555, "52.3 KiB"),
        (MIB, "1.0 MiB"),
        (5 * 1024**4, "5.0 TiB"),
        (5000 * 1024**4, "5,000.0 TiB"),
    ],
)
def test_a_size_has_the_largest_unit_of_which_there_is_one(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.9, "0 s"),
        (12.7, "12 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (7_800, "2 h 10 min"),
    ],
)
def test_a_duration_is_in_whole_units(seconds, text):
    assert duration(seconds) == text


def test_a_moment_is_in_utc_to_the_second():
    assert moment(1_800_000_000.9) == "2027-01-15T08:00:00Z"


@pytest.mark.parametrize(
    ("shortest", "longest", "text"),
    [
        (30, 40, "30 to 40 s"),
        (134, 179, "134 to 179 s"),
        (150, 200, "2 to 3 min"),
        (8100, 10_799, "135 to 180 min"),
        (9000, 12_000, "2 to 3 h"),
        (900_000, 1_200_000, "250 to 333 h"),
    ],
)
def test_two_times_are_told_in_one_unit(shortest, longest, text):
    assert time_range(shortest, longest) == text
