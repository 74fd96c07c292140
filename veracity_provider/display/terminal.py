"""Whether a person watches: live text is for a terminal, and only noise in a log."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from veracity_provider.display.ancestors import ancestors


def shows_live_text(environ: Mapping[str, str]) -> bool:
    """Whether the `pulumi` command above this process draws its display on a terminal."""
    if environ.get("TERM", "dumb") == "dumb" or environ.get("CI"):
        return False
    if sys.platform != "linux":
        return _has_controlling_terminal()
    return any(_writes_to_a_terminal(one.pid) for one in ancestors(os.getpid()) if one.command == "pulumi")


def _has_controlling_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _writes_to_a_terminal(pid: int) -> bool:
    try:
        found = Path(f"/proc/{pid}/fd/1").stat()
    except OSError:
        return False
    unix98_terminals = range(136, 144)
    return stat.S_ISCHR(found.st_mode) and os.major(found.st_rdev) in {4, *unix98_terminals}
