import pytest

from veracity_provider.unknown import UNKNOWN, require_known


def test_a_known_value_is_given_back():
    assert require_known("a") == "a"


def test_an_unknown_value_where_the_engine_promises_known_ones_is_a_defect():
    with pytest.raises(TypeError, match="not known yet"):
        require_known(UNKNOWN)
