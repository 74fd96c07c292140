"""Writes schema.json for the stacks here and in the template, for editors; `--check` only compares."""

import json
import sys
from pathlib import Path

from veracity_provider.description.stack_schema import stack_schema

_ROOT = Path(__file__).resolve().parents[1]
FILES = [folder / "stacks" / "schema.json" for folder in (_ROOT, _ROOT / "templates" / "veracity")]


def text() -> str:
    """The whole file."""
    return json.dumps(stack_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or compare it."""
    if "--check" in sys.argv:
        return int(any(file.read_text() != text() for file in FILES))
    for file in FILES:
        file.write_text(text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
