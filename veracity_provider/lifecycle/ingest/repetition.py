"""Whether a new ingest would append rows that this machine has appended before, as after a rename without an alias."""

from typing import Final

from veracity_provider.lifecycle.ingest.inputs import Target
from veracity_provider.lifecycle.jobs.journal import OPEN, Entry, JobState, Journal
from veracity_provider.lifecycle.units import moment

_MAY_HAVE_ROWS: Final = OPEN | {JobState.COMPLETED, JobState.IN_DOUBT}

_RENAME_OF_PATTERN: Final = (
    "If a single file became this pattern, or a file of it has a new name, that is a rename: give the resource in the "
    "state its new name first, with `pulumi state rename`"
)


def repetition_text(journal: Journal, target: Target, *, is_of_pattern: bool = False) -> str | None:
    """
    What a person should know before the rows of *target* are ingested once more; None where nothing speaks for that.

    Of a file that is declared by itself an `Append` alone is worth a word. The ingests of a pattern get new names all
    at once, where a single file becomes a pattern, so each of them is told as a rename.

    Raises:
        JournalError: The journal cannot be read.
    """
    if target.operation != "Append" and not is_of_pattern:
        return None
    entries = journal.jobs_with_content(target.dataset_id, target.workspace_id, target.content_hash)
    same = [one for one in entries if one.job.operation == target.operation and one.state in _MAY_HAVE_ROWS]
    return _text(same[-1], is_of_pattern=is_of_pattern) if same else None


def _text(entry: Entry, *, is_of_pattern: bool) -> str:
    how = "was ingested" if entry.state is JobState.COMPLETED else "may have been ingested"
    when = "" if entry.updated_at is None else f" on {moment(entry.updated_at)}"
    again = "appends its rows again" if entry.job.operation == "Append" else "ingests it again"
    advice = _RENAME_OF_PATTERN if is_of_pattern else "If it was renamed or moved, give it an alias with its old name"
    return (
        f"a file of the same bytes {how} into this dataset{when} (ingest job {entry.job.job_id}), and this is a new "
        f"resource: `pulumi up` {again}. {advice}"
    )
