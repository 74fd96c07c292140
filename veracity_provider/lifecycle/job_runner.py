"""Brings an ingest job to its end: asks before it starts, writes down each step, starts nothing that could do harm."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast, final

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
from veracity_provider.lifecycle.job_plan import Step, plan_job, plan_unended
from veracity_provider.lifecycle.journal import Entry, JobState, Journal
from veracity_provider.lifecycle.progress import duration
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Reporter
from veracity_provider.lifecycle.waiting import look_up, wait_for_job

_SHOWN_ERRORS: Final = 10


@dataclass(frozen=True, kw_only=True)
class Job:
    """An ingest job and what it is for."""

    workspace_id: str
    dataset_id: str
    job_id: str
    operation: str
    timeout_s: float


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
            step = plan_job(state, report, self._resume(job))
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
            raise IngestJobInDoubt(_in_doubt(job, self._services.settings.usual_job_s))
        self._journal.put(job.job_id, JobState.ABANDONED)
        return True

    def _ended_or_started(self, job: Job, reporter: Reporter) -> Entry | None:
        """Under the job's lock: its last entry when it has ended, or None when it is started."""
        entry, report = self._known(job)
        step = plan_job(entry.state if entry else None, report, self._resume(job))
        if step is Step.GIVE_TIME:
            report = self._given_time(job, reporter)
            step = _after_usual_time(report, job.operation)
        if step is Step.ASK:
            raise IngestJobInDoubt(_in_doubt(job, self._services.settings.usual_job_s))
        if step is Step.REFUSE:
            raise IngestJobFailed(f"ingest job {job.job_id} was given up; run `pulumi up` again for a new one")
        if step is Step.START:
            self._start(job, reporter)
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

    def _resume(self, job: Job) -> Any:
        return self._services.settings.resume.get(job.job_id)

    def _given_time(self, job: Job, reporter: Reporter) -> JobReport | None:
        limit = min(job.timeout_s, self._services.settings.usual_job_s)
        reporter.info(
            f"ingest job {job.job_id} may have been started before; waiting up to {duration(limit)} to see it end"
        )
        return wait_for_job(self._services, job.workspace_id, job.job_id, timeout_s=limit, reporter=reporter)

    def _start(self, job: Job, reporter: Reporter) -> None:
        self._require_engine(job)
        self._journal.put(job.job_id, JobState.STARTING)
        try:
            self._require_engine(job)
            self._services.clients.ingest.start_ingest_job(job.workspace_id, job.job_id)
        except (AnswerLost, PlatformFailed, UnexpectedAnswer) as error:
            self._after_lost_start(job, error, reporter)
            return
        except Conflict:
            reporter.info(f"ingest job {job.job_id} was started before")
        except IngestJobNotFound:
            self._journal.put(job.job_id, JobState.ABANDONED)
            raise
        except VeracityError:
            self._journal.put(job.job_id, JobState.STAGED)  # the request was refused, or never left
            raise
        self._journal.put(job.job_id, JobState.STARTED)

    def _after_lost_start(self, job: Job, lost: VeracityError, reporter: Reporter) -> None:
        """Nobody knows whether the start arrived: see whether the job ends; if not, start again where harmless."""
        reporter.warning(str(lost))
        report = self._given_time(job, reporter)
        if report and report.phase is not JobPhase.ACTIVE:
            return
        if plan_unended(job.operation) is Step.ASK:
            raise IngestJobInDoubt(_in_doubt(job, self._services.settings.usual_job_s))
        self._require_engine(job)
        try:
            self._services.clients.ingest.start_ingest_job(job.workspace_id, job.job_id)
        except Conflict:
            reporter.info(f"ingest job {job.job_id} was started before")
        self._journal.put(job.job_id, JobState.STARTED)

    def _require_engine(self, job: Job) -> None:
        if not self._services.engine_is_alive():
            raise EngineGone(f"the engine that asked for ingest job {job.job_id} is gone; it was not started")

    def _awaited(self, job: Job, reporter: Reporter) -> Entry:
        return self._ended(job, self._final_report(job, reporter), None)

    def _final_report(self, job: Job, reporter: Reporter) -> JobReport:
        report = wait_for_job(self._services, job.workspace_id, job.job_id, timeout_s=job.timeout_s, reporter=reporter)
        if report is None:
            raise IngestJobInDoubt(_forgotten(job))
        if report.phase is JobPhase.ACTIVE:
            raise IngestJobTimeout(_timed_out(job, report))
        return report

    def _ended(self, job: Job, report: JobReport | None, entry: Entry | None) -> Entry:
        if report is None:
            if entry is None or entry.state is not JobState.COMPLETED:
                raise IngestJobFailed(f"ingest job {job.job_id} has failed before; run `pulumi up` again for a new one")
            return entry
        noted = self._note(job, report)
        if report.phase is JobPhase.SUCCEEDED:
            return noted
        if report.may_have_taken_effect and job.operation not in HARMLESS_TO_REPEAT:
            raise IngestJobInDoubt(in_doubt_after_end(job.job_id, report))
        raise IngestJobFailed(failure_text(job, report))

    def _note(self, job: Job, report: JobReport) -> Entry:
        state = JobState.COMPLETED if report.phase is JobPhase.SUCCEEDED else JobState.FAILED
        return self._journal.put(job.job_id, state, status=report.status, dataset_name=report.dataset_name or "")


