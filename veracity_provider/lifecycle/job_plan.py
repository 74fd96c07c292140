"""What to do about an ingest job, from what is known of it. Decisions alone; `job_runner` acts."""

from dataclasses import dataclass
from enum import Enum, auto

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.lifecycle.ingest_inputs import HARMLESS_TO_REPEAT
from veracity_provider.lifecycle.journal import JobState
from veracity_provider.settings import ResumeWord


@dataclass(frozen=True, kw_only=True)
class Job:
    """An ingest job and what it is for."""

    workspace_id: str
    dataset_id: str
    job_id: str
    operation: str
    timeout_s: float


class Step(Enum):
    """The next thing to do."""

    DONE = auto()
    """It has completed."""
    FAIL = auto()
    """It has ended badly."""
    START = auto()
    WAIT = auto()
    """It was started; wait for its end."""
    GIVE_TIME = auto()
    """It may have been started: see whether it ends within its usual time."""
    ASK = auto()
    """It may have been started, and starting it again could do harm: only a person can tell."""
    REFUSE = auto()
    """It was abandoned: a newer upload took its place."""


def plan_job(state: JobState | None, report: JobReport | None, resume: ResumeWord | None) -> Step:
    """
    The first step for a job.

    Args:
        state: From the journal; None on a machine that knows nothing of the job.
        report: What the platform says; None when it does not know the job.
        resume: What a person has decided, unless that was done.
    """
    if state is JobState.COMPLETED or (report and report.phase is JobPhase.SUCCEEDED) or _is_seen(report, resume):
        return Step.DONE
    if state in {JobState.FAILED, JobState.DOUBTFUL} or (report and report.phase is JobPhase.FAILED):
        return Step.FAIL
    if state is JobState.ABANDONED:
        return Step.REFUSE
    if resume == "started" or (state is JobState.STARTED and report):
        return Step.WAIT
    if state is JobState.STAGED or resume == "start":
        return Step.START
    return Step.WAIT if state is JobState.STARTED else Step.GIVE_TIME


def _is_seen(report: JobReport | None, resume: ResumeWord | None) -> bool:
    """Whether a person has seen the rows of a job of which the platform does not say whether it took effect."""
    return resume == "started" and (report is None or report.may_have_taken_effect)


def plan_unended(operation: str) -> Step:
    """The step for a job that may have been started and did not end within its usual time."""
    return Step.START if operation in HARMLESS_TO_REPEAT else Step.ASK


class Need(Enum):
    """Whether an uploaded file needs a new job, although nothing declared has changed."""

    NOTHING = auto()
    NEW_JOB = auto()
    """The old one failed, or was abandoned."""
    A_PERSON = auto()
    """The old one may have taken effect, and repeating it could do harm."""
    UNKNOWN = auto()
    """The platform has forgotten it."""


def plan_upload(state: JobState | None, report: JobReport | None, resume: ResumeWord | None, operation: str) -> Need:
    """Whether the job of an unchanged upload has to be done again; arguments as for `plan_job`."""
    if state is JobState.COMPLETED:
        return Need.NOTHING
    if state is JobState.ABANDONED:
        return Need.NEW_JOB
    if report is None:
        return _need_of_forgotten(state, resume, operation)
    if report.phase is not JobPhase.FAILED:
        return Need.NOTHING
    return _need_of_doubtful(resume, operation) if report.may_have_taken_effect else Need.NEW_JOB


def _need_of_doubtful(resume: ResumeWord | None, operation: str) -> Need:
    if operation in HARMLESS_TO_REPEAT:
        return Need.NEW_JOB
    return {"start": Need.NEW_JOB, "started": Need.NOTHING, None: Need.A_PERSON}[resume]


def _need_of_forgotten(state: JobState | None, resume: ResumeWord | None, operation: str) -> Need:
    if state is JobState.DOUBTFUL:
        return _need_of_doubtful(resume, operation)
    if state is JobState.FAILED or resume == "start":
        return Need.NEW_JOB
    # A job that waits for its start may be unknown to the status endpoint.
    return Need.NOTHING if state is JobState.STAGED or resume == "started" else Need.UNKNOWN
