"""`make release`: checks the tree, builds both distributions, looks for known vulnerabilities, writes an SBOM."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import package, publishing
from tools.console import StepFailed, run, run_step, say
from tools.layout import LOGS, ROOT

SBOM = package.DIST / "sbom.cdx.json"
_UNREACHABLE = re.compile(
    r"ConnectionError|ServiceError|Max retries|NameResolution|Connection refused|HTTPError|403|ProxyError"
)
_ADVISORIES = (
    "the advisories could not be reached, so known vulnerabilities were not looked for; run it where they can be"
)


def release() -> int:
    """
    Build and check; what is left to do is printed.

    Raises:
        StepFailed: Something is not as a release has to be.
    """
    version = package.version()
    if problems := problems_of(version, (ROOT / "CHANGELOG.md").read_text(), _changes(), publishing.home()):
        raise StepFailed("this is no release yet:\n" + "\n".join(f"  - {problem}" for problem in problems))
    made = package.build()
    _audit()
    _write_sbom(next(path for path in made if path.suffix == ".whl"))
    say(f"veracity-provider {version} is ready; nothing was published. To publish it:")
    say(f"  git tag v{version} && git push origin v{version}")
    say(f"  {publishing.BIN.relative_to(ROOT)}/twine upload {' '.join(str(path.relative_to(ROOT)) for path in made)}")
    return 0


def problems_of(version: str, changelog: str, changes: str, home: str | None) -> list[str]:
    """Why the tree is no release of *version*: *changes* is what `git status` lists."""
    problems: list[str] = []
    if changes:
        problems.append("files are not committed: see `git status`")
    heading = re.search(rf"^## {re.escape(version)} \((.*)\)$", changelog, re.MULTILINE)
    if not heading or not re.fullmatch(r"\d{4}-\d\d-\d\d", heading[1]):
        problems.append(f"CHANGELOG.md must have a heading with the day of the release: ## {version} (2026-01-31)")
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if unreleased and unreleased[1].strip():
        problems.append("CHANGELOG.md must have nothing under Unreleased: move it under the version")
    if home is None:
        problems.append("the address of the repository must be known, for links: VERACITY_PROVIDER_HOME=https://…")
    return problems


def _changes() -> str:
    answer = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else "no Git"


def _audit() -> None:
    log = LOGS / "audit.log"
    lock = ROOT / "requirements.lock"
    try:
        run_step(
            "known vulnerabilities of the locked packages",
            [publishing.BIN / "pip-audit", "--requirement", lock, "--require-hashes", "--disable-pip"],
            log=log,
            advice="Upgrade the packages, as CONTRIBUTING.md says.",
            limit_s=300,
        )
    except StepFailed:
        if not _UNREACHABLE.search(log.read_text(errors="replace")):
            raise
        say(f"  warning: {_ADVISORIES}")
        return
    if unknown := log.read_text(errors="replace").count("could not be audited"):
        say(f"  warning: {unknown} packages were not found where advisories are; run it where they can be")


def _write_sbom(wheel: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment, uv = Path(folder) / "venv", publishing.BIN / "uv"
        log = LOGS / "sbom.log"
        run_step("environment of a user", [uv, "venv", "--python", sys.executable, environment], log=log, advice="")
        run_step(
            "installation of the wheel with the locked packages",
            [uv, "pip", "install", "--python", environment, "--constraint", ROOT / "requirements.lock", wheel],
            log=log,
            advice="Check the network.",
        )
        run_step(
            "SBOM (CycloneDX)",
            [
                *(publishing.BIN / "cyclonedx-py", "environment", "--pyproject", ROOT / "pyproject.toml"),
                *("--output-reproducible", "--output-format", "JSON", "--output-file", SBOM, environment),
            ],
            log=log,
            advice="See what it says.",
        )


if __name__ == "__main__":
    sys.exit(run(release))
