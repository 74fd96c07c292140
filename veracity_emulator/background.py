"""An emulator in the background: started once, found again by its state folder, stopped."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from veracity_emulator.database import is_claimed
from veracity_emulator.errors import StartRefused

WITHIN_S: Final = 120.0
"""How long a start or a stop may take, on a machine at its limit; one that cannot start ends at once."""
_PACE_S: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Serving:
    """A running emulator; *certificate* is what clients have to trust, with TLS."""

    pid: int
    url: str
    certificate: str | None = None


class BackgroundRefused(StartRefused):
    """It cannot be started or stopped in the background."""


def announce(state: Path, serving: Serving) -> None:
    """Called by the emulator that has claimed *state*, once it answers."""
    draft = _file(state).with_suffix(".draft")
    draft.write_text(json.dumps(asdict(serving)))
    draft.replace(_file(state))


def find(state: Path) -> Serving | None:
    """The emulator that is at work on *state*; None when none is, or when it does not answer yet."""
    if not is_claimed(state):
        return None
    return _announced(state)


def start(state: Path, port: int, flags: Sequence[str] = ()) -> tuple[Serving, bool]:
    """
    Have one running on *state*; *flags* are those of `serve`.

    Returns:
        The running one, and whether this call has started it.

    Raises:
        BackgroundRefused: It does not start, or the one that runs has another port.
    """
    if found := find(state):
        return _on_port(found, state, port), False
    state.mkdir(parents=True, exist_ok=True)
    if not is_claimed(state):
        _file(state).unlink(missing_ok=True)
    log = state / "emulator.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "veracity_emulator", "serve", "--port", str(port), "--state", str(state), *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + WITHIN_S
    while (found := _announced(state)) is None or found.pid != process.pid:
        if process.poll() is not None:
            # Another start may have been faster.
            if is_claimed(state) and found:
                return _on_port(found, state, port), False
            if not is_claimed(state):
                raise BackgroundRefused(_reason(log))
        if time.monotonic() > deadline:
            process.kill()
            raise BackgroundRefused(f"it did not answer within {WITHIN_S:.0f} s; its log is {log}.")
        time.sleep(_PACE_S)
    return found, True


def stop(state: Path) -> bool:
    """
    End the one that is at work on *state*, which stays; whether there was one.

    Raises:
        BackgroundRefused: It does not end.
    """
    deadline = time.monotonic() + WITHIN_S
    was_there = is_claimed(state)
    is_told = False
    while is_claimed(state):
        if not is_told and (found := find(state)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGINT)
            is_told = True
        if time.monotonic() > deadline:
            raise BackgroundRefused(f"the emulator on the state in {state} does not end; end its process yourself.")
        time.sleep(_PACE_S)
    return was_there


def _announced(state: Path) -> Serving | None:
    try:
        return Serving(**json.loads(_file(state).read_text()))
    except FileNotFoundError:
        return None


def _on_port(found: Serving, state: Path, port: int) -> Serving:
    if port and not found.url.endswith(f":{port}"):
        message = (
            f"the emulator on the state in {state} runs at {found.url}, not on port {port}; "
            f"end it first: veracity-emulator stop --state {state}"
        )
        raise BackgroundRefused(message)
    return found


def _reason(log: Path) -> str:
    said = log.read_text(errors="replace").strip()
    _, is_refusal, refusal = said.rpartition("veracity-emulator: ")
    return refusal if is_refusal else f"it ended before it was ready:\n{said}"


def _file(state: Path) -> Path:
    return state / "serving.json"
