"""The JSON Schema of a stack file, by which editors complete and check it. `tools/make_schema.py` writes it down."""

from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from veracity_provider.description.stack_file import STACK_LISTS
from veracity_provider.settings import KEYS, Key

if TYPE_CHECKING:
    from veracity_provider.description.model import Description

_NAMESPACE: Final = "veracity:"
_REF_TEMPLATE: Final = "#/definitions/{model}"
_SECURE: Final = {
    "type": "object",
    "description": "A secret, encrypted by `pulumi config set --secret`.",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
_SECURE_IN_LIST: Final = {
    **_SECURE,
    "description": "A secret, which a list must not hold: what is declared is kept in the state in plain text.",
}
_TEXT: Final = {"type": "string"}
# Pulumi's own keys beside `config`. Source: "Pulumi stack settings file reference".
_PULUMI_KEYS: Final = {
    "secretsprovider": {**_TEXT, "description": "What encrypts the secrets of this stack."},
    "encryptedkey": {**_TEXT, "description": "The key that the secrets provider has encrypted."},
    "encryptionsalt": {**_TEXT, "description": "The salt of the passphrase that encrypts the secrets."},
    "environment": {"description": "Pulumi ESC environments that the stack imports."},
}


class _WithoutTitles(GenerateJsonSchema):
    """Titles that repeat a property's name say nothing in an editor."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 — asked for each field
        return False


def stack_schema() -> dict[str, Any]:
    """A JSON Schema of draft 7, which is what the language server for YAML reads."""
    models: list[tuple[type[Description], Literal["validation"]]] = [(one.entry, "validation") for one in STACK_LISTS]
    entries, definitions = models_json_schema(
        models,
        by_alias=True,
        ref_template=_REF_TEMPLATE,
        schema_generator=_WithoutTitles,
    )
    lists = {
        f"{_NAMESPACE}{stack_list.key}": {
            "description": stack_list.words,
            "type": ["array", "null"],
            "items": entries[stack_list.entry, "validation"],
        }
        for stack_list in STACK_LISTS
    }
    settings = {f"{_NAMESPACE}{key.name}": _setting(key) for key in KEYS}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Stack config file of veracity-provider",
        "type": "object",
        "properties": {
            "config": {
                "description": "Stack config. Keys of other namespaces are not checked.",
                "type": ["object", "null"],
                "properties": {**lists, **settings},
                "propertyNames": _own_keys([*lists, *settings]),
            },
            **_PULUMI_KEYS,
        },
        "additionalProperties": False,
        "definitions": {
            **{name: _as_in_a_file(one) for name, one in definitions["$defs"].items()},
            "SecretValue": _SECURE_IN_LIST,
        },
    }


def _as_in_a_file(definition: dict[str, Any]) -> dict[str, Any]:
    """
    Properties as they may stand in a stack file before Pulumi has read it.

    What is not required may be a key without a value. Wherever a value is, the CLI may have put a secret, which is no
    fault of the file's form; the program refuses it with a reason.
    """
    required = definition.get("required", [])
    properties = {
        name: _or_secure(one if name in required else _or_null(one)) for name, one in definition["properties"].items()
    }
    return {**definition, "properties": properties}


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    kinds = value.get("anyOf")
    if kinds is None or {"type": "null"} not in kinds:
        return _either(value, {"type": "null"})
    return value


def _or_secure(value: dict[str, Any]) -> dict[str, Any]:
    kinds = [_with_secure_items(one) for one in value["anyOf"]] if "anyOf" in value else None
    whole = _with_secure_items(value if kinds is None else {**value, "anyOf": kinds})
    return _either(whole, {"$ref": "#/definitions/SecretValue"})


def _with_secure_items(value: dict[str, Any]) -> dict[str, Any]:
    """*value* with a secret allowed in place of each item of a list, and of each value of a mapping of any keys."""
    names = [name for name in ("items", "additionalProperties") if value.get(name)]
    return {**value, **{name: _or_secure(value[name]) for name in names}}


def _either(value: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """*value* or *other*; what is said of the whole stays outside."""
    whole = {name: value[name] for name in ("description", "default") if name in value}
    kinds = value.get("anyOf") or [{name: one for name, one in value.items() if name not in whole}]
    return {**whole, "anyOf": [*kinds, other]}


def _own_keys(names: list[str]) -> dict[str, Any]:
    """A key is one of *names*, or of another namespace."""
    return {"anyOf": [{"enum": names}, {"not": {"pattern": f"^{_NAMESPACE}"}}]}


def _setting(key: Key) -> dict[str, Any]:
    return {"description": key.doc, "anyOf": [_value(key), _SECURE]}


def _value(key: Key) -> dict[str, Any]:
    """A value of the config; the CLI writes numbers as text, people write them as numbers."""
    if key.limits:
        number = {"type": "number", "minimum": key.limits.minimum, "maximum": key.limits.maximum}
        return {"anyOf": [number, {"type": "string", "pattern": r"^[0-9.]+$"}], "default": key.limits.default}
    if key.choices:
        return {"enum": list(key.choices), "default": key.choices[0]}
    return _TEXT
