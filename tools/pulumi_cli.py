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
from tools.stamps import fingerprint, is_in_place

VERSION = "3.259.0"
HOST_VERSION = "3.79.0"
"""Of the language host that is built: the newest that is to be had as a Go module (docs/decisions/language-host.md)."""
OLDEST = (3, 259, 0)
"""The oldest CLI that the tests have run with."""
INSTALLER_LIMIT_S = 120
_MODULES = ROOT / "tools" / "pulumi"
_LANGUAGE_HOST = ROOT / "tools" / "language_host.py"
_MADE = VENV / ".pulumi"
_HOST = "pulumi-language-python"
_START_OF_HOST = f"""#!/bin/sh
# Starts {_HOST}-host, version {HOST_VERSION}; {_HOST}.py says why there is something between.
exec "${{0%/*}}/python" -I "${{0%/*}}/{_HOST}.py" "$@"
"""
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
    beside = Path(command).resolve().parent / _HOST
    if not beside.exists() and shutil.which(_HOST, path=path) is None:
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
    expected = made_from()
    if is_in_place(_MADE, expected) and find(str(BIN)):
        say("  Pulumi CLI: in place")
        return
    # What an older set-up made would be found first, by us and by the official installer.
    for made in ("pulumi", _HOST):
        (BIN / made).unlink(missing_ok=True)
    if found := find(environ.get("PATH", "")):
        say(f"  Pulumi CLI: {found}")
        return
    if not _installed_officially():
        _build(environ)
    _MADE.write_text(expected)


def made_from() -> str:
    """The hash of what a CLI in the virtual environment depends on."""
    files = [_LANGUAGE_HOST, *sorted(file for file in _MODULES.rglob("*") if file.is_file())]
    return fingerprint([VERSION.encode(), _START_OF_HOST.encode(), *(file.read_bytes() for file in files)])


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
        made = Path(folder)
        _go_build("cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", VERSION, made / "pulumi", env)
        package = f"github.com/pulumi/pulumi/sdk/v3/python/cmd/{_HOST}"
        _go_build("language-python", package, HOST_VERSION, made / f"{_HOST}-host", env)
        (made / _HOST).write_text(_START_OF_HOST)
        shutil.copy(_LANGUAGE_HOST, made / f"{_HOST}.py")
        for name, source in _SCRIPTS.items():
            shutil.copy(_sdk_folder(env) / source, made / name)
        # `pulumi` last: where it is, the rest is, even if this is interrupted.
        for file in sorted(made.iterdir(), key=lambda file: file.name == "pulumi"):
            file.chmod(0o755)
            file.replace(BIN / file.name)


def _go_build(module: str, package: str, version: str, output: Path, env: Mapping[str, str]) -> None:
    flags = f"-s -w -X {_NAME_OF_VERSION}=v{version}"
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
