"""Writes docs/reference.md from the descriptions of resources and settings; `--check` only compares."""

import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from veracity_provider.description.dataset import DatasetInputs, DatasetOutputs
from veracity_provider.description.dataset_ingests import DatasetIngestsInputs
from veracity_provider.description.functions import FUNCTIONS, Function
from veracity_provider.description.kinds import Uuid
from veracity_provider.description.model import Inputs, Outputs
from veracity_provider.description.problems import any_of, model_in
from veracity_provider.description.stack_file import (
    CONTAINERS,
    DATASETS,
    FILES,
    FOLDERS,
    SCHEMAS,
    EntryOptions,
    StackList,
)
from veracity_provider.settings import KEYS

_UUID_PATTERN = TypeAdapter(Uuid).json_schema()["pattern"]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"


def page() -> str:
    """The whole page."""
    return "\n".join([
        "# Reference",
        "",
        "Made by `python -m tools.make_reference`; a test compares it with the code.",
        "",
        *_listed("ContainerMetadata", CONTAINERS),
        *_listed("Schema", SCHEMAS),
        *_resource(
            "Dataset",
            DatasetInputs,
            DatasetOutputs,
            "In stack config, an entry of `veracity:datasets` with `datasetName` declares one; see `DatasetIngest`.",
            _without_key(DatasetInputs),
        ),
        *_listed("DatasetIngest", DATASETS),
        *_component(),
        *_listed("StorageFolder", FOLDERS),
        *_listed("StorageFile", FILES),
        *(line for function in FUNCTIONS for line in _function(function)),
        "## Every entry of a list",
        "",
        inspect.getdoc(EntryOptions) or "",
        "",
        *_table(("key", "type", "default", "meaning"), (row[1:] for row in _inputs(EntryOptions))),
        "",
        "## Connection settings",
        "",
        "Stack config wins over the environment. Secrets are set with `pulumi config set --secret`.",
        "",
        *_table(
            ("key", "environment", "meaning"),
            (
                (f"`veracity:{key.name}`", f"`{key.environment_variable}`", key.doc + " Secret." * key.is_secret)
                for key in KEYS
            ),
        ),
        "",
        "`VERACITY_DEBUG=1` brings tracebacks back.",
        "",
    ])  # fmt: skip


def _listed(name: str, stack_list: StackList) -> list[str]:
    words = f"In stack config, an entry of `veracity:{stack_list.key}`: the keys below, and those of every entry."
    inputs = _table(("input", "in stack config", "type", "default", "meaning"), _inputs(stack_list.inputs))
    return _resource(name, stack_list.inputs, stack_list.outputs, words, inputs, _only_in_entries(stack_list))


def _function(function: Function) -> list[str]:
    return [
        f"## {function.name}",
        "",
        inspect.getdoc(function.inputs) or "",
        "",
        "A function of programs, with arguments by keyword; it gives an `Output`.",
        "",
        *_table(("argument", "type", "meaning"), ((row[0], row[2], row[4]) for row in _inputs(function.inputs))),
        "",
        "Result:",
        "",
        *_table(("member", "type", "meaning"), _outputs(function.outputs)),
        "",
    ]


def _component() -> list[str]:
    return [
        "## DatasetIngests",
        "",
        inspect.getdoc(DatasetIngestsInputs) or "",
        "",
        "In stack config, an entry of `veracity:datasets` whose `source` is a pattern.",
        "",
        "The inputs are those of a `DatasetIngest`, without `file_name` and but for these:",
        "",
        *_without_key(DatasetIngestsInputs),
        "",
        "Its attribute `ingests` has the ingests by their paths.",
        "",
    ]


def _without_key(inputs: type[BaseModel]) -> list[str]:
    return _table(("input", "type", "default", "meaning"), ((row[0], *row[2:]) for row in _inputs(inputs)))


def _resource(
    name: str,
    inputs: type[Inputs],
    outputs: type[Outputs],
    words: str,
    table: Sequence[str],
    only_in_entries: Sequence[tuple[str, ...]] = (),
) -> list[str]:
    of_entries = ("key", "type", "default", "meaning")
    return [
        f"## {name}",
        "",
        inspect.getdoc(inputs) or "",
        "",
        words,
        "",
        *table,
        "",
        *(["In stack config alone:", "", *_table(of_entries, only_in_entries), ""] if only_in_entries else []),
        "Outputs besides the inputs:",
        "",
        *_table(("output", "type", "meaning"), _outputs(outputs)),
        "",
    ]


def _only_in_entries(stack_list: StackList) -> list[tuple[str, ...]]:
    """Rows of the keys that an entry has and its resource has not."""
    elsewhere = {*stack_list.inputs.model_fields, *EntryOptions.model_fields}
    rows = _inputs(stack_list.entry)
    own = [name for name in stack_list.entry.model_fields if name not in elsewhere]
    return [row[1:] for row in rows if row[0].strip("`") in own]


def _inputs(model: type[BaseModel], name_of_parent: str = "", key_of_parent: str = "") -> Iterator[tuple[str, ...]]:
    types = _types(model)
    for name, field in model.model_fields.items():
        full_name, key = name_of_parent + name, key_of_parent + (field.alias or name)
        default = "required" if field.is_required() else _default(field)
        yield f"`{full_name}`", f"`{key}`", types[name], default, field.description or ""
        if types[name] == "mapping" and (members := model_in(field.annotation)):
            yield from _inputs(members, f"{full_name}.", f"{key}.")


def _outputs(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    types = _types(model)
    for name, field in model.model_fields.items():
        yield f"`{name}`", types[name], field.description or ""


def _default(field: FieldInfo) -> str:
    return "" if field.default is None else f"`{json.dumps(field.default)}`"


def _types(model: type[BaseModel]) -> dict[str, str]:
    schema = model.model_json_schema(by_alias=False)
    return {name: _type(one) for name, one in schema["properties"].items()}


def _type(schema: dict[str, Any]) -> str:
    """In words: `list of strings`."""
    if "anyOf" in schema:
        (known,) = [one for one in schema["anyOf"] if one.get("type") != "null"]
        return _type(known)
    if "enum" in schema:
        return any_of(tuple(f"`{word}`" for word in schema["enum"]))
    if "$ref" in schema or schema.get("type") == "object":
        return "mapping"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}s" if schema["items"] else "list of any values"
    return "UUID" if schema.get("pattern") == _UUID_PATTERN else schema["type"]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(head), _row("---" for _ in head), *map(_row, rows)]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> int:
    """Write the page, or compare it."""
    if "--check" in sys.argv:
        return int(PAGE.read_text() != page())
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
