"""What may be asked of a `ContainerMetadata`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.inputs import choice_problems, did_you_mean, is_known, uuid_problems
from veracity_provider.lifecycle.values import UNKNOWN, JsonObject

FIELDS: Final = ("title", "description", "icon", "tags")
"""What can be managed, in the order in which it is shown."""
ICON_MEMBERS: Final = ("id", "background_color")
LONGEST_DESCRIPTION: Final = 500
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def check_container(inputs: JsonObject) -> tuple[InputProblem, ...]:
    """Everything wrong with *inputs*, by property. Source of the limits: docs/platform.md."""
    return (
        *uuid_problems(inputs, "container_id", where="it is in the portal's address of the container"),
        *_title_problems(inputs.get("title")),
        *_description_problems(inputs.get("description")),
        *_icon_problems(inputs.get("icon")),
        *_tags_problems(inputs.get("tags")),
        *choice_problems(inputs, "on_destroy", ("retain", "restore")),
        *choice_problems(inputs, "on_conflict", ("overwrite", "fail")),
    )


def managed(inputs: JsonObject) -> dict[str, Any]:
    """The fields that are declared; None means "leave it alone"."""
    return {name: inputs[name] for name in FIELDS if inputs.get(name) is not None}


def _title_problems(title: object) -> Iterator[InputProblem]:
    if not is_known(title):
        return
    if not isinstance(title, str):
        yield InputProblem("title", "is a text")
    elif not title.strip():
        yield InputProblem("title", "is empty; leave it out to manage no title")


def _description_problems(description: object) -> Iterator[InputProblem]:
    if not is_known(description):
        return
    if not isinstance(description, str):
        yield InputProblem("description", "is a text")
    elif len(description) > LONGEST_DESCRIPTION:
        reason = f"has {len(description)} characters; the platform takes at most {LONGEST_DESCRIPTION}"
        yield InputProblem("description", reason)


def _icon_problems(icon: object) -> Iterator[InputProblem]:
    if not is_known(icon):
        return
    if not isinstance(icon, Mapping) or not icon:
        yield InputProblem("icon", "is a mapping with id, background_color, or both")
        return
    for name, value in cast("Mapping[str, object]", icon).items():
        place = f"icon.{name}"
        if name not in ICON_MEMBERS:
            known = f"is no member of an icon{did_you_mean(name, ICON_MEMBERS)}"
            yield InputProblem(place, known if "mean" in known else f"{known}; known: {', '.join(ICON_MEMBERS)}")
        elif value is UNKNOWN:
            continue
        elif not isinstance(value, str) or not value:
            yield InputProblem(place, "is a text, and not empty")
        elif name == "background_color" and not _COLOUR.fullmatch(value):
            yield InputProblem(place, f"{value!r} is not a colour like #5594aa")


def _tags_problems(tags: object) -> Iterator[InputProblem]:
    if not is_known(tags):
        return
    if not isinstance(tags, list | tuple):
        yield InputProblem("tags", "is a list of titles")
        return
    titles = list(cast("list[object]", tags))
    for i, title in enumerate(titles):
        if title is UNKNOWN:
            continue
        if not isinstance(title, str) or not title.strip():
            yield InputProblem(f"tags[{i}]", "is a text, and not empty")
        else:
            yield from _repetition(titles, i, title)


def _repetition(titles: list[object], i: int, title: str) -> Iterator[InputProblem]:
    for j, earlier in enumerate(titles[:i]):
        if earlier == title:
            yield InputProblem(f"tags[{i}]", f'"{title}" is there already, as tags[{j}]')
            return
        if isinstance(earlier, str) and earlier.casefold() == title.casefold():
            yield InputProblem(f"tags[{i}]", f'"{title}" differs from tags[{j}] "{earlier}" by case alone')
            return
