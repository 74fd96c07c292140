"""Small rules that inputs of every resource share."""

from collections.abc import Iterator, Sequence
from typing import Any

from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.values import UNKNOWN, JsonObject
from veracity_provider.nearest import did_you_mean
from veracity_provider.settings import is_uuid


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


def uuid_problems(inputs: JsonObject, *names: str, where: str) -> Iterator[InputProblem]:
    """Each of *names* has to be given, and be a UUID; *where* says where a person finds one."""
    for name in names:
        value = inputs.get(name)
        if value is UNKNOWN:
            continue
        if value is None or value == "":
            yield InputProblem(name, f"is missing; {where}")
        elif not is_uuid(value):
            yield InputProblem(name, f"{value!r} is not a UUID; {where}")


def choice_problems(inputs: JsonObject, name: str, choices: Sequence[str]) -> Iterator[InputProblem]:
    """The value, if given, has to be one of *choices*; a near miss is told what was meant."""
    value = inputs.get(name)
    if is_known(value) and value not in choices:
        yield InputProblem(name, f"{value!r} is not one of {', '.join(choices)}{did_you_mean(str(value), choices)}")
