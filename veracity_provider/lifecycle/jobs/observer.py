"""Finds out what became of ingest jobs: asks the journal, the platform and the person's answers; waits where asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import final

from veracity_provider.api.models import JobPhase
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import Entry, JobState, Journal, journal_folder
from veracity_provider.lifecycle.jobs.outcome import (
    SETTLED,
    Evidence,
    Outcome,
    is_decided_by_answer,
    outcome_of,
    waiting_time_s,
)
from veracity_provider.lifecycle.jobs.waiting import Look, look, wait_for_job
from veracity_provider.lifecycle.protocols import Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import duration
from veracity_provider.texts import shown

_LEARNT_FROM = frozenset({JobState.STARTING, JobState.STARTED, JobState.IN_DOUBT})


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A job, what is known of it, and what became of it by that; and whether it was waited for until then."""

    job: JobReference
    evidence: Evidence
    was_waited_for: bool = False

    @property
    def outcome(self) -> Outcome:
        """What became of the job, as things stand."""
        return outcome_of(self.evidence)

    @property
    def is_answered(self) -> bool:
        """Whether a person's answer decides what became of the job."""
        return is_decided_by_answer(self.evidence)

    @property
    def status(self) -> str:
        """The person's answer where that decides, else the platform's word; empty where there is none."""
        report, entry = self.evidence.report, self.evidence.entry
        if self.is_answered:
            return str(self.evidence.answer)
        if report and (report.phase is not JobPhase.ACTIVE or not (entry and entry.status)):
            return report.status
        return entry.status if entry else ""

    @property
    def ending(self) -> str:
        """How it has ended, as a predicate: "ended as Cancelled"."""
        if self.is_answered:
            return "has ended, as `veracity:answers` says"
        return f"ended as {shown(self.status)}" if self.status else "has ended"

    @property
    def dataset_name(self) -> str:
        """The dataset's name, where the platform has said it; else empty."""
        report, entry = self.evidence.report, self.evidence.entry
        return (report.dataset_name if report else None) or (entry.dataset_name if entry else "")


@final
class JobObserver:
    """
    Observes the jobs of one resource.

    Args:
        recorded: Ids of jobs that a state shows as done.
        timeout_s: Longest wait for one job.
    """

    def __init__(
        self, services: Services, reporter: Reporter, *, timeout_s: float, recorded: Iterable[str] = ()
    ) -> None:
        self.journal = journal_of(services)
        self._services = services
        self._reporter = reporter
        self._timeout_s = timeout_s
        self._recorded = frozenset(recorded)
        self._warned = set[str]()

    def look(self, job: JobReference) -> Observation:
        """
        What is known of *job* now; writes nothing.

        Raises:
            PlatformFailed, RateLimited, PlatformUnreachable, UnexpectedAnswer: The platform did not answer.
        """
        seen, first = self._look(job)
        if first.failure:
            raise first.failure
        return seen

    def settle(self, job: JobReference, *, waits: bool = True) -> Observation:
        """
        What became of *job*, after it has had its time (unless *waits* is False); what is learnt is written down.

        Raises:
            PlatformFailed, RateLimited, PlatformUnreachable, UnexpectedAnswer: The platform did not answer for long.
            JournalError: The journal cannot be written.
        """
        seen, first = self._look(job)
        if waits and seen.outcome not in SETTLED:
            seen = self._wait(seen, first)
        elif first.failure:
            raise first.failure
        return self._write(seen)

    def left_s(self, seen: Observation, *, is_unanswered: bool = False) -> float:
        """
        How long a job that was not seen to end is still waited for, in seconds.

        *is_unanswered*: the platform did not answer, so it may know the job.
        """
        return waiting_time_s(
            seen.evidence.entry,
            is_shown=is_unanswered or seen.evidence.report is not None,
            is_repeatable=seen.job.is_repeatable,
            timeout_s=self._timeout_s,
            usual_s=self._services.settings.usual_job_s,
            now=self._services.time(),
        )

    def _look(self, job: JobReference) -> tuple[Observation, Look]:
        entry = self.journal.find(job)
        self._warn_of(entry)
        is_recorded = job.job_id in self._recorded
        is_known = is_recorded or (entry is not None and entry.state is JobState.COMPLETED)
        first = Look() if is_known else look(self._services, job)
        evidence = Evidence(
            entry=entry,
            report=first.report,
            answer=self._services.settings.answers.get(job.job_id.lower()),
            is_recorded=is_recorded,
        )
        return Observation(job=job, evidence=evidence), first

    def _wait(self, seen: Observation, first: Look) -> Observation:
        limit_s = self.left_s(seen, is_unanswered=first.failure is not None)
        entry = seen.evidence.entry
        if limit_s > 0 and (entry is None or entry.state is not JobState.STARTED):
            self._reporter.info(
                f"ingest job {seen.job.job_id} may have been started; waiting up to {duration(limit_s)} to see it end"
            )
        report = wait_for_job(self._services, seen.job, timeout_s=limit_s, reporter=self._reporter, first=first)
        return replace(seen, evidence=replace(seen.evidence, report=report), was_waited_for=True)

    def _write(self, seen: Observation) -> Observation:
        entry, state = seen.evidence.entry, _learnt(seen)
        if entry is None or entry.state not in _LEARNT_FROM or state is None:
            return seen
        written = self.journal.write(seen.job, state, status=seen.status, dataset_name=seen.dataset_name)
        return replace(seen, evidence=replace(seen.evidence, entry=written))

    def _warn_of(self, entry: Entry | None) -> None:
        if entry and entry.problem and entry.job.job_id not in self._warned:
            self._warned.add(entry.job.job_id)
            self._reporter.warning(
                f"{entry.problem}; ingest job {entry.job.job_id} counts as one that may have been started"
            )


def _learnt(seen: Observation) -> JobState | None:
    """The state that an outcome adds to the journal; None where it adds nothing."""
    report = seen.evidence.report
    if seen.outcome is Outcome.TOOK_EFFECT:
        return JobState.COMPLETED
    if seen.outcome is Outcome.HAD_NO_EFFECT:
        return JobState.FAILED
    return JobState.IN_DOUBT if report and report.may_have_taken_effect else None


def journal_of(services: Services) -> Journal:
    """The journal of this machine."""
    return Journal(journal_folder(services.home), time=services.time)
