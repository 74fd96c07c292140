"""Whether inputs are known yet."""

from typing import Any

from veracity_provider.unknown import UNKNOWN


def is_known(value: object) -> bool:
    """Whether *value* is there and not left for `up` to find out."""
    return value is not None and value is not UNKNOWN


def has_unknown(value: Any) -> bool:
    """Whether anything in *value* is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(member) for member in value.values())  # pyright: ignore[reportUnknownVariableType] — any JSON
    if isinstance(value, list | tuple):
        return any(has_unknown(member) for member in value)  # pyright: ignore[reportUnknownVariableType] — any JSON
    return value is UNKNOWN
