"""What must hold before a change goes in: style, format, types, tests; each with its time."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

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
CHECKS = {
    "lint": ("style", "format"),
    "types": ("types",),
    "examples": ("examples",),
    "extended": ("extended",),
    "quick": ("style", "format", "types", "quick tests"),
    "test": ("style", "format", "types", "tests", "coverage", "coverage of the lifecycle", "engine tests"),
}
_STATIC: Final = frozenset({"style", "format", "types"})
"""Parts that use one core each, and run beside the others. What they print follows when all have ended."""
_REMEDY = {"style": "`make format` repairs much of it", "format": "`make format` repairs it"}


@dataclass(frozen=True)
class _Done:
    """How a part has ended; *output* is what is still to be printed."""

    name: str
    passed: bool
    seconds: float
    output: str = ""


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
    static, rest = [name for name in names if name in _STATIC], [name for name in names if name not in _STATIC]
    with ThreadPoolExecutor(max_workers=1) as beside:
        running = [beside.submit(_run, name, beside_others=bool(rest)) for name in static]
        done = [_run(name) for name in rest]
        done = [*(one.result() for one in running), *done]
    for one in done:
        if one.output:
            say(f"{one.name}:\n{one.output}")
        times[one.name] = one.seconds
    say(", ".join(f"{name} {taken:.0f} s" for name, taken in times.items()))
    failed = [one.name for one in done if not one.passed]
    if failed:
        raise StepFailed(verdict(failed))
    return 0


def verdict(failed: Sequence[str]) -> str:
    """One line for the parts that failed."""
    remedies = [f"; {_REMEDY[name]}" for name in failed if name in _REMEDY]
    return f"{' and '.join(failed)} failed; see above{''.join(remedies)}."


def _run(name: str, *, beside_others: bool = False) -> _Done:
    begun = time.monotonic()
    say(f"{name}: {' '.join(PARTS[name])}")
    # pytest rewrites the tests' assertions, and keeps what it has written: without that each worker does so each time.
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    ended = subprocess.run(
        [str(BIN / "python"), "-m", *PARTS[name]],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if beside_others else None,
        stderr=subprocess.STDOUT if beside_others else None,
        text=True,
        check=False,
    )
    return _Done(name, ended.returncode == 0, time.monotonic() - begun, ended.stdout or "")


if __name__ == "__main__":
    sys.exit(run(lambda: check(CHECKS[sys.argv[1]])))
