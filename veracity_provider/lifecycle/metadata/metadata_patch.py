"""From a live JSON document to a desired one: the smallest RFC 6902 patch, proved before it is sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from jsonpatch import JsonPatch, JsonPatchException
from jsonpointer import JsonPointer, JsonPointerException

from veracity_provider.errors import PatchRefusedBySelfCheck

Operation = dict[str, Any]


def metadata_patch(live: Mapping[str, Any], desired: Mapping[str, Any], *, guarded: bool = False) -> list[Operation]:
    """
    Operations that give *live* the members of *desired*, and leave every other member alone.

    Args:
        live: A JSON document.
        desired: The members that it should have. None: it should not have this one. A mapping is merged member by
            member into one that is there; everything else, lists too, is replaced whole.
        guarded: Put a `test` of the live value before each `replace` and `remove`, so that the server refuses the patch
            when somebody was faster. That a member is absent cannot be tested (RFC 6902 has no such operation).
    Returns:
        One operation for each member that differs, in the order of its names; empty when none does.
    Raises:
        PatchRefusedBySelfCheck: Applied to *live*, the patch would not give what is desired.
    """
    if not desired:
        return []
    operations = list(_operations((), live, desired, guarded=guarded))
    _prove(operations, live, desired)
    return operations


def same_json(one: object, other: object) -> bool:
    """Whether two JSON values are equal. In Python 1 == True; in JSON it is not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        left, right = cast("Mapping[str, object]", one), cast("Mapping[str, object]", other)
        return left.keys() == right.keys() and all(same_json(value, right[name]) for name, value in left.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        these, those = cast("list[object]", one), cast("list[object]", other)
        return len(these) == len(those) and all(map(same_json, these, those))
    return one == other


def _operations(
    parents: tuple[str, ...], live: Mapping[str, Any], desired: Mapping[str, Any], *, guarded: bool
) -> Iterator[Operation]:
    for name, value in sorted(desired.items()):
        path = JsonPointer.from_parts([*parents, name]).path
        if name not in live:
            if value is not None:
                yield {"op": "add", "path": path, "value": _without_absent(value)}
        elif isinstance(value, Mapping) and isinstance(live[name], Mapping):
            members = cast("Mapping[str, Any]", value)
            yield from _operations((*parents, name), live[name], members, guarded=guarded)
        elif value is None or not same_json(live[name], cast("object", value)):
            if guarded:
                yield {"op": "test", "path": path, "value": live[name]}
            if value is None:
                yield {"op": "remove", "path": path}
            else:
                yield {"op": "replace", "path": path, "value": _without_absent(value)}


def _without_absent(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    members = cast("Mapping[str, Any]", value)
    return {name: _without_absent(member) for name, member in members.items() if member is not None}


def _merged(live: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(live)
    for name, value in desired.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(live.get(name), Mapping):
            merged[name] = _merged(live[name], cast("Mapping[str, Any]", value))
        else:
            merged[name] = _without_absent(value)
    return merged


def apply_patch(operations: Sequence[Operation], live: Mapping[str, Any]) -> dict[str, Any]:
    """*live* with *operations* applied, which were made for it."""
    return JsonPatch(operations).apply(dict(live))


def _prove(operations: list[Operation], live: Mapping[str, Any], desired: Mapping[str, Any]) -> None:
    wanted = _merged(live, desired)
    try:
        given: object = JsonPatch(operations).apply(dict(live))
    except (JsonPatchException, JsonPointerException) as error:
        given = f"the patch cannot be applied: {error}"
    if not same_json(given, wanted):
        shown = {"patch": operations, "would give": given, "should give": wanted}
        lines = [f"  {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in shown.items()]
        message = "the metadata patch was not sent, since it would not give what is declared"
        raise PatchRefusedBySelfCheck("\n".join([message, *lines]))
