"""The local stack: up, preview, down, stop, and the environment for people who type `pulumi` themselves."""

import os
import shutil
import subprocess
import sys

from tools import emulator
from tools.console import StepFailed, exit_with, say
from tools.layout import ROOT, Layout, export_lines, pulumi_environment, shown
from tools.setup import set_up

_TEMPLATE = Layout.of({}).stack_file


def up(layout: Layout) -> int:
    """Everything that is missing, then `pulumi up`."""
    _ready(layout)
    return _pulumi(layout, "up", "--yes")


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
    if layout.backend.exists():
        _ready(layout)
        code = _pulumi(layout, "destroy", "--yes")
        if code != 0:
            raise StepFailed(f"the stack was not destroyed, so its state in {layout.state} is kept.")
    emulator.stop(layout)
    shutil.rmtree(layout.state, ignore_errors=True)
    say(f"  state: {shown(layout.state)} is removed")
    return 0


def env(layout: Layout) -> int:
    """Lines to eval."""
    print(export_lines(pulumi_environment(layout, os.environ)))
    return 0


COMMANDS = {"up": up, "preview": preview, "stop": stop, "down": down, "env": env}


def _ready(layout: Layout) -> None:
    say("setting up")
    set_up()
    emulator.start(layout)
    _provide_stack(layout)


def _provide_stack(layout: Layout) -> None:
    layout.backend.mkdir(parents=True, exist_ok=True)
    if not layout.stack_file.exists():
        shutil.copy(_TEMPLATE, layout.stack_file)
        say(f"  stack config: {layout.stack_file.relative_to(ROOT)} is made from that of the local stack")
    if (layout.backend / ".pulumi" / "stacks" / "veracity" / f"{layout.stack}.json").exists():
        say(f"  stack {layout.stack}: in place")
        return
    if _pulumi(layout, "stack", "init", layout.stack, "--non-interactive") != 0:
        raise StepFailed(f"the stack {layout.stack} cannot be made; see above.")


def _pulumi(layout: Layout, *arguments: str) -> int:
    environ = {**os.environ, **pulumi_environment(layout, os.environ)}
    return subprocess.run(["pulumi", *arguments], cwd=ROOT, env=environ, check=False).returncode


def main(arguments: list[str]) -> int:
    """`python -m tools.local COMMAND`."""
    try:
        return COMMANDS[arguments[0]](Layout.of(os.environ))
    except StepFailed as error:
        return exit_with(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
