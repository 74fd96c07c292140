"""The life of an `IngestUpload`: a file is hashed, a job registered, and the file uploaded for it."""

from typing import Any, Final, final

from veracity_provider.errors import InputError, InputProblem, SourceChanged, SourceError
from veracity_provider.lifecycle.ingest import presence
from veracity_provider.lifecycle.ingest.history import JobHistory
from veracity_provider.lifecycle.ingest.inputs import (
    IngestInputs,
    Target,
    check_ingest,
    complete,
    platform_file_name,
    with_content,
)
from veracity_provider.lifecycle.ingest.others import warn_of_others
from veracity_provider.lifecycle.ingest.past import PastJobs
from veracity_provider.lifecycle.ingest.preflight import Preflight
from veracity_provider.lifecycle.ingest.repetition import repetition_text
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.observer import JobObserver, journal_of
from veracity_provider.lifecycle.jobs.questions import count_rows
from veracity_provider.lifecycle.naming import with_dataset, with_workspace
from veracity_provider.lifecycle.protocols import (
    UNKNOWN,
    Checked,
    Created,
    Difference,
    Found,
    JsonObject,
    Reporter,
    Unknown,
)
from veracity_provider.lifecycle.run import IS_PREVIEW
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.lifecycle.units import size
from veracity_provider.storage.csv_rows import has_rows
from veracity_provider.storage.fingerprint import Fingerprints
from veracity_provider.storage.sources import Source
from veracity_provider.texts import shown

PORTAL_LIMIT_BYTES: Final = 10**9
"""Source: docs/platform.md, "Ingest jobs"."""


