"""The Pulumi CLI: an installed one, else the official installer, else the pinned build from its Go modules."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tools.console import StepFailed, run_step, say
from tools.layout import BIN, LOGS, ROOT, VENV

VERSION = "3.259.0"
OLDEST = (3, 200, 0)
INSTALLER_LIMIT_S = 120
_MODULES = ROOT / "tools" / "pulumi"
_NAME_OF_VERSION = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_SCRIPTS = {
    "pulumi-language-python-exec": "python/cmd/pulumi-language-python-exec",
    "pulumi-resource-pulumi-python": "python/dist/pulumi-resource-pulumi-python",
}
_ADVICE = (
    "Install the Pulumi CLI (https://www.pulumi.com/docs/install/), or Go with access to its module proxy, "
    "and run again."
)
_INSTALL = """
import semver, sys
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
"""


def is_new_enough(version: str) -> bool:
    """Whether *version*, as `pulumi version` prints it, will do."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version.strip())
    return bool(found) and tuple(int(part) for part in found.groups()) >= OLDEST


def find(path: str) -> str | None:
    """A usable `pulumi` on *path*, with its Python language host; None when there is none."""
    command = shutil.which("pulumi", path=path)
    if command is None:
        return None
    beside = Path(command).resolve().parent / "pulumi-language-python"
    if not beside.exists() and shutil.which("pulumi-language-python", path=path) is None:
        return None
    return command if is_new_enough(_version_of(command)) else None


def _version_of(command: str) -> str:
    env = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run([command, "version"], env=env, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout


def provide(environ: Mapping[str, str]) -> None:
    """
    See to it that `pulumi` can be run.

    Raises:
        StepFailed: None of the three ways worked.
    """
    if found := find(f"{BIN}{os.pathsep}{environ.get('PATH', '')}"):
        say(f"  Pulumi CLI: {'in place' if Path(found).parent == BIN else found}")
        return
    if _installed_officially():
        return
    _build(environ)


def _installed_officially() -> bool:
    try:
        run_step(
            "Pulumi CLI, by the official installer",
            [BIN / "python", "-c", _INSTALL, VENV, VERSION],
            log=LOGS / "pulumi-installer.log",
            advice="",
            limit_s=INSTALLER_LIMIT_S,
        )
    except StepFailed:
        say("  the official installer did not work here; building the CLI from its Go modules instead (a few minutes)")
        return False
    return find(str(BIN)) is not None


def _build(environ: Mapping[str, str]) -> None:
    # A wish to change go.mod (-mod=mod) would undo the pins.
    env = {**environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
    with tempfile.TemporaryDirectory(dir=VENV) as folder:
        _go_build("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", Path(folder) / "pulumi", env)
        host = "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
        _go_build("language-python", host, Path(folder) / "pulumi-language-python", env)
        for name, source in _SCRIPTS.items():
            shutil.copy(_sdk_folder(env) / source, Path(folder) / name)
        # `pulumi` last: where it is, the rest is, even if this is interrupted.
        for made in sorted(Path(folder).iterdir(), key=lambda file: file.name == "pulumi"):
            made.chmod(0o755)
            made.replace(BIN / made.name)


def _go_build(module: str, package: str, output: Path, env: Mapping[str, str]) -> None:
    flags = f"-s -w -X {_NAME_OF_VERSION}=v{VERSION}"
    run_step(
        f"building {output.name}",
        ["go", "build", "-trimpath", "-ldflags", flags, "-o", output, package],
        log=LOGS / f"build-{module}.log",
        advice=_ADVICE,
        cwd=_MODULES / module,
        env=env,
    )


def _sdk_folder(env: Mapping[str, str]) -> Path:
    command = ["go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"]
    answer = subprocess.run(
        command, cwd=_MODULES / "cli", env=dict(env), capture_output=True, text=True, check=False, timeout=300
    )
    if answer.returncode != 0:
        raise StepFailed(f"finding the Pulumi SDK's module failed: {answer.stderr.strip()} {_ADVICE}")
    return Path(answer.stdout.strip())
