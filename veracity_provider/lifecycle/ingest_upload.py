"""The life of an `IngestUpload`: a file is hashed, a job registered, and the file uploaded for it."""

import contextlib
from typing import Any, Final, final

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import (
    AnswerLost,
    DatasetNotFound,
    InputProblem,
    SasRejected,
    SourceChanged,
    SourceError,
)
from veracity_provider.lifecycle.ingest_inputs import (
    check_ingest,
    platform_file_name,
    resolve_source,
)
from veracity_provider.lifecycle.inputs import has_unknown, is_known
from veracity_provider.lifecycle.job_plan import Job, Need, plan_upload
from veracity_provider.lifecycle.job_runner import JobRunner, journal_of
from veracity_provider.lifecycle.job_texts import in_doubt_after_end
from veracity_provider.lifecycle.journal import Entry, JobState
from veracity_provider.lifecycle.preflight import Preflight, is_due
from veracity_provider.lifecycle.progress import duration, size, upload_text
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import (
    UNKNOWN,
    Checked,
    Created,
    Difference,
    Found,
    JsonObject,
    Reporter,
)
from veracity_provider.lifecycle.waiting import look_up
from veracity_provider.storage.fingerprint import Fingerprint, Fingerprints
from veracity_provider.storage.sources import Source

RUN_AGAIN: Final = ("content_hash", "operation", "triggers")
"""A change of one of these uploads again and runs a new job."""
PORTAL_LIMIT_BYTES: Final = 10**9
"""Source: docs/platform.md, "Ingest jobs"."""
REPLACE: Final = ("dataset_id", "workspace_id")
_INPUTS: Final = (
    *REPLACE,
    *RUN_AGAIN,
    "source",
    "size_bytes",
    "file_name",
    "preflight",
    "job_timeout_seconds",
)


