"""Brings an ingest job to its end: asks before it starts, writes down each step, starts nothing that could do harm."""

from typing import final

from veracity_provider.api.ingest import PreparedStart, StartOutcome
from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.errors import (
    AnswerLost,
    Conflict,
    EngineGone,
    IngestJobFailed,
    IngestJobInDoubt,
    IngestJobNotFound,
    IngestJobTimeout,
    PlatformFailed,
    UnexpectedAnswer,
    VeracityError,
)
from veracity_provider.lifecycle.ingest_inputs import HARMLESS_TO_REPEAT
from veracity_provider.lifecycle.job_plan import Job, Step, plan_job, plan_unended
from veracity_provider.lifecycle.job_texts import busy, failure_text, forgotten, in_doubt, in_doubt_after_end, timed_out
from veracity_provider.lifecycle.journal import Entry, JobState, Journal
from veracity_provider.lifecycle.progress import duration
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Reporter
from veracity_provider.lifecycle.waiting import look_up, wait_for_job
from veracity_provider.settings import ResumeWord


@final
class JobRunner:
    """Runs jobs of one process; safe for many threads and beside other processes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._journal = journal_of(services)

    def run(self, job: Job, reporter: Reporter) -> Entry:
        """
        Have *job* done, whatever has been done about it before, and return its last entry in the journal.

        Raises:
            IngestJobFailed: The platform ended it without success.
            IngestJobTimeout: It was started, and has not ended in time; it may yet.
            IngestJobInDoubt: It may have taken effect, and repeating it could do harm.
            EngineGone: The engine is no longer there; nothing was started.
        """
        with self._journal.locked(job.job_id):
            ended = self._ended_or_started(job, reporter)
        return ended or self._awaited(job, reporter)

    def settle(self, job: Job, reporter: Reporter) -> bool:
        """
        Be sure that *job*, which another one is to take the place of, does nothing more.

        Returns:
            Whether it took effect, or may have.
        Raises:
            IngestJobTimeout, IngestJobInDoubt: As for `run`.
        """
        with self._journal.locked(job.job_id):
            entry, report = self._known(job)
            state = entry.state if entry else None
            step = plan_job(state, report, self._resume(job, entry))
            if step is Step.START:
                self._journal.put(job.job_id, JobState.ABANDONED)
            if step in {Step.START, Step.REFUSE}:
                return False
            if step is Step.GIVE_TIME:
                report = self._given_time(job, reporter)
                if report is None or report.phase is JobPhase.ACTIVE:
                    return self._left_unended(job)
        if step is Step.WAIT:
            report = self._final_report(job, reporter)
        if report is None:
            return state is not JobState.FAILED
        self._note(job, report)
        return report.phase is JobPhase.SUCCEEDED or report.may_have_taken_effect

    def _left_unended(self, job: Job) -> bool:
        """A job that shows no sign of a start is left behind, where one that comes to life later does no harm."""
        if job.operation not in HARMLESS_TO_REPEAT:
            raise self._doubt(job)
        self._journal.put(job.job_id, JobState.ABANDONED)
        return True

    def _ended_or_started(self, job: Job, reporter: Reporter) -> Entry | None:
        """Under the job's lock: its last entry when it has ended, or None when it is started."""
        entry, report = self._known(job)
        state, resume = entry.state if entry else None, self._resume(job, entry)
        step = plan_job(state, report, resume)
        if step is Step.GIVE_TIME:
            report = self._given_time(job, reporter)
            step = _after_usual_time(report, job.operation)
        if step is Step.ASK:
            raise self._doubt(job)
        if step is Step.REFUSE:
            raise IngestJobFailed(f"ingest job {job.job_id} was given up; run `pulumi up` again for a new one")
        if step is Step.START:
            self._start(job, reporter, is_by_word=resume == "start" and state is not JobState.STAGED)
            return None
        if step is Step.WAIT:
            return None
        return self._ended(job, report, entry)

    def _known(self, job: Job) -> tuple[Entry | None, JobReport | None]:
        """What the journal and the platform know; a job that is known to have completed asks nobody."""
        entry = self._journal.get(job.job_id)
        if entry and entry.state is JobState.COMPLETED:
            return entry, None
        return entry, look_up(self._services, job.workspace_id, job.job_id)

    def _resume(self, job: Job, entry: Entry | None) -> ResumeWord | None:
        """What a person has decided about the job; that it be started is done once."""
        word = self._services.settings.resume.get(job.job_id)
        return None if word == "start" and entry and entry.is_by_word else word

    def _doubt(self, job: Job) -> IngestJobInDoubt:
        entry = self._journal.get(job.job_id)
        return IngestJobInDoubt(
            in_doubt(job, self._services.settings.usual_job_s, is_by_word=bool(entry and entry.is_by_word))
        )

    def _given_time(self, job: Job, reporter: Reporter) -> JobReport | None:
        limit = min(job.timeout_s, self._services.settings.usual_job_s)
        reporter.info(
            f"ingest job {job.job_id} may have been started before; waiting up to {duration(limit)} to see it end"
        )
        return wait_for_job(self._services, job.workspace_id, job.job_id, timeout_s=limit, reporter=reporter)

    def _start(self, job: Job, reporter: Reporter, *, is_by_word: bool) -> None:
        with self._journal.dataset_locked(job.dataset_id):
            self._await_turn(job, reporter)
            self._require_engine(job)
            with self._services.clients.ingest.prepare_start(job.workspace_id, job.job_id) as prepared:
                self._journal.put_last_started(job.dataset_id, job.job_id)
                self._journal.put(job.job_id, JobState.STARTING, is_by_word=is_by_word)
                self._send_start(job, prepared, reporter)

    def _await_turn(self, job: Job, reporter: Reporter) -> None:
        """Wait for a job that a killed or timed-out up has left at work in the dataset, of whatever resource it was."""
        other = self._journal.last_started(job.dataset_id)
        entry = self._journal.get(other) if other and other != job.job_id else None
        if other is None or entry is None or entry.state not in {JobState.STARTING, JobState.STARTED}:
            return
        is_started = entry.state is JobState.STARTED
        limit = job.timeout_s if is_started else min(job.timeout_s, self._services.settings.usual_job_s)
        report = wait_for_job(self._services, job.workspace_id, other, timeout_s=limit, reporter=reporter)
        if is_started and report and report.phase is JobPhase.ACTIVE:
            raise IngestJobTimeout(busy(job, other, limit))

    def _send_start(self, job: Job, prepared: PreparedStart, reporter: Reporter) -> None:
        try:
            self._require_engine(job)
        except EngineGone:
            self._journal.put(job.job_id, JobState.STAGED)
            raise
        answer = prepared.send()
        if answer.error is None:
            self._journal.put(job.job_id, JobState.STARTED)
        elif answer.outcome is StartOutcome.NOT_SEEN:
            self._journal.put(job.job_id, JobState.STAGED)
            raise answer.error
        else:
            self._after_unknown_start(job, answer.error, reporter)

    def _after_unknown_start(self, job: Job, error: VeracityError, reporter: Reporter) -> None:
        if isinstance(error, AnswerLost | PlatformFailed | UnexpectedAnswer):
            self._after_lost_start(job, error, reporter)
            return
        if isinstance(error, Conflict):
            reporter.info(f"ingest job {job.job_id} was started before")
            self._journal.put(job.job_id, JobState.STARTED)
            return
        self._journal.put(job.job_id, JobState.ABANDONED if isinstance(error, IngestJobNotFound) else JobState.STAGED)
        raise error

    def _after_lost_start(self, job: Job, lost: VeracityError, reporter: Reporter) -> None:
        """Nobody knows whether the start arrived: see whether the job ends; if not, start again where harmless."""
        reporter.warning(str(lost))
        report = self._given_time(job, reporter)
        if report and report.phase is not JobPhase.ACTIVE:
            return
        if plan_unended(job.operation) is Step.ASK:
            raise self._doubt(job)
        self._require_engine(job)
        with self._services.clients.ingest.prepare_start(job.workspace_id, job.job_id) as prepared:
            answer = prepared.send()
        if isinstance(answer.error, Conflict):
            reporter.info(f"ingest job {job.job_id} was started before")
        elif answer.error is not None:
            raise answer.error
        self._journal.put(job.job_id, JobState.STARTED)

    def _require_engine(self, job: Job) -> None:
        if not self._services.engine_is_alive():
            raise EngineGone(f"the engine that asked for ingest job {job.job_id} is gone; it was not started")

    def _awaited(self, job: Job, reporter: Reporter) -> Entry:
        return self._ended(job, self._final_report(job, reporter), None)

    def _final_report(self, job: Job, reporter: Reporter) -> JobReport:
        report = wait_for_job(self._services, job.workspace_id, job.job_id, timeout_s=job.timeout_s, reporter=reporter)
        if report is None:
            raise IngestJobInDoubt(forgotten(job))
        if report.phase is JobPhase.ACTIVE:
            raise IngestJobTimeout(timed_out(job, report))
        return report

    def _ended(self, job: Job, report: JobReport | None, entry: Entry | None) -> Entry:
        if entry and entry.state is JobState.COMPLETED:
            return entry
        if self._resume(job, entry) == "started" and (report is None or report.may_have_taken_effect):
            status = report.status if report else "Unknown"
            return self._journal.put(job.job_id, JobState.COMPLETED, status=status)
        noted = self._note(job, report) if report else entry
        if noted and noted.state is JobState.COMPLETED:
            return noted
        if noted and noted.state is JobState.DOUBTFUL and job.operation not in HARMLESS_TO_REPEAT:
            raise IngestJobInDoubt(in_doubt_after_end(job.job_id, noted.status, report))
        if report is None:
            raise IngestJobFailed(f"ingest job {job.job_id} has failed before; run `pulumi up` again for a new one")
        raise IngestJobFailed(failure_text(job, report))

    def _note(self, job: Job, report: JobReport) -> Entry:
        ended_badly = JobState.DOUBTFUL if report.may_have_taken_effect else JobState.FAILED
        state = JobState.COMPLETED if report.phase is JobPhase.SUCCEEDED else ended_badly
        return self._journal.put(job.job_id, state, status=report.status, dataset_name=report.dataset_name or "")


def journal_of(services: Services) -> Journal:
    """The journal of this machine."""
    return Journal(services.home / "jobs")


def _after_usual_time(report: JobReport | None, operation: str) -> Step:
    if report is None or report.phase is JobPhase.ACTIVE:
        return plan_unended(operation)
    return Step.DONE if report.phase is JobPhase.SUCCEEDED else Step.FAIL
