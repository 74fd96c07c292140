"""What an upload remembers of the jobs before its current one. Part of its state, so every machine has it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.protocols import JsonObject

PROPERTY: Final = "job_history"
"""The property of both resources that holds it."""
_CURRENT: Final = "current"


@dataclass(frozen=True, kw_only=True)
class JobHistory:
    """
    Args:
        effective: For each dataset, by id, the job that took effect last.
        in_doubt: Later jobs, in order, of which it is not known whether they took effect.
        left_behind: Repeatable jobs that may still be running.
    """

    effective: Mapping[str, Job] = field(default_factory=dict[str, Job])
    in_doubt: tuple[Job, ...] = ()
    left_behind: tuple[Job, ...] = ()

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """From a state or inputs that hold it; release 0.1.0 wrote none."""
        given: Mapping[str, Any] = properties.get(PROPERTY) or {}
        effective = (Job.from_properties(one) for one in given.get("effective") or ())
        return cls(
            effective={job.dataset_id: job for job in effective},
            in_doubt=tuple(Job.from_properties(one) for one in given.get("in_doubt") or ()),
            left_behind=tuple(Job.from_properties(one) for one in given.get("left_behind") or ()),
        )

    def ids_with(self, current: Job) -> frozenset[str]:
        """Ids of the jobs of one upload: *current* is its job, the others may still run or have taken effect."""
        return frozenset(job.job_id for job in (current, *self.in_doubt, *self.left_behind))

    def to_properties(self, current: Job, state: JsonObject | None = None) -> dict[str, Any]:
        """For a state whose job is *current*; a part that is empty, or that *state* itself shows, is left out."""
        parts: Mapping[str, Any] = {
            _CURRENT: None if _shows(state or {}, current) else current.to_properties(),
            "effective": _all_of(self.effective.values()),
            "in_doubt": _all_of(self.in_doubt),
            "left_behind": _all_of(self.left_behind),
        }
        return {PROPERTY: {name: jobs for name, jobs in parts.items() if jobs}}


def current_job(properties: JsonObject) -> Job:
    """The job that a state or inputs name, with what it was made for: as the history has it, or as they show it."""
    history: JsonObject = properties.get(PROPERTY) or {}
    return Job.from_properties(history.get(_CURRENT) or properties)


def find_job(properties: JsonObject) -> Job | None:
    """The job that a state or inputs name; None where they name none, or it is not known yet."""
    job_id = properties.get("job_id")
    return current_job(properties) if isinstance(job_id, str) and job_id else None


def recorded_jobs(state: JsonObject) -> frozenset[str]:
    """Ids of jobs that a state shows as done. After a change was taken back, 0.1.0 named it `effective_job_id`."""
    return frozenset(str(state[name]) for name in ("job_id", "effective_job_id") if state.get(name))


def ingests_before(history: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    """Names of the ingests declared before the current job was made, from the property; None where it does not say."""
    current: JsonObject = (history or {}).get(_CURRENT) or {}
    names = current.get("ingests_before")
    return None if names is None else tuple(names)


def _shows(state: JsonObject, job: Job) -> bool:
    """Whether both resources can read *job* from the state of the upload: all but `follows` and `ingests_before`."""
    is_for_more = bool(job.follows) or job.ingests_before is not None
    return not is_for_more and "operation" in state and Job.from_properties(state) == job


def _all_of(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    return [job.to_properties() for job in jobs]
