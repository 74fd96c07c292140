"""Talking to the person at the terminal: steps that take long say so, and a step that fails says what to do."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

HEARTBEAT_S = 5.0
_SHOWN_LINES = 15


class StepFailed(Exception):
    """A step did not work; the text says what happened and what to do."""


def say(text: str) -> None:
    """Tell the person something now."""
    print(text, flush=True)


def run_step(
    what: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    advice: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    limit_s: float = 1800,
) -> None:
    """
    Run *command* with its output in the file *log*, and a sign of life every five seconds.

    Raises:
        StepFailed: It failed, or took longer than *limit_s*; with the end of its output, and *advice*.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    say(f"  {what} …")
    try:
        with log.open("wb") as output, _started(command, output, cwd, env) as process:
            while not _ended(process):
                taken = time.monotonic() - begun
                if taken > limit_s:
                    process.kill()
                    raise StepFailed(f"{what} took longer than {limit_s:.0f} s. {advice}")
                say(f"  {what} … {taken:.0f} s")
    except FileNotFoundError:
        raise StepFailed(f"{what}: {command[0]} was not found. {advice}") from None
    if process.returncode != 0:
        end = "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise StepFailed(f"{what} failed. {advice}\n  The end of {log}:\n{end}")
    say(f"  {what}: done in {time.monotonic() - begun:.0f} s")


def exit_with(error: StepFailed) -> int:
    """Show *error*; gives the exit code."""
    print(f"error: {error}", file=sys.stderr, flush=True)
    return 1


def _started(
    command: Sequence[str | Path], output: IO[bytes], cwd: Path | None, env: Mapping[str, str] | None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=dict(env) if env is not None else None,
    )


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    try:
        process.wait(HEARTBEAT_S)
    except subprocess.TimeoutExpired:
        return False
    return True
