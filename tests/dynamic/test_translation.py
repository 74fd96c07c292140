"""Property bags of the engine, and the values that lifecycles deal in."""

import pytest
from pulumi.output import Unknown as PulumiUnknown
from pulumi.runtime import rpc

from veracity_provider.dynamic.translation import PROVIDER_KEY, from_engine, to_engine
from veracity_provider.lifecycle.protocols import UNKNOWN


def secret(value):
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


@pytest.mark.parametrize(
    ("bag", "values"),
    [
        pytest.param({PROVIDER_KEY: "pickled", "a": 1}, {"a": 1}, id="without the engine's own property"),
        pytest.param({"a": secret("x")}, {"a": "x"}, id="a secret is unwrapped"),
        pytest.param({"a": secret(rpc.UNKNOWN)}, {"a": UNKNOWN}, id="a secret that is not known yet"),
        pytest.param({"a": rpc.UNKNOWN, "b": PulumiUnknown()}, {"a": UNKNOWN, "b": UNKNOWN}, id="not known yet"),
        pytest.param(
            {"a": {"b": [rpc.UNKNOWN, {"c": secret("x")}]}}, {"a": {"b": [UNKNOWN, {"c": "x"}]}}, id="at any depth"
        ),
        pytest.param({"a": ("x", "y")}, {"a": ["x", "y"]}, id="a tuple is a list"),
        pytest.param(
            {"a": "text", "b": None, "c": True}, {"a": "text", "b": None, "c": True}, id="scalars as they are"
        ),
    ],
)
def test_values_come_from_the_engine(bag, values):
    assert from_engine(bag) == values


@pytest.mark.parametrize(
    ("values", "bag"),
    [
        pytest.param({"a": UNKNOWN}, {"a": rpc.UNKNOWN}, id="not known yet"),
        pytest.param({"a": {"b": [UNKNOWN]}}, {"a": {"b": [rpc.UNKNOWN]}}, id="at any depth"),
        pytest.param({"a": ("x", "y")}, {"a": ["x", "y"]}, id="a tuple is a list"),
        pytest.param({"a": "text", "b": None}, {"a": "text", "b": None}, id="scalars as they are"),
    ],
)
def test_values_go_to_the_engine(values, bag):
    assert to_engine(values) == bag
