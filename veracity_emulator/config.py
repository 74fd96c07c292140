"""What can be chosen when the emulator starts, and later for one dataset."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

NameTaken = Literal["registration", "end"]
IdleStatus = Literal["Running", "Pending", "404"]
SecondStart = Literal["409", "same", "again"]
RIGHTS: Final = "^r?a?c?w?d?x?l?t?m?e?o?p?$"
"""Rights of a SAS, in the order in which they are written."""
INSTALL: Final = "pip install 'veracity-provider[emulator]'"
"""What brings all that the emulator needs."""
LONGEST_S: Final = 1e9
"""No setting of time is longer: 30 years and more."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """
    Args:
        port: 0 takes a free one.
        state: Folder for everything that has to survive; None: a temporary one.
        seed: What it holds at first: `none`, `demo`, or the path of a file.
        job_seconds: How long a job runs.
        idle_status: Status word of a job that has not been started; `404`: the status endpoint does not know it.
        second_start: What a second start does: is refused, changes nothing, or applies the rows again.
        token_seconds: Life of a token.
        sas_seconds: Life of an upload folder's SAS.
        write_sas: Rights in the SAS of file storage that writes.
        reader_sas: Whether a Reader gets a SAS that reads.
        header_only_create: Whether a job that creates a dataset from a header alone completes.
        name_taken: When the name of a dataset that is to be created is found to be taken.
        tls: Serve https, with a certificate that is made at the start.
        public_url: The address that clients know it by, where that is not the one it listens on.
        strict: Keep as violations: second starts of a job, jobs at work at once on one dataset, misplaced secrets.
    """

    host: str = "127.0.0.1"
    port: int = 8780
    state: Path | None = None
    seed: str = "demo"
    job_seconds: float = 2.0
    idle_status: IdleStatus = "Running"
    second_start: SecondStart = "409"
    token_seconds: float = 3600.0
    sas_seconds: float = 3600.0
    strict: bool = False
    write_sas: str = "racwl"
    reader_sas: bool = True
    header_only_create: bool = True
    name_taken: NameTaken = "registration"
    tls: bool = False
    public_url: str = ""
