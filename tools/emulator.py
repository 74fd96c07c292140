"""The emulator in the background: started once, found again, stopped."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from tools.console import StepFailed, say
from tools.layout import BIN, SEED, Layout, shown
from tools.processes import command_of

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
    if (pid := running_pid(layout)) is not None:
        raise StepFailed(
            f"the emulator of {shown(layout.state)} (process {pid}) does not answer on port {layout.port}; "
            "it hangs, or was started on another port. `make stop` ends it; then run again."
        )
    layout.state.mkdir(parents=True, exist_ok=True)
    log = layout.log
    with log.open("w") as output:
        process = subprocess.Popen(
            [
                *(BIN / "python", "-m", "veracity_emulator", "serve"),
                *("--host", "127.0.0.1", "--port", str(layout.port), "--job-seconds", "2"),
                *("--state", str(layout.emulator_state), "--seed", str(SEED)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    layout.pid_file.write_text(str(process.pid))
    _wait_until_ready(process, layout)
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
    layout.pid_file.unlink(missing_ok=True)
    say("  emulator: stopped")


def running_pid(layout: Layout) -> int | None:
    """The process that we started for this state, if it is still there."""
    try:
        pid = int(layout.pid_file.read_text())
    except (OSError, ValueError):
        return None
    return pid if is_emulator(command_of(pid), layout) else None


def is_emulator(command: str, layout: Layout) -> bool:
    """Whether *command* is an emulator on this state; a number may have gone to another process since."""
    return "veracity_emulator" in command and f"--state {layout.emulator_state} " in f"{command} "


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


def last_line(text: str) -> str:
    """Of a refusal all, of a traceback the point."""
    return text.strip().rpartition("\n")[2]


def _wait_until_ready(process: "subprocess.Popen[bytes]", layout: Layout) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while '"ready": true' not in (said := layout.log.read_text().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            layout.pid_file.unlink(missing_ok=True)
            raise StepFailed(
                f"the emulator does not start: {last_line(said) or 'no word from it'}\n"
                f"  If something else has the port, choose another: VERACITY_EMULATOR_PORT={layout.port + 1} make up. "
                f"Its log: {shown(layout.log)}"
            )
        time.sleep(0.05)
