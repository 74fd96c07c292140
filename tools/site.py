"""`make docs`: the documentation as a site that needs no other host; a link that leads nowhere is an error."""

import os
import re
import sys
from pathlib import Path

from tools import publishing
from tools.console import StepFailed, run, run_step, say
from tools.layout import LOGS, ROOT

SITE = ROOT / "build" / "site"
_LOADED = re.compile(r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=[\"']?(?P<url>(?:https?:)?//[^\"' >]+)[^>]*>")
_LOADING_RELS = re.compile(r"rel=[\"']?(?:stylesheet|preload|icon|preconnect|modulepreload)")


def build() -> None:
    """
    Make the site in build/site.

    Raises:
        StepFailed: A link leads nowhere, or a page would load something from another host.
    """
    publishing.provide()
    run_step(
        "site",
        [publishing.BIN / "python", "-m", "mkdocs", "build", "--strict", "--quiet", "--clean"],
        log=LOGS / "site.log",
        advice="Mend what it names.",
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"},
    )
    if loaded := [
        f"{page.relative_to(SITE)}: {url}" for page in sorted(SITE.rglob("*.html")) for url in loads_of(page)
    ]:
        raise StepFailed("pages of the site load from other hosts:\n" + "\n".join(f"  - {one}" for one in loaded))
    say(f"  {(SITE / 'index.html').relative_to(ROOT)}")


def loads_of(page: Path) -> list[str]:
    """The addresses of other hosts that a browser would load something from to show *page*; links are none."""
    found = _LOADED.finditer(page.read_text())
    return [one["url"] for one in found if not one[0].startswith("<link") or _LOADING_RELS.search(one[0])]


def main() -> int:
    """`make docs`."""
    build()
    return 0


if __name__ == "__main__":
    sys.exit(run(main))
