"""The files that a pattern such as `data/noon/*.csv` matches. A folder that cannot be read is an error, no absence."""

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Final

from veracity_provider.errors import InputError, InputProblem, SourceError
from veracity_provider.lifecycle.sources import resolve_path
from veracity_provider.storage.sources import FileSource
from veracity_provider.texts import is_invisible, shown

MAX_FILES: Final = 500
"""The engine alone takes a minute for the resources of 500 files, and more than twice that for twice as many."""
OVERWRITE_REFUSED: Final = (
    "must be Upsert, Delete or Append for the files of a pattern, not Overwrite: each file "
    "would replace the rows of the one before"
)
_WILDCARD: Final = re.compile(r"[*?[]")
_ANY_FOLDERS: Final = "**"
_MAX_TOLD: Final = 5
_MAX_PATH: Final = 300


@dataclass(frozen=True, kw_only=True)
class MatchedFile:
    """
    A file that a pattern matches.

    Args:
        source: Its path, beginning as the pattern does.
        path: Its path below the pattern's fixed part, the folders before the first wildcard.
    """

    source: str
    path: str

    def resource_name(self, name: str) -> str:
        """Name of its ingest, where that of the pattern is *name*."""
        return f"{name}-{self.path}"


def is_pattern(source: str, project: Path) -> bool:
    """Whether *source* has a wildcard, and is not the very name of a file, such as `readings[1].csv`."""
    return _WILDCARD.search(source) is not None and not os.path.lexists(_path_of(PurePosixPath(source), project))


def find_files(pattern: str, project: Path) -> tuple[MatchedFile, ...]:
    """
    The files that *pattern* matches, by name, all of them readable; a relative one starts at the *project*'s folder.

    `*`, `?` and `[…]` stand for characters of one name, and `**` for any folders, none included. Upper and lower case
    differ. Hidden files and folders are matched by a part that begins with a dot alone; a link counts as what it leads
    to, but `**` follows none.

    Raises:
        InputError: About `source`: it is no pattern, matches no file, more than 500, or one that cannot be ingested.
    """
    fixed, parts = _parsed(pattern)
    folder = _path_of(fixed, project)
    names = _names(folder, parts, pattern)
    if not names:
        raise _refusal(
            f"must match a file, and '{shown(pattern)}' matches none in {shown(folder, _MAX_PATH)}; correct it, or "
            "remove it, which removes its ingests from the state (their rows stay)"
        )
    if len(names) > MAX_FILES:
        raise _refusal(
            f"must match at most {MAX_FILES} files, and '{shown(pattern)}' matches more; join files (a job takes one "
            "of any size), or declare some of them in another stack"
        )
    problems = [*_unusable_names(names), *_repeated(folder, names)] or list(_unreadable(folder, names))
    if problems:
        raise _refusal(*problems)
    return tuple(MatchedFile(source=str(fixed / name), path=name) for name in names)


def _names(folder: Path, parts: Sequence[str], pattern: str) -> list[str]:
    """Paths of the matching files below *folder*, sorted; of more than can be, one more than can be."""
    try:
        return sorted(islice(_distinct(_matches(folder, "", parts)), MAX_FILES + 1))
    except OSError as error:
        place = shown(error.filename or folder, _MAX_PATH)
        raise _refusal(f"must be in folders that can be read, and {place} cannot: {error.strerror}") from None
    except ValueError:
        raise _refusal(f"must be a path, and '{shown(pattern)}' has a character that no path can have") from None


def _path_of(path: PurePosixPath, project: Path) -> Path:
    return resolve_path(str(path), project)


def _parsed(pattern: str) -> tuple[PurePosixPath, list[str]]:
    """The pattern's fixed part, and the parts from the first wildcard on."""
    parts = PurePosixPath(pattern).parts
    first = next((i for i, part in enumerate(parts) if _WILDCARD.search(part)), None)
    if first is None:
        raise _refusal(f"must be a pattern with *, ? or […], such as data/*.csv, not '{shown(pattern)}'")
    wild = list(parts[first:])
    if any(_ANY_FOLDERS in part and part != _ANY_FOLDERS for part in wild):
        raise _refusal(f"must have ** as a whole part of its path, as in data/**/*.csv, not '{shown(pattern)}'")
    if wild[-1] == _ANY_FOLDERS:
        raise _refusal(f"must end in a pattern of files, as in data/**/*.csv, not '{shown(pattern)}'")
    return PurePosixPath(*parts[:first]), wild


def _matches(folder: Path, below: str, parts: Sequence[str]) -> Iterator[str]:
    """Paths of the matching files in *folder*, each after *below*, the path of the folder; some more than once."""
    part, *rest = parts
    with os.scandir(folder) as listed:
        entries = [entry for entry in listed if part.startswith(".") or not entry.name.startswith(".")]
    if part == _ANY_FOLDERS:
        yield from _matches(folder, below, rest)
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _matches(folder / entry.name, f"{below}{entry.name}/", parts)
        return
    for entry in entries:
        if not fnmatch.fnmatchcase(entry.name, part):
            continue
        if rest and entry.is_dir():
            yield from _matches(folder / entry.name, f"{below}{entry.name}/", rest)
        elif not rest and not entry.is_dir():
            yield below + entry.name


def _distinct(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name not in seen:
            seen.add(name)
            yield name


def _unusable_names(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if any(map(is_invisible, name)):
            reason = "must match files whose names are UTF-8 without invisible characters, and matches"
            yield f"{reason} '{shown(name)}'; rename the file"


def _repeated(folder: Path, names: Iterable[str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(os.path.realpath(folder / name), name)
        if other != name:
            yield (
                f"must match each file once, and '{shown(other)}' and '{shown(name)}' are one; remove the link, or "
                "write a pattern that does not match it"
            )


def _unreadable(folder: Path, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            FileSource(folder / name).require_readable()
        except SourceError as error:
            yield str(error)


def _refusal(*reasons: str) -> InputError:
    told = list(reasons[:_MAX_TOLD])
    if len(reasons) > len(told):
        told[-1] += f" (and {len(reasons) - len(told)} more of its files)"
    return InputError([InputProblem("source", reason) for reason in told])
