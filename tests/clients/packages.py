"""Other people's clients, got from their registries by the ordinary commands, once, into `.setup/clients`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.locks import only_one

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".setup" / "clients"
WITHIN_S = 240
_unavailable = {}
"""What could not be had in this run, and why: it is asked for once."""


_NPM = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000")
_PIP = ("--retries=1", "--timeout=30")


def from_npm(*packages):
    """A folder in which `node` finds the packages, `name@version` each; or the test is skipped."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm")
    folder = FOLDER / "npm"
    return _provided(folder, packages, ["npm", "install", "--prefix", folder, *_NPM, *packages])


def from_pypi(*packages):
    """A folder for PYTHONPATH with the packages, `name==version` each; or the test is skipped."""
    folder = FOLDER / "pypi" / "+".join(packages)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", *_PIP]
    return _provided(folder, packages, [*pip, "--target", folder, *packages])


def from_maven(coordinates):
    """The class path of a library and all that it needs; or the test is skipped."""
    if not shutil.which("mvn"):
        pytest.skip("there is no mvn")
    folder = FOLDER / "maven" / coordinates.replace(":", "+")
    group, artifact, version = coordinates.split(":")
    dependency = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>"
        f"<dependencies><dependency>{dependency}</dependency></dependencies></project>"
    )
    path = folder / "classpath"
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:build-classpath"
    command = ["mvn", "-q", "-B", "-f", folder / "pom.xml", plugin, f"-Dmdep.outputFile={path}"]
    _provided(folder, (coordinates,), command)
    return path.read_text()


def run(command, **options):
    """Run *command*; its output, or a failure that shows it."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False, **options)
    assert ran.returncode == 0, f"{command[0]} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def _provided(folder, packages, command):
    folder.mkdir(parents=True, exist_ok=True)
    with only_one(folder / ".lock", "download"):
        missing = [one for one in packages if not _stamp(folder, one).exists()]
        if missing:
            why = _unavailable[packages] = _unavailable.get(packages) or _failure_of(command)
            if why:
                pytest.skip(f"{', '.join(missing)} cannot be had here: {why}")
            for one in missing:
                _stamp(folder, one).touch()
    return folder


def _failure_of(command):
    """Run *command*; why it failed, or nothing."""
    try:
        got = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {WITHIN_S} s"
    said = (got.stderr or got.stdout).strip().splitlines() or ["no word why"]
    return next((line for line in said if "error" in line.lower()), said[-1]) if got.returncode else ""


def _stamp(folder, package):
    return folder / f".{package.replace('/', '+')}.done"