@final
class IngestUploadLifecycle:
    """Uploads for ingest jobs that are not started yet; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._fingerprints = Fingerprints(services.home / "fingerprints")

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs, find the content's hash, and check the file's header where that is due."""
        inputs = complete(news)
        is_preview = bool(inputs.pop(IS_PREVIEW, False))
        problems = check_ingest(inputs, self._services.settings)
        if problems:
            return Checked(inputs=inputs, problems=problems)
        try:
            inputs = with_workspace(inputs, self._services, reporter)
            inputs = with_dataset(inputs, olds, self._services, reporter)
        except InputError as error:
            return Checked(inputs=inputs, problems=error.problems)
        checked = self._with_content(olds, inputs, reporter)
        return checked if checked.problems else self._as_previewed(checked, reporter.urn, is_preview=is_preview)

    def _as_previewed(self, checked: Checked, urn: str, *, is_preview: bool) -> Checked:
        """What `up` ingests is what its own preview saw."""
        content_hash = IngestInputs.from_properties(checked.inputs).content_hash
        if isinstance(content_hash, Unknown):
            return checked
        problems = self._services.previewed.hold_to(urn, content_hash, is_preview=is_preview)
        return Checked(inputs=checked.inputs, problems=problems)

    def _with_content(self, olds: JsonObject, inputs: dict[str, Any], reporter: Reporter) -> Checked:
        before, declared = IngestInputs.from_properties(olds), IngestInputs.from_properties(inputs)
        if has_unknown(declared.source):
            return Checked(inputs=with_content(inputs, UNKNOWN, UNKNOWN))
        source = resolve_source(declared.source, self._services.project)
        try:
            completed = self._with_hash(before, declared, inputs, source)
            problems = self._problems(before, IngestInputs.from_properties(completed), source, reporter)
        except SourceError as error:
            return Checked(inputs=inputs, problems=(InputProblem("source", str(error)),))
        return Checked(inputs=completed, problems=problems)

    def _problems(
        self, before: IngestInputs, declared: IngestInputs, source: Source, reporter: Reporter
    ) -> tuple[InputProblem, ...]:
        """What is wrong with a content or a place that the last `up` has not seen, and what is to be said about it."""
        target = declared.target
        if target is None or target == before.target:
            return ()
        problems: tuple[InputProblem, ...] = ()
        if declared.preflight != "off":
            preflight = Preflight(self._services, only_warns=declared.preflight == "warn")
            problems = preflight.problems(target, source, reporter)
        if not problems:
            self._say_unusual(source.name, declared, reporter)
            self._warn_of_no_rows(target, source, reporter)
            if before.target is None:  # of a new resource the engine asks for no `diff`
                self._tell_of_repetition(declared, target, reporter)
                observer = JobObserver(self._services, reporter, timeout_s=declared.timeout_s)
                warn_of_others(observer, declared, reporter)
        return problems

    def _tell_of_repetition(self, declared: IngestInputs, target: Target, reporter: Reporter) -> None:
        text = repetition_text(journal_of(self._services), target, is_of_pattern=declared.is_of_pattern)
        if text and declared.is_repeatable:
            reporter.info(text)
        elif text:
            reporter.warning(text)

    def _warn_of_no_rows(self, target: Target, source: Source, reporter: Reporter) -> None:
        if has_rows(source):
            return
        file = f"{shown(source.name)} has no row below its header"
        if target.operation != "Overwrite":
            reporter.info(f"{file}, so {target.operation} changes nothing")
            return
        count = count_rows(self._services, target.workspace_id, target.dataset_id)
        of_rows = "" if count is None else f" of its {count:,} rows" if count else ", which has no rows now"
        reporter.warning(f"{file}: Overwrite empties the dataset{of_rows}")

    def _with_hash(
        self, before: IngestInputs, declared: IngestInputs, inputs: JsonObject, source: Source
    ) -> dict[str, Any]:
        """A hash that is there already was put there by `ignore_changes`, and is what is ingested."""
        kept = declared.content_hash
        if isinstance(kept, Unknown):
            found = self._fingerprints.of(source)
            return with_content(inputs, found.content_hash, found.size_bytes)
        if before.asks_the_same_as(declared):
            return with_content(inputs, kept, before.size_bytes, is_kept=True)
        found = self._fingerprints.of(source)
        if kept != found.content_hash:
            raise SourceChanged(
                f"{shown(source.name)} has other bytes than those that were ingested, and `ignore_changes` keeps their "
                "content_hash. Remove content_hash from ignore_changes, or restore the old file"
            )
        return with_content(inputs, kept, found.size_bytes, is_kept=True)

    def _say_unusual(self, source_name: str, declared: IngestInputs, reporter: Reporter) -> None:
        file_name, size_bytes = declared.file_name, declared.size_bytes
        if not isinstance(file_name, Unknown):
            given, taken = file_name or source_name, platform_file_name(source_name, file_name)
            if given != taken:
                reporter.info(
                    f'"{shown(given)}" is uploaded as "{taken}", since the platform takes no special characters'
                )
        if isinstance(size_bytes, int) and size_bytes > PORTAL_LIMIT_BYTES:
            reporter.info(
                f"{shown(source_name)} has {size(size_bytes)}; the portal takes 1 GB, the API's limit is not documented"
            )

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """A new job for other bytes, another dataset, operation or trigger; and where the last one will not do."""
        plan = PastJobs(self._services, olds, IngestInputs.from_properties(news), reporter).plan()
        return Difference(changes=plan.is_update_due)

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Register a job and upload the file for it; nothing is started."""
        job = self._stage(news, reporter)
        return Created(id=job.job_id, outputs=_state(news, job, JobHistory()))

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Settle the jobs so far; then the one that serves what is declared, or a new one with the file uploaded."""
        plan = PastJobs(self._services, olds, IngestInputs.from_properties(news), reporter).settle()
        if plan.serving:
            reporter.info(f"ingest job {plan.serving.job_id} already has what is declared; nothing is uploaded")
        return _state(news, plan.serving or self._stage(news, reporter), plan.history)

    def _stage(self, news: JsonObject, reporter: Reporter) -> Job:
        # Late: the Azure library is for those who upload.
        from veracity_provider.lifecycle.ingest.staging import Staging

        return Staging(self._services, IngestInputs.from_properties(news), reporter).stage()

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Gone only when its dataset surely is; rows are not looked at."""
        return presence.read(self._services, id_, olds, reporter, inputs=presence.INPUTS_OF_UPLOAD)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: the platform has no call that takes a job back."""


def _state(news: JsonObject, job: Job, history: JobHistory) -> dict[str, Any]:
    """The inputs, the job, and the history."""
    of_the_job = {"job_id": job.job_id, "content_hash": job.content_hash, "size_bytes": job.size_bytes}
    state = {**news, **of_the_job}
    return {**state, **history.to_properties(job, state)}
