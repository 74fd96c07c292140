"""`veracity jobs`, `veracity job` and `veracity journal`."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final, final

import typer

from veracity_provider.api.models import JobReport, ValidationItem
from veracity_provider.cli.connection import Connection, connect_to, fitting
from veracity_provider.cli.options import AsJson, DatasetId, JobArgument, Limit, Stack, Workspace
from veracity_provider.cli.output import Column, Output, note
from veracity_provider.errors import IngestJobNotFound, NotFound, VeracityError
from veracity_provider.lifecycle.jobs.failures import item_lines
from veracity_provider.lifecycle.jobs.job import JobReference
from veracity_provider.lifecycle.jobs.journal import Entry, JobState, Journal, journal_folder
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import UNENDED, Outcome
from veracity_provider.lifecycle.jobs.questions import Questions, answers_about, meaning_of
from veracity_provider.lifecycle.services import Services, make_uploader
from veracity_provider.lifecycle.units import moment
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S, home_folder

MEANINGS: Final[Mapping[JobState, str]] = {
    JobState.STAGED: "its file was uploaded on this machine, and it was not started",
    JobState.NEVER_SENT: "it was never started; another job took its place",
    JobState.STARTING: "it may have been started",
    JobState.STARTED: "the platform accepted its start",
    JobState.COMPLETED: "it was applied",
    JobState.FAILED: "it was not applied",
    JobState.IN_DOUBT: "it has ended, and it is not known whether it was applied",
}
_UNKNOWN: Final = frozenset({Outcome.ENDED, Outcome.GONE})
_COLUMNS: Final = (
    Column[Entry](title="job", text=lambda one: one.job.job_id, is_whole=True),
    Column[Entry](title="state", text=lambda one: one.state.value, is_whole=True),
    Column[Entry](title="operation", text=lambda one: one.job.operation, is_whole=True),
    Column[Entry](title="written", text=lambda one: _moment(one.updated_at)[:10], is_whole=True),
    Column[Entry](title="dataset", text=lambda one: one.dataset_name or one.job.dataset_id),
)


@final
class _Silent:
    """A `Reporter` for whom nothing that is said on the way matters."""

    urn = ""

    def info(self, message: str) -> None:
        """Nothing."""

    def warning(self, message: str) -> None:
        """Nothing."""

    def live(self, message: str) -> None:
        """Nothing."""


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of a job; *seen* and *question* come from the platform, and are None where it was not asked."""

    entry: Entry
    file: Path
    seen: Observation | None
    question: str | None

    def document(self) -> dict[str, Any]:
        seen, job = self.seen, self.entry.job
        report = seen.evidence.report if seen else None
        return {
            **entry_document(self.entry),
            "file": str(self.file),
            "platform": None if report is None else {"status": report.status, "phase": report.phase.name},
            "outcome": seen.outcome.name if seen else None,
            "answer": seen.evidence.answer if seen else None,
            "question": self.question,
            "answers": {one: meaning_of(one) for one in answers_about(job)} if self.question else {},
        }


def list_jobs(
    dataset: DatasetId = None,
    *,
    state: Annotated[JobState | None, typer.Option(help="Only those in this state.")] = None,
    operation: Annotated[str, typer.Option(metavar="OPERATION", help="Only those of this operation.")] = "",
    limit: Limit = 0,
    as_json: AsJson = False,
) -> None:
    """List the ingest jobs that this machine knows of, the latest first. No call of the platform lists jobs."""
    found = (
        one
        for one in open_journal().entries()
        if (dataset is None or one.job.dataset_id == dataset)
        and (state is None or one.state is state)
        and operation.casefold() in {"", one.job.operation.casefold()}
    )
    nothing = "the journal of this machine has no such jobs"
    Output(as_json=as_json).print_items(found, _COLUMNS, entry_document, limit=limit, nothing=nothing)


def show_job(job: JobArgument, stack: Stack = None, workspace: Workspace = None, *, as_json: AsJson = False) -> None:
    """Show how an ingest job stands, by the platform and by this machine's journal."""
    connection = connect_to(stack, workspace)
    entry = open_journal().find_by_id(job)
    in_workspace = workspace or (entry.job.workspace_id if entry else "") or connection.workspace_id
    try:
        report = connection.clients.ingest.get_ingest_job(in_workspace, job)
    except IngestJobNotFound as error:
        known = "; `veracity journal` shows what this machine knows of it" if entry else ""
        message = f"there is no ingest job {job} in workspace {in_workspace}{known}"
        raise IngestJobNotFound(message, status=error.status, trace_id=error.trace_id) from None
    output = Output(as_json=as_json)
    if as_json:
        journal = entry_document(entry) if entry else None
        output.print_document({**asdict(report), "phase": report.phase.name, "journal": journal})
        return
    output.print_details(
        report.job_id,
        [
            ("status", report.status),
            ("dataset", report.dataset_name),
            ("dataset id", report.dataset_id),
            *_complaints(report),
            ("journal", f"{entry.state.value}: {MEANINGS[entry.state]}" if entry else "has no entry"),
        ],
    )


