"""What is shown of an upload while it runs."""

from collections.abc import Callable

from veracity_provider.lifecycle.units import duration, size


def upload_text(
    total_bytes: int, *, say: Callable[[str], None], monotonic: Callable[[], float]
) -> Callable[[int], None]:
    """
    A listener for the bytes that have arrived: `80 %, 4 s left, 51.2 MiB of 64.0 MiB, 3.2 MiB/s`.

    What changes stands first: on a terminal of 100 columns some 20 characters are seen.
    """
    begun = monotonic()

    def arrived(count: int) -> None:
        rate = count / max(monotonic() - begun, 1e-3)
        share = int(count * 100 // total_bytes) if total_bytes else 100
        left = f"{duration((total_bytes - count) / rate)} left, " if rate else ""
        say(f"{share} %, {left}{size(count)} of {size(total_bytes)}, {size(rate)}/s")

    return arrived
