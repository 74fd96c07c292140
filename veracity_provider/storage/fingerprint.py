"""The hash of a source's bytes, kept so that an unchanged file is not read again."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from veracity_provider.errors import SourceChanged
from veracity_provider.storage.sources import FileSource, Source

# A file changed twice within one tick of the file system's clock looks unchanged after the first. Two seconds is the
# coarsest tick in use (FAT); a younger file is hashed each time.
CLOCK_GRAIN_NS: Final = 2_000_000_000
_BLOCK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Fingerprint:
    """SHA-256 of the bytes, in hex, and how many they are."""

    content_hash: str
    size_bytes: int


class Fingerprints:
    """
    Fingerprints of sources, with a cache of one small file a source in *folder*.

    A file is known again by path, size, times of modification and of status change, device and inode. The cache can be
    deleted at any time, and many processes may use it at once: entries are replaced whole.
    """

    def __init__(self, folder: Path, *, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._folder = folder
        self._now_ns = now_ns

    def of(self, source: Source) -> Fingerprint:
        """
        The fingerprint of what *source* holds now.

        Raises:
            SourceError: It cannot be read, or is empty.
            SourceChanged: It was written to while it was read.
        """
        if not isinstance(source, FileSource):
            data = source.open().read()
            return Fingerprint(hashlib.sha256(data).hexdigest(), len(data))
        identity = _identity(source.stat())
        return self._kept(source.path, identity) or self._hashed(source, identity)

    def _hashed(self, source: FileSource, identity: list[int]) -> Fingerprint:
        begun_ns = self._now_ns()
        digest, size = hashlib.sha256(), 0
        with source.open() as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
                size += len(block)
            after = _identity(os.fstat(file.fileno()))
        if after != identity:
            raise SourceChanged(f"{source.path} was written to while it was read; run again when it is complete")
        found = Fingerprint(digest.hexdigest(), size)
        if max(_times(identity)) < begun_ns - CLOCK_GRAIN_NS:
            self._keep(source.path, identity, found)
        return found

    def _kept(self, path: Path, identity: list[int]) -> Fingerprint | None:
        try:
            entry = cast("dict[str, Any]", json.loads(self._entry(path).read_text()))
            if entry["path"] == str(path.absolute()) and entry["identity"] == identity:
                return Fingerprint(str(entry["content_hash"]), int(entry["size_bytes"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None

    def _keep(self, path: Path, identity: list[int], found: Fingerprint) -> None:
        entry = {"path": str(path.absolute()), "identity": identity, **vars(found)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False) as file:
                json.dump(entry, file)
            Path(file.name).replace(self._entry(path))
        except OSError:
            # A cache that cannot be written costs time, not truth.
            return

    def _entry(self, path: Path) -> Path:
        return self._folder / f"{hashlib.sha256(str(path.absolute()).encode()).hexdigest()}.json"


def _identity(found: os.stat_result) -> list[int]:
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino]


def _times(identity: list[int]) -> list[int]:
    return identity[1:3]
