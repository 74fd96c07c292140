"""The metadata patch in every shape and spelling that the sources show. Source: docs/platform.md."""

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointerException
from pydantic import Field, RootModel, ValidationError, field_validator

from veracity_emulator.errors import errors_by_member
from veracity_emulator.operations import Wire

FIELDS: Final = ("title", "description", "icon", "tags")
_ICON: Final = {"id": "id", "backgroundcolor": "backgroundColor"}
_TAG: Final = {"id": "id", "title": "title", "type": "type"}
_TAG_TYPES: Final = frozenset({"usertag", "systemtag", "tag"})
_LONGEST_DESCRIPTION: Final = 500
_INAPPLICABLE: Final = (
    *(JsonPatchException, JsonPointerException),
    # The library lets these through where a path runs on through a text, or a value is nested without end.
    *(TypeError, KeyError, IndexError, AttributeError, ValueError, RecursionError),
)


class PatchOperation(Wire):
    """An operation of RFC 6902."""

    op: Literal["add", "replace", "remove", "test", "move", "copy"]
    path: str
    value: Any = None
    source: str | None = Field(default=None, alias="from")

    @field_validator("op", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


class PatchWrapper(Wire):
    """The published page's shape of a patch."""

    operations: list[PatchOperation]


class _PatchArray(RootModel[list[PatchOperation]]):
    """The standard's shape of a patch."""


class PatchBody(RootModel[list[PatchOperation] | PatchWrapper | PatchOperation]):
    """A JSON Patch in any of the shapes that the sources show."""


class PatchRefused(Exception):
    """The patch is malformed, points elsewhere, or fails; the text says why."""


def patched(metadata: Mapping[str, Any], body: object) -> dict[str, Any]:
    """
    *metadata* after the patch *body*: an array, a wrapper with `operations`, or a lone operation.

    Raises:
        PatchRefused: Nothing of it is applied.
    """
    operations = [_normalised(one) for one in _operations(body)]
    # The four members are always there, if only as null: one that was removed can be replaced again.
    before = {name: metadata.get(name) for name in FIELDS}
    try:
        found: object = JsonPatch(operations).apply(before)
    except _INAPPLICABLE as error:
        raise PatchRefused(f"The patch cannot be applied: {error}") from None
    return _checked(found)


def _operations(body: object) -> list[PatchOperation]:
    shape = PatchOperation
    if isinstance(body, list):
        shape = _PatchArray
    elif isinstance(body, Mapping) and "operations" in {str(name).lower() for name in cast("Mapping[str, Any]", body)}:
        shape = PatchWrapper
    try:
        found = shape.model_validate(body)
    except (ValidationError, RecursionError) as error:
        raise PatchRefused(f"The body is not a JSON Patch: {_first(error)}.") from None
    if isinstance(found, PatchOperation):
        return [found]
    return found.operations if isinstance(found, PatchWrapper) else found.root


def _first(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    place, texts = next(iter(errors_by_member(error).items()))
    return f"{place}: {texts[0]}"


def _normalised(operation: PatchOperation) -> dict[str, Any]:
    """One operation, its paths and values spelled as the standard has them."""
    made: dict[str, Any] = {"op": operation.op, "path": _path(operation.path)}
    if operation.op in {"move", "copy"}:
        made["from"] = _path(operation.source)
    if operation.op in {"add", "replace", "test"}:
        if "value" not in operation.model_fields_set:
            raise PatchRefused(f"{operation.op} needs a value.")
        made["value"] = _value(made["path"], operation.value)
    return made


def _path(given: str | None) -> str:
    if not given or not given.strip("/"):
        raise PatchRefused("An operation has a path.")
    field, *rest = given.strip("/").split("/")
    field = field.lower()
    if field not in FIELDS:
        raise PatchRefused(f"The target location {given} is not part of the metadata.")
    if field == "icon" and rest:
        rest[0] = _ICON.get(rest[0].lower(), rest[0])
    if field == "tags" and len(rest) > 1:
        rest[1] = _TAG.get(rest[1].lower(), rest[1])
    return "/" + "/".join([field, *rest])


def _value(path: str, value: Any) -> Any:
    if path == "/icon":
        return _spelled(value, _ICON)
    if path == "/tags" and isinstance(value, list):
        return [_spelled(tag, _TAG) for tag in cast("list[Any]", value)]
    if path.startswith("/tags/") and path.count("/") == 2:
        return _spelled(value, _TAG)
    return value


def _spelled(value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    members = cast("Mapping[str, Any]", value)
    return {names.get(str(name).lower(), str(name)): member for name, member in members.items()}


def _checked(found: object) -> dict[str, Any]:
    """The metadata as the platform keeps it; a `PatchRefused` for what it would not."""
    if not isinstance(found, dict):
        raise PatchRefused("The metadata is an object.")
    metadata = dict.fromkeys(FIELDS) | cast("dict[str, Any]", found)
    for name in ("title", "description"):
        if not isinstance(metadata.get(name, ""), str | None):
            raise PatchRefused(f"{name} is a string.")
    if len(metadata.get("description") or "") > _LONGEST_DESCRIPTION:
        raise PatchRefused("description has at most 500 characters.")
    _check_icon(metadata.get("icon"))
    _check_tags(metadata.get("tags"))
    _check_text(metadata)
    return metadata


def _check_icon(icon: object) -> None:
    if icon is None:
        return
    members = cast("Mapping[str, object]", icon) if isinstance(icon, Mapping) else {"": None}
    if not set(members) <= set(_ICON.values()) or not all(isinstance(one, str | None) for one in members.values()):
        raise PatchRefused("icon has id and backgroundColor, both strings.")


def _check_tags(tags: object) -> None:
    if tags is None:
        return
    if not isinstance(tags, list):
        raise PatchRefused("tags is a list of objects with a title.")
    for tag in cast("list[object]", tags):
        _check_tag(cast("Mapping[str, object]", tag) if isinstance(tag, Mapping) else {})


def _check_tag(tag: Mapping[str, object]) -> None:
    if not isinstance(tag.get("title"), str):
        raise PatchRefused("tags is a list of objects with a title.")
    kind = tag.get("type")
    if kind is not None and (not isinstance(kind, str) or kind.lower() not in _TAG_TYPES):
        raise PatchRefused("The type of a tag is userTag or systemTag.")


def _check_text(metadata: object) -> None:
    try:
        json.dumps(metadata, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise PatchRefused("The metadata holds half a character (a lone surrogate) or is nested too deep.") from None
