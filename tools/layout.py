"""Where things are, and the environment that `pulumi` runs in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / "bin"
LOGS = ROOT / ".setup"
PASSPHRASE = "local"
LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True)
class Layout:
    """What can be chosen by environment variables, so that two copies run side by side."""

    port: int
    state: Path
    stack: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Layout":
        """Read `VERACITY_EMULATOR_PORT`, `VERACITY_STATE_DIR` and `STACK`."""
        return cls(
            port=int(environ.get("VERACITY_EMULATOR_PORT") or 8780),
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
    def stack_file(self) -> Path:
        """The stack's config."""
        return ROOT / "stacks" / f"Pulumi.{self.stack}.yaml"


def shown(path: Path) -> str:
    """*path* as somebody in the project's folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def pulumi_environment(layout: Layout, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that `pulumi` needs; `docs/guide/workflow.md` says why each is there."""
    path = environ.get("PATH", "")
    in_front = path if path.split(os.pathsep)[0] == str(BIN) else f"{BIN}{os.pathsep}{path}"
    direct = [host for host in environ.get("NO_PROXY", "").split(",") if host]
    return {
        "PATH": in_front,
        "PULUMI_BACKEND_URL": f"file://{layout.backend}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_STACK": layout.stack,
        "PULUMI_PARALLEL": environ.get("PULUMI_PARALLEL") or "200",
        "PULUMI_RUN_PROGRAM": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "VERACITY_EMULATOR_PORT": str(layout.port),
        "NO_PROXY": ",".join([*direct, *(host for host in LOOPBACK if host not in direct)]),
    }


def export_lines(variables: Mapping[str, str]) -> str:
    """Lines for `eval "$(make -s env)"`."""
    return "\n".join(f"export {name}={_quoted(value)}" for name, value in variables.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "'\\''") + "'"
