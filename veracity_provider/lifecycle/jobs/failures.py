"""What a person is told about an ingest job that the platform ended without success, or with warnings."""

from collections.abc import Sequence
from typing import Final

from veracity_provider.api.models import JobReport, ValidationItem
from veracity_provider.lifecycle.jobs.job import CREATE, JobReference
from veracity_provider.texts import shown

_MAX_ITEMS: Final = 10
_MAX_CELL: Final = 60
_MAX_TEXT: Final = 300


def failure_text(job: JobReference, report: JobReport) -> str:
    """Why the platform ended the job, with its validation items as a table, errors first."""
    said = f": {shown(report.error_message.rstrip('.'), _MAX_TEXT)}" if report.error_message else ""
    target = "" if job.operation == CREATE else f" into dataset {job.dataset_id}"
    first = (
        f"ingest job {job.job_id}{target} ended as {shown(report.status)}{said}. "
        "Fix the file and run `pulumi up` again, which registers a new job."
    )
    return "\n".join([first, *item_lines([*report.validation_errors, *report.validation_warnings])])


def warnings_text(job: JobReference, report: JobReport) -> str:
    """What the platform warned of although the job took effect, as a table."""
    first = f"ingest job {job.job_id} ended as {shown(report.status)}, with warnings:"
    return "\n".join([first, *item_lines(report.validation_warnings)])


def item_lines(items: Sequence[ValidationItem]) -> list[str]:
    """A table of validation items: the first ten, and how many more there are."""
    rows = [
        [*(shown(place, _MAX_CELL) for place in item.places), shown(item.text, _MAX_TEXT)]
        for item in items[:_MAX_ITEMS]
    ]
    more = len(items) - len(rows)
    return [*_aligned(rows), *([f"  … and {more:,} more"] if more > 0 else [])]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    return ["  " + "  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
