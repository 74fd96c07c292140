"""What a person is told about a job of which only a person can say what became of it."""

from typing import Final, final

from veracity_provider.errors import VeracityError
from veracity_provider.lifecycle.jobs.job import Job, JobReference
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.units import moment
from veracity_provider.settings import Answer
from veracity_provider.texts import shown

_MEANINGS: dict[Answer, str] = {
    "applied": "its rows are in the dataset",
    "not-applied": "they are not, and it will not add them",
    "ended": "it will do nothing more",
}


ROWS: Final[tuple[Answer, ...]] = ("applied", "not-applied")
"""Answers about an Append: whether its rows are in the dataset. Also about jobs between an Append and its revert."""
END: Final[tuple[Answer, ...]] = ("ended",)
"""The answer about a job that can be repeated: that it does nothing more."""


def answers_about(job: JobReference) -> tuple[Answer, ...]:
    """The answers that let things go on after *job*; all where nobody wrote down what it does."""
    if not job.operation:
        return ROWS + END
    return END if job.is_repeatable else ROWS


def meaning_of(answer: Answer) -> str:
    """What an answer says of a job."""
    return _MEANINGS[answer]


@final
class Questions:
    """Words questions, with the evidence that a person needs to answer them."""

    def __init__(self, services: Services, observer: JobObserver) -> None:
        self._services = services
        self._observer = observer

    def ask(self, seen: Observation, *, consequence: str = "", answers: tuple[Answer, ...] = ()) -> str:
        """
        The question about a job.

        Args:
            consequence: What was not done because of it, such as "nothing was uploaded"; empty in a preview.
            answers: The answers that help; by default those that the job's operation suggests.
        """
        job = seen.job
        lines = [
            f"{_subject(job)} {_what_is_known(seen)}{f'; {consequence}' if consequence else ''}.",
            *(f"  {line}" for line in self._evidence(seen)),
            *self._too_early(job),
            *_ways_on(job.job_id, answers or answers_about(job)),
        ]
        return "\n".join(lines)

    def _evidence(self, seen: Observation) -> list[str]:
        entry = seen.evidence.entry
        since = f", started {moment(entry.starting_at)}" if entry and entry.starting_at is not None else ""
        report = seen.evidence.report
        said = f"shows it as {shown(report.status)}" if report else "does not know it"
        lines = [f"the platform {said}{since}"]
        if isinstance(seen.job, Job) and not seen.job.is_repeatable:
            lines.append(_row_counts(seen.job, count_rows(self._services, seen.job.workspace_id, seen.job.dataset_id)))
        return lines

    def _too_early(self, job: JobReference) -> list[str]:
        running = [
            entry.job.job_id
            for entry in self._observer.journal.open_jobs(job.dataset_id, job.workspace_id)
            if entry.job.job_id != job.job_id and self._observer.look(entry.job).outcome in UNENDED
        ]
        if running:
            return [
                f"It is too early to decide: ingest job {running[0]} of this dataset may still be running.",
                "Run `pulumi up` again when it has ended.",
            ]
        return ["While a job of this dataset is running it is too early to decide; the portal shows the running jobs."]


def count_rows(services: Services, workspace_id: str, dataset_id: str) -> int | None:
    """How many rows a dataset has; None where the platform does not say."""
    try:
        return services.clients.datasets.count_rows(workspace_id, dataset_id)
    except VeracityError:
        # The count helps a person to answer; without it the question is the same.
        return None


def _subject(job: JobReference) -> str:
    return f"ingest job {job.job_id} ({job.purpose})"


def _what_is_known(seen: Observation) -> str:
    if seen.outcome is Outcome.ENDED:
        return f"{seen.ending}, which does not say whether its rows are in the dataset"
    if seen.outcome is Outcome.GONE:
        return "is not known to the platform, which does not say whether its rows are in the dataset"
    if seen.outcome is Outcome.AT_WORK:
        return "was started, and was not seen to end"
    return "may have been started, and was not seen to end"


def _row_counts(job: Job, now: int | None) -> str:
    before, after, in_file = map(_counted, (job.rows_before, now, job.rows_in_file))
    return f"rows of the dataset: {before} before the upload, {after} now; rows of the file: {in_file}"


def _counted(count: int | None) -> str:
    return "an unknown number" if count is None else f"{count:,}"


def _ways_on(job_id: str, answers: tuple[Answer, ...]) -> list[str]:
    width = max(len(_MEANINGS[answer]) for answer in answers)
    return [
        *(
            f"  if {_MEANINGS[answer]:{width}}  pulumi config set --path 'veracity:answers.{job_id}' {answer}"
            for answer in answers
        ),
        f"""Then run `pulumi up` again. (Or without the config: VERACITY_ANSWERS='{{"{job_id}": "{answers[0]}"}}'.)""",
    ]
