"""Sizes, times and progress in words."""

import pytest

from veracity_provider.lifecycle.progress import duration, moment, size, upload_text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (53_555, "52.3 KiB"),
        (1024**2 - 1, "1,024.0 KiB"),
        (1024**2, "1.0 MiB"),
        (1.5 * 1024**3, "1.5 GiB"),
        (1024**4, "1.0 TiB"),
        (2000 * 1024**4, "2,000.0 TiB"),
    ],
)
def test_a_size_is_told_in_its_unit(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (0.24, "0.2 s"),
        (9.9, "9.9 s"),
        (10, "10 s"),
        (59.9, "59 s"),
        (60, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (7865, "2 h 11 min"),
        (90_000, "25 h 00 min"),
    ],
)
def test_a_duration_is_told_in_two_units_at_most(seconds, text):
    assert duration(seconds) == text


def test_a_moment_is_told_in_utc_and_whole_seconds():
    assert moment(1_767_268_800.9) == "2026-01-01T12:00:00Z"


def test_an_upload_says_bytes_rate_and_time_left():
    said, times = [], iter([100.0, 102.0, 104.0])
    arrived = upload_text("a.csv", 4 * 1024, say=said.append, monotonic=times.__next__)
    arrived(1024)
    arrived(4 * 1024)
    assert said == [
        "uploading a.csv: 1.0 KiB of 4.0 KiB, 512 bytes/s, 6.0 s left",
        "uploading a.csv: 4.0 KiB of 4.0 KiB, 1.0 KiB/s, 0.0 s left",
    ]


def test_an_upload_that_has_just_begun_has_no_time_left_to_tell():
    said = []
    arrived = upload_text("a.csv", 10, say=said.append, monotonic=lambda: 1.0)
    arrived(0)
    arrived(10)
    assert said == [
        "uploading a.csv: 0 bytes of 10 bytes, 0 bytes/s, ? left",
        "uploading a.csv: 10 bytes of 10 bytes, 9.8 KiB/s, 0.0 s left",
    ]
