"""The project that the page about testing shows."""

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
