"""The tools of `make package`, `docs`, `release` and `examples`, in a virtual environment of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.console import run_step
from tools.layout import LOGS, ROOT, VENV
from tools.links import home_of
from tools.locks import only_one
from tools.stamps import fingerprint, is_in_place

FOLDER = VENV / "publish"
BIN = FOLDER / "bin"
_LOCK_FILE = ROOT / "tools" / "publish" / "requirements.lock"
_MADE = FOLDER / ".made"


def provide() -> None:
    """
    Make the environment, if it is not there or was made from another lock file.

    Raises:
        StepFailed: It cannot be made.
    """
    with only_one(LOGS / "publish.lock", "set-up"):
        expected = fingerprint([sys.version.encode(), _LOCK_FILE.read_bytes()])
        if is_in_place(_MADE, expected):
            return
        log = LOGS / "publish.log"
        advice = "Check the network or pip's own settings, and run again."
        shutil.rmtree(FOLDER, ignore_errors=True)
        run_step("environment of the publishing tools", [sys.executable, "-m", "venv", FOLDER], log=log, advice=advice)
        pip = [BIN / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        run_step("publishing tools", [*pip, "--require-hashes", "-r", _LOCK_FILE], log=log, advice=advice)
        _MADE.write_text(expected)


def home() -> str | None:
    """The page of the project's repository: `VERACITY_PROVIDER_HOME`, else what Git's remote `origin` tells."""
    if told := os.environ.get("VERACITY_PROVIDER_HOME"):
        return told.rstrip("/")
    command = ["git", "remote", "get-url", "origin"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return home_of(answer.stdout.strip())


def project_files() -> list[Path]:
    """The files of the project, relative to its folder: those that Git knows, or all of an unpacked archive."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return _unpacked_files()
    if answer.returncode != 0:
        return _unpacked_files()
    return [Path(name) for name in answer.stdout.split("\0") if name and (ROOT / name).is_file()]


def _unpacked_files() -> list[Path]:
    made = {".venv", ".setup", ".mutants", "build", "dist", "__pycache__"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [path for path in found if not (made & set(path.parts) or path.parts[0].startswith(".veracity"))]
