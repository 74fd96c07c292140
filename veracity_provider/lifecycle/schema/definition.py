"""The definition of a schema in a file: a schema version as the portal exports it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from veracity_provider.description.schema import Column
from veracity_provider.errors import InputError, InputProblem

MAX_BYTES: Final = 4 * 1024 * 1024


def read_definition(path: Path) -> list[dict[str, Any]]:
    """
    The columns of the definition file at *path*, with the members that the file gives them, in snake case.

    Members that no page of the platform describes are left out.

    Raises:
        InputError: It cannot be read, or is no schema version; each problem names `definition` and the place in it.
    """
    document = _parsed(path)
    columns = cast("Mapping[str, object]", document).get("columns") if isinstance(document, Mapping) else None
    if not isinstance(columns, list) or not columns:
        raise _problem(f'{path} must be the JSON of a schema version, an object with a list "columns"')
    problems: list[InputProblem] = []
    found: list[dict[str, Any]] = []
    for index, column in enumerate(cast("list[object]", columns)):
        try:
            found.append(_column(column))
        except InputError as error:
            problems += [
                InputProblem("definition", f"{path.name}: columns[{index}].{one.property}: {one.reason}")
                for one in error.problems
            ]
    if problems:
        raise InputError(problems)
    return found


def _column(column: object) -> dict[str, Any]:
    if not isinstance(column, Mapping):
        raise InputError([InputProblem("name", "is missing")])
    known = {field.alias or name for name, field in Column.model_fields.items()}
    given = cast("Mapping[str, Any]", column)
    return Column.from_stack_file({name: value for name, value in given.items() if name in known}).given()


def _parsed(path: Path) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _problem(f"{path} cannot be read ({error.strerror or error})") from None
    if len(content) > MAX_BYTES:
        raise _problem(f"{path} must be the JSON of a schema version, and has more than {MAX_BYTES} bytes")
    try:
        return cast("object", json.loads(content.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise _problem(f"{path} must be the JSON of a schema version ({error})") from None


def _problem(reason: str) -> InputError:
    return InputError([InputProblem("definition", reason)])
