"""Fake clients of the platform's API: they ask the world, and are where requests and answers are lost or refused."""

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING

from tests.model.judge import judge_start
from tests.model.world import DATASETS, DURATIONS_S, SLOW_S, in_words
from veracity_provider.api.answers import DatasetPresence, Presence, StartAnswer, StartOutcome
from veracity_provider.api.models import Dataset, JobReport, RegisteredJob, job_phase
from veracity_provider.errors import (
    AnswerLost,
    AuthenticationFailed,
    Conflict,
    DatasetNotFound,
    IngestJobNotFound,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    SourceChanged,
    StorageError,
)

if TYPE_CHECKING:
    from tests.model.process import Process

LEFT_OVER = "the CLI is killed, and the provider process goes on later"
SILENCE_S = 150.0
"""How long looks fail, where they fail for a while: longer than any wait is patient."""

_KILLED_AFTER = "killed, after it has arrived"
_LATE = "the request arrives late, and no answer"
_ANSWER_LOST = "the answer is lost"
_STARTED_AND_409 = "409, and it was started"
_CONFLICT = Conflict("409: another job is processed", status=409)
_NOT_STARTED: Mapping[str, StartAnswer] = {
    "the request is lost": StartAnswer(outcome=StartOutcome.UNKNOWN, error=AnswerLost("no answer to the start")),
    "409, and it was not started": StartAnswer(outcome=StartOutcome.UNKNOWN, error=_CONFLICT),
    "403": StartAnswer(outcome=StartOutcome.UNKNOWN, error=PermissionDenied("403: starting is refused", status=403)),
    "401 of the gateway": StartAnswer(
        outcome=StartOutcome.NOT_SEEN, error=AuthenticationFailed("401: the subscription key is refused", status=401)
    ),
    "429 of the gateway": StartAnswer(
        outcome=StartOutcome.NOT_SEEN, error=RateLimited("429: rate limit", status=429, retry_after_s=2.0)
    ),
}
"""A start that starts nothing."""


class FakeIngest:
    """In place of `IngestClient`, and of the upload to Azure."""

    def __init__(self, process: "Process") -> None:
        self._process, self._world = process, process.world
        self.looked_up: set[str] = set()
        """Jobs that were looked up in this call of a lifecycle."""
        self.never_sent: set[str] = set()
        """Jobs whose start request failed before its first byte."""

    def register_ingest_job(self, _workspace_id, _dataset_id, **_asked):
        fault = self._process.effect("registering a job", "refused", "the answer is lost")
        if fault == "refused":
            raise PermissionDenied("403: registering a job is refused", status=403)
        job = self._world.register(self._process.declared)
        if fault:
            raise AnswerLost("no answer to registering a job")
        return RegisteredJob(job_id=job.id, sas_uri=job.id)

    def upload(self, source, *, sas_uri, expected, **_options):
        job = self._world.job(sas_uri)
        if self._process.effect(f"uploading for {job.name}", "fails"):
            raise StorageError("the storage refuses")
        if hashlib.sha256(source.text.encode()).hexdigest() != expected.content_hash:
            raise SourceChanged("other bytes than those planned")
        job.is_uploaded = True

    def get_ingest_job(self, _workspace_id, job_id):
        self._process.be_alive()
        job, fault = self._world.job(job_id), None
        if job_id not in self.looked_up:
            self.looked_up.add(job_id)
            fault = self._world.choose("a stray 404", "fails once", "fails for a while")
        if fault:
            self._world.say(f"  !! look at {job.name}: {fault}")
        if fault == "fails for a while":
            self._world.silent_until = self._world.now + SILENCE_S
        if fault == "fails once" or self._world.now < self._world.silent_until:
            raise PlatformUnreachable("no answer to a look")
        status = None if fault else self._world.status(job)
        if status is None:
            raise IngestJobNotFound(f"no ingest job {job_id}", status=404)
        name = job.declared.dataset if status == "Completed" else None
        return JobReport(job_id=job_id, status=status, phase=job_phase(status, has_errors=False), dataset_name=name)

    @contextmanager
    def prepare_start(self, _workspace_id, job_id) -> Iterator[SimpleNamespace]:
        self._connect(job_id)
        yield SimpleNamespace(send=lambda: self._post(job_id))

    def _connect(self, job_id) -> None:
        left_over = (LEFT_OVER,) if self._process.call else ()
        what = f"connecting to start {in_words(job_id)}"
        fault = self._process.effect(what, "no connection", "no token", *left_over)
        if fault:
            self.never_sent.add(job_id)
        if fault == "no connection":
            raise PlatformUnreachable("no connection; nothing was sent")
        if fault == "no token":
            raise PlatformFailed("the token endpoint answers 503; nothing was sent", status=503)

    def _post(self, job_id) -> StartAnswer:
        job = self._world.job(job_id)
        later = (_KILLED_AFTER, _ANSWER_LOST, _LATE, _STARTED_AND_409)
        fault = self._process.effect(f"starting {job.name}", *_NOT_STARTED, *later)
        job.posts += not (fault and fault.endswith("of the gateway"))  # the service never saw that one
        self._world.say(f"  sends the start of {job.name}")
        judge_start(self._world, job, read_journal=self._process.journal, answered=self._process.answered)
        if fault in _NOT_STARTED:
            return _NOT_STARTED[fault]
        if fault == _LATE:
            job.arrives = self._world.now + SLOW_S
        else:
            self._world.begin(job, self._world.choose(*list(DURATIONS_S)[1:]) or "fast")
        if fault == _KILLED_AFTER:
            self._process.die()
        if fault == _STARTED_AND_409:
            return StartAnswer(outcome=StartOutcome.UNKNOWN, error=_CONFLICT)
        if fault:
            return StartAnswer(outcome=StartOutcome.UNKNOWN, error=AnswerLost("no answer to the start"))
        return StartAnswer(outcome=StartOutcome.ACCEPTED)


class FakeDatasets:
    """In place of `DatasetsClient`."""

    def __init__(self, process: "Process") -> None:
        self._process, self._world = process, process.world
        self.stray_404s = 0
        """How many of the next answers are a 404 for a dataset that is there."""
        self.is_silent = False

    def get_dataset(self, _workspace_id, dataset_id):
        self._process.be_alive()
        if self.is_silent:
            raise PlatformUnreachable("no answer about the dataset")
        if self.stray_404s > 0:
            self.stray_404s -= 1
            raise DatasetNotFound(f"no dataset {dataset_id}", status=404)
        return Dataset(id=dataset_id, name=in_words(dataset_id), schema_version_id=None)

    def check_presence(self, workspace_id, dataset_id):
        """As the real client: the dataset, a witness of the same workspace, and the dataset once more."""
        for _ in range(2):
            with contextlib.suppress(DatasetNotFound):
                self.get_dataset(workspace_id, dataset_id)
                return DatasetPresence(presence=Presence.PRESENT)
        return DatasetPresence(presence=Presence.GONE)

    def count_rows(self, _workspace_id, dataset_id):
        self._process.be_alive()
        name = next(name for name, id_ in DATASETS.items() if id_ == dataset_id.lower())
        return len(self._world.rows(name))
