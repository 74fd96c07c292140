"""What a person is told about an ingest job that the platform ended without success, or with warnings."""

import json
from collections.abc import Sequence
from typing import Any, Final, cast

from veracity_provider.api.models import JobReport
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
        "Mend the file and run `pulumi up` again; a new job will take its place."
    )
    return "\n".join([first, *_table([*report.validation_errors, *report.validation_warnings])])


def warnings_text(job: JobReference, report: JobReport) -> str:
    """What the platform warned of although the job took effect, as a table."""
    first = f"ingest job {job.job_id} ended as {shown(report.status)}, with warnings:"
    return "\n".join([first, *_table(report.validation_warnings)])


def _table(items: Sequence[Any]) -> list[str]:
    rows = [_as_row(item) for item in items[:_MAX_ITEMS]]
    more = len(items) - len(rows)
    return [*_aligned(rows), *([f"  … and {more:,} more"] if more > 0 else [])]


def _as_row(item: Any) -> list[str]:
    """The shape of an item is not published, so what is not a mapping is shown as it is."""
    if not isinstance(item, dict):
        return [shown(item if isinstance(item, str) else json.dumps(item, ensure_ascii=False), _MAX_TEXT)]
    members = cast("dict[str, Any]", item)
    places = [
        shown(f"{name} {members[name]}", _MAX_CELL)
        for name in ("row", "line", "column")
        if members.get(name) not in (None, "")
    ]
    rest = [shown(members[name], _MAX_TEXT) for name in ("message", "error", "description") if members.get(name)]
    return [*places, *rest] if rest else [shown(json.dumps(members, ensure_ascii=False), _MAX_TEXT)]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    return ["  " + "  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in rows]
