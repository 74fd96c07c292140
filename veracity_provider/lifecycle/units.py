"""Sizes, durations and moments as people read them."""

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
_ROUGH_UNITS: Final = ((1, "s"), (60, "min"), (3600, "h"))


def size(count: float) -> str:
    """`52.3 KiB`; whole bytes below 1 KiB."""
    unit = 0
    while count >= 1024 and unit < len(_UNITS) - 1:
        count /= 1024
        unit += 1
    return f"{count:,.0f} {_UNITS[unit]}" if unit == 0 else f"{count:,.1f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """`0 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def time_range(shortest: float, longest: float) -> str:
    """`30 to 40 s`, `5 to 7 min`, `4 to 6 h` for two times in seconds."""
    seconds, unit = next((one for one in _ROUGH_UNITS if longest < 3 * 60 * one[0]), _ROUGH_UNITS[-1])
    return f"{shortest / seconds:.0f} to {longest / seconds:.0f} {unit}"


def moment(seconds: float) -> str:
    """`2026-01-31T12:00:00Z` for seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
