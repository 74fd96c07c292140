"""Between Pulumi's property bags and the values that lifecycles deal in."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime import rpc

from veracity_provider.lifecycle.protocols import UNKNOWN, JsonObject

PROVIDER_KEY = "__provider"


def from_engine(properties: Mapping[str, Any]) -> JsonObject:
    """The properties without the engine's own, secrets unwrapped, and `UNKNOWN` for what is not known yet."""
    return {name: _value_from_engine(value) for name, value in properties.items() if name != PROVIDER_KEY}


def to_engine(values: JsonObject) -> dict[str, Any]:
    """The same, the other way round."""
    return {name: _value_to_engine(value) for name, value in values.items()}


def _value_from_engine(value: object) -> Any:
    # Plain values come first, and no abstract type is asked for: a stack has some hundred thousand values.
    if isinstance(value, str):
        return UNKNOWN if value == rpc.UNKNOWN else value
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        if rpc.is_rpc_secret(members):
            return _value_from_engine(rpc.unwrap_rpc_secret(members))
        return {key: _value_from_engine(member) for key, member in members.items()}
    if isinstance(value, list | tuple):
        return [_value_from_engine(member) for member in cast("list[object]", value)]
    return UNKNOWN if isinstance(value, PulumiUnknown) else value


def _value_to_engine(value: object) -> Any:
    if value is UNKNOWN:
        return rpc.UNKNOWN
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {key: _value_to_engine(member) for key, member in cast("Mapping[str, object]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_value_to_engine(member) for member in cast("Sequence[object]", value)]
    return value
