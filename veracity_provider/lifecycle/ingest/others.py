"""Jobs of other ingests in the way of one: what a preview says of them."""

from collections.abc import Collection

from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.jobs.observer import JobObserver
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.protocols import Reporter, Unknown


def warn_of_others(
    observer: JobObserver, declared: IngestInputs, reporter: Reporter, *, own: Collection[str] = ()
) -> None:
    """
    Warn of each job that may be at work in the dataset, and that `up` will wait for.

    Args:
        own: Ids of the jobs of *declared* itself.
    Raises:
        VeracityError: The platform does not answer.
        JournalError: The journal cannot be read.
    """
    if isinstance(declared.dataset_id, Unknown) or isinstance(declared.workspace_id, Unknown):
        return
    for entry in observer.journal.open_jobs(declared.dataset_id, declared.workspace_id):
        seen = None if entry.job.job_id in own else observer.look(entry.job)
        if seen and seen.outcome in UNENDED:
            may_stop = seen.outcome is Outcome.AT_WORK or not (seen.job.is_repeatable and declared.is_repeatable)
            reporter.warning(
                f"ingest job {entry.job.job_id} may be running in dataset {declared.dataset_id}; `pulumi up` waits "
                f"for it to end{', and if it does not, stops and asks about it' if may_stop else ''}"
            )
