"""The page that `make bench` writes."""

import datetime as dt
import platform

import pytest
from rich.table import Table

from benchmarks import report, start


def table_of(title, seconds):
    table = Table("ingests", "seconds", title=title)
    table.add_row("1", seconds)
    return table


def section(title, day, seconds):
    return f"\n## {title}\n\nMeasured on {day}.\n\n| ingests | seconds |\n| --- | --- |\n| 1 | {seconds} |\n"


def test_the_page_has_the_figures_and_says_of_what_they_are():
    page = report.page([table_of("`pulumi up`, jobs of 30 s each", "34.0")], dt.date(2026, 11, 28))
    assert page.startswith("# Benchmarks\n\nWritten by `make bench`. The ratios compare what ran side by side")
    assert f"\n| Python | {platform.python_version()} |\n" in page
    assert page.endswith(section("`pulumi up`, jobs of 30 s each", "2026-11-28", "34.0"))


def test_a_part_that_is_measured_again_leaves_the_others():
    first = report.page([table_of("uploads", "1.0"), table_of("previews", "2.0")], dt.date(2026, 11, 28))
    second = report.page([table_of("uploads", "1.5")], dt.date(2026, 11, 29), first)
    assert second.endswith(section("Uploads", "2026-11-29", "1.5") + section("Previews", "2026-11-28", "2.0"))
    assert second.count("| Python |") == 1


@pytest.mark.slow
def test_the_start_of_a_program_can_be_measured():
    (table,) = start.main(small=True)
    programs, milliseconds, more, _ = (list(column.cells) for column in table.columns)
    assert programs == ["declares a container and an ingest itself", "has them declared by `declare_stack()`"]
    assert int(more[1]) == pytest.approx(int(milliseconds[1]) - int(milliseconds[0]), abs=1)
