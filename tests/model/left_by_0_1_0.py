"""What release 0.1.0 has left: states and journals in its shape, wherever it was when it was replaced."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.model.engine import Resource
from tests.model.situation import Situation
from tests.model.world import DATASETS, Declared, Job

_AT = "2026-01-01T00:00:00Z"
_DATASET = DATASETS["D1"]


@dataclass
class Release:
    """A stack of one ingest that release 0.1.0 has managed so far."""

    situation: Situation

    def uploaded(self, content: str, journal: str, *, supersedes: Job | None = None) -> Job:
        """A job whose file has arrived, in the state of the upload, with the journal's word for it."""
        situation = self.situation
        program = situation.program = replace(situation.program, contents=(content,))
        declared = Declared(0, "D1", content, program.operations[0])
        situation.declared.setdefault((0, "D1"), []).append(declared)
        job = situation.world.register(declared)
        job.is_uploaded = job.is_of_0_1_0 = True
        self._put(job.id, {"state": journal, "at": _AT, "status": "", "dataset_name": "", "is_by_word": False})
        situation.stack["upload0"] = self._resource(job, {"supersedes": supersedes.id if supersedes else ""})
        return job

    def sent(self, job: Job, outcome: str = "fast", *, is_over: bool = True) -> None:
        """Its start request has arrived; it *is_over* or still at work."""
        world = self.situation.world
        job.posts = 1
        world.begin(job, outcome)
        if is_over:
            world.sleep(job.due - world.now)

    def lost(self, job: Job) -> None:
        """Its start request was sent, and has not arrived."""
        job.posts = 1

    def last_started(self, job: Job) -> None:
        """The journal names it as the job that was started last for the dataset."""
        self._put(f"dataset-{_DATASET}", {"job_id": job.id})

    def recorded(self, job: Job, *, effective: Job | None = None) -> None:
        """The state of the ingest has it as done."""
        took_effect = effective or job
        result = {"status": "Completed", "dataset_name": "D1", "started_at": _AT, "completed_at": _AT}
        upload = self.situation.stack["upload0"]["outputs"]
        outputs = {"supersedes": upload["supersedes"], **result, "effective_job_id": took_effect.id}
        self.situation.stack["ingest0"] = self._resource(job, outputs)

    def _resource(self, job: Job, outputs: Mapping[str, Any]) -> Resource:
        content = job.declared.content.encode()
        of_the_file = {"content_hash": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
        inputs = {**self.situation.program.inputs(0), **of_the_file}
        return {"id": job.id, "inputs": inputs, "outputs": {**inputs, "job_id": job.id, **outputs}}

    def _put(self, name: str, document: Mapping[str, Any]) -> None:
        files = self.situation.homes.get("M1", {})
        self.situation.homes["M1"] = {**files, f"jobs/{name}.json": json.dumps(document).encode()}


def _done(release: Release) -> Job:
    job = release.uploaded("0a", "completed")
    release.last_started(job)
    release.sent(job)
    release.recorded(job)
    return job


def _uploaded(release: Release) -> None:
    release.uploaded("0a", "staged")


def _request_lost(release: Release) -> None:
    job = release.uploaded("0a", "starting")
    release.last_started(job)
    release.lost(job)


def _answer_lost(release: Release) -> None:
    job = release.uploaded("0a", "starting")
    release.last_started(job)
    release.sent(job)


def _at_work(release: Release) -> None:
    job = release.uploaded("0a", "started")
    release.last_started(job)
    release.sent(job, "slow", is_over=False)


def _failed(release: Release) -> None:
    job = release.uploaded("0a", "failed")
    release.last_started(job)
    release.sent(job, "failed")


def _cancelled(release: Release) -> None:
    job = release.uploaded("0a", "doubtful")
    release.last_started(job)
    release.sent(job, "cancelled with effect")


def _edited(release: Release) -> None:
    job = release.uploaded("0b", "starting", supersedes=_done(release))
    release.last_started(job)
    release.sent(job, "slow", is_over=False)


def _taken_back(release: Release) -> None:
    first = _done(release)
    bad = release.uploaded("0b", "failed", supersedes=first)
    release.last_started(bad)
    release.sent(bad, "failed")
    again = release.uploaded("0a", "staged", supersedes=first)
    again.is_alike = True
    release.recorded(again, effective=first)


def _given_up(release: Release) -> None:
    first = _done(release)
    slow = release.uploaded("0b", "abandoned", supersedes=first)
    release.last_started(slow)
    release.sent(slow, "slow", is_over=False)
    release.uploaded("0c", "staged", supersedes=slow)


LEFT: Mapping[str, Callable[[Release], object]] = {
    "done": _done,
    "uploaded": _uploaded,
    "its start lost": _request_lost,
    "the answer to its start lost": _answer_lost,
    "at work": _at_work,
    "failed": _failed,
    "cancelled with effect": _cancelled,
    "done, an edit at work": _edited,
    "done, a bad edit taken back": _taken_back,
    "done, an edit given up": _given_up,
}


def lay_out(what: str, situation: Situation) -> None:
    """Let *situation*, in which nothing is made yet, be as 0.1.0 has left it."""
    situation.world.say(f"release 0.1.0 has left an ingest: {what}")
    LEFT[what](Release(situation))
    situation.before = ((),)
