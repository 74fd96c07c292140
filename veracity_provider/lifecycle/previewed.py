"""A note of the bytes that the preview of a `pulumi up` saw, so that the same `up` ingests no others."""

import contextlib
import json
import threading
import time
from pathlib import Path
from typing import Final, final

from veracity_provider.errors import InputProblem

_OLD_S: Final = 24 * 3600.0


@final
class PreviewedContent:
    """
    Content hashes by resource. In *folder* there is a file for each run of the CLI, with a line of JSON for each note.

    No proof of anything: a note that cannot be written or read counts as none, and then the file as it is counts.

    Args:
        cli_run: What tells one run of the CLI from another; None where that is not known.
    """

    def __init__(self, folder: Path, cli_run: str | None) -> None:
        self._folder = folder
        self._path = None if cli_run is None else folder / f"{cli_run}.jsonl"
        self._lock = threading.Lock()
        self._has_removed_old = False
        self._seen: dict[str, str] | None = None

    def hold_to(self, urn: str, content_hash: str, *, is_preview: bool) -> tuple[InputProblem, ...]:
        """
        Note what a preview sees of *urn*'s source; in `up`, refuse what its own preview has not seen.

        Of a resource whose *urn* is empty, since the SDK does not tell it, nothing is noted, and nothing is refused.
        """
        if not urn:
            return ()
        if is_preview:
            self.note(urn, content_hash)
            return ()
        seen = self.of(urn)
        if seen is None or seen == content_hash:
            return ()
        reason = (
            f"the source changed after the preview of this `pulumi up`, which saw {seen[:12]}… and not "
            f"{content_hash[:12]}…; nothing was sent. Run `pulumi up` again, and look at what its preview shows"
        )
        return (InputProblem("source", reason),)

    def note(self, urn: str, content_hash: str) -> None:
        """The preview has seen *content_hash*."""
        if self._path is None:
            return
        with self._lock, contextlib.suppress(OSError):
            self._remove_old()
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                file.write(f"\n{json.dumps([urn, content_hash])}\n")  # the line before may have been cut short
            if self._seen is not None:
                self._seen[urn] = content_hash

    def of(self, urn: str) -> str | None:
        """What the preview of this run has seen; None when there was none."""
        with self._lock:
            if self._seen is None:
                self._seen = self._read()
            return None if self._seen is None else self._seen.get(urn)

    def _read(self) -> dict[str, str] | None:
        """All notes of this run; None where they cannot be read now."""
        if self._path is None:
            return None
        try:
            lines = self._path.read_text(errors="replace").splitlines()
        except OSError:
            return None
        return dict(filter(None, map(_note_in, lines)))

    def _remove_old(self) -> None:
        """Forget runs that have long ended, once: nobody asks for them again."""
        if self._has_removed_old:
            return
        self._has_removed_old = True
        for path in self._folder.glob("*.jsonl"):
            with contextlib.suppress(OSError):  # another process forgets them too
                if path.stat().st_mtime < time.time() - _OLD_S:
                    path.unlink()


def _note_in(line: str) -> tuple[str, str] | None:
    """Resource and content hash; None for a line that is empty or was cut short."""
    try:
        urn, content_hash = json.loads(line)
    except (ValueError, TypeError):
        return None
    return (urn, content_hash) if isinstance(urn, str) and isinstance(content_hash, str) else None
