"""A description of what is implemented, made from the definitions that answer and validate."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from veracity_emulator.errors import ApiManagementRefusal
from veracity_emulator.fabric.errors import FabricRefusal
from veracity_emulator.operations import Operation
from veracity_emulator.workbench.errors import GatewayRefusal, ModelRefusal

_PARAMETER: Final = re.compile(r"{(\w+)(?::\w+)?}")
_REFERENCE: Final = "#/components/schemas/{model}"
_BY_GATEWAY: Final = GatewayRefusal | ModelRefusal
_REFUSALS: Final[Mapping[str, Any]] = {
    "workbench": _BY_GATEWAY,
    "fabric": FabricRefusal,
    "": _BY_GATEWAY | FabricRefusal,
}
_TEXTS: Final = {
    400: "The body or the query is not as described, or asks for what cannot be done",
    401: "The subscription key or the token is missing or wrong",
    403: "The account may not do this",
    404: "Something that is named is not there",
    409: "What is there forbids it",
    503: "It serves, but cannot keep anything",
}


def describe(operations: Iterable[Operation], more_paths: Mapping[str, dict[str, Any]], url: str) -> dict[str, Any]:
    """OpenAPI 3.1 of *operations*, and of paths that are described already, at *url*."""
    paths = dict(more_paths)
    schemas: dict[str, Any] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Local Veracity", "version": "1"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "Ocp-Apim-Subscription-Key"},
                "sas": {"type": "apiKey", "in": "query", "name": "sig"},
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
        "operationId": one.handler.__module__.rpartition("veracity_emulator.")[2] + one.handler.__name__,
        "parameters": path_parameters(one.path),
        "responses": {str(status): answer for status, answer in sorted(_answers(one, schemas).items())},
    }
    if one.query:
        found["parameters"] += _query_parameters(one, schemas)
    if one.guard:
        found["security"] = [{"token": [], "key": []}]
    if one.body:
        is_required = bool(_schema_of(one.body, {}).get("required")) or not hasattr(one.body, "model_fields")
        content = {"application/json": {"schema": _reference(one.body, schemas)}}
        found["requestBody"] = {"required": is_required, "content": content}
    return found


def _query_parameters(one: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    properties = _schema_of(one.query, schemas)["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]


def _answers(one: Operation, schemas: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What can be answered, by status. Faults on demand may answer anything beside."""
    done: dict[str, Any] = {"description": one.summary}
    if one.answer is not None:
        done["content"] = {"application/json": {"schema": _reference(one.answer, schemas)}}
        if one.guard == "fabric":
            done["content"]["application/xml"] = {}  # for those who ask for it alone
    by_service = _REFUSALS[one.guard or ""]
    # API Management answers 404 too, for paths that it takes for no operation.
    refusals = {401: ApiManagementRefusal, 404: by_service | ApiManagementRefusal}
    return {one.status: done} | {
        status: {"description": text, **_refusal(refusals.get(status, by_service), schemas)}
        for status, text in _TEXTS.items()
        if _can_be(one, status)
    }


def _can_be(one: Operation, status: int) -> bool:
    names_things = "{" in one.path or bool(one.body)
    return {
        400: bool(one.body or one.query),
        401: bool(one.guard),
        403: bool(one.guard),
        404: names_things,
        409: names_things and one.method in {"POST", "PATCH"},
        503: one.path.endswith("/health"),
    }[status]


def _refusal(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": _reference(kind, schemas)}}}


def _reference(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of *kind*, by name where it has one; all that it is made of goes into *schemas*."""
    schema = _schema_of(kind, schemas)
    if not isinstance(kind, type) or "title" not in schema:
        return schema
    schemas[kind.__name__] = schema
    return {"$ref": _REFERENCE.format(model=kind.__name__)}


def _schema_of(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(ref_template=_REFERENCE)
    schemas |= schema.pop("$defs", {})
    return schema
