"""A note of the bytes that the preview of a `pulumi up` saw, so that the same `up` ingests no others."""

import contextlib
import hashlib
import time
from pathlib import Path
from typing import Final, final

from veracity_provider.errors import InputProblem

URN: Final = "urn"
"""An input that the provider's shell sets and `check` takes out: the resource that a note is about."""
_OLD_S: Final = 24 * 3600.0


@final
class PreviewedContent:
    """
    Content hashes by resource, in a folder for each run of the CLI below *folder*.

    No proof of anything: a note that cannot be written or read counts as none, and then the file as it is counts.

    Args:
        cli_run: What tells one run of the CLI from another; None where that is not known.
    """

    def __init__(self, folder: Path, cli_run: str | None) -> None:
        self._folder = folder
        self._cli_run = cli_run
        self._has_removed_old = False

    def hold_to(self, urn: str, content_hash: str, *, is_preview: bool) -> tuple[InputProblem, ...]:
        """Note what a preview sees of *urn*'s source; in `up`, refuse what its own preview has not seen."""
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
        path = self._path(urn)
        if path is None:
            return
        with contextlib.suppress(OSError):
            self._remove_old()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content_hash)

    def of(self, urn: str) -> str | None:
        """What the preview of this run has seen; None when there was none."""
        path = self._path(urn)
        if path is None:
            return None
        try:
            return path.read_text() or None
        except OSError:
            return None

    def _path(self, urn: str) -> Path | None:
        if self._cli_run is None:
            return None
        return self._folder / self._cli_run / hashlib.sha256(urn.encode()).hexdigest()

    def _remove_old(self) -> None:
        """Forget runs that have long ended, once: nobody asks for them again."""
        if self._has_removed_old:
            return
        self._has_removed_old = True
        for run in self._folder.glob("*"):
            if run.name != self._cli_run and run.stat().st_mtime < time.time() - _OLD_S:
                for note in run.glob("*"):
                    note.unlink(missing_ok=True)
                run.rmdir()
