"""A value that is not known yet, wherever values are typed."""

from typing import Final, TypeVar, final

_T = TypeVar("_T")


@final
class Unknown:
    """A value that only `up` will know: an output of a resource that is still to be made or changed."""

    def __repr__(self) -> str:
        return "<not known yet>"


UNKNOWN: Final = Unknown()


def require_known(value: _T | Unknown) -> _T:
    """*value*, where the engine promises that all values are known: in create, update, read and delete."""
    if isinstance(value, Unknown):
        message = "a value is not known yet, where the engine gives known values only"
        raise TypeError(message)
    return value
