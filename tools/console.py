"""Talking to the person at the terminal: steps that take long say so, and a step that fails says what to do."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
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
            try:
                _await(process, what, begun, begun + limit_s, advice)
            except BaseException:
                _end_with_its_children(process)
                raise
    except FileNotFoundError:
        raise StepFailed(f"{what}: {command[0]} was not found. {advice}") from None
    if process.returncode != 0:
        end = "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-_SHOWN_LINES:])
        raise StepFailed(f"{what} failed. {advice}\n  The end of {log}:\n{end}")
    say(f"  {what}: done in {time.monotonic() - begun:.0f} s")


def run(action: Callable[[], int]) -> int:
    """Do *action* and give its exit code; a step that fails, or Ctrl-C, is a line and not a traceback."""
    try:
        return action()
    except StepFailed as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("interrupted; run again to go on", file=sys.stderr, flush=True)
        return 130


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
        process_group=0,
    )


def _await(process: "subprocess.Popen[bytes]", what: str, begun: float, deadline: float, advice: str) -> None:
    while True:
        try:
            process.wait(max(0.0, min(HEARTBEAT_S, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= deadline:
                raise StepFailed(f"{what} took longer than {deadline - begun:.0f} s. {advice}") from None
            say(f"  {what} … {time.monotonic() - begun:.0f} s")
        else:
            return


def _end_with_its_children(process: "subprocess.Popen[bytes]") -> None:
    # An installer is a shell script that starts a download: the download has to go too.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
