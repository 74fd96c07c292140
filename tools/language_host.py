"""
Starts the language host that was built beside this file, with the flags that its version needs.

The engine used to pass the `virtualenv` of Pulumi.yaml to the language host as flags; now it sends the option with each
request instead, which the version that can be built (tools/pulumi/language-python/go.mod) does not read.
"""

import os
import sys
from pathlib import Path

import yaml

_HOST = "pulumi-language-python-host"


def flags(folder: Path) -> list[str]:
    """The flags for the Pulumi project that *folder* is in; none for a project that names no virtual environment."""
    for root in (folder, *folder.parents):
        if (project := root / "Pulumi.yaml").is_file():
            virtualenv = _virtualenv(project)
            return [f"-root={root}", f"-virtualenv={virtualenv}"] if virtualenv else []
    return []


def _virtualenv(project: Path) -> str | None:
    # What is wrong with the file, the engine has told before it starts a language host.
    try:
        match yaml.safe_load(project.read_text(encoding="utf-8")):
            case {"runtime": {"options": {"virtualenv": str(virtualenv)}}}:
                return virtualenv
            case _:
                return None
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def main() -> None:
    """Become the language host."""
    host = Path(__file__).with_name(_HOST)
    os.execv(host, ["pulumi-language-python", *flags(Path.cwd()), *sys.argv[1:]])


if __name__ == "__main__":
    main()
