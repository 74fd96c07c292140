import pytest

from veracity_provider.lifecycle.inputs import has_unknown, is_known
from veracity_provider.unknown import UNKNOWN


@pytest.mark.parametrize(("value", "known"), [(None, False), (UNKNOWN, False), ("", True), (0, True), ([], True)])
def test_a_value_is_known_when_it_is_there_and_not_left_for_up(value, known):
    assert is_known(value) is known


@pytest.mark.parametrize(
    ("value", "unknown"),
    [
        ("a", False),
        (None, False),
        ({"a": ["b"]}, False),
        (UNKNOWN, True),
        (["a", UNKNOWN], True),
        (("a", UNKNOWN), True),
        ({"a": [{"b": UNKNOWN}]}, True),
    ],
)
def test_an_unknown_value_is_found_at_any_depth(value, unknown):
    assert has_unknown(value) is unknown
