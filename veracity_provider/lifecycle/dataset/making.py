"""The job that makes a dataset, brought to its end; or the dataset that is there by then, whoever made it."""

from collections.abc import Sequence
from typing import final

from veracity_provider.api.models import Dataset, JobPhase
from veracity_provider.errors import (
    DatasetError,
    DatasetNotFound,
    IngestJobFailed,
    IngestJobTimeout,
    NewJobNeeded,
)
from veracity_provider.lifecycle.dataset.finding import find_dataset
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.dataset.texts import header_alone_text
from veracity_provider.lifecycle.jobs.failures import failure_text
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import Outcome
from veracity_provider.lifecycle.jobs.questions import Questions
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.lifecycle.protocols import Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S
from veracity_provider.texts import shown


@final
class Making:
    """
    Brings *job* to its end.

    Args:
        left_behind: Jobs of the same dataset that may still be running.
    """

    def __init__(
        self, services: Services, declared: DeclaredDataset, job: Job, left_behind: Sequence[Job], reporter: Reporter
    ) -> None:
        self._services = services
        self._declared = declared
        self._job = job
        self._left_behind = left_behind
        self._reporter = reporter
        self._observer = JobObserver(services, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S)
        self._questions = Questions(services, self._observer)
        self._starter = JobStarter(services, self._observer, self._questions, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S)

    def finish(self) -> Dataset:
        """
        Start the job unless that was done before, wait for its end, and return the dataset.

        Raises:
            IngestJobFailed: The platform ended it without effect.
            IngestJobTimeout: It was started, and has not ended in time; it may yet. Likewise another one in its way.
            NewJobNeeded: It will not do; the next `pulumi up` makes a new one.
            DatasetError: It made a dataset that is not there any more.
            EngineGone, DatasetBusy, JournalError: It was not started.
        """
        seen = self._observer.settle(self._job)
        if seen.outcome is Outcome.NOT_SENT:
            self._start()
            seen = self._observer.settle(self._job)
        return self._made_by(seen) if seen.outcome is Outcome.TOOK_EFFECT else self._made_otherwise(seen)

    def _start(self) -> None:
        with self._starter.turn(self._job.dataset_id):
            entry = self._observer.journal.find(self._job)
            if entry is None or entry.state is not JobState.STAGED:
                return  # another process has started or withdrawn it meanwhile
            others = self._starter.wait_for_others(self._job, self._left_behind)
            if self._find() is None:
                self._starter.start(self._job, others)
            else:
                self._observer.journal.write(self._job, JobState.NEVER_SENT)

    def _made_by(self, seen: Observation) -> Dataset:
        workspace_id, name = self._declared.known_place
        report = seen.evidence.report
        found = None
        if report is not None and report.dataset_id:
            try:
                found = self._services.clients.datasets.get_dataset(workspace_id, report.dataset_id)
            except DatasetNotFound:
                found = None
        found = found or self._find()
        if found is None:
            message = f'ingest job {self._job.job_id} has made dataset "{shown(name)}", which no longer exists'
            raise DatasetError(f"{message}. Run `pulumi refresh`, then `pulumi up`, which creates it again")
        return found

    def _made_otherwise(self, seen: Observation) -> Dataset:
        found = self._find()
        if found is not None:
            self._reporter.info(f'dataset "{shown(found.name)}" ({found.id}) exists now; it is adopted')
            return found
        if seen.outcome is Outcome.HAD_NO_EFFECT:
            raise IngestJobFailed(self._failure(seen))
        if seen.outcome is Outcome.AT_WORK:
            raise IngestJobTimeout(self._questions.ask(seen, consequence="the dataset is not known to be created"))
        raise NewJobNeeded(
            f"what became of ingest job {self._job.job_id} is not known, and there is no dataset of this name: run "
            "`pulumi up` again, which registers a new job"
        )

    def _failure(self, seen: Observation) -> str:
        job, report = self._job, seen.evidence.report
        has_file = self._declared.inputs.source is not None
        if report is not None and report.phase is JobPhase.FAILED:
            said = f": {shown(report.error_message.rstrip('.'), 300)}" if report.error_message else ""
            ending = f"ended as {shown(report.status)}{said}"
            return failure_text(job, report) if has_file else header_alone_text(job.job_id, ending)
        return (
            f"ingest job {job.job_id} created no dataset, and will create none; run `pulumi up` again, which "
            "registers a new one"
        )

    def _find(self) -> Dataset | None:
        return find_dataset(self._services, *self._declared.known_place)
