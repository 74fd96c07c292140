"""Whose 404 it is."""

import pytest

from veracity_provider.api.service import Service

WORKBENCH = Service(audience="data workbench", base_url="https://host/v2", url_key="veracity:dataWorkbenchUrl")
FABRIC = Service(audience="data fabric", base_url="https://host/1", url_key="veracity:dataApiUrl")
API_MANAGEMENT = b'{"statusCode": 404, "message": "Resource not found"}'


@pytest.mark.parametrize(
    ("body", "is_workbench", "is_fabric"),
    [
        pytest.param(b'{"type": "BusinessError", "traceId": "8b01e7"}', True, True, id="Data Workbench's own error"),
        pytest.param(b'{"traceId": "8b01e7"}', True, True, id="a trace id alone"),
        pytest.param(b'{"type": "about:blank"}', True, True, id="a type alone"),
        pytest.param(b'{"type": null, "traceId": ""}', False, True, id="members without values"),
        pytest.param(b'{"message": "Resource was not found"}', False, True, id="another JSON object"),
        pytest.param(API_MANAGEMENT, False, False, id="API Management"),
        pytest.param(b'{"statusCode": 404, "message": "Gone fishing"}', False, False, id="its shape in other words"),
        pytest.param(b"<!DOCTYPE html><html></html>", False, False, id="HTML"),
        pytest.param(b"\r\n <HTML><head>", False, False, id="HTML without a document type"),
        pytest.param(b"", False, True, id="an empty body"),
        pytest.param(b"Not found", False, True, id="text"),
        pytest.param(b'["type"]', False, True, id="a list"),
        pytest.param(b"[" * 100_000, False, True, id="very deep JSON"),
    ],
)
def test_a_404_is_the_services_own_by_its_words(body, is_workbench, is_fabric):
    assert (WORKBENCH.is_own_404(body), FABRIC.is_own_404(body)) == (is_workbench, is_fabric)
