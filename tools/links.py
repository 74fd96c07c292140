"""Links between the project's pages, rewritten for a place where the pages around them are not there."""

import os
import re
from collections.abc import Callable
from pathlib import PurePosixPath

_LINK = re.compile(r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def rewritten(text: str, page: str, target_of: Callable[[str], str | None]) -> str:
    """
    *text* of the page at the path *page* with each relative link led to ``target_of(path)``, or made plain text.

    Paths are those of the project, such as `docs/guide/schemas.md`. Blocks of code stay as they are.
    """

    def replaced(link: re.Match[str]) -> str:
        target, separator, anchor = link["target"].partition("#")
        if not target or "://" in link["target"] or target.startswith("mailto:"):
            return link[0]
        path = _normalized(PurePosixPath(page).parent / target)
        if found := target_of(path):
            return f"{link['image']}[{link['text']}]({found}{separator}{anchor})"
        return link["text"] if link["image"] else f"{link['text']} (`{path}`)"

    parts = _FENCE.split(text)
    return "".join(part if part.startswith("```") else _LINK.sub(replaced, part) for part in parts)


def _normalized(path: PurePosixPath) -> str:
    return os.path.normpath(path)


def forge_page(home: str | None, ref: str) -> Callable[[str], str | None]:
    """Addresses of files at the forge that has the repository *home*, at a tag or branch *ref*; none without a home."""
    return lambda path: f"{home}/blob/{ref}/{path}" if home else None


def home_of(remote: str) -> str | None:
    """
    The address of a repository's page, from that of a Git remote; None for one that is no forge.

    `git@forge.example:owner/name.git` and `https://forge.example/owner/name.git` are both `https://forge.example/owner/name`.
    """
    if found := re.fullmatch(r"(?:ssh://)?git@(?P<host>[\w.-]+)[:/](?P<path>[\w./-]+?)(?:\.git)?/?", remote):
        return f"https://{found['host']}/{found['path']}"
    if found := re.fullmatch(r"(?P<home>https://(?!localhost|127\.)[\w.-]+/[\w./-]+?)(?:\.git)?/?", remote):
        return found["home"]
    return None
