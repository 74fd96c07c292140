"""The emulator of the local stack, in the background: started once, found again, stopped."""

import json
import subprocess

from tools.console import StepFailed, say
from tools.layout import BIN, SEED, Layout, shown


def start(layout: Layout) -> None:
    """
    Have one running on the layout's port and state.

    Raises:
        StepFailed: It does not start, or the port belongs to something else.
    """
    ran = _emulator(layout, "start", "--port", str(layout.port), "--job-seconds", "2", "--seed", str(SEED))
    if ran.returncode != 0:
        raise StepFailed(
            f"the emulator does not start: {ran.stderr.removeprefix('veracity-emulator: ').strip()}\n"
            f"  If something else has the port, choose another: VERACITY_EMULATOR_PORT={layout.port + 1} make up. "
            f"`make stop` ends the emulator of {shown(layout.state)}. Its log: {shown(layout.log)}"
        )
    running = json.loads(ran.stdout)
    say(f"  emulator: {'started' if running['started'] else 'runs'} on {running['url']} (log: {shown(layout.log)})")


def stop(layout: Layout) -> None:
    """
    End it; its state stays.

    Raises:
        StepFailed: It does not end.
    """
    if not layout.emulator_state.exists():
        say("  emulator: none was running")
        return
    ran = _emulator(layout, "stop")
    if ran.returncode != 0:
        raise StepFailed(ran.stderr.removeprefix("veracity-emulator: ").strip())
    say(f"  emulator: {ran.stdout.strip()}")


def _emulator(layout: Layout, command: str, *flags: str) -> "subprocess.CompletedProcess[str]":
    words = [BIN / "python", "-m", "veracity_emulator", command, "--state", layout.emulator_state, *flags]
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
