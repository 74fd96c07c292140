"""The pages of the documentation as tests read them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "guide" / "testing.md"


def write_files_of_the_guide(folder: Path) -> list[str]:
    """Write each block of Python on the page to the file that its first line names, and the data that they use."""
    names = []
    for block in PAGE.read_text().split("```python\n# ")[1:]:
        name, _, rest = block.partition("\n")
        (folder / name).write_text(rest.partition("```")[0])
        names.append(name)
    (folder / "data").mkdir()
    (folder / "data" / "noon_reports.csv").write_bytes((ROOT / "data" / "noon_reports.csv").read_bytes())
    return names


def section(page: str, heading: str) -> str:
    """The text under *heading* of a page, up to the next heading of its level."""
    text = (ROOT / page).read_text()
    found = re.search(rf"^(#+) {re.escape(heading)}\n(.*?)(?=^\1 |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {heading!r}"
    return found[2]


def typed(text: str) -> list[str]:
    """The commands of the console blocks of *text*; a line that ends in a backslash goes on."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [found.strip() for block in blocks for found in re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE)]
