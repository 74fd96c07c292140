"""
`make bench`, which writes docs/benchmarks.md. `python -m benchmarks resources` measures that part again, and leaves the
others on the page; `--small` proves in some minutes that it runs, and writes nothing.
"""

import argparse
import datetime as dt

from rich.console import Console

from benchmarks import emulator, engine, report, start, upload

PARTS = {
    "emulator": emulator.main,
    "upload": upload.main,
    "ingests": engine.many_at_a_time,
    "resources": engine.many_resources,
    "start": start.main,
}


def main() -> None:
    """Run all parts, or those that are named, and write what they measured in full size to the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; none: all")
    parser.add_argument("--small", action="store_true", help="small sizes; says nothing of speed")
    asked = parser.parse_args()
    tables = []
    for name, run in PARTS.items():
        if not asked.parts or name in asked.parts:
            for table in run(small=asked.small):
                Console().print(table)
                tables.append(table)
    if not asked.small:
        before = report.PAGE.read_text() if asked.parts else ""
        report.PAGE.write_text(report.page(tables, dt.datetime.now(dt.UTC).date(), before))


if __name__ == "__main__":
    main()
