"""What a resource refuses in the program already, since Pulumi would fail on it later and in other words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import pulumi

from veracity_provider.errors import InputProblem
from veracity_provider.texts import shown

_PACKAGE: Final = "pulumi-python"
"""Whose provider manages all Python dynamic resources; explicit providers of other packages are no concern of ours."""
_NO_CONFIG: Final = "an explicit provider is given no stack config, and so no connection settings"
_CONTEXT: Final = 20
"""Characters shown before the first one that is not UTF-8."""


def option_problems(name: str, opts: pulumi.ResourceOptions | None, *, when_imported: str) -> Iterator[InputProblem]:
    """
    Options of the resource *name* that cannot do what they are for.

    Args:
        when_imported: Why there is nothing to import.
    """
    given = opts or pulumi.ResourceOptions()
    if given.import_ is not None:
        yield InputProblem(f"{name}.opts.import_", f"{when_imported}; leave `import_` out")
    if given.id is not None:
        yield InputProblem(
            f"{name}.opts.id",
            "what is not managed here cannot be read; leave `id` out, and declare what is managed",
        )
    if given.provider is not None and given.provider.package == _PACKAGE:
        yield InputProblem(f"{name}.opts.provider", f"{_NO_CONFIG}; leave `provider` out")
    providers = given.providers or []
    if any(one.package == _PACKAGE for one in (providers.values() if isinstance(providers, Mapping) else providers)):
        yield InputProblem(f"{name}.opts.providers", f"{_NO_CONFIG}; leave {_PACKAGE} out of `providers`")
    if given.parent is not None and given.parent.get_provider(f"{_PACKAGE}:dynamic:Resource") is not None:
        yield InputProblem(f"{name}.opts.parent", f"{_NO_CONFIG}; leave {_PACKAGE} out of the parent's `providers`")


def text_problems(name: str, inputs: Mapping[str, Any]) -> Iterator[InputProblem]:
    """
    Texts of the resource *name* that cannot be written as UTF-8, the only encoding that reaches the engine.

    Python gives such texts for file names and environment variables in another encoding.
    """
    if _foreign_part(name):
        yield InputProblem(f"'{_foreign_part(name)}'", "a resource must have a name in UTF-8; give it another")
        return
    for place, part in _foreign_parts(inputs, ""):
        action = "rename the file" if place in {"source", "file_name"} else "write it anew"
        yield InputProblem(f"{name}.{place}", f"must be a text in UTF-8, not '{part}'; {action}")


def _foreign_parts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Where within *value*, which stands at *place*, texts are not UTF-8, and the part of each that is not."""
    if isinstance(value, str):
        part = _foreign_part(value)
        if part:
            yield place, part
    elif isinstance(value, Mapping):
        for key, member in cast("Mapping[str, object]", value).items():
            yield from _foreign_parts(member, f"{place}.{key}" if place else key)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _foreign_parts(item, f"{place}[{index}]")


def _foreign_part(text: str) -> str:
    """What a message shows of a *text* that is not UTF-8; empty for one that is."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        start = max(0, error.start - _CONTEXT)
        return "…" * (start > 0) + shown(text[start:])
    return ""
