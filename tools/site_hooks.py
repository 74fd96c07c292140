"""What MkDocs asks while it makes the site: pages from outside of docs/, and links that lead out of it."""

import os
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

from tools import publishing
from tools.layout import ROOT
from tools.links import forge_page, rewritten

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}
"""Pages of the project's folder, and what they are called on the site."""


def on_files(files: Files, config: Any) -> Files:
    """Called with the files of docs/: the other pages are added."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text()))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Called with the text of each page: its links are those of the project's folder, and become those of the site."""
    sources = {name: source for source, name in PAGES.items()}
    name = page.file.src_uri
    source = sources.get(name, f"docs/{name}")
    return rewritten(markdown, source, _targets(name))


def _targets(name: str) -> Callable[[str], str | None]:
    at_forge = forge_page(publishing.home(), "main")

    def target_of(path: str) -> str | None:
        page = PAGES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else None)
        if page is None or not (path in PAGES or (ROOT / path).is_file()):
            return at_forge(path)
        return os.path.relpath(page, PurePosixPath(name).parent)

    return target_of
