"""The page that `make bench` writes."""

import datetime as dt
import platform

from rich.table import Table

from benchmarks import report


def test_the_page_has_the_figures_and_says_of_what_they_are():
    table = Table("ingests", "seconds", title="`pulumi up`, jobs of 30 s each")
    table.add_row("1", "34.0")
    table.add_row("100", "38.5")
    page = report.page([table], dt.date(2026, 11, 28))
    assert page.startswith("# Benchmarks\n\nWritten by `make bench` on 2026-11-28.")
    assert f"\n| Python | {platform.python_version()} |\n" in page
    assert page.endswith(
        "\n## `pulumi up`, jobs of 30 s each\n\n| ingests | seconds |\n| --- | --- |\n| 1 | 34.0 |\n| 100 | 38.5 |\n"
    )
