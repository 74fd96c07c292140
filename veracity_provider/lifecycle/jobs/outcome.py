"""What became of an ingest job, from what is known of it. The one function that everything asks."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.lifecycle.jobs.journal import Entry, JobState
from veracity_provider.settings import Answer


class Outcome(Enum):
    """What became of a job."""

    TOOK_EFFECT = auto()
    HAD_NO_EFFECT = auto()
    """And will have none."""
    NOT_SENT = auto()
    """Its file was uploaded on this machine, and its start request was never sent."""
    ENDED = auto()
    """It will do nothing more; whether it took effect is not known."""
    GONE = auto()
    """The platform does not know it. Not at work; whether it took effect is not known."""
    MAY_BE_AT_WORK = auto()
    """It was not seen to end, and nothing proves that it was started."""
    AT_WORK = auto()
    """It was started, and was not seen to end."""


SETTLED = frozenset({Outcome.TOOK_EFFECT, Outcome.HAD_NO_EFFECT, Outcome.NOT_SENT, Outcome.ENDED})
"""These do not change by waiting."""
UNENDED = frozenset({Outcome.MAY_BE_AT_WORK, Outcome.AT_WORK})
ENDED = frozenset({Outcome.TOOK_EFFECT, Outcome.ENDED})
"""A job with one of these may have changed rows, at its end."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """
    What is known of a job.

    Args:
        entry: From this machine's journal; None where it knows nothing of the job.
        report: What the platform says; None when it does not know the job, or was not asked.
        answer: What a person has said.
        is_recorded: Whether a state shows the job as done.
    """

    entry: Entry | None = None
    report: JobReport | None = None
    answer: Answer | None = None
    is_recorded: bool = False


def outcome_of(evidence: Evidence) -> Outcome:
    """What became of a job, as things stand; the first line that holds."""
    state = evidence.entry.state if evidence.entry else None
    report, answer = evidence.report, evidence.answer
    if evidence.is_recorded or state is JobState.COMPLETED or _succeeded(report) or answer == "applied":
        return Outcome.TOOK_EFFECT
    if state in {JobState.FAILED, JobState.NEVER_SENT} or _failed(report) or answer == "not-applied":
        return Outcome.HAD_NO_EFFECT
    if state is JobState.STAGED:
        # An answer ends a job on every machine, so one that was not sent here never will be.
        return Outcome.HAD_NO_EFFECT if answer else Outcome.NOT_SENT
    if state is JobState.IN_DOUBT or answer == "ended" or _ended_otherwise(report):
        return Outcome.ENDED
    if report is None:
        return Outcome.GONE
    return Outcome.AT_WORK if state is JobState.STARTED else Outcome.MAY_BE_AT_WORK


def is_decided_by_answer(evidence: Evidence) -> bool:
    """Whether things would stand otherwise without a person's answer."""
    return outcome_of(replace(evidence, answer=None)) is not outcome_of(evidence)


def _succeeded(report: JobReport | None) -> bool:
    return report is not None and report.phase is JobPhase.SUCCEEDED


def _failed(report: JobReport | None) -> bool:
    return report is not None and report.phase is JobPhase.FAILED and not report.may_have_taken_effect


def _ended_otherwise(report: JobReport | None) -> bool:
    return report is not None and report.may_have_taken_effect


def waiting_time_s(
    entry: Entry | None, *, is_shown: bool, is_repeatable: bool, timeout_s: float, usual_s: float, now: float
) -> float:
    """
    How long to wait for a job that was not seen to end, in seconds; 0 or less when its time is over.

    One that was started is given the whole time-out in each `up`; so is an Append that the platform shows unended,
    counted from its start. All else is given the usual time of a job.

    Args:
        is_shown: Whether the platform knows the job, for all that can be seen.
        timeout_s: The ingest's own limit; *usual_s* is that of `veracity:usualJobSeconds`.
        now: Seconds since 1970.
    """
    if entry and entry.state is JobState.STARTED and is_shown:
        return timeout_s
    limit_s = timeout_s if is_shown and not is_repeatable else min(timeout_s, usual_s)
    since = entry.starting_at if entry and entry.starting_at is not None else now
    # A clock that was set back must not make the wait longer.
    return limit_s - max(0.0, now - since)
