"""The local stack: up, preview, down, stop, and the environment for people who type `pulumi` themselves."""

import contextlib
import os
import shutil
import subprocess
import sys

from tools import emulator
from tools.console import StepFailed, run, say
from tools.layout import ROOT, TEMPLATE, Layout, export_lines, pulumi_environment, shown
from tools.locks import only_one
from tools.setup import set_up


def up(layout: Layout) -> int:
    """Everything that is missing, then `pulumi up`."""
    _ready(layout)
    with only_one(layout.lock("up"), "up"):
        code = _pulumi(layout, "up", "--yes")
    say(f"the local Veracity, to look at: http://127.0.0.1:{layout.port}/")
    return code


def preview(layout: Layout) -> int:
    """The same, but only what would change."""
    _ready(layout)
    return _pulumi(layout, "preview", "--diff")


def stop(layout: Layout) -> int:
    """Stop the emulator; everything it keeps stays."""
    emulator.stop(layout)
    return 0


def down(layout: Layout) -> int:
    """Destroy the stack, stop the emulator and remove all state, so that the next `up` starts from nothing."""
    if layout.stack in stacks(layout):
        _ready(layout)
        _must(layout, "destroy", "--yes", otherwise="was not destroyed, so its state is kept; see above")
        _must(layout, "stack", "rm", "--yes", "--preserve-config", otherwise="was not removed; see above")
    if others := stacks(layout):
        say(f"  state: {shown(layout.state)} and the emulator are kept, for the stacks {', '.join(others)}")
        return 0
    emulator.stop(layout)
    remove_state(layout)
    say(f"  state: {shown(layout.state)} is removed")
    return 0


def env(layout: Layout) -> int:
    """Lines to eval."""
    print(export_lines(pulumi_environment(layout, os.environ)))
    return 0


def stacks(layout: Layout) -> list[str]:
    """The stacks whose state is in the layout's backend."""
    return sorted(file.stem for file in (layout.backend / ".pulumi" / "stacks" / "veracity").glob("*.json"))


def remove_state(layout: Layout) -> None:
    """Remove what we made in the state folder; the folder itself only when nothing else is in it."""
    for folder in (layout.backend, layout.emulator_state):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (layout.log, layout.pid_file, layout.lock("start"), layout.lock("up")):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        layout.state.rmdir()


COMMANDS = {"up": up, "preview": preview, "stop": stop, "down": down, "env": env}


def _ready(layout: Layout) -> None:
    say("setting up")
    set_up()
    with only_one(layout.lock("start"), "start"):
        emulator.start(layout)
        _provide_stack(layout)


def _provide_stack(layout: Layout) -> None:
    layout.backend.mkdir(parents=True, exist_ok=True)
    if not layout.stack_file.exists():
        shutil.copy(TEMPLATE, layout.stack_file)
        say(f"  stack config: {shown(layout.stack_file)} is made from that of the local stack")
    if layout.stack in stacks(layout):
        say(f"  stack {layout.stack}: in place")
        return
    _must(layout, "stack", "init", layout.stack, "--non-interactive", otherwise="cannot be made; see above")
    say(f"  stack {layout.stack}: made in {shown(layout.backend)}")


def _must(layout: Layout, *arguments: str, otherwise: str) -> None:
    if _pulumi(layout, *arguments) != 0:
        raise StepFailed(f"the stack {layout.stack} {otherwise}.")


def _pulumi(layout: Layout, *arguments: str) -> int:
    environ = {**os.environ, **pulumi_environment(layout, os.environ)}
    return subprocess.run(["pulumi", *arguments], cwd=ROOT, env=environ, check=False).returncode


def main(arguments: list[str]) -> int:
    """`python -m tools.local COMMAND`."""
    return run(lambda: COMMANDS[arguments[0]](Layout.of(os.environ)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
