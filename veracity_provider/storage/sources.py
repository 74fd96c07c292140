"""What is uploaded: a file, or a text that the program gave."""

import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from veracity_provider.errors import SourceError
from veracity_provider.texts import shown

_MAX_PATH: Final = 300


@dataclass(frozen=True)
class FileSource:
    """A file on this machine; one that *is_ingested* is a CSV file, which is never empty."""

    path: Path
    is_ingested: bool = True

    @property
    def name(self) -> str:
        """The file's own name, without folders."""
        return self.path.name

    @property
    def _shown(self) -> str:
        return shown(self.path, _MAX_PATH)

    def stat(self) -> os.stat_result:
        """
        What the file system says of it; also proof that there is a file with something in it.

        Raises:
            SourceError: Missing, a folder or a device, unreadable, or empty.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            hint = "; a pattern is for DatasetIngests" if self.is_ingested and "*" in str(self.path) else ""
            raise SourceError(f"{self._shown} does not exist{hint}") from None
        except OSError as error:
            raise SourceError(f"{self._shown} cannot be looked at: {error.strerror}") from None
        except UnicodeEncodeError as error:
            character = shown(error.object[error.start])
            raise SourceError(
                f"'{self._shown}' has the character '{character}', which no file name can have in this locale "
                f"({error.encoding}); run with LC_ALL=C.UTF-8, or rename the file"
            ) from None
        except ValueError:
            raise SourceError(f"'{self._shown}' is not a path: it has a character that no path can have") from None
        if stat.S_ISDIR(found.st_mode):
            takes = (
                "an ingest takes one CSV file, and a pattern such as folder/*.csv several"
                if self.is_ingested
                else "a StorageFile takes one file"
            )
            raise SourceError(f"{self._shown} is a folder; {takes}")
        if not stat.S_ISREG(found.st_mode):
            raise SourceError(f"{self._shown} is not a regular file")
        if found.st_size == 0 and self.is_ingested:
            raise SourceError(f"{self._shown} is empty; a CSV file has at least a header line")
        return found

    def open(self) -> BinaryIO:
        """
        Open it for reading from the start.

        Raises:
            SourceError: As for `stat`.
        """
        self.stat()
        try:
            return self.path.open("rb")
        except OSError as error:
            raise SourceError(f"{self._shown} cannot be read: {error.strerror}") from None

    def require_readable(self) -> None:
        """
        Be sure that it can be read now.

        Raises:
            SourceError: As for `stat`.
        """
        self.open().close()


@dataclass(frozen=True)
class TextSource:
    """A text that is in the program itself, as a `StringAsset`; see `FileSource`."""

    text: str
    name: str
    is_ingested: bool = True

    def open(self) -> BinaryIO:
        """
        Its bytes, in UTF-8.

        Raises:
            SourceError: It is empty.
        """
        self.require_readable()
        return io.BytesIO(self.text.encode())

    def require_readable(self) -> None:
        """
        Be sure that there is something to read.

        Raises:
            SourceError: It is empty.
        """
        if not self.text and self.is_ingested:
            raise SourceError("the text is empty; a CSV file has at least a header line")


Source = FileSource | TextSource
