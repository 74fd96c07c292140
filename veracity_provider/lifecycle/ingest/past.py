"""What an upload finds out about its jobs so far, and what it settles before it goes on."""

from typing import final

from veracity_provider.errors import IngestJobInDoubt, IngestJobTimeout
from veracity_provider.lifecycle.ingest.history import JobHistory, current_job
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.ingest.others import warn_of_others
from veracity_provider.lifecycle.ingest.plan import Known, Stop, StopReason, UploadPlan, plan_upload
from veracity_provider.lifecycle.jobs.job import Job, JobReference
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.jobs.questions import END, Questions
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.lifecycle.protocols import JsonObject, Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import duration


@final
class PastJobs:
    """
    The jobs that the state *olds* of an upload names.

    Raises:
        VeracityError: Each method, where the platform does not answer.
        JournalError: Each method, where the journal cannot be read or written.
    """

    def __init__(self, services: Services, olds: JsonObject, declared: IngestInputs, reporter: Reporter) -> None:
        self._services = services
        self._declared = declared
        self._reporter = reporter
        self._current = current_job(olds)
        self._history = JobHistory.from_properties(olds)
        self._observer = JobObserver(services, reporter, timeout_s=declared.timeout_s)
        self._questions = Questions(services, self._observer)
        self._starter = JobStarter(services, self._observer, self._questions, reporter, timeout_s=declared.timeout_s)

    def plan(self) -> UploadPlan:
        """What `update` would do, as things stand; waits for nothing, writes nothing, and says what to expect."""
        seen = {job.job_id: self._observer.look(job) for job in (*self._history.in_doubt, self._current)}
        known = self._known(seen)
        plan = plan_upload(known, self._declared)
        self._say_what_to_expect(plan, known, seen[self._current.job_id])
        return plan

    def settle(self) -> UploadPlan:
        """
        What `update` does, after every job has had its time; what has been learnt is written down.

        Raises:
            IngestJobTimeout: The current job is still at work.
            IngestJobInDoubt: Only a person can tell what became of a job.
        """
        begun = self._services.time()
        seen = {job.job_id: self._observer.settle(job, waits=False) for job in self._history.in_doubt}
        current = seen[self._current.job_id] = self._observer.settle(self._current)
        known = self._known(seen)
        plan = plan_upload(known, self._declared)
        if plan.stop:
            self._raise(plan.stop)
        if current.outcome is Outcome.MAY_BE_AT_WORK and not known.is_in_journal:
            # Started on another machine, for all that is known: nothing is started concurrently on this one either.
            self._observer.journal.write(self._current, JobState.STARTING, since=begun)
        return plan if self._withdraw(plan.withdrawn) else self.settle()

    def _known(self, seen: dict[str, Observation]) -> Known:
        entry = seen[self._current.job_id].evidence.entry
        was_sent_here = entry is not None and entry.state not in {JobState.STAGED, JobState.NEVER_SENT}
        concurrent_jobs: tuple[JobReference, ...] = (
            entry.concurrent_jobs if entry and was_sent_here else self._history.left_behind
        )
        jobs_unknown_to_platform = entry.jobs_unknown_to_platform if entry and was_sent_here else ()
        others = {job.job_id: job for job in (*self._history.left_behind, *concurrent_jobs, *jobs_unknown_to_platform)}
        outcomes = {job_id: one.outcome for job_id, one in seen.items()}
        outcomes |= {job_id: self._observer.look(job).outcome for job_id, job in others.items()}
        return Known(
            current=self._current,
            history=self._history,
            outcomes=outcomes,
            concurrent_jobs=concurrent_jobs,
            jobs_unknown_to_platform=jobs_unknown_to_platform,
            is_in_journal=entry is not None,
        )

    def _withdraw(self, jobs: tuple[Job, ...]) -> bool:
        """Have jobs that were not sent never be sent; False when another process has sent one meanwhile."""
        return all(self._starter.withdraw(job) for job in jobs)

    def _raise(self, stop: Stop) -> None:
        if stop.reason is StopReason.AT_WORK:
            raise IngestJobTimeout(self._ask(stop, consequence="nothing was uploaded"))
        raise IngestJobInDoubt(self._ask(stop, consequence="nothing was uploaded"))

    def _ask(self, stop: Stop, *, consequence: str = "") -> str:
        answers = END if stop.reason is StopReason.LEFT_BEHIND else ()
        return self._questions.ask(self._observer.look(stop.job), consequence=consequence, answers=answers)

    def _say_what_to_expect(self, plan: UploadPlan, known: Known, current: Observation) -> None:
        if plan.stop and plan.stop.job == self._current and current.outcome in UNENDED:
            left_s = max(0.0, self._observer.left_s(current))
            wait = f"wait up to {duration(left_s)} to see it end, and if it does not, " if left_s else ""
            self._reporter.warning(f"`pulumi up` will {wait}stop: {self._ask(plan.stop)}")
        elif plan.stop:
            self._reporter.warning(f"`pulumi up` will stop: {self._ask(plan.stop)}")
        elif plan.is_update_due and self._declared.is_served_by(known.current):
            reason = _reason(plan, current)
            if current.outcome in UNENDED and not known.is_in_journal:  # it may have been started on another machine
                self._reporter.warning(f"{reason}; an Append into its dataset may have to wait for it too, and ask")
            else:
                self._reporter.info(reason)
        if plan.is_update_due and not plan.stop:
            self._warn_of_doubts(plan)
            own = self._history.ids_with(self._current)
            warn_of_others(self._observer, self._declared, self._reporter, own=own)

    def _warn_of_doubts(self, plan: UploadPlan) -> None:
        """Appends of which a person may be asked before the next job is started."""
        for job in plan.history.in_doubt:
            is_asked_about = not job.is_repeatable or not self._declared.is_repeatable
            if is_asked_about and job.dataset_id == self._declared.dataset_id:
                self._reporter.warning(
                    f"it is not known whether ingest job {job.job_id} was applied; unless its ingest's state shows it "
                    "done, `pulumi up` checks again, and may stop and ask"
                )


def _reason(plan: UploadPlan, current: Observation) -> str:
    """Why there is something to do although nothing declared has changed."""
    job_id, entry = current.job.job_id, current.evidence.entry
    if plan.is_overtaken:
        return (
            f"a job that ran at the same time as ingest job {job_id} has ended after it; what is declared is "
            "ingested again"
        )
    if current.outcome is Outcome.HAD_NO_EFFECT:
        if current.is_answered:
            return f"ingest job {job_id} was not applied, as `veracity:answers` says; a new one will be registered"
        is_unsent = entry is not None and entry.state is JobState.NEVER_SENT
        how = "was not started" if is_unsent or not current.status else current.ending
        return f"ingest job {job_id} {how}, and was not applied; a new one will be registered"
    if current.outcome is Outcome.ENDED:
        return (
            f"ingest job {job_id} {current.ending}, which does not show whether it was applied; a new one will be "
            "registered"
        )
    if current.outcome is Outcome.GONE:
        return f"the platform does not know ingest job {job_id} any more; a new one will be registered"
    if current.outcome in UNENDED:
        return (
            f"ingest job {job_id} may have been started, and was not seen to end; if it does not, a new one is "
            "registered"
        )
    return f"ingest job {job_id} is not the one that was applied last; that one already has what is declared"
