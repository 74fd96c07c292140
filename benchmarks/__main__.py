"""`make bench`, or `python -m benchmarks --small`, which proves in some minutes that it runs."""

import argparse

from benchmarks import emulator, engine, upload

PARTS = {"emulator": emulator.main, "upload": upload.main, "engine": engine.main}


def main() -> None:
    """Run all parts, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; none: all")
    parser.add_argument("--small", action="store_true", help="small sizes; says nothing of speed")
    asked = parser.parse_args()
    for name, run in PARTS.items():
        if not asked.parts or name in asked.parts:
            run(small=asked.small)


if __name__ == "__main__":
    main()
