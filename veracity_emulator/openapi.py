"""A description of what is implemented, made from the definitions that answer and validate."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from veracity_emulator.operations import Operation

_PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")


def describe(operations: Iterable[Operation], more_paths: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """OpenAPI 3.1 of *operations*, and of paths that are described already."""
    paths = dict(more_paths)
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


def path_parameters(path: str) -> list[dict[str, Any]]:
    """The parameters in *path*."""
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(path)
    ]


def _operation(one: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": one.summary,
        "parameters": path_parameters(one.path),
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
