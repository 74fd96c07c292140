"""The emulator in the background: started once, found again, stopped."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.console import StepFailed, say
from tools.layout import BIN, Layout, shown

READY_WITHIN_S = 30.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def start(layout: Layout) -> None:
    """
    Have one running on the layout's port and state.

    Raises:
        StepFailed: It does not start, or the port belongs to something else.
    """
    if is_ours(layout):
        say(f"  emulator: runs on port {layout.port}")
        return
    layout.state.mkdir(parents=True, exist_ok=True)
    log = layout.state / "emulator.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(BIN / "python", "-m", "veracity_emulator", "serve"),
                *("--port", str(layout.port), "--state", str(layout.emulator_state)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _wait_until_ready(process, layout)
    _pid_file(layout).write_text(str(process.pid))
    say(f"  emulator: started on http://127.0.0.1:{layout.port} (log: {shown(log)})")


def stop(layout: Layout) -> None:
    """End ours; its state stays."""
    pid = running_pid(layout)
    if pid is None:
        say("  emulator: does not run")
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + READY_WITHIN_S
    while running_pid(layout) is not None:
        if time.monotonic() > deadline:
            raise StepFailed(f"the emulator (process {pid}) does not end. End it yourself, and run again.")
        time.sleep(0.05)
    _pid_file(layout).unlink(missing_ok=True)
    say("  emulator: stopped")


def running_pid(layout: Layout) -> int | None:
    """The process that we started for this state, if it is still there."""
    try:
        pid = int(_pid_file(layout).read_text())
    except (OSError, ValueError):
        return None
    return pid if is_emulator(command_of(pid), layout) else None


def is_emulator(command: str, layout: Layout) -> bool:
    """Whether *command* is an emulator on this state; a number may have gone to another process since."""
    return "veracity_emulator" in command and str(layout.emulator_state) in command


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    answer = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return "" if answer.startswith("Z") else answer


def is_ours(layout: Layout) -> bool:
    """Whether our process answers on the layout's port."""
    return running_pid(layout) is not None and is_healthy(layout.port)


def is_healthy(port: int) -> bool:
    """Whether an emulator answers on *port*."""
    try:
        with _DIRECT.open(f"http://127.0.0.1:{port}/_emulator/health", timeout=5) as answer:
            return json.load(answer).get("status") == "ok"
    except (OSError, ValueError, urllib.error.URLError):
        return False


def _wait_until_ready(process: "subprocess.Popen[bytes]", layout: Layout) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    log = layout.state / "emulator.log"
    while '"ready": true' not in (said := log.read_text().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StepFailed(
                f"the emulator does not start: {said or 'no word from it'}\n"
                "  Choose another port with VERACITY_EMULATOR_PORT=8781 make up, or end what is in the way."
            )
        time.sleep(0.05)


def _pid_file(layout: Layout) -> Path:
    return layout.state / "emulator.pid"
