"""Entries of a stack file as YAML, and how they are put into a file that people edit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

from veracity_provider.errors import InputError, InputProblem
from veracity_provider.settings import is_uuid

_INDENT: Final = "  "
# Not a number, date or boolean in any version of YAML; everything else is put in quotes.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})
_LIST_KEY: Final = re.compile(r"^(?P<indent> +)(?P<quote>[\"']?)(?P<key>veracity:[a-z]+)(?P=quote):[ \t]*(#.*)?$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """
    What a list of a stack file gets: the key without namespace, entries, and remarks that become comments.

    *inactive* entries are written as comments, for somebody to complete.
    """

    key: str
    entries: Sequence[Mapping[str, Any]] = ()
    inactive: Sequence[Mapping[str, Any]] = ()
    remarks: Sequence[str] = ()


@dataclass
class _Lines:
    key: str
    items: list[str] = field(default_factory=list[str])
    comments: list[str] = field(default_factory=list[str])


class _Dumper(yaml.SafeDumper):
    """Puts in quotes what any reader of YAML could take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 — the library's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = is_uuid(text) or (_PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS)
    return cast("Any", dumper).represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _represent_text)


def stack_text(blocks: Iterable[Block]) -> str:
    """The blocks as a stack file has them, below `config:`."""
    lines = ["config:"]
    for block in blocks:
        lines += _with_key(_rendered(block, _INDENT * 2))
    return "\n".join(lines) + "\n"


def insert(text: str, blocks: Iterable[Block]) -> str:
    """
    The *text* of a stack file with the blocks in it; all else, comments included, stays as it is.

    Raises:
        InputError: It is not written in the usual form, a key in each line; then somebody has to do it by hand.
    """
    lines = text.splitlines()
    before = _config(text)
    wanted = dict(before)
    for block in blocks:
        if block.entries:
            old: Any = before.get(f"veracity:{block.key}") or []
            wanted[f"veracity:{block.key}"] = [*block.entries, *old]
        _insert_block(lines, block)
    found = "\n".join(lines) + "\n"
    try:
        is_right = _config(found) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        reason = (
            "must be used with a stack config file in the usual form, one key in a line below `config:`; leave it "
            "out, and "
            "put what is printed into the file by hand"
        )
        raise InputError([InputProblem("--write", reason)])
    return found


def _insert_block(lines: list[str], block: Block) -> None:
    at = next((i for i, line in enumerate(lines) if _is_key(line, block.key)), None)
    if at is not None:
        rendered = _rendered(block, _indent_of_items(lines, at))
        lines[at + 1 : at + 1] = [*rendered.comments, *rendered.items]
        return
    start = next((i for i, line in enumerate(lines) if line.rstrip() == "config:"), None)
    if start is None:
        start = 0
        lines[:0] = ["config:"]
    # Behind the last line of the config, so that the settings stay on top.
    end = next((i for i in range(start + 1, len(lines)) if lines[i] and lines[i][0] not in " #"), len(lines))
    lines[end:end] = _with_key(_rendered(block, _INDENT * 2))


def _is_key(line: str, key: str) -> bool:
    found = _LIST_KEY.match(line)
    return found is not None and found["key"] == f"veracity:{key}"


def _indent_of_items(lines: Sequence[str], at: int) -> str:
    following = next((line for line in lines[at + 1 :] if line.strip() and not line.strip().startswith("#")), "")
    found = re.match(r" *(?=- )", following)
    return found[0] if found else _INDENT * 2


def _with_key(rendered: _Lines) -> list[str]:
    """The key only where something comes below it; comments stand alone otherwise."""
    key = f"{_INDENT}veracity:{rendered.key}:"
    if rendered.items:
        return [key, *rendered.comments, *rendered.items]
    return [f"{_INDENT}# {key.strip()}", *rendered.comments] if rendered.comments else []


def _rendered(block: Block, indent: str) -> _Lines:
    return _Lines(
        key=block.key,
        items=[line for one in block.entries for line in _item(one, indent)],
        comments=[
            *(f"{indent}# {remark}" for remark in block.remarks),
            *(f"{indent}# {line}" for one in block.inactive for line in _item(one, "")),
        ],
    )


def _item(entry: Mapping[str, Any], indent: str) -> list[str]:
    """One member in a line, lists and mappings within it in brackets."""
    members = [f"{key}: {_in_one_line(value)}" for key, value in entry.items()]
    return [f"{indent}{'- ' if i == 0 else _INDENT}{member}" for i, member in enumerate(members)]


def _in_one_line(value: Any) -> str:
    text = yaml.dump([value], Dumper=_Dumper, sort_keys=False, default_flow_style=True, width=10**9, allow_unicode=True)
    return text.strip()[1:-1]


def _config(text: str) -> dict[str, Any]:
    document: object = yaml.safe_load(text)
    config = cast("Mapping[str, Any]", document).get("config") if isinstance(document, Mapping) else None
    return dict(cast("Mapping[str, Any]", config)) if isinstance(config, Mapping) else {}
