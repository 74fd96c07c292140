"""What the lifecycles work with; handed in from outside, so that a test hands in another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from veracity_provider.lifecycle.directory import Directory
from veracity_provider.lifecycle.filestorage.open_storages import OpenStorages
from veracity_provider.lifecycle.jobs.pace import Pace
from veracity_provider.lifecycle.previewed import PreviewedContent
from veracity_provider.lifecycle.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from veracity_provider.api.clients import Clients
    from veracity_provider.settings import Settings
    from veracity_provider.storage.uploader import Uploader


@dataclass(frozen=True, kw_only=True)
class Services:
    """
    Args:
        settings: Where the platform is and who we are.
        clients: The platform's APIs.
        uploader: Sends files to the storage; one a process, since all uploads share its workers and its memory.
        home: The folder for what outlives a run and is no state of a stack: fingerprints and the journal of jobs.
        project: The folder that relative sources are relative to.
        engine_is_alive: Whether the engine that asked for the work is still there; looked at before a job is started.
        sleep: Waits that many seconds.
        monotonic: A clock for waits, in seconds.
        time: The time of day, in seconds since 1970.
        cli_run: What tells this run of the `pulumi` command from every other; None where that is not known.
        run: What this process has seen of the run that it serves.
        pace: Spaces out the questions about jobs that all waits of this process ask.
        open_storages: What this process has opened of workspaces' file storage.
        directory: What this process has found by name.
        previewed: What the preview of this run saw of each source.
    """

    settings: Settings
    clients: Clients
    uploader: Uploader
    home: Path
    project: Path
    engine_is_alive: Callable[[], bool]
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    time: Callable[[], float]
    cli_run: str | None = None
    run: Run = field(default_factory=Run)
    pace: Pace = field(default_factory=Pace)
    open_storages: OpenStorages = field(default_factory=OpenStorages)
    directory: Directory = field(init=False)
    previewed: PreviewedContent = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "directory", Directory(self.clients))
        object.__setattr__(self, "previewed", PreviewedContent(self.home / "previews", self.cli_run))


def make_uploader(settings: Settings) -> Uploader:
    """An uploader within the limits that *settings* give."""
    # Late: a program imports this module by way of the plugin's, and uploads nothing.
    from veracity_provider.storage.uploader import MIB, Uploader, UploadOptions

    return Uploader(UploadOptions(chunk_size_bytes=settings.upload_chunk_mib * MIB, workers=settings.upload_workers))
