"""A description of what is implemented, made from the definitions that answer and validate."""

import re
from collections.abc import Iterable
from typing import Any, Final

from veracity_emulator.calls import Operation

_PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")


def describe(operations: Iterable[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Local Veracity", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
            },
        },
    }


def _operation(one: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": one.summary,
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in _PARAMETER.findall(one.path)
        ],
        "responses": {str(one.status): {"description": one.summary}},
    }
    if one.guard:
        found["security"] = [{"token": [], "key": []}]
    if one.body:
        schema = one.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        schemas[one.body.__name__] = schema
        reference = {"$ref": f"#/components/schemas/{one.body.__name__}"}
        found["requestBody"] = {"content": {"application/json": {"schema": reference}}}
    return found
