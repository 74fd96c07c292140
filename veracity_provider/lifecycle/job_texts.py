"""What a person is told about an ingest job that did not simply end well."""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from veracity_provider.api.models import JobReport
from veracity_provider.lifecycle.job_plan import Job
from veracity_provider.lifecycle.progress import duration

_SHOWN_ERRORS: Final = 10


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
    places = [f"{name} {members[name]}" for name in ("row", "line", "column") if members.get(name) not in (None, "")]
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


def _ways_on_after_a_word(job_id: str) -> str:
    return (
        "It was started once because veracity:resume says `start`, which is done no second time. Look at the dataset "
        f"in the portal: if its rows are there, `pulumi config set --path 'veracity:resume.{job_id}' started`, and "
        "run `pulumi up` again; if they are not, `pulumi up --replace` with the URN of the upload starts all over."
    )


def in_doubt(job: Job, usual_s: float, *, is_by_word: bool) -> str:
    """For a job that may have been started and shows no end; *is_by_word*: a person had said to start it."""
    ways_on = _ways_on_after_a_word if is_by_word else _ways_on
    return (
        f"ingest job {job.job_id} ({job.operation} into dataset {job.dataset_id}) may have been started, and has not "
        f"ended within {duration(usual_s)}. Starting it again could add its rows twice, so nothing was done. "
        f"{ways_on(job.job_id)}"
    )


def in_doubt_after_end(job_id: str, status: str, report: JobReport | None) -> str:
    """For a job whose end does not say whether its rows are there. No *report*: the platform knows it no longer."""
    said = f" ({report.error_message})" if report and report.error_message else ""
    return (
        f"ingest job {job_id} ended as {status}{said}, which does not say whether its rows were appended; "
        f"it is not repeated by itself. {_ways_on(job_id)}"
    )


def forgotten(job: Job) -> str:
    """For a job that was started, and that the platform no longer knows."""
    return (
        f"ingest job {job.job_id} was started, and the platform no longer knows it: whether its rows are in dataset "
        f"{job.dataset_id} is not known. {_ways_on(job.job_id)}"
    )


def busy(job: Job, other: str, waited_s: float) -> str:
    """For a job that was not started, since another one is at work in its dataset."""
    return (
        f"ingest job {job.job_id} was not started: job {other}, started before, is still at work in dataset "
        f"{job.dataset_id} after {duration(waited_s)}, and two at once could undo each other. Run `pulumi up` again "
        "when it has ended"
    )


def timed_out(job: Job, report: JobReport) -> str:
    """For a job that was still at work at the deadline."""
    return (
        f"ingest job {job.job_id} is still {report.status} after {duration(job.timeout_s)}. It was not cancelled and "
        "may yet complete: run `pulumi up` again to go on waiting for the same job, with a higher job_timeout_seconds "
        "if need be"
    )
