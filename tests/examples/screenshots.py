"""`make screenshots`: the page of the local Veracity and a preview in a terminal, for the documentation."""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from tests.emulator.browser import open_browser
from tests.examples.shell import ROOT, Shell, ended_emulator, newcomer

PICTURES = ROOT / "docs" / "pictures"
WIDTH = 110
_WINDOW = (1100, 820)
# Rich's own form, without the fonts that it loads from another host.
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -10 {width} {height}" role="img">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px ui-monospace, Menlo, Consolas, monospace; }}
{styles}
</style>
<rect x="-12" y="-10" width="{width}" height="{height}" rx="8" fill="#1c1c28"/>
<defs>{lines}</defs>
<g class="{unique_id}-matrix">{backgrounds}{matrix}</g>
</svg>
"""


def main() -> int:
    """Make both pictures in docs/pictures."""
    with tempfile.TemporaryDirectory() as folder:
        shell = newcomer(Path(folder))
        shell.environ["VERACITY_EMULATOR_PORT"] = "8780"
        (shell.folder / ".venv").symlink_to(sys.prefix)
        shell.environ["PYTHONPATH"] = str(ROOT)
        shell.run(f"pulumi new {ROOT}/templates/veracity --generate-only --yes --force --name emissions")
        with ended_emulator(shell):
            shell.run("./pulumi-local up --yes --skip-preview --non-interactive")
            _take_page("http://127.0.0.1:8780/", PICTURES / "page.png")
            _take_preview(shell, PICTURES / "preview.svg")
    return 0


def _take_page(url: str, file: Path) -> None:
    try:
        with open_browser() as browser:
            browser.resize(*_WINDOW)
            browser.open(url)
            browser.wait_for("Datasets")
            file.write_bytes(browser.screenshot())
    except pytest.skip.Exception as reason:
        raise SystemExit(f"error: {reason}") from None
    print(file.relative_to(ROOT))


def _take_preview(shell: Shell, file: Path) -> None:
    source = shell.folder / "data/noon_reports.csv"
    source.write_text(source.read_text().replace(",13.7,", ",13.8,", 1))
    ran = subprocess.run(
        ["./pulumi-local", "preview", "--diff", "--color", "always", "--non-interactive"],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    shown = Text.from_ansi(f"$ pulumi preview --diff\n{ran.stdout.strip()}")
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(shown, no_wrap=True, overflow="ellipsis")
    file.write_text(console.export_svg(code_format=_SVG, unique_id="preview"))
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
