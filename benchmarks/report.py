"""The page of figures: docs/benchmarks.md, with the machine and the versions that they are of."""

import datetime as dt
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from rich.table import Table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_HEAD = (
    "# Benchmarks\n\nWritten by `make bench`. The ratios compare what ran side by side; the seconds are those of this "
    "machine."
)
_PACKAGES = ("veracity-provider", "pulumi", "azure-storage-file-datalake", "requests", "uvicorn")


def page(tables: Sequence[Table], today: dt.date, before: str = "") -> str:
    """The whole page; of the page *before*, tables of another title are kept, with the day they were measured on."""
    measured = f"Measured on {today:%Y-%m-%d}."
    sections = dict(part.rstrip("\n").split("\n\n", 1) for part in before.split("\n## ")[1:])
    sections |= {_title(table): f"{measured}\n\n{markdown(table)}" for table in tables}
    told = (f"## {title}\n\n{body}" for title, body in sections.items())
    return "\n\n".join([_HEAD, _rows([("of", "version"), *_environment()]), *told]) + "\n"


def _title(table: Table) -> str:
    title = str(table.title)
    return f"{title[:1].upper()}{title[1:]}"


def markdown(table: Table) -> str:
    """A table of Rich as one of Markdown."""
    cells = zip(*(column.cells for column in table.columns), strict=True)
    return _rows([[str(column.header) for column in table.columns], *cells])


def _rows(rows: Sequence[Sequence[object]]) -> str:
    head, *rest = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join([head, f"|{' --- |' * len(rows[0])}", *rest])


def _environment() -> list[tuple[str, str]]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        ("machine", f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("Pulumi CLI", _cli_version()),
        *((name, version(name)) for name in _PACKAGES),
    ]


def _cli_version() -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if (cli := shutil.which("pulumi", path=path)) is None:
        return "none"
    return subprocess.run([cli, "version"], capture_output=True, text=True, check=False).stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
