"""The processes above this one: the CLI that runs the plugin, and what tells its run from every other."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CLI: Final = "pulumi"
_MAX_GENERATIONS: Final = 10


@dataclass(frozen=True)
class Process:
    """A process that runs: its command's name, its parent, and when it was started, in whatever form."""

    pid: int
    parent: int
    command: str
    started: str


def cli_run(pid: int) -> str | None:
    """
    What tells the run of the `pulumi` command above process *pid* from every other; None where there is none.

    The plugin of a preview and that of the update after it are two processes, each below a launcher of one CLI.
    """
    found = next((one for one in ancestors(pid) if one.command == _CLI), None)
    return f"{found.pid}-{found.started}" if found else None


def ancestors(pid: int) -> list[Process]:
    """The parent of process *pid*, its parent, and so on; ends where the system does not say."""
    found: list[Process] = []
    process = _find(pid)
    while process and process.parent > 1 and len(found) < _MAX_GENERATIONS:
        process = _find(process.parent)
        if process:
            found.append(process)
    return found


def _find(pid: int) -> Process | None:
    return _find_in_proc(pid) if sys.platform == "linux" else _find_by_ps(pid)


def _find_in_proc(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The command stands in brackets and may hold some itself; parent and start time are fields 4 and 22.
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return Process(pid=pid, parent=int(fields[1]), command=head.partition("(")[2], started=fields[19])


def _find_by_ps(pid: int) -> Process | None:
    command = ["ps", "-o", "ppid=,lstart=,comm=", "-p", str(pid)]
    try:
        words = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None
    # `lstart` is five words: Fri Nov 27 12:00:00 2026.
    return Process(pid=pid, parent=int(words[0]), command=Path(words[6]).name, started="-".join(words[1:6]))
