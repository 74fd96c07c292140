"""What a process number stands for; it may have gone to another process since it was written down."""

import subprocess
from pathlib import Path

_PROC = Path("/proc")


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none, or when it has ended and awaits its parent."""
    if (_PROC / "self").exists():
        return _from_proc(_PROC / str(pid))
    return _from_ps(pid)


def _from_proc(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").replace("\0", " ")
    except OSError:
        return ""


def _from_ps(pid: int) -> str:
    command = ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return "" if answer.startswith("Z") else answer
