"""Whether a person watches: live text is for a terminal, and only noise in a log."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path


def shows_live_text(environ: Mapping[str, str]) -> bool:
    """Whether the `pulumi` command above this process draws its display on a terminal."""
    if environ.get("TERM", "dumb") == "dumb" or environ.get("CI"):
        return False
    if sys.platform != "linux":
        return _has_controlling_terminal()
    return any(_writes_to_a_terminal(pid) for pid in _ancestors(os.getpid()) if _command(pid) == "pulumi")


def _has_controlling_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _ancestors(pid: int) -> list[int]:
    found: list[int] = []
    while pid > 1:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            break
        pid = int(fields[1])
        found.append(pid)
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _writes_to_a_terminal(pid: int) -> bool:
    try:
        found = Path(f"/proc/{pid}/fd/1").stat()
    except OSError:
        return False
    unix98_terminals = range(136, 144)
    return stat.S_ISCHR(found.st_mode) and os.major(found.st_rdev) in {4, *unix98_terminals}
