"""The life of a `DatasetIngest`: the job of an upload is started and awaited, exactly once."""

from typing import Any, Final, final

from veracity_provider.api.models import JobPhase
from veracity_provider.description.dataset_ingest import DatasetIngestInputs, DatasetIngestOutputs
from veracity_provider.errors import (
    IngestJobFailed,
    IngestJobInDoubt,
    IngestJobTimeout,
    NewJobNeeded,
    PlatformError,
    PlatformUnreachable,
    UnexpectedAnswer,
)
from veracity_provider.lifecycle.ingest import presence
from veracity_provider.lifecycle.ingest.history import JobHistory, current_job, recorded_jobs
from veracity_provider.lifecycle.ingest.inputs import IngestInputs, complete
from veracity_provider.lifecycle.ingest.others import warn_of_others
from veracity_provider.lifecycle.ingest.plan import has_ended_after
from veracity_provider.lifecycle.jobs.failures import failure_text, warnings_text
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.journal import JobState
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.jobs.questions import ROWS, Questions
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.lifecycle.protocols import (
    Checked,
    Created,
    Difference,
    Found,
    JsonObject,
    Reporter,
)
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import moment
from veracity_provider.texts import shown

_NOTHING_MORE: Final = "nothing more was done"


@final
class DatasetIngestLifecycle:
    """Ingest jobs that are started and awaited; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Its inputs have been judged as those of its upload; of one that is new, the engine asks for no `diff`."""
        inputs = complete(news)
        job_id = IngestInputs.from_properties(inputs).job_id
        if not olds and isinstance(job_id, str):
            run = _JobRun(self._services, inputs, frozenset(), reporter)
            try:
                run.say_what_to_expect()
            except (PlatformError, PlatformUnreachable, UnexpectedAnswer) as error:
                reporter.warning(f"the status of ingest job {job_id} could not be read: {error}")
        return Checked(inputs=inputs)

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """Another job of its upload, and nothing else, runs it again."""
        before = complete(olds)
        replaces = tuple(name for name in DatasetIngestInputs.replacing() if before.get(name) != news.get(name))
        job_id = IngestInputs.from_properties(news).job_id
        job_changes = not isinstance(job_id, str) or job_id != IngestInputs.from_properties(olds).job_id
        if isinstance(job_id, str) and job_changes:
            _JobRun(self._services, news, recorded_jobs(olds), reporter).say_what_to_expect()
        return Difference(changes=bool(replaces) or job_changes, replaces=replaces)

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Start the job, unless it was started before, and wait for its end."""
        return Created(id=current_job(news).job_id, outputs=self._run(news, frozenset(), reporter))

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """The same, knowing which job was done last."""
        return self._run(news, recorded_jobs(olds), reporter)

    def _run(self, news: JsonObject, recorded: frozenset[str], reporter: Reporter) -> JsonObject:
        begun_at = self._services.time()
        run = _JobRun(self._services, news, recorded, reporter)
        done = run.finish()
        entry, report = done.evidence.entry, done.evidence.report
        started_at = entry.starting_at if entry and entry.starting_at is not None else begun_at
        ended_at = entry.updated_at if entry and entry.state is JobState.COMPLETED and entry.updated_at else None
        if report and report.validation_warnings:
            reporter.warning(warnings_text(done.job, report))
        if run.was_done_before:
            when = f" on {moment(ended_at)}" if ended_at is not None and ended_at < begun_at else ""
            reporter.info(f"ingest job {done.job.job_id} had been applied before{when}; nothing was started")
        result: dict[str, Any] = {
            "status": done.status or "Completed",
            "dataset_name": done.dataset_name,
            "started_at": moment(started_at),
            "completed_at": moment(ended_at if ended_at is not None else self._services.time()),
        }
        return {**news, **result}

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Gone only when its dataset surely is; rows are not looked at."""
        return presence.read(self._services, id_, olds, reporter)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: rows stay, since the platform has no undo."""
        name = DatasetIngestOutputs.from_state(olds).dataset_name
        dataset_id = IngestInputs.from_properties(olds).dataset_id
        reporter.info(f"removed from the state; its rows stay in {_named(name, str(dataset_id))}")


@final
class _JobRun:
    """The job that an upload names, brought to its end."""

    def __init__(self, services: Services, news: JsonObject, recorded: frozenset[str], reporter: Reporter) -> None:
        self._declared = IngestInputs.from_properties(news)
        timeout_s = self._declared.timeout_s
        self.was_done_before = False
        self._reporter = reporter
        self._job = current_job(news)
        self._history = JobHistory.from_properties(news)
        effective = {job.job_id for job in self._history.effective.values()}
        self._recorded = recorded | effective
        self._observer = JobObserver(services, reporter, timeout_s=timeout_s, recorded=self._recorded)
        self._questions = Questions(services, self._observer)
        self._starter = JobStarter(services, self._observer, self._questions, reporter, timeout_s=timeout_s)

    def say_what_to_expect(self) -> None:
        """What could make `up` wait or stop; for a preview."""
        entry = self._observer.journal.find(self._job)
        if entry and entry.state is JobState.STAGED:
            self._warn_of_doubts()
            own = self._history.ids_with(self._job)
            warn_of_others(self._observer, self._declared, self._reporter, own=own)
            return
        seen = self._observer.look(self._job)
        if seen.outcome in UNENDED:
            self._reporter.warning(
                f"ingest job {self._job.job_id} may be running; `pulumi up` waits for it to end, and may stop if it "
                "does not"
            )
        elif seen.outcome in {Outcome.ENDED, Outcome.GONE} and self._is_for_a_person(seen):
            self._reporter.warning(f"`pulumi up` will stop: {self._ask(seen)}")
        else:
            self._warn_of_doubts()

    def _warn_of_doubts(self) -> None:
        if any(self._is_to_be_known(job) for job in self._unsettled()):
            self._reporter.warning(
                "it is not known whether an earlier change was applied; `pulumi up` checks again, and may stop and ask"
            )

    def finish(self) -> Observation:
        """
        Start the job unless that was done before, and wait for its end.

        Raises:
            IngestJobFailed: The platform ended it without effect.
            IngestJobTimeout: It was started, and has not ended in time; it may yet. Likewise another one in its way.
            IngestJobInDoubt: Only a person can tell whether it took effect, or one before it.
            NewJobNeeded: It will not do; the next `pulumi up` makes a new one.
            EngineGone, DatasetBusy, JournalError: It was not started.
        """
        seen = self._observer.settle(self._job)
        self.was_done_before = seen.outcome is Outcome.TOOK_EFFECT and not seen.was_waited_for
        if seen.outcome is Outcome.NOT_SENT:
            self._start()
            seen = self._observer.settle(self._job)
        return self._require_effect(seen)

    def _require_effect(self, seen: Observation) -> Observation:
        job_id = self._job.job_id
        if seen.outcome is Outcome.TOOK_EFFECT:
            self._require_last_word(seen)
            return seen
        if seen.outcome is Outcome.HAD_NO_EFFECT:
            raise IngestJobFailed(_failure(seen))
        if seen.outcome is Outcome.AT_WORK:
            raise IngestJobTimeout(self._ask(seen, consequence=_NOTHING_MORE))
        if self._is_for_a_person(seen):
            raise IngestJobInDoubt(self._ask(seen, consequence=_NOTHING_MORE))
        raise NewJobNeeded(
            f"the outcome of ingest job {job_id} ({self._job.operation} into dataset {self._job.dataset_id}) is "
            "unknown, and it can be repeated: run `pulumi up` again, which uploads the file for a new job"
        )

    def _is_for_a_person(self, seen: Observation) -> bool:
        """Whether nothing but an answer goes on from a job that has ended, or that the platform does not know."""
        is_unknown_here = seen.outcome is Outcome.GONE and seen.evidence.entry is None
        return is_unknown_here or not self._job.is_repeatable

    def _require_last_word(self, seen: Observation) -> None:
        entry = seen.evidence.entry
        if entry is None:
            return
        others = (*entry.concurrent_jobs, *entry.jobs_unknown_to_platform)
        outcomes = {job.job_id: self._observer.look(job).outcome for job in others}
        late = has_ended_after(self._job, entry.concurrent_jobs, entry.jobs_unknown_to_platform, outcomes)
        if late:
            raise NewJobNeeded(
                f"ingest job {late.job_id} ended after ingest job {self._job.job_id} was started, and may have changed "
                "its rows: run `pulumi up` again, which ingests what is declared once more"
            )

    def _start(self) -> None:
        with self._starter.turn(self._job.dataset_id):
            entry = self._observer.journal.find(self._job)
            if entry is None or entry.state is not JobState.STAGED:
                return  # another process has started or withdrawn it meanwhile
            self._require_known_past()
            others = self._starter.wait_for_others(self._job, self._history.left_behind)
            self._starter.start(self._job, others)

    def _require_known_past(self) -> None:
        """Be sure of what the dataset has before an Append adds to it, and of each Append before this job."""
        took_effect = len(self._unsettled()) < len(self._history.in_doubt)
        for job in self._unsettled():
            if not self._is_to_be_known(job):
                continue
            # One that this machine knows nothing of was waited for by the upload, in this `up` or in an earlier one.
            seen = self._observer.settle(job, waits=self._observer.journal.find(job) is not None)
            took_effect |= seen.outcome is Outcome.TOOK_EFFECT
            if seen.outcome not in {Outcome.TOOK_EFFECT, Outcome.HAD_NO_EFFECT, Outcome.NOT_SENT}:
                consequence = f"ingest job {self._job.job_id} was not started"
                raise IngestJobInDoubt(self._questions.ask(seen, consequence=consequence, answers=ROWS))
        if self._is_taken_back() and not took_effect:
            raise NewJobNeeded(
                "the dataset has these rows already, since the changes in between were never applied: run `pulumi up` "
                "again, which finds the job that added them"
            )

    def _unsettled(self) -> tuple[Job, ...]:
        """Jobs in doubt after the last one that was recorded; those before it were settled before it was started."""
        in_doubt = self._history.in_doubt
        recorded = [i for i, job in enumerate(in_doubt) if job.job_id in self._recorded]
        return in_doubt[recorded[-1] + 1 :] if recorded else in_doubt

    def _is_to_be_known(self, job: Job) -> bool:
        is_here = job.dataset_id == self._job.dataset_id
        return is_here and (self._is_taken_back() or not job.is_repeatable)

    def _is_taken_back(self) -> bool:
        """Whether an Append of what took effect last is to run again, which is right only if something came between."""
        last = self._history.effective.get(self._job.dataset_id)
        return last is not None and not self._job.is_repeatable and last.asks_the_same_as(self._job)

    def _ask(self, seen: Observation, *, consequence: str = "") -> str:
        return self._questions.ask(seen, consequence=consequence)


def _failure(seen: Observation) -> str:
    report = seen.evidence.report
    if report and report.phase is JobPhase.FAILED and not seen.is_answered:
        return failure_text(seen.job, report)
    why = ", as `veracity:answers` says" if seen.is_answered else ", and will not be"
    return (
        f"ingest job {seen.job.job_id} was not applied{why}; run `pulumi up` again, which uploads the file for a "
        "new one"
    )


def _named(dataset_name: str, dataset_id: str) -> str:
    return f'"{shown(dataset_name)}"' if dataset_name else f"dataset {dataset_id}"
