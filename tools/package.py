"""`make package`: wheel and source distribution in dist/, with a page whose links lead somewhere."""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from tools import publishing
from tools.console import run, run_step, say
from tools.layout import LOGS, ROOT
from tools.links import forge_page, rewritten

DIST = ROOT / "dist"
_VERSION = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)


def version() -> str:
    """The version that the code has."""
    found = _VERSION.search((ROOT / "veracity_provider" / "__init__.py").read_text())
    assert found, "veracity_provider/__init__.py has no __version__"
    return found["version"]


def build() -> list[Path]:
    """
    Make both distributions, and check their metadata and how an index will show their page.

    Raises:
        StepFailed: The build or the check failed.
    """
    publishing.provide()
    home = publishing.home()
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(folder), home)
        run_step(
            "wheel and source distribution",
            [publishing.BIN / "python", "-m", "build", "--no-isolation", "--outdir", DIST, folder],
            log=LOGS / "build.log",
            advice="See what the build says.",
        )
    made = sorted(DIST.iterdir())
    run_step(
        "check of their metadata",
        [publishing.BIN / "python", "-m", "twine", "check", "--strict", *made],
        log=LOGS / "twine.log",
        advice="The page (README.md) or the metadata (pyproject.toml) would be refused by an index.",
    )
    if home is None:
        say(
            "  no public repository is known (VERACITY_PROVIDER_HOME=https://…): the page names files in place of links"
        )
    for path in made:
        say(f"  {path.relative_to(ROOT)} ({path.stat().st_size / 1024:.0f} KiB)")
    return made


def copy(folder: Path, home: str | None) -> None:
    """Copy the project to *folder*, with the links of its first page and its metadata led to *home*."""
    for path in publishing.project_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    readme = folder / "README.md"
    readme.write_text(rewritten(readme.read_text(), "README.md", forge_page(home, f"v{version()}")))
    if home:
        metadata = folder / "pyproject.toml"
        metadata.write_text(with_urls(metadata.read_text(), home))


def with_urls(pyproject: str, home: str) -> str:
    """*pyproject* (TOML) with the addresses of the project."""
    urls = {
        "Homepage": home,
        "Documentation": f"{home}/tree/v{version()}/docs",
        "Changelog": f"{home}/blob/v{version()}/CHANGELOG.md",
        "Issues": f"{home}/issues",
    }
    lines = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    return pyproject.replace("\n[project.scripts]", f"\n[project.urls]\n{lines}\n[project.scripts]", 1)


def main() -> int:
    """`make package`."""
    build()
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
