"""What is shown of an upload while it runs."""

from veracity_provider.lifecycle.progress import upload_text

MIB = 1024 * 1024


def show(clock, *arrivals, total):
    lines = []
    arrived = upload_text(total, say=lines.append, monotonic=clock.monotonic)
    for seconds, count in arrivals:
        clock.sleep(seconds)
        arrived(count)
    return lines


def test_what_changes_stands_first(clock):
    assert show(clock, (4, 16 * MIB), (12, 64 * MIB), (4, 80 * MIB), total=80 * MIB) == [
        "20 %, 16 s left, 16.0 MiB of 80.0 MiB, 4.0 MiB/s",
        "80 %, 4 s left, 64.0 MiB of 80.0 MiB, 4.0 MiB/s",
        "100 %, 0 s left, 80.0 MiB of 80.0 MiB, 4.0 MiB/s",
    ]


def test_without_a_rate_no_time_left_is_guessed(clock):
    assert show(clock, (3, 0), total=MIB) == ["0 %, 0 bytes of 1.0 MiB, 0 bytes/s"]


def test_a_rate_at_the_very_start_is_no_division_by_zero(clock):
    assert show(clock, (0, 100), total=200) == ["50 %, 0 s left, 100 bytes of 200 bytes, 97.7 KiB/s"]


def test_an_upload_is_never_shown_as_done_before_it_is(clock):
    assert show(clock, (1, 999_999), total=1_000_000)[0].startswith("99 %, ")


def test_nothing_to_upload_is_done(clock):
    assert show(clock, (1, 0), total=0) == ["100 %, 0 bytes of 0 bytes, 0 bytes/s"]
