"""Bodies of responses that are no success: a JSON object, or nothing that says anything."""

import pytest

from veracity_provider.api.bodies import json_object


@pytest.mark.parametrize(
    ("body", "members"),
    [
        pytest.param(b"{}", {}, id="without members"),
        pytest.param(
            b' {"type": "Error", "n": [1, {"a": null}]}\r\n', {"type": "Error", "n": [1, {"a": None}]}, id="with some"
        ),
        pytest.param('{"title": "Måling"}'.encode(), {"title": "Måling"}, id="in UTF-8"),
        pytest.param('{"title": "Måling"}'.encode("utf-16"), {"title": "Måling"}, id="in UTF-16"),
    ],
)
def test_a_json_object_has_its_members(body, members):
    assert json_object(body) == members


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="an empty body"),
        pytest.param(b"Not found", id="text"),
        pytest.param(b"<html></html>", id="HTML"),
        pytest.param(b'{"type": "Error"', id="a body that is cut"),
        pytest.param(b'{"type": "Error"} {}', id="two objects"),
        pytest.param(b'{"type": "\xff"}', id="no UTF-8"),
        pytest.param(b'["type"]', id="a list"),
        pytest.param(b'"type"', id="a string"),
        pytest.param(b"7", id="a number"),
        pytest.param(b"true", id="a boolean"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"a":' * 100_000, id="very deep JSON"),
        pytest.param(b"1" * 5000, id="a number of more digits than Python reads"),
    ],
)
def test_anything_else_is_none(body):
    assert json_object(body) is None
