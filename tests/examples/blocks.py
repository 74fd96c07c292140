"""Blocks of code on a page, and the comparison of printed output with a sample of it."""

import re
from dataclasses import dataclass

from tests.examples.shell import ROOT

_BLOCK = re.compile(r"^```(?P<kind>[a-z]+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    kind: str
    text: str

    @property
    def name(self) -> str:
        """The file that the first line names (`# __main__.py`); empty where it names none."""
        found = re.match(r"# (\S+)\n", self.text)
        return found[1] if found else ""


def blocks(page: str) -> list[Block]:
    """Those of the page at the path *page*, in order."""
    return [Block(found["kind"], found["text"]) for found in _BLOCK.finditer((ROOT / page).read_text())]


def commands(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block, with the sample of its output."""
    parts = re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE)
    return [(command.strip(), output) for command, output in parts]


def require_sample(sample: str, output: str) -> None:
    """
    See to it that *output* is as the *sample* says: in it, a line `…` stands for any lines, `…` in a line for any text.

    Raises:
        AssertionError: It is not.
    """
    pattern = ""
    for line in sample.splitlines():
        pattern += (
            r"(?:.*\n)*?" if line.strip() == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"[^\n]*\n"
        )
    assert re.search(pattern, output), f"the page says:\n{sample}\nwhat is printed:\n{output}"
