"""A plain shell in which a newcomer types the commands of a page, with the Pulumi CLI at hand and nothing else."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 420


@dataclass
class Shell:
    """Commands run in *folder*; `HOME` and the Pulumi home are *home*."""

    folder: Path
    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *commands: str, environ: Mapping[str, str] | None = None) -> str:
        """What the commands print; they have to succeed."""
        ran = self.tries(*commands, environ=environ)
        assert ran.returncode == 0, f"{commands} ended with {ran.returncode}:\n{ran.stdout}"
        return ran.stdout

    def tries(self, *commands: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Type the commands into one shell; its output is what a person sees."""
        return subprocess.run(
            ["bash", "-e", "-c", "\n".join(commands)],
            cwd=self.folder,
            env={**self.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )


def newcomer(folder: Path) -> Shell:
    """A shell in the new folder *folder*/work, whose PATH has the system's commands, a Python and the Pulumi CLI."""
    commands = folder / "bin"
    for made in (commands, folder / "home", folder / "work"):
        made.mkdir(parents=True)
    pulumi = shutil.which("pulumi", path=os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]))
    assert pulumi, "the Pulumi CLI is needed: `make setup`"
    for name, target in {"pulumi": pulumi, "python3": getattr(sys, "_base_executable", sys.executable)}.items():
        (commands / name).symlink_to(target)
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_", "HTTP"))}
    environ = {
        **passed_on,
        "PATH": f"{commands}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "PULUMI_HOME": str(folder / "home" / ".pulumi"),  # the CLI looks for it in the home of the account, not in HOME
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "VERACITY_EMULATOR_PORT": free_port(),
    }
    return Shell(folder / "work", folder / "home", environ)


def free_port() -> str:
    """A port that nothing listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return str(bound.getsockname()[1])


@contextmanager
def ended_emulator(shell: Shell, state: str = ".veracity/emulator") -> Iterator[None]:
    """See to it that an emulator that the shell started in the background has ended."""
    try:
        yield
    finally:
        stop = [sys.executable, "-m", "veracity_emulator", "stop", "--state", str(shell.folder / state)]
        subprocess.run(stop, cwd=ROOT, check=False, capture_output=True, timeout=60)
