"""`make bench`, which writes docs/benchmarks.md; `python -m benchmarks --small` proves in some minutes that it runs."""

import argparse
import datetime as dt

from rich.console import Console

from benchmarks import emulator, engine, report, upload

PARTS = {"emulator": emulator.main, "upload": upload.main, "engine": engine.main}


def main() -> None:
    """Run all parts, or those that are named; only all of them, in full size, are written to the page."""
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
    if not asked.parts and not asked.small:
        report.PAGE.write_text(report.page(tables, dt.datetime.now(dt.UTC).date()))


if __name__ == "__main__":
    main()