@final
class IngestUploadLifecycle:
    """Uploads for ingest jobs that are not started yet; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._journal = journal_of(services)
        self._fingerprints = Fingerprints(services.home / "fingerprints")

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs, find the content's hash, and check the file's header where that is due."""
        inputs: dict[str, Any] = dict(news)
        if inputs.get("workspace_id") is None:
            inputs["workspace_id"] = self._services.settings.workspace_id
        problems = check_ingest(inputs)
        if inputs["workspace_id"] is None:
            problems = (*problems, InputProblem("workspace_id", "is missing; set it, or veracity:workspaceId"))
        if problems:
            return Checked(inputs=inputs, problems=problems)
        return self._with_content(olds, inputs, reporter)

    def _with_content(self, olds: JsonObject, inputs: dict[str, Any], reporter: Reporter) -> Checked:
        if has_unknown(inputs.get("source")):
            return Checked(inputs={**inputs, "content_hash": UNKNOWN, "size_bytes": UNKNOWN})
        source = resolve_source(inputs["source"], self._services.project)
        try:
            inputs |= self._content(olds, inputs, source)
        except SourceError as error:
            return Checked(inputs=inputs, problems=(InputProblem("source", str(error)),))
        if not is_due(olds, inputs):
            return Checked(inputs=inputs)
        self._say_unusual(source.name, inputs, reporter)
        return Checked(inputs=inputs, problems=Preflight(self._services).problems(inputs, source, reporter))

    def _content(self, olds: JsonObject, inputs: JsonObject, source: Source) -> dict[str, Any]:
        """Hash and size; a hash that is there already was put there by `ignore_changes`, and is what is ingested."""
        kept = inputs.get("content_hash")
        if kept is not None and all(olds.get(name) == inputs.get(name) for name in (*REPLACE, *RUN_AGAIN)):
            return {"size_bytes": olds.get("size_bytes")}
        found = self._fingerprints.of(source)
        if kept is not None and kept != found.content_hash:
            raise SourceChanged(
                f"{source.name} has other bytes than those that were ingested, and `ignore_changes` keeps their "
                "content_hash. Take content_hash out of ignore_changes, or bring the old file back"
            )
        return {"content_hash": found.content_hash, "size_bytes": found.size_bytes}

    def _say_unusual(self, source_name: str, inputs: JsonObject, reporter: Reporter) -> None:
        file_name, size_bytes = inputs.get("file_name"), inputs["size_bytes"]
        if file_name is not UNKNOWN:
            given, taken = file_name or source_name, platform_file_name(source_name, file_name)
            if given != taken:
                reporter.info(f'"{given}" is uploaded as "{taken}", since the platform takes no special characters')
        if size_bytes > PORTAL_LIMIT_BYTES:
            reporter.info(
                f"{source_name} has {size(size_bytes)}; the portal takes 1 GB, the API's limit is not published"
            )

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """A new job for other bytes, another operation or trigger; and for a job that failed last time."""
        replaces = tuple(name for name in REPLACE if olds.get(name) != news.get(name))
        if replaces or any(olds.get(name) != news.get(name) for name in RUN_AGAIN):
            return Difference(changes=True, replaces=replaces)
        return Difference(changes=self._needs_new_job(olds, reporter))

    def _needs_new_job(self, olds: JsonObject, reporter: Reporter) -> bool:
        job_id, operation = olds["job_id"], olds["operation"]
        entry = self._journal.get(job_id)
        state = entry.state if entry else None
        if state is JobState.COMPLETED:
            return False
        report = look_up(self._services, olds["workspace_id"], job_id)
        if report and report.phase is JobPhase.SUCCEEDED:
            # Made on another machine: known here from now on. If that cannot be written down, it is asked again.
            with contextlib.suppress(OSError):
                self._journal.put(
                    job_id, JobState.COMPLETED, status=report.status, dataset_name=report.dataset_name or ""
                )
        need = plan_upload(state, report, self._services.settings.resume.get(job_id), operation)
        _say_why(need, job_id, entry, report, reporter)
        return need is Need.NEW_JOB

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Register a job and upload the file for it; nothing is started."""
        job_id, outputs = self._staged(news, reporter, supersedes="")
        return Created(id=job_id, outputs=outputs)

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """The same for a new job, after the one that it takes the place of can do nothing more."""
        old = Job(
            workspace_id=olds["workspace_id"],
            dataset_id=olds["dataset_id"],
            job_id=olds["job_id"],
            operation=olds["operation"],
            timeout_s=float(news.get("job_timeout_seconds") or 900),
        )
        took_effect = JobRunner(self._services).settle(old, reporter)
        supersedes = old.job_id if took_effect else str(olds.get("supersedes") or "")
        return self._staged(news, reporter, supersedes=supersedes)[1]

    def _staged(self, news: JsonObject, reporter: Reporter, *, supersedes: str) -> tuple[str, JsonObject]:
        begun = self._services.monotonic()
        try:
            job_id, file_name = self._registered_and_uploaded(news, reporter)
        except SasRejected:
            # How long a SAS lives is not published, so one that dies in the middle is asked for once more.
            reporter.info("the upload's SAS was refused; a fresh ingest job brings a fresh one")
            job_id, file_name = self._registered_and_uploaded(news, reporter)
        self._journal.put(job_id, JobState.STAGED)
        taken = duration(self._services.monotonic() - begun)
        reporter.info(f"uploaded {file_name}, {size(news['size_bytes'])}, in {taken} for ingest job {job_id}")
        return job_id, {**news, "job_id": job_id, "supersedes": supersedes}

    def _registered_and_uploaded(self, news: JsonObject, reporter: Reporter) -> tuple[str, str]:
        # Late: the Azure library is for those who upload.
        from veracity_provider.storage.uploader import MIB, UploadOptions, upload

        source = resolve_source(news["source"], self._services.project)
        file_name = platform_file_name(source.name, news.get("file_name"))
        job_id, sas_uri = self._registered(news, file_name)
        expected = Fingerprint(news["content_hash"], int(news["size_bytes"]))
        settings = self._services.settings
        upload(
            source,
            sas_uri=sas_uri,
            file_name=file_name,
            expected=expected,
            options=UploadOptions(chunk_size_bytes=settings.upload_chunk_mib * MIB, workers=settings.upload_workers),
            on_progress=upload_text(
                file_name, expected.size_bytes, say=reporter.live, monotonic=self._services.monotonic
            ),
        )
        return job_id, file_name

    def _registered(self, news: JsonObject, file_name: str) -> tuple[str, str]:
        def register() -> tuple[str, str]:
            job = self._services.clients.ingest.register_ingest_job(
                news["workspace_id"], news["dataset_id"], file_name=file_name, operation=news["operation"]
            )
            return job.job_id, job.sas_uri

        try:
            return register()
        except AnswerLost:
            # A job that may have been registered, and that nobody will start, is harmless.
            return register()

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Gone only when its dataset is; rows are not looked at."""
        return read_with_dataset(self._services, id_, olds, _INPUTS, reporter)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: the platform has no call that takes a job back."""


def _say_why(need: Need, job_id: str, entry: Entry | None, report: JobReport | None, reporter: Reporter) -> None:
    """Why an unchanged upload is done again, or is not although its job did not end well."""
    ended = report.status if report else entry.status if entry else ""
    if need is Need.NEW_JOB:
        was_given_up = entry is not None and entry.state is JobState.ABANDONED
        how = "was given up" if was_given_up else f"ended as {ended or 'failed'}"
        reporter.info(f"ingest job {job_id} {how}; a new one will be made")
    if need is Need.A_PERSON:
        reporter.warning(in_doubt_after_end(job_id, ended, report))
    if need is Need.UNKNOWN:
        reporter.warning(
            f"the platform no longer knows ingest job {job_id}, and this machine has no record of its end; "
            "nothing is done about it. `triggers` runs the ingest again, if it has to be"
        )


def read_with_dataset(
    services: Services, id_: str, olds: JsonObject, inputs: tuple[str, ...], reporter: Reporter
) -> Found | None:
    """The state as it is, as long as the dataset is there."""
    try:
        services.clients.datasets.get_dataset(olds["workspace_id"], olds["dataset_id"])
    except DatasetNotFound:
        reporter.info(f"dataset {olds['dataset_id']} is gone")
        return None
    kept = {name: olds[name] for name in inputs if is_known(olds.get(name))}
    return Found(id=id_, outputs=olds, inputs=kept)
