"""What must hold before a change goes in: style, form, types, tests; each with its time."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.console import StepFailed, run, say
from tools.layout import BIN, ROOT
from tools.setup import set_up

PARTS: dict[str, list[str]] = {
    "style": ["ruff", "check"],
    "form": ["ruff", "format", "--check"],
    "types": ["basedpyright", "--warnings"],
    # One worker more than there are cores, since many a test waits for a job.
    "tests": ["pytest", "-n", str(min(4, (os.cpu_count() or 1) + 1)), "--dist", "worksteal"],
}
CHECKS = {"lint": ("style", "form"), "types": ("types",), "test": tuple(PARTS)}
_REMEDY = {"style": "`make format` mends much of it", "form": "`make format` mends it"}


def check(names: Sequence[str]) -> int:
    """
    Set up, then run every part of *names*, also after one that fails: all of it is wanted at once.

    Raises:
        StepFailed: A part failed; the text names all that did.
    """
    begun = time.monotonic()
    say("setting up")
    set_up()
    times = {"set-up": time.monotonic() - begun}
    failed: list[str] = []
    for name in names:
        begun = time.monotonic()
        say(f"{name}: {' '.join(PARTS[name])}")
        if not _passes(PARTS[name]):
            failed.append(name)
        times[name] = time.monotonic() - begun
    say(", ".join(f"{name} {taken:.0f} s" for name, taken in times.items()))
    if failed:
        raise StepFailed(verdict(failed))
    return 0


def verdict(failed: Sequence[str]) -> str:
    """One line for the parts that failed."""
    remedies = [f"; {_REMEDY[name]}" for name in failed if name in _REMEDY]
    return f"{' and '.join(failed)} failed; see above{''.join(remedies)}."


def _passes(command: Sequence[str]) -> bool:
    words = [str(BIN / "python"), "-m", *command]
    return subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(run(lambda: check(CHECKS[sys.argv[1]])))
