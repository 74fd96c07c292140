"""Jobs at a platform that a test writes down, on a clock that sleeping alone moves."""

import contextlib
from dataclasses import dataclass, field
from types import SimpleNamespace

from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.api.models import JobReport, job_phase
from veracity_provider.errors import IngestJobNotFound, PlatformFailed
from veracity_provider.lifecycle.jobs.job import JobReference

NOON = 1_767_268_800.0  # 2026-01-01T12:00:00Z


def report(status, job_id="j", **fields):
    phase = job_phase(status, has_errors=bool(fields.get("error_message")))
    return JobReport(job_id=job_id, status=status, phase=phase, **fields)


def reference(job_id, operation="Upsert", *, dataset_id="d"):
    return JobReference(job_id=job_id, workspace_id="w", dataset_id=dataset_id, operation=operation)


@dataclass
class Platform:
    """
    Answers about jobs; *starts* are the answers to start requests, the last of them for ever.

    Args:
        jobs: A status word, a report or an error, or what gives one of them for a time; a job that is not here is
            not known.
        rows: Of every dataset; None where they cannot be counted.
    """

    clock: object
    jobs: dict = field(default_factory=dict)
    rows: int | None = 0
    starts: list = field(default_factory=lambda: [StartAnswer(outcome=StartOutcome.ACCEPTED)])
    asked: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    before_sending: object = lambda: None

    def get_ingest_job(self, workspace_id, job_id):
        self.asked.append((workspace_id, job_id))
        found = self.jobs.get(job_id) or IngestJobNotFound("not known", status=404)
        found = found(self.clock.now) if callable(found) else found
        if isinstance(found, Exception):
            raise found
        return report(found, job_id) if isinstance(found, str) else found

    @contextlib.contextmanager
    def prepare_start(self, workspace_id, job_id):
        def send():
            self.before_sending()
            self.sent.append((workspace_id, job_id))
            return self.starts.pop(0) if len(self.starts) > 1 else self.starts[0]

        yield SimpleNamespace(send=send)

    def count_rows(self, workspace_id, dataset_id):
        assert (workspace_id, dataset_id) == ("w", "d")
        if self.rows is None:
            raise PlatformFailed("no count", status=500)
        return self.rows
