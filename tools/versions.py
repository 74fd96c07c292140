"""The main walk on the oldest and the newest Python and Pulumi SDK: what README and pyproject.toml say is supported."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.console import StepFailed, run, run_step, say
from tools.layout import BIN, LOGS, ROOT, VENV
from tools.locks import only_one
from tools.setup import set_up
from tools.stamps import fingerprint, is_in_place

OLDEST_PYTHON = "3.11"
PYTHONS = ("3.14", "3.13", "3.12", OLDEST_PYTHON)
WALK = "tests/engine/test_main_walk.py"
_LOCK_FILE = ROOT / "requirements.lock"
_USABLE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"


@dataclass(frozen=True)
class Combination:
    """A Python (`3.11`) and a Pulumi SDK (`3.272.0`) that go together."""

    python: str
    sdk: str
    is_locked: bool
    """Whether the SDK is that of the lock file, whose other packages it is then tried with."""

    @property
    def venv(self) -> Path:
        """Its virtual environment."""
        return VENV / "versions" / f"python-{self.python}-pulumi-{self.sdk}"


def combinations(oldest_python: str, newest_python: str, oldest_sdk: str, newest_sdk: str) -> list[Combination]:
    """Both ends of both, each of the four once."""
    pythons = dict.fromkeys((oldest_python, newest_python))
    return [
        Combination(python, sdk, is_locked=sdk == newest_sdk)
        for python in pythons
        for sdk in dict.fromkeys((oldest_sdk, newest_sdk))
    ]


def oldest_sdk(pyproject: str) -> str:
    """The lower bound that *pyproject* (TOML) gives for `pulumi`, with three numbers."""
    needed = tomllib.loads(pyproject)["project"]["dependencies"]
    (bound,) = (found[1] for one in needed if (found := re.fullmatch(r"pulumi>=([\d.]+)", one)))
    return ".".join((*bound.split("."), "0", "0")[:3])


def locked_sdk(lock: str) -> str:
    """The version of `pulumi` in the lock file."""
    (version,) = re.findall(r"^pulumi==([\d.]+)", lock, re.MULTILINE)
    return version


def find_python(version: str, environ: Mapping[str, str]) -> str | None:
    """A Python of this *version* that can make virtual environments: on PATH, or one that pyenv has made."""
    name = f"python{version}"
    pyenv = Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [shutil.which(name, path=environ.get("PATH")), *sorted(pyenv.glob(f"{version}.*/bin/{name}"))]
    return next((str(one) for one in candidates if one and _is_usable(str(one), version)), None)


def walk_all(environ: Mapping[str, str]) -> int:
    """
    Run the walk on each combination, also after one that fails.

    Raises:
        StepFailed: The oldest Python is not here, a virtual environment cannot be made, or a walk failed.
    """
    set_up()
    found = {version: python for version in PYTHONS if (python := find_python(version, environ))}
    if OLDEST_PYTHON not in found:
        raise StepFailed(f"Python {OLDEST_PYTHON} was not found; install it, with its venv module, and run again.")
    newest = next(version for version in PYTHONS if version in found)
    sdks = (oldest_sdk((ROOT / "pyproject.toml").read_text()), locked_sdk(_LOCK_FILE.read_text()))
    failed: list[str] = []
    for one in combinations(OLDEST_PYTHON, newest, *sdks):
        name = f"Python {one.python}, Pulumi SDK {one.sdk}"
        say(name)
        _provide(one, found[one.python])
        if not _walk(one, environ):
            failed.append(name)
    if failed:
        raise StepFailed(f"the main walk failed with {' and with '.join(failed)}; see above.")
    return 0


def _is_usable(python: str, version: str) -> bool:
    try:
        answer = subprocess.run([python, "-c", _USABLE], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == version


def _provide(one: Combination, python: str) -> None:
    stamp = one.venv / ".made"
    expected = fingerprint([str(ROOT).encode(), _LOCK_FILE.read_bytes(), (ROOT / "pyproject.toml").read_bytes()])
    with only_one(LOGS / "versions.lock", "making of virtual environments"):
        if is_in_place(stamp, expected):
            return
        shutil.rmtree(one.venv, ignore_errors=True)
        log = LOGS / f"{one.venv.name}.log"
        run_step("virtual environment", [python, "-m", "venv", one.venv], log=log, advice=f"Look at {python}.")
        pip: Sequence[str | Path] = [one.venv / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
        if one.is_locked:
            run_step("packages", [*pip, "--require-hashes", "-r", _LOCK_FILE], log=log, advice="Check the network.")
        project = [f"pulumi=={one.sdk}", "-e", f"{ROOT}[emulator,dev]"]
        run_step("this project", [*pip, *project], log=log, advice="Check the network.")
        stamp.write_text(expected)


def _walk(one: Combination, environ: Mapping[str, str]) -> bool:
    path = os.pathsep.join((str(one.venv / "bin"), str(BIN), environ.get("PATH", "")))
    command = [one.venv / "bin" / "python", "-m", "pytest", "-q", "-n", "2", WALK]
    return subprocess.run(command, cwd=ROOT, env={**environ, "PATH": path}, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(run(lambda: walk_all(os.environ)))