def journal_of(services: Services) -> Journal:
    """The journal of this machine."""
    return Journal(services.home / "jobs")


def _after_usual_time(report: JobReport | None, operation: str) -> Step:
    if report is None or report.phase is JobPhase.ACTIVE:
        return plan_unended(operation)
    return Step.DONE if report.phase is JobPhase.SUCCEEDED else Step.FAIL


def failure_text(job: Job, report: JobReport) -> str:
    """Why the platform ended the job, with its validation errors as a table."""
    said = f": {report.error_message.rstrip('.')}" if report.error_message else ""
    rows = [_as_row(one) for one in report.validation_errors[:_SHOWN_ERRORS]]
    more = len(report.validation_errors) - len(rows)
    first = (
        f"ingest job {job.job_id} into dataset {job.dataset_id} ended as {report.status}{said}. "
        "Mend the file and run `pulumi up` again; a new job will take its place."
    )
    lines = [
        first,
        *_aligned(rows),
        *([f"  … and {more:,} more"] if more > 0 else []),
    ]
    return "\n".join(lines)


def _as_row(item: Any) -> list[str]:
    """The shape of an item is not published, so what is not a mapping is shown as it is."""
    if not isinstance(item, dict):
        return [item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)]
    members = cast("dict[str, Any]", item)
    places = [f"{name} {members[name]}" for name in ("row", "line", "column") if members.get(name) not in {None, ""}]
    rest = [str(members[name]) for name in ("message", "error", "description") if members.get(name)]
    return [*places, *rest] if rest else [json.dumps(members, ensure_ascii=False)]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    return ["  " + "  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]


def _ways_on(job_id: str) -> str:
    return (
        "Look at the dataset in the portal, then choose: if its rows are there, "
        f"""`pulumi config set --path 'veracity:resume.{job_id}' started`; if they are not, the same with `start`. """
        "Then run `pulumi up` again. (`pulumi up --replace` with the URN of the upload starts all over.)"
    )


def _in_doubt(job: Job, usual_s: float) -> str:
    return (
        f"ingest job {job.job_id} ({job.operation} into dataset {job.dataset_id}) may have been started, and has not "
        f"ended within {duration(usual_s)}. Starting it again could add its rows twice, so nothing was done. "
        f"{_ways_on(job.job_id)}"
    )


def in_doubt_after_end(job_id: str, report: JobReport) -> str:
    """For a job that ended in a way that does not say whether its rows are there."""
    said = f" ({report.error_message})" if report.error_message else ""
    return (
        f"ingest job {job_id} ended as {report.status}{said}, which does not say whether its rows were appended; "
        f"it is not repeated by itself. {_ways_on(job_id)}"
    )


def _forgotten(job: Job) -> str:
    return (
        f"ingest job {job.job_id} was started, and the platform no longer knows it: whether its rows are in dataset "
        f"{job.dataset_id} is not known. {_ways_on(job.job_id)}"
    )


def _timed_out(job: Job, report: JobReport) -> str:
    return (
        f"ingest job {job.job_id} is still {report.status} after {duration(job.timeout_s)}. It was not cancelled and "
        "may yet complete: run `pulumi up` again to go on waiting for the same job, with a higher job_timeout_seconds "
        "if need be"
    )