def show_journal(
    job: JobArgument, stack: Stack = None, workspace: Workspace = None, *, as_json: AsJson = False
) -> None:
    """Show what this machine knows of an ingest job and, where only a person can tell, how to answer."""
    journal = open_journal()
    entry = journal.find_by_id(job)
    if entry is None:
        raise NotFound(f"the journal of this machine has no entry for ingest job {job}", status=404)
    seen, question = _observe(entry, stack, workspace)
    known = _Known(entry=entry, file=journal.file_of(entry), seen=seen, question=question)
    output = Output(as_json=as_json)
    if as_json:
        output.print_document(known.document())
        return
    report = seen.evidence.report if seen else None
    output.print_details(
        entry.job.job_id,
        [
            ("state", f"{entry.state.value}: {MEANINGS[entry.state]}"),
            ("problem", entry.problem),
            ("job", entry.job.purpose),
            ("workspace", entry.job.workspace_id),
            ("dataset", entry.dataset_name),
            ("started", _moment(entry.starting_at)),
            ("written", _moment(entry.updated_at)),
            ("content", f"SHA-256 {entry.content_hash}" if entry.content_hash else ""),
            ("concurrent", ", ".join(one.job_id for one in (*entry.concurrent_jobs, *entry.jobs_unknown_to_platform))),
            ("platform", (report.status if report else "does not know it") if seen else "was not asked"),
            ("answer", seen.evidence.answer if seen else None),
            ("file", known.file),
        ],
    )
    output.print_line()
    if question:
        output.print_text(question)
    else:
        output.print_line("No answer is needed.")


def open_journal() -> Journal:
    """The journal of this machine."""
    return Journal(journal_folder(home_folder(os.environ)), time=time.time)


def entry_document(entry: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    members = asdict(entry)
    return {**members.pop("job"), **members, "meaning": MEANINGS[entry.state]}


def _observe(entry: Entry, stack: str | None, workspace: str | None) -> tuple[Observation | None, str | None]:
    """What became of the job, and the question about it; both None where the platform cannot be asked."""
    if entry.state in {JobState.COMPLETED, JobState.FAILED, JobState.NEVER_SENT, JobState.STAGED}:
        return None, None
    try:
        connection = connect_to(stack, workspace)
        services = _services(connection)
        observer = JobObserver(services, _Silent(), timeout_s=DEFAULT_JOB_TIMEOUT_S)
        in_workspace = entry.job.workspace_id or connection.workspace_id
        job = JobReference(**{**asdict(entry.job.reference()), "workspace_id": in_workspace})
        seen = observer.look(job)
        if not _is_asked(seen):
            return seen, None
        return seen, Questions(services, observer).ask(seen)
    except VeracityError as error:
        note(f"the platform was not asked: {fitting(str(error), has_stack=bool(stack))}")
        return None, None


def _is_asked(seen: Observation) -> bool:
    """Whether `pulumi up` asks about the job, now or once its time is over."""
    return seen.outcome in UNENDED or (seen.outcome in _UNKNOWN and not seen.job.is_repeatable)


def _services(connection: Connection) -> Services:
    return Services(
        settings=connection.settings,
        clients=connection.clients,
        uploader=make_uploader(connection.settings),
        home=home_folder(os.environ),
        project=Path.cwd(),
        engine_is_alive=lambda: True,
        sleep=time.sleep,
        monotonic=time.monotonic,
        time=time.time,
    )


def _complaints(report: JobReport) -> list[tuple[str, object]]:
    return [
        ("error", report.error_message),
        ("refused", _lines(report.validation_errors)),
        ("warnings", _lines(report.validation_warnings)),
    ]


def _lines(items: Sequence[ValidationItem]) -> str:
    return "\n".join(line.strip() for line in item_lines(items))


def _moment(seconds: float | None) -> str:
    return "" if seconds is None else moment(seconds)
