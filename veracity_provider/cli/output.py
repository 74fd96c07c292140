"""What commands print: tables cut to the width of the terminal, JSON, notes and errors; and the exit codes."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, islice
from typing import Any, Final, Generic, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from veracity_provider.texts import shown

MAX_CELL: Final = 500
"""Characters of a cell that are looked at; a terminal is narrower."""
MORE: Final = "there are more; --limit 0 shows all"
_MEASURED: Final = 100
"""Rows that decide how wide the columns of a table are; the rows after them are printed as they arrive."""
_MIN_WIDTH: Final = 6
_GAP: Final = 2

_T = TypeVar("_T")


class ExitCode(IntEnum):
    """How a command ended; docs/guide/command-line.md lists them."""

    OK = 0
    FAILED = 1
    """The platform refused, the network failed, or something on this machine did."""
    USAGE = 2
    """An argument, an option or a setting is missing or wrong; nothing was sent."""
    NOT_FOUND = 3
    """The platform, or this machine, does not have what was named."""
    PROBLEMS = 4
    """The command succeeded, and found problems."""


@dataclass(frozen=True, kw_only=True)
class Column(Generic[_T]):
    """
    A column of a table.

    Args:
        text: The cell of an item; made safe to print here.
        is_whole: Whether it is never cut, as an id that somebody copies.
        is_number: Whether it is set to the right.
    """

    title: str
    text: Callable[[_T], object]
    is_whole: bool = False
    is_number: bool = False


def fit(natural: Sequence[int], is_whole: Sequence[bool], width: int) -> list[int]:
    """
    Widths of columns that take *natural* widths, so that a row takes *width*: the widest are cut first.

    A column is not cut below 6 characters, so a row of very many columns may still be wider.
    """
    widths = list(natural)
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    while excess > 0:
        cuttable = [i for i, one in enumerate(widths) if not is_whole[i] and one > _MIN_WIDTH]
        if not cuttable:
            break
        widths[max(cuttable, key=lambda i: widths[i])] -= 1
        excess -= 1
    return widths


class Output:
    """Prints for one call of a command; *as_json* is its option `--json`."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, markup=False, emoji=False)

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none, unless the environment variable COLUMNS says otherwise."""
        return self._out.width

    @property
    def columns_that_fit(self) -> int:
        """How many columns of a table fit side by side."""
        return (self.width + _GAP) // (_MIN_WIDTH + _GAP)

    def print_items(
        self,
        items: Iterable[_T],
        columns: Sequence[Column[_T]],
        document: Callable[[_T], Mapping[str, Any]],
        *,
        limit: int = 0,
        nothing: str,
    ) -> None:
        """
        Print a list as it arrives: a table, or an array of JSON objects.

        Args:
            document: An item as JSON.
            limit: At most so many, and a note where there are more; 0 for all.
            nothing: What to say where there are none, such as "no datasets".
        """
        arriving = iter(items)
        wanted = islice(arriving, limit) if limit else arriving
        if self.as_json:
            _write_array(document(one) for one in wanted)
        elif not self._print_table(wanted, columns):
            note(nothing)
        if limit and next(arriving, None) is not None:
            note(MORE)

    def print_details(self, title: str, details: Sequence[tuple[str, object]]) -> None:
        """Print a title, and below it what is known by name; what is empty is left out."""
        if title:
            self._out.print(Text(shown(title, MAX_CELL), style="bold"))
        told = [(name, text) for name, value in details if (text := "" if value is None else str(value))]
        indent = max((len(name) for name, _ in told), default=0) + _GAP
        for name, text in told:
            lines = [shown(line, 4 * MAX_CELL) for line in text.splitlines()]
            wrapped = chain.from_iterable(self._wrap(line, self.width - indent) for line in lines)
            for i, line in enumerate(wrapped):
                self._out.print(Text(name if i == 0 else "", style="dim").append(" " * indent)[:indent] + Text(line))

    def print_document(self, document: object) -> None:
        """Print one JSON document."""
        sys.stdout.write(f"{json_text(document)}\n")

    def print_line(self, text: str = "", *, style: str = "") -> None:
        """Print a line of our own, wrapped."""
        self._out.print(Text(text, style=style))

    def print_text(self, text: str) -> None:
        """Print a text of several lines as it is: it has commands that somebody copies."""
        self._out.print(Text(text), soft_wrap=True)

    def print_bullet(self, text: str) -> None:
        """Print an item of a list, wrapped behind its dash."""
        for i, line in enumerate(self._wrap(text, self.width - 4)):
            self._out.print(Text(("  - " if i == 0 else "    ") + line), soft_wrap=True)

    def print_indented(self, text: str) -> None:
        """Print a text of our own that belongs to the line above, wrapped."""
        for line in self._wrap(text, self.width - _GAP):
            self._out.print(Text(" " * _GAP + line), soft_wrap=True)

    def print_check(self, mark: str, style: str, name: str, text: str) -> None:
        """Print a mark and a name in front of a text, which is wrapped behind them."""
        head = Text(f"{mark:8}", style=style) + Text(f"{name:15}")
        lines = self._wrap(text, max(self.width - len(head), 20))
        for i, line in enumerate(lines or [""]):
            self._out.print((head if i == 0 else Text(" " * len(head))) + Text(line), soft_wrap=True)

    def _wrap(self, text: str, width: int) -> list[str]:
        wrapped = Text(text).wrap(self._out, max(width, 1))
        return [line.plain.rstrip() for line in wrapped]

    def _print_table(self, items: Iterator[_T], columns: Sequence[Column[_T]]) -> bool:
        """Whether there was anything to print."""
        first = [_cells(one, columns) for one in islice(items, _MEASURED)]
        if not first:
            return False
        natural = [
            max(cell_len(text) for text in (column.title, *(row[i] for row in first)))
            for i, column in enumerate(columns)
        ]
        widths = fit(natural, [column.is_whole for column in columns], self.width)
        self._print_row([column.title.upper() for column in columns], widths, columns, style="bold")
        for row in chain(first, (_cells(one, columns) for one in items)):
            self._print_row(row, widths, columns)
        return True

    def _print_row(
        self, cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column[_T]], style: str = ""
    ) -> None:
        line = Text(style=style)
        for i, (cell, width, column) in enumerate(zip(cells, widths, columns, strict=True)):
            text = Text(cell)
            if not column.is_whole:
                text.truncate(width, overflow="ellipsis")
            blank = " " * max(0, width - text.cell_len)
            line.append(blank if column.is_number else "").append_text(text).append("" if column.is_number else blank)
            line.append(" " * _GAP if i < len(columns) - 1 else "")
        line.rstrip()
        self._out.print(line, soft_wrap=True)


def note(text: str) -> None:
    """Say something besides the result, on stderr."""
    _stderr().print(Text(text), soft_wrap=True)


def print_error(text: str, error: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what went wrong, on stderr; as one line of JSON where JSON is asked for."""
    if as_json:
        sys.stderr.write(f"{_escaped(json.dumps({'error': error}, ensure_ascii=False))}\n")
    else:
        _stderr().print(Text("error: ", style="red").append(Text(text, style="default")), soft_wrap=True)


def json_text(document: object) -> str:
    """*document* as JSON that is safe to print: whatever shows nothing by itself is escaped."""
    return _escaped(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def _escaped(text: str) -> str:
    return re.sub(r"[^\n -~]", lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], text)


def _write_array(documents: Iterable[Mapping[str, Any]]) -> None:
    is_first = True
    for one in documents:
        sys.stdout.write("[\n" if is_first else ",\n")
        sys.stdout.write("\n".join(f"  {line}" for line in json_text(one).splitlines()))
        is_first = False
    sys.stdout.write("[]\n" if is_first else "\n]\n")


def _cells(item: _T, columns: Sequence[Column[_T]]) -> list[str]:
    return [shown(value if (value := column.text(item)) is not None else "", MAX_CELL) for column in columns]


def _stderr() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)
