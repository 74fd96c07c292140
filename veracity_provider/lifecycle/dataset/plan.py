"""Whether the job of an upload still creates the dataset, or a new one has to. Decisions alone; `upload` acts."""

from enum import Enum, auto

from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome


class Step(Enum):
    """What an upload does about its job."""

    KEEP = auto()
    """The dataset is there, or the job will make what is declared."""
    WAIT = auto()
    """The job may be at work."""
    NEW = auto()
    """The job made no dataset, and will make none that is declared."""


def plan_job(outcome: Outcome, *, is_there: bool, is_served: bool) -> Step:
    """
    Args:
        outcome: What became of the job.
        is_there: Whether a dataset has the declared name.
        is_served: Whether the job was made for what is declared.
    """
    if outcome is Outcome.TOOK_EFFECT or is_there:
        return Step.KEEP
    if outcome in UNENDED:
        return Step.WAIT
    return Step.KEEP if outcome is Outcome.NOT_SENT and is_served else Step.NEW
