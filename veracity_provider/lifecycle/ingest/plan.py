"""Which job serves what is declared, from what became of the jobs before. Decisions alone; `upload` acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from veracity_provider.lifecycle.ingest.history import JobHistory
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.jobs.job import Job, JobReference
from veracity_provider.lifecycle.jobs.outcome import ENDED, UNENDED, Outcome


class StopReason(Enum):
    """Why an upload goes no further."""

    AT_WORK = auto()
    """The job is still at work."""
    QUESTION = auto()
    """Whether the job took effect is for a person to say."""
    LEFT_BEHIND = auto()
    """The job was left behind, may be at work, and no Append may run concurrently with it."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why an upload goes no further, and because of which job."""

    reason: StopReason
    job: Job


@dataclass(frozen=True, kw_only=True)
class Known:
    """
    What an upload has found out.

    Args:
        current: The job that its state names.
        outcomes: What became of the current job, of each in its history, and of each in *concurrent_jobs*, by id.
        concurrent_jobs: Jobs that had not been seen to end when the current one was started.
        jobs_unknown_to_platform: Jobs that the platform did not know by then, although their start had been sent.
        is_in_journal: Whether this machine's journal has an entry of the current job.
    """

    current: Job
    history: JobHistory
    outcomes: Mapping[str, Outcome]
    concurrent_jobs: tuple[JobReference, ...]
    jobs_unknown_to_platform: tuple[JobReference, ...]
    is_in_journal: bool

    @property
    def outcome(self) -> Outcome:
        """What became of the current job."""
        return self.outcomes[self.current.job_id]


@dataclass(frozen=True, kw_only=True)
class UploadPlan:
    """
    What an upload does.

    Args:
        stop: Why nothing is done; None to go on.
        serving: The job that serves what is declared; None for a new one.
        is_overtaken: Whether a job left behind ended after the current one had been started.
        history: To remember from now on.
        withdrawn: Jobs that were uploaded here and not sent, and never will be.
        is_update_due: Whether `diff` says that there is something to do.
    """

    stop: Stop | None
    serving: Job | None
    is_overtaken: bool
    history: JobHistory
    withdrawn: tuple[Job, ...]
    is_update_due: bool


def plan_upload(known: Known, declared: IngestInputs) -> UploadPlan:
    """What an upload does about *declared*. Why: docs/decisions/exactly-once.md."""
    found = _go_through(known, declared)
    serving = _serving(known, found, declared)
    return UploadPlan(
        stop=_stop(known, found, declared),
        serving=serving,
        is_overtaken=found.is_overtaken,
        history=JobHistory(
            effective=found.effective, in_doubt=tuple(found.in_doubt), left_behind=tuple(found.left_behind)
        ),
        withdrawn=tuple(job for job in found.not_sent if job != serving),
        is_update_due=_is_update_due(known, declared, is_overtaken=found.is_overtaken, serving=serving),
    )


class _Found:
    """The history as it is after all jobs have been gone through, and what of the current job can still serve."""

    def __init__(self, history: JobHistory) -> None:
        self.effective = dict(history.effective)
        self.in_doubt: list[Job] = []
        self.left_behind: list[Job] = []
        self.not_sent: list[Job] = []
        self.kept: Job | None = None
        self.is_overtaken = False

    def note_effect(self, job: Job) -> None:
        """*job* is what its dataset has now; nothing before it is in doubt any more."""
        self.effective[job.dataset_id] = job
        self.forget_doubts(job.dataset_id)

    def forget_doubts(self, dataset_id: str) -> None:
        self.in_doubt = [job for job in self.in_doubt if job.dataset_id != dataset_id]


def _go_through(known: Known, declared: IngestInputs) -> _Found:
    found = _Found(known.history)
    for job in known.history.in_doubt:
        _note(found, job, known.outcomes[job.job_id])
    _note_current(found, known, declared)
    found.left_behind += [job for job in known.history.left_behind if known.outcomes[job.job_id] in UNENDED]
    if known.outcome is Outcome.MAY_BE_AT_WORK and known.current.is_repeatable:
        found.left_behind.append(known.current)
    if _is_overtaken(known):
        found.is_overtaken, found.kept = True, None
        found.effective.pop(known.current.dataset_id, None)
        found.forget_doubts(known.current.dataset_id)
    return found


def _note(found: _Found, job: Job, outcome: Outcome) -> None:
    if outcome is Outcome.TOOK_EFFECT:
        found.note_effect(job)
    elif outcome is Outcome.NOT_SENT:
        found.not_sent.append(job)
    elif outcome is not Outcome.HAD_NO_EFFECT:
        found.in_doubt.append(job)


def _note_current(found: _Found, known: Known, declared: IngestInputs) -> None:
    current = known.current
    may_be_recorded = known.outcome is Outcome.GONE and current.is_repeatable and not known.is_in_journal
    if may_be_recorded and declared.is_served_by(current):
        # Its ingest's state may show it as done, which the upload cannot see.
        found.kept = current
    else:
        _note(found, current, known.outcome)


def _is_overtaken(known: Known) -> bool:
    """Whether a job that ran concurrently with the current one changed the dataset last."""
    if known.outcome is Outcome.NOT_SENT:
        return False
    return (
        has_ended_after(known.current, known.concurrent_jobs, known.jobs_unknown_to_platform, known.outcomes)
        is not None
    )


def has_ended_after(
    job: JobReference,
    concurrent_jobs: tuple[JobReference, ...],
    jobs_unknown_to_platform: tuple[JobReference, ...],
    outcomes: Mapping[str, Outcome],
) -> JobReference | None:
    """The first other job of the dataset that may have changed rows after *job* was started; None for none."""
    ended = [other for other in concurrent_jobs if outcomes[other.job_id] in ENDED | {Outcome.GONE}]
    ended += [other for other in jobs_unknown_to_platform if outcomes[other.job_id] in ENDED]
    return next((other for other in ended if other.dataset_id == job.dataset_id), None)


def _serving(known: Known, found: _Found, declared: IngestInputs) -> Job | None:
    last = found.effective.get(str(declared.dataset_id))
    for job in found.in_doubt:
        if job.dataset_id == declared.dataset_id:
            # A repeatable job in doubt serves nothing; whether an Append does is for its ingest to judge.
            last = None if job.is_repeatable else job
    not_sent = known.current if known.outcome is Outcome.NOT_SENT else None
    candidates = (last, not_sent, found.kept)
    return next((job for job in candidates if job and declared.is_served_by(job)), None)


def _stop(known: Known, found: _Found, declared: IngestInputs) -> Stop | None:
    if known.outcome is Outcome.AT_WORK:
        return Stop(reason=StopReason.AT_WORK, job=known.current)
    if known.outcome in {Outcome.ENDED, Outcome.MAY_BE_AT_WORK} and not known.current.is_repeatable:
        return Stop(reason=StopReason.QUESTION, job=known.current)
    if declared.is_repeatable:
        return None
    here = [job for job in found.left_behind if job.dataset_id == declared.dataset_id]
    return Stop(reason=StopReason.LEFT_BEHIND, job=here[0]) if here else None


def _is_update_due(known: Known, declared: IngestInputs, *, is_overtaken: bool, serving: Job | None) -> bool:
    if is_overtaken or not declared.is_served_by(known.current):
        return True
    if known.outcome in {Outcome.MAY_BE_AT_WORK, Outcome.AT_WORK, Outcome.HAD_NO_EFFECT}:
        return True
    if known.outcome is Outcome.ENDED:
        return known.current.is_repeatable
    if known.outcome is Outcome.GONE:
        return known.current.is_repeatable and known.is_in_journal
    return serving != known.current
