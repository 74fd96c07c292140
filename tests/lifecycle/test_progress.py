"""Sizes, durations and moments as people read them, and what is shown of an upload while it runs."""

import pytest

from veracity_provider.lifecycle.progress import duration, moment, size, time_range, upload_text

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


class TestAnUpload:
    def show(self, clock, *arrivals, total):
        lines = []
        arrived = upload_text(total, say=lines.append, monotonic=clock.monotonic)
        for seconds, count in arrivals:
            clock.sleep(seconds)
            arrived(count)
        return lines

    def test_what_changes_stands_first(self, clock):
        assert self.show(clock, (4, 16 * MIB), (12, 64 * MIB), (4, 80 * MIB), total=80 * MIB) == [
            "20 %, 16 s left, 16.0 MiB of 80.0 MiB, 4.0 MiB/s",
            "80 %, 4 s left, 64.0 MiB of 80.0 MiB, 4.0 MiB/s",
            "100 %, 0 s left, 80.0 MiB of 80.0 MiB, 4.0 MiB/s",
        ]

    def test_without_a_rate_no_time_left_is_guessed(self, clock):
        assert self.show(clock, (3, 0), total=MIB) == ["0 %, 0 bytes of 1.0 MiB, 0 bytes/s"]

    def test_a_rate_at_the_very_start_is_no_division_by_zero(self, clock):
        assert self.show(clock, (0, 100), total=200) == ["50 %, 0 s left, 100 bytes of 200 bytes, 97.7 KiB/s"]

    def test_an_upload_is_never_shown_as_done_before_it_is(self, clock):
        assert self.show(clock, (1, 999_999), total=1_000_000)[0].startswith("99 %, ")

    def test_nothing_to_upload_is_done(self, clock):
        assert self.show(clock, (1, 0), total=0) == ["100 %, 0 bytes of 0 bytes, 0 bytes/s"]
