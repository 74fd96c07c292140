"""`make release`: checks the tree, builds both distributions, looks for known vulnerabilities, writes an SBOM."""

import re
import subprocess
import sys

from tools import package, publishing
from tools.console import StepFailed, run, run_step, say
from tools.layout import BIN, LOGS, ROOT
from tools.setup import set_up

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
    set_up()
    version = package.version()
    if problems := problems_of(version, (ROOT / "CHANGELOG.md").read_text(), _changes(), publishing.home()):
        raise StepFailed("this is no release yet:\n" + "\n".join(f"  - {problem}" for problem in problems))
    made = package.build()
    _audit()
    _write_sbom()
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


def _write_sbom() -> None:
    run_step(
        "SBOM (CycloneDX) of what a run needs",
        [
            *(publishing.BIN / "cyclonedx-py", "environment", "--pyproject", ROOT / "pyproject.toml"),
            *("--output-reproducible", "--output-format", "JSON", "--output-file", SBOM, BIN / "python"),
        ],
        log=LOGS / "sbom.log",
        advice="See what it says.",
    )


if __name__ == "__main__":
    sys.exit(run(release))
