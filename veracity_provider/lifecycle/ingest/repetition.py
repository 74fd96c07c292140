"""Whether a new ingest would append rows that this machine has appended before, as after a rename without an alias."""

from typing import Final

from veracity_provider.lifecycle.ingest.inputs import Target
from veracity_provider.lifecycle.jobs.journal import OPEN, Entry, JobState, Journal
from veracity_provider.lifecycle.progress import moment

_MAY_HAVE_ROWS: Final = OPEN | {JobState.COMPLETED, JobState.IN_DOUBT}


def repetition_text(journal: Journal, target: Target) -> str | None:
    """
    What a person should know before the rows of *target* are appended once more; None where nothing speaks for that.

    Raises:
        JournalError: The journal cannot be read.
    """
    if target.operation != "Append":
        return None
    entries = journal.jobs_with_content(target.dataset_id, target.workspace_id, target.content_hash)
    appended = [one for one in entries if one.job.operation == target.operation and one.state in _MAY_HAVE_ROWS]
    return _text(appended[-1]) if appended else None


def _text(entry: Entry) -> str:
    how = "was ingested" if entry.state is JobState.COMPLETED else "may have been ingested"
    when = "" if entry.updated_at is None else f" on {moment(entry.updated_at)}"
    return (
        f"a file of the same bytes {how} into this dataset{when} (ingest job {entry.job.job_id}), and this is a new "
        "resource: `pulumi up` appends its rows again. If it was renamed or moved, give it an alias with its old name"
    )
