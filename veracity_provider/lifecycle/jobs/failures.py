"""What a person is told about an ingest job that the platform ended without success."""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from veracity_provider.api.models import JobReport
from veracity_provider.lifecycle.jobs.job import JobReference

_SHOWN_ERRORS: Final = 10


def failure_text(job: JobReference, report: JobReport) -> str:
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
