"""What a failed check tells the engine, which prints it, with the value of a property that is named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, cast

from pulumi.dynamic import CheckFailure
from pulumi.runtime import rpc

from veracity_provider.errors import InputProblem
from veracity_provider.texts import shown

_MIN_TELLING: Final = 4
"""A shorter text is in many a sentence by chance."""
_MAX_COMPARED: Final = 12
"""Messages cut what they quote, so the beginning tells."""


def check_failures(problems: Iterable[InputProblem], news: Mapping[str, Any]) -> list[CheckFailure]:
    """
    *problems* for the engine. One about a secret names no property, and repeats nothing of the secret.

    Args:
        news: The properties that were checked, as the engine sent them.
    """
    return [_failure(problem, list(_secrets(news.get(_root(problem.property))))) for problem in problems]


def _failure(problem: InputProblem, secrets: list[str]) -> CheckFailure:
    if not secrets:
        return CheckFailure(problem.property, problem.reason)
    reason = problem.reason
    for secret in sorted(secrets, key=len, reverse=True):
        reason = reason.replace(f"'{shown(secret)}'", "[secret]")
    if any(len(secret) >= _MIN_TELLING and _is_in(secret, reason) for secret in secrets):
        reason = "is refused; it is a secret, and the reason would repeat it"
    return CheckFailure("", f"{problem.property}: {reason}")


def _is_in(secret: str, reason: str) -> bool:
    """Whether *secret*, or the beginning of it, stands in *reason*, as it is or made safe to print."""
    return any(text[:_MAX_COMPARED] in reason for text in (secret, shown(secret)))


def _root(place: str) -> str:
    """`tags` of `tags[1]`, `icon` of `icon.id`."""
    return re.split(r"[.\[]", place, maxsplit=1)[0]


def _secrets(value: object, *, is_secret: bool = False) -> Iterator[str]:
    """Everything in *value* that is secret, as text."""
    if rpc.is_rpc_secret(value):
        yield from _secrets(rpc.unwrap_rpc_secret(value), is_secret=True)
    elif isinstance(value, Mapping):
        for member in cast("Mapping[str, object]", value).values():
            yield from _secrets(member, is_secret=is_secret)
    elif isinstance(value, list | tuple):
        for member in cast("list[object]", value):
            yield from _secrets(member, is_secret=is_secret)
    elif is_secret and value is not None:
        yield str(value)
