"""What must hold before a change goes in: style, format, types, tests; each with its time."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.console import StepFailed, run, say
from tools.layout import BIN, ROOT
from tools.setup import set_up

_CORES = os.cpu_count() or 1
_PYTEST = ["pytest", "--dist", "worksteal", "-n", str(min(4, _CORES + 1))]
_ENGINE = ["pytest", "--dist", "worksteal", "-n", str(min(8, _CORES + 2))]  # more, since these wait for jobs
_WITHOUT_ENGINE = ["--ignore=tests/engine", "--ignore=tests/model", "--ignore=tests/examples"]
_LIFECYCLE = "veracity_provider/lifecycle/*"
PARTS: dict[str, list[str]] = {
    "style": ["ruff", "check"],
    "format": ["ruff", "format", "--check"],
    "types": ["basedpyright", "--warnings"],
    "quick tests": [*_PYTEST, *_WITHOUT_ENGINE, "-m", "not slow"],
    "tests": [*_PYTEST, *_WITHOUT_ENGINE, "--cov", "--cov-report="],
    "coverage": ["coverage", "report", "--fail-under=95"],
    "coverage of the lifecycle": ["coverage", "report", "--fail-under=100", f"--include={_LIFECYCLE}"],
    "engine tests": [*_ENGINE, "-m", "not extended", "tests/engine", "tests/model"],
    "extended": [*_ENGINE, "-m", "extended", "tests/engine"],
    "examples": ["pytest", "-v", "--durations=0", "tests/examples"],
}
_LINT, _TYPES = ("style", "format"), ("types",)
CHECKS = {
    "lint": _LINT,
    "types": _TYPES,
    "examples": ("examples",),
    "extended": ("extended",),
    "quick": (*_LINT, *_TYPES, "quick tests"),
    "test": (*_LINT, *_TYPES, "tests", "coverage", "coverage of the lifecycle", "engine tests"),
}
_REMEDY = {"style": "`make format` repairs much of it", "format": "`make format` repairs it"}


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
