"""Registers an ingest job and uploads the file for it; nothing is started."""

from collections.abc import Callable
from typing import TypeVar, final

from veracity_provider.api.models import RegisteredJob
from veracity_provider.errors import AnswerLost, SasRejected
from veracity_provider.lifecycle.ingest.inputs import IngestInputs, platform_file_name
from veracity_provider.lifecycle.jobs.job import Job, JobReference
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import journal_of
from veracity_provider.lifecycle.jobs.questions import count_rows
from veracity_provider.lifecycle.progress import upload_text
from veracity_provider.lifecycle.protocols import Reporter, Unknown
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.lifecycle.units import duration, size
from veracity_provider.storage import csv_rows
from veracity_provider.storage.fingerprint import Fingerprint, Fingerprints
from veracity_provider.texts import shown


@final
class Staging:
    """
    Stages the file of one upload.

    Args:
        register: Registers a job for a file of that name; by default, one that updates the declared dataset.
    """

    def __init__(
        self,
        services: Services,
        declared: IngestInputs,
        reporter: Reporter,
        *,
        register: Callable[[str], RegisteredJob] | None = None,
    ) -> None:
        self._services = services
        self._declared = declared
        self._reporter = reporter
        self._source = resolve_source(declared.source, services.project)
        self._file_name = platform_file_name(self._source.name, _if_known(declared.file_name))
        self._register_job = register or self._register_update
        self._registered = services.monotonic()
        self._sent_bytes = 0

    def stage(self) -> Job:
        """
        Register a job, upload the file, and write down that it was not started.

        Raises:
            SourceChanged: The bytes read are not those that were planned.
            VeracityError: The platform or the storage refused, or did not answer.
            JournalError: The journal cannot be written; tried before anything is sent.
        """
        journal = journal_of(self._services)
        journal.require_writable(str(self._declared.dataset_id))
        fingerprint = self._fingerprint()
        rows_before = None if self._declared.is_repeatable else self._count_rows()
        job_id = self._register_and_upload_again(fingerprint)
        journal.write(self._reference(job_id), JobState.STAGED, content_hash=fingerprint.content_hash)
        return self._job(job_id, fingerprint, rows_before)

    def _fingerprint(self) -> Fingerprint:
        """Of the bytes that were planned; of those that are there, where `ignore_changes` holds the content hash."""
        declared = self._declared
        if not declared.keeps_content:
            return Fingerprint(str(declared.content_hash), _if_known(declared.size_bytes) or 0)
        found = Fingerprints(self._services.home / "fingerprints").of(self._source)
        if found.content_hash != declared.content_hash:
            self._reporter.info(
                f"{shown(self._source.name)} has other bytes than those that `ignore_changes` keeps the hash of; since "
                "a new job is needed, it is ingested as it is now"
            )
        return found

    def _count_rows(self) -> int | None:
        return count_rows(self._services, str(self._declared.workspace_id), str(self._declared.dataset_id))

    def _register_and_upload_again(self, fingerprint: Fingerprint) -> str:
        """How long a SAS lives is not published, so one that dies in the middle is asked for once more."""
        try:
            return self._register_and_upload(fingerprint)
        except SasRejected:
            self._reporter.info(
                f"the upload's SAS was refused {self._reached(fingerprint)}; the platform gives one SAS per ingest "
                "job, "
                "so the upload starts again from the first byte, with a new job"
            )
        try:
            return self._register_and_upload(fingerprint)
        except SasRejected as rejected:
            if self._sent_bytes == 0:
                raise
            raise SasRejected(
                f"uploading {self._file_name} failed: the SAS of a second ingest job was refused as well, "
                f"{self._reached(fingerprint)}. Use a faster connection or a smaller file, and run again",
                trace_id=rejected.trace_id,
            ) from None

    def _reached(self, fingerprint: Fingerprint) -> str:
        taken = duration(self._services.monotonic() - self._registered)
        return f"after {taken}, with {size(self._sent_bytes)} of {size(fingerprint.size_bytes)} sent"

    def _register_and_upload(self, fingerprint: Fingerprint) -> str:
        job_id, sas_uri = self._register()
        self._registered, self._sent_bytes = self._services.monotonic(), 0
        tell = upload_text(fingerprint.size_bytes, say=self._reporter.live, monotonic=self._services.monotonic)

        def note(sent: int) -> None:
            self._sent_bytes = sent
            tell(sent)

        self._services.uploader.upload(
            self._source,
            sas_uri=sas_uri,
            file_name=self._file_name,
            expected=fingerprint,
            on_progress=note,
        )
        return job_id

    def _register(self) -> tuple[str, str]:
        try:
            job = self._register_job(self._file_name)
        except AnswerLost:
            # A job that may have been registered, and that nobody will start, is harmless.
            job = self._register_job(self._file_name)
        return job.job_id, job.sas_uri

    def _register_update(self, file_name: str) -> RegisteredJob:
        return self._services.clients.ingest.register_ingest_job(
            str(self._declared.workspace_id),
            str(self._declared.dataset_id),
            file_name=file_name,
            operation=str(self._declared.operation),
        )

    def _reference(self, job_id: str) -> JobReference:
        return JobReference(
            job_id=job_id,
            workspace_id=str(self._declared.workspace_id),
            dataset_id=str(self._declared.dataset_id),
            operation=str(self._declared.operation),
        )

    def _job(self, job_id: str, fingerprint: Fingerprint, rows_before: int | None) -> Job:
        declared = self._declared
        return Job(
            **vars(self._reference(job_id)),
            content_hash=fingerprint.content_hash,
            size_bytes=fingerprint.size_bytes,
            triggers=declared.triggers,
            follows=declared.follows if isinstance(declared.follows, tuple) else (),
            ingests_before=declared.ingests_before,
            rows_before=rows_before,
            rows_in_file=None if declared.is_repeatable else csv_rows.count_rows(self._source),
        )


_T = TypeVar("_T")


def _if_known(value: _T | Unknown | None) -> _T | None:
    return None if isinstance(value, Unknown) else value
