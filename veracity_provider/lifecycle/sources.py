"""The file or text that an input `source` stands for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from veracity_provider.storage.sources import FileSource, Source, TextSource


def resolve_source(source: str | Mapping[str, Any], project: Path, *, is_ingested: bool = True) -> Source:
    """
    What *source* stands for; a relative path starts at the *project*'s folder.

    Args:
        is_ingested: Whether it is a CSV file, which is never empty; else it may hold anything.
    """
    if isinstance(source, str):
        return FileSource(resolve_path(source, project), is_ingested=is_ingested)
    return TextSource(text=source["text"], name=source["name"], is_ingested=is_ingested)


def resolve_path(path: str, project: Path) -> Path:
    """Where *path* leads; a relative one starts at the *project*'s folder, and `~` is a home folder."""
    return project / _expanded(path)


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)  # `~somebody`, of whom this machine knows nothing: then it is the name of a file
