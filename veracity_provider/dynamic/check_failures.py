"""
What a failed check tells the engine, which prints it.

The engine prints the value of a property that a failure names, a secret too, and it gives values to the plugin without
telling which of them are secrets. So no failure names a property, and the program tells which inputs are secrets by one
more input, which `check` takes out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

import pulumi
from pulumi.dynamic import CheckFailure

from veracity_provider.errors import InputProblem
from veracity_provider.texts import shown

WHICH_ARE_SECRET: Final = "inputs_that_are_secret"  # noqa: S105 — the name of an input
"""Names of the inputs that are secrets; None where there can be none."""
_MIN_TELLING: Final = 4
"""A shorter text is in many a sentence by chance."""
_MAX_COMPARED: Final = 12
"""Messages cut what they quote, so the beginning tells."""


def secret_inputs(inputs: Mapping[str, Any]) -> pulumi.Output[list[str]] | None:
    """Names of those of a resource's *inputs* that are secrets, or hold one."""
    outputs = {name: pulumi.Output.from_input(value) for name, value in inputs.items() if _has_output(value)}
    if not outputs:
        return None
    flags = [pulumi.Output.from_input(output.is_secret()) for output in outputs.values()]
    return pulumi.Output.all(*flags).apply(
        lambda are_secret: [name for name, is_secret in zip(outputs, are_secret, strict=True) if is_secret]
    )


def check_failures(
    problems: Iterable[InputProblem], news: Mapping[str, Any], secrets: Iterable[str]
) -> list[CheckFailure]:
    """
    *problems* for the engine. One about a secret repeats nothing of it.

    Args:
        news: The properties that were checked.
        secrets: Names of those that are secrets.
    """
    names = set(secrets)
    return [
        CheckFailure("", f"{problem.property}: {_without(_texts(news.get(root)), problem.reason)}")
        if (root := _root(problem.property)) in names
        else CheckFailure("", str(problem))
        for problem in problems
    ]


def _without(secrets: Iterable[str], reason: str) -> str:
    secrets = sorted(secrets, key=len, reverse=True)
    for secret in secrets:
        reason = reason.replace(f"'{shown(secret)}'", "[secret]")
    if any(len(secret) >= _MIN_TELLING and _is_in(secret, reason) for secret in secrets):
        return "is refused; it is a secret, and the reason would repeat it"
    return reason


def _has_output(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_output, cast("Mapping[str, object]", value).values()))
    if isinstance(value, list | tuple):
        return any(map(_has_output, cast("list[object]", value)))
    return isinstance(value, pulumi.Output)


def _is_in(secret: str, reason: str) -> bool:
    """Whether *secret*, or the beginning of it, stands in *reason*, as it is or made safe to print."""
    return any(text[:_MAX_COMPARED] in reason for text in (secret, shown(secret)))


def _root(place: str) -> str:
    """`tags` of `tags[1]`, `icon` of `icon.id`."""
    return re.split(r"[.\[]", place, maxsplit=1)[0]


def _texts(value: object) -> Iterator[str]:
    """Everything in *value*, as text."""
    if isinstance(value, Mapping):
        for member in cast("Mapping[str, object]", value).values():
            yield from _texts(member)
    elif isinstance(value, list | tuple):
        for member in cast("list[object]", value):
            yield from _texts(member)
    elif value is not None:
        yield str(value)
