"""Writes stacks/schema.json, by which editors complete and check stack files; `--check` only compares."""

import json
import sys
from pathlib import Path

from veracity_provider.description.stack_schema import stack_schema

FILE = Path(__file__).resolve().parents[1] / "stacks" / "schema.json"


def text() -> str:
    """The whole file."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    if "--check" in sys.argv:
        return int(FILE.read_text() != text())
    FILE.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
