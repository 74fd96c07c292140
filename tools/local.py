"""The local stack: up, preview, down, stop, and the environment for people who type `pulumi` themselves."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import emulator
from tools.console import StepFailed, run, say
from tools.layout import (
    ROOT,
    TEMPLATE,
    Layout,
    export_lines,
    local_environment,
    require_local,
    shell_environment,
    shown,
)
from tools.locks import only_one
from tools.setup import set_up
from tools.stamps import fingerprint, is_in_place


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
        # A destroy of an empty stack runs the program, which leaves the stack's own entry behind: hence --force.
        _must(layout, "stack", "rm", "--yes", "--force", "--preserve-config", otherwise="was not removed; see above")
    remove_made_config(layout)
    if others := stacks(layout):
        say(f"  state: {shown(layout.state)} and the emulator are kept, for the stacks {', '.join(others)}")
        return 0
    emulator.stop(layout)
    remove_state(layout)
    say(f"  state: {shown(layout.state)} is removed")
    return 0


def env(_: Layout) -> int:
    """Lines to eval; the same for every stack."""
    print(export_lines(shell_environment(os.environ)))
    return 0


def pulumi(layout: Layout, arguments: Sequence[str]) -> int:
    """
    `pulumi-local`: a command of the CLI, for the local stack.

    Raises:
        StepFailed: There is no such stack yet, or the command could reach beyond it.
    """
    if reason := refusal(arguments, layout.stack):
        raise StepFailed(f"pulumi-local {reason}")
    if layout.stack not in stacks(layout):
        raise StepFailed(f"there is no stack {layout.stack} in {shown(layout.backend)} yet; `make up` makes it.")
    return _pulumi(layout, *arguments)


def refusal(arguments: Sequence[str], stack: str) -> str | None:
    """Why this command line is not for the local *stack*, whose passphrase is public; None when it is."""
    arguments = _without_stack(arguments, stack)
    words = [word for word in arguments if not word.startswith("-")]
    command, subcommand = (*words, "", "")[:2]
    if command not in _PULUMI_COMMANDS:
        return f"knows these commands: {', '.join(_PULUMI_COMMANDS)}. For others, use `pulumi`."
    allowed = _PULUMI_COMMANDS[command]
    if allowed and subcommand not in ("", *allowed):
        return f"{command} knows {', '.join(allowed)}. For others, use `pulumi`."
    if beyond := next((word for word in arguments if _REACHES_BEYOND.match(word)), None):
        return (
            f"takes no {beyond.partition('=')[0]}: it is for the stack {stack} alone, whose passphrase is public. "
            "For another stack, and for secrets, use `pulumi`."
        )
    return None


def _without_stack(arguments: Sequence[str], stack: str) -> list[str]:
    # Messages of the program say `--stack local`, and people copy them.
    rest = list(arguments)
    for spelling in ((f"--stack={stack}",), ("--stack", stack), ("-s", stack)):
        for at in range(len(rest) - len(spelling), -1, -1):
            if tuple(rest[at : at + len(spelling)]) == spelling:
                del rest[at : at + len(spelling)]
    return rest


def stacks(layout: Layout) -> list[str]:
    """The stacks whose state is in the layout's backend."""
    return sorted(file.stem for file in (layout.backend / ".pulumi" / "stacks" / "veracity").glob("*.json"))


def remove_state(layout: Layout) -> None:
    """Remove what we made in the state folder; the folder itself only when nothing else is in it."""
    for folder in (layout.backend, layout.emulator_state):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (layout.lock("start"), layout.lock("up")):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        layout.state.rmdir()


def provide_config(layout: Layout) -> None:
    """Have a config for the stack; one that we make, we remember."""
    if not layout.stack_file.exists():
        layout.stack_file.write_bytes(TEMPLATE.read_bytes())
        layout.made_config.write_text(_hash_of(layout.stack_file))
        say(f"  stack config: {shown(layout.stack_file)} is made from that of the local stack")


def remove_made_config(layout: Layout) -> None:
    """Remove the stack's config if we made it and nobody has edited it since."""
    if not layout.made_config.exists():
        return
    if is_in_place(layout.made_config, _hash_of(layout.stack_file)):
        layout.stack_file.unlink()
        say(f"  stack config: {shown(layout.stack_file)} is removed")
    else:
        say(f"  stack config: {shown(layout.stack_file)} is kept, since it was edited")
    layout.made_config.unlink()


COMMANDS = {"up": up, "preview": preview, "stop": stop, "down": down, "env": env}
_PULUMI_COMMANDS: dict[str, tuple[str, ...]] = {
    "about": (),
    "cancel": (),
    "config": ("get", "set", "rm", "refresh"),
    "destroy": (),
    "preview": (),
    "refresh": (),
    "stack": ("export", "graph", "history", "ls", "output"),
    "state": ("delete", "rename", "unprotect"),
    "up": (),
}
_REACHES_BEYOND = re.compile(r"--(stack|cwd|config-file|secret|secrets-provider)(=|$)|-[A-Za-z]*[sC]")


def _ready(layout: Layout) -> None:
    require_local(layout)
    say("setting up")
    set_up()
    with only_one(layout.lock("start"), "start"):
        emulator.start(layout)
        _provide_stack(layout)


def _provide_stack(layout: Layout) -> None:
    layout.backend.mkdir(parents=True, exist_ok=True)
    provide_config(layout)
    if layout.stack in stacks(layout):
        say(f"  stack {layout.stack}: in place")
        return
    _must(layout, "stack", "init", layout.stack, "--non-interactive", otherwise="cannot be made; see above")
    say(f"  stack {layout.stack}: made in {shown(layout.backend)}")


def _hash_of(file: Path) -> str:
    return fingerprint([file.read_bytes()] if file.exists() else [])


def _must(layout: Layout, *arguments: str, otherwise: str) -> None:
    if _pulumi(layout, *arguments) != 0:
        raise StepFailed(f"the stack {layout.stack} {otherwise}.")


def _pulumi(layout: Layout, *arguments: str) -> int:
    environ = {**os.environ, **local_environment(layout, os.environ)}
    return subprocess.run(["pulumi", *arguments], cwd=ROOT, env=environ, check=False).returncode


def main(arguments: list[str]) -> int:
    """`python -m tools.local COMMAND`, and `python -m tools.local pulumi ARGUMENTS`, which is `pulumi-local`."""
    command, *rest = arguments
    if command == "pulumi":
        return run(lambda: pulumi(Layout.of(os.environ), rest))
    return run(lambda: COMMANDS[command](Layout.of(os.environ)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
