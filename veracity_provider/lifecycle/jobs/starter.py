"""Starts an ingest job: once, from the machine that uploaded its file, while nothing runs that could undo it."""

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.errors import EngineGone, IngestJobInDoubt, IngestJobTimeout, NewJobNeeded, RateLimited
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.jobs.questions import Questions
from veracity_provider.lifecycle.protocols import Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import duration

if TYPE_CHECKING:
    from veracity_provider.api.ingest import PreparedStart

RATE_LIMIT_PATIENCE_S: Final = 300.0
"""How long a start that is turned away for its rate is tried again, in all."""
_RETRY_AFTER_S: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class OtherJobs:
    """
    Jobs that may still change rows of the dataset when another one is started.

    Args:
        concurrent_jobs: Not seen to end.
        jobs_unknown_to_platform: Sent, and not known to the platform: the request may arrive late.
    """

    concurrent_jobs: tuple[JobReference, ...] = ()
    jobs_unknown_to_platform: tuple[JobReference, ...] = ()


@final
class JobStarter:
    """Starts jobs of one resource."""

    def __init__(
        self, services: Services, observer: JobObserver, questions: Questions, reporter: Reporter, *, timeout_s: float
    ) -> None:
        self._services = services
        self._observer = observer
        self._questions = questions
        self._reporter = reporter
        self._timeout_s = timeout_s

    @contextlib.contextmanager
    def turn(self, dataset_id: str) -> Generator[None]:
        """
        Nobody else on this machine starts or withdraws a job of the dataset meanwhile.

        Raises:
            DatasetBusy: Somebody else was about to for as long as a job may take.
        """
        begun, is_told = self._services.monotonic(), False

        def wait(seconds: float) -> bool:
            nonlocal is_told
            if not is_told:
                is_told = True
                self._reporter.info(f"another job of dataset {dataset_id} is being started on this machine; waiting")
            waited_s = self._services.monotonic() - begun
            self._reporter.live(f"{duration(waited_s)}, waiting for another start in this dataset")
            self._services.sleep(seconds)
            return waited_s < self._timeout_s

        with self._observer.journal.dataset_locked(dataset_id, wait=wait):
            yield

    def withdraw(self, job: JobReference) -> bool:
        """Have a job that was not sent never be sent; False when another process has sent it meanwhile."""
        with self.turn(job.dataset_id):
            return self._observer.journal.write(job, JobState.NEVER_SENT).state is JobState.NEVER_SENT

    def wait_for_others(self, job: JobReference, left_behind: Iterable[JobReference]) -> OtherJobs:
        """
        Wait for every other job that may be at work in the dataset, and return those that may run while *job* does.

        Raises:
            IngestJobTimeout: One is still at work.
            IngestJobInDoubt: One may be at work, and *job* is an Append, which runs alone.
        """
        listed = [entry.job for entry in self._observer.journal.open_jobs(job.dataset_id, job.workspace_id)]
        known_here = {other.job_id for other in listed}
        others = {other.job_id: other for other in (*listed, *left_behind) if other.dataset_id == job.dataset_id}
        others.pop(job.job_id, None)
        concurrent_jobs, jobs_unknown_to_platform = list[JobReference](), list[JobReference]()
        for other in others.values():
            # One that only the state names was waited for by the upload that left it behind.
            seen = self._observer.settle(other, waits=other.job_id in known_here)
            if self._may_arrive_late(seen):
                jobs_unknown_to_platform.append(other)
            if seen.outcome not in UNENDED:
                continue
            consequence = f"ingest job {job.job_id} was not started"
            if seen.outcome is Outcome.AT_WORK or not other.is_repeatable:
                raise IngestJobTimeout(self._questions.ask(seen, consequence=consequence))
            if not job.is_repeatable:
                raise IngestJobInDoubt(self._questions.ask(seen, consequence=consequence))
            concurrent_jobs.append(other)
        return OtherJobs(
            concurrent_jobs=tuple(concurrent_jobs), jobs_unknown_to_platform=tuple(jobs_unknown_to_platform)
        )

    def _may_arrive_late(self, seen: Observation) -> bool:
        """Whether a start was sent, its answer lost, and the platform does not know the job, or not yet."""
        entry = seen.evidence.entry
        if seen.outcome is not Outcome.GONE or entry is None or entry.state is not JobState.STARTING:
            return False
        return entry.starting_at is not None and self._services.time() - entry.starting_at < self._timeout_s

    def start(self, job: JobReference, others: OtherJobs) -> None:
        """
        Send the one start request of *job*, which the journal says is staged.

        Raises:
            EngineGone: Nobody waits for it any more; it was not started.
            NewJobNeeded: The request was turned away before the service saw it.
            VeracityError: No token, or no connection; it was not started.
        """
        with self._services.clients.ingest.prepare_start(job.workspace_id, job.job_id) as prepared:
            if not self._services.engine_is_alive():
                raise EngineGone(
                    f"the Pulumi engine that asked for ingest job {job.job_id} has exited; it was not started"
                )
            self._observer.journal.write(
                job,
                JobState.STARTING,
                concurrent_jobs=others.concurrent_jobs,
                jobs_unknown_to_platform=others.jobs_unknown_to_platform,
            )
            answer = self._send(prepared)
        if answer.outcome is StartOutcome.ACCEPTED:
            self._observer.journal.write(job, JobState.STARTED)
        elif answer.outcome is StartOutcome.NOT_SEEN:
            self._observer.journal.write(job, JobState.FAILED)
            raise NewJobNeeded(
                f"{answer.error}. It was not started, and is not tried again: run `pulumi up` again, which uploads the "
                "file for a new job"
            )
        else:
            self._reporter.warning(str(answer.error))

    def _send(self, prepared: "PreparedStart") -> StartAnswer:
        """Send it, and again where API Management turned it away for its rate, which the service never sees."""
        answer, waited_s = prepared.send(), 0.0
        while isinstance(answer.error, RateLimited) and answer.outcome is StartOutcome.NOT_SEEN:
            pause_s = answer.error.retry_after_s or _RETRY_AFTER_S
            waited_s += pause_s
            if waited_s > RATE_LIMIT_PATIENCE_S:
                break
            self._reporter.info(f"the platform asks to wait {duration(pause_s)} before the job is started")
            self._services.sleep(pause_s)
            answer = prepared.send()
        return answer
