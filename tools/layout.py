"""Where things are, and the environment that `pulumi` runs in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.console import StepFailed

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOGS = ROOT / ".setup"
PASSPHRASE = "local"
LOOPBACK = ("127.0.0.1", "localhost")
TEMPLATE = ROOT / "stacks" / "Pulumi.local.yaml"
SEED = ROOT / "tools" / "local_seed.json"
"""What the local Veracity holds at first: a workspace, and a container in it."""


@dataclass(frozen=True)
class Layout:
    """What can be chosen by environment variables, so that two copies run side by side."""

    port: int
    state: Path
    stack: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Layout":
        """Read `VERACITY_EMULATOR_PORT`, `VERACITY_STATE_DIR` (in the project's folder if relative) and `STACK`."""
        port = environ.get("VERACITY_EMULATOR_PORT") or "8780"
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise StepFailed(f"VERACITY_EMULATOR_PORT is {port!r}; it must be a port, such as 8780.")
        return cls(
            port=int(port),
            state=(ROOT / (environ.get("VERACITY_STATE_DIR") or ".veracity")).resolve(),
            stack=environ.get("STACK") or "local",
        )

    @property
    def backend(self) -> Path:
        """Where the stack's state is."""
        return self.state / "pulumi"

    @property
    def emulator_state(self) -> Path:
        """Where the emulator keeps everything."""
        return self.state / "emulator"

    @property
    def log(self) -> Path:
        """What the emulator says."""
        return self.emulator_state / "emulator.log"

    @property
    def made_config(self) -> Path:
        """Written when we made the stack's config: the hash of what we wrote."""
        return self.state / f"{self.stack}.made"

    def lock(self, what: str) -> Path:
        """Held while somebody is at *what*: a start (of the emulator, with the making of the stack), or an up."""
        return self.state / f"{what}.lock"

    @property
    def stack_file(self) -> Path:
        """The stack's config."""
        return ROOT / "stacks" / f"Pulumi.{self.stack}.yaml"


def shown(path: Path) -> str:
    """*path* as somebody in the project's folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def shell_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """
    The variables for somebody who types `pulumi`, for whatever stack and project.

    No backend, no stack and no passphrase: those of the local stack are public, or would be used for other projects.
    """
    path = environ.get("PATH", "")
    return {
        "PATH": path if path.split(os.pathsep)[0] == str(BIN) else f"{BIN}{os.pathsep}{path}",
        "PULUMI_PARALLEL": environ.get("PULUMI_PARALLEL") or "200",
        "PULUMI_RUN_PROGRAM": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def local_environment(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """
    The variables for the local stack; `docs/guide/workflow.md` and `environments.md` say why each is there.

    Raises:
        StepFailed: The stack is not a local one, so its secrets must not be encrypted with the public passphrase.
    """
    require_local(layout)
    direct = _without_proxy(environ)
    return {
        **shell_environment(environ),
        "PULUMI_BACKEND_URL": f"file://{layout.backend}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_STACK": layout.stack,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VERACITY_EMULATOR_PORT": str(layout.port),
        "NO_PROXY": direct,
        "no_proxy": direct,
    }


def require_local(layout: Layout) -> None:
    """
    See to it that the stack is for the local Veracity: its config is that of `local`, or a copy, or still to be copied.

    Raises:
        StepFailed: It is not.
    """
    if layout.stack_file.exists() and _salt(layout.stack_file) != _salt(TEMPLATE):
        raise StepFailed(
            f"the stack {layout.stack} is not a local one: {shown(layout.stack_file)} is no copy of {shown(TEMPLATE)}. "
            f"Use `pulumi` for it, with a backend and a passphrase of your own: pulumi preview --stack {layout.stack}"
        )


def export_lines(variables: Mapping[str, str]) -> str:
    """Lines for `eval "$(make -s env)"`."""
    return "\n".join(f"export {name}={_quoted(value)}" for name, value in variables.items())


def _salt(stack_file: Path) -> str | None:
    # A stack's passphrase is checked against this line; `local` has it in the repository, so that Pulumi adds none.
    lines = (line for line in stack_file.read_text().splitlines() if line.startswith("encryptionsalt:"))
    return next(lines, None)


def _without_proxy(environ: Mapping[str, str]) -> str:
    # Programs differ in which of the two spellings they read first.
    told = [host for name in ("NO_PROXY", "no_proxy") for host in environ.get(name, "").split(",")]
    return ",".join(dict.fromkeys(host.strip() for host in (*told, *LOOPBACK) if host.strip()))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
