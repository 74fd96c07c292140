"""What an `up` does with the two resources of an ingest, without an engine; and what the platform then has."""

from tests.rows import wind_readings
from veracity_provider.dynamic.resources import _UPLOADED as UPLOADED
from veracity_provider.lifecycle.ingest.history import current_job
from veracity_provider.lifecycle.ingest.ingest import DatasetIngestLifecycle
from veracity_provider.lifecycle.ingest.inputs import complete
from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle
from veracity_provider.lifecycle.jobs.observer import journal_of

START = {"method": "POST", "path": "*/start"}


class Machine:
    """What the engine does with the two resources on one machine, kills left out."""

    def __init__(self, services, told):
        self.services, self.told = services, told
        self.upload, self.ingest = IngestUploadLifecycle(services), DatasetIngestLifecycle(services)

    def checked(self, news, olds=None):
        found = self.upload.check(olds or {}, news, self.told)
        assert found.problems == ()
        return found.inputs

    def up(self, state, news):
        """One `pulumi up`; *state* is changed as the engine's would be, step by step."""
        old = state.get("upload")
        news = self.checked(news, old)
        if old is None:
            state["upload"] = self.upload.create(news, self.told).outputs
        elif self.upload.diff("id", old, news, self.told).changes:
            state["upload"] = self.upload.update("id", old, news, self.told)
        self.finish(state, news)

    def finish(self, state, news):
        given = complete({**news, **{name: state["upload"][name] for name in UPLOADED}})
        old = state.get("ingest")
        if old is None:
            state["ingest"] = self.ingest.create(given, self.told).outputs
        elif self.ingest.diff("id", old, given, self.told).changes:
            state["ingest"] = self.ingest.update("id", old, given, self.told)

    def is_unchanged(self, state, news):
        news = self.checked(news, state["upload"])
        given = complete({**news, **{name: state["upload"][name] for name in UPLOADED}})
        return not (
            self.upload.diff("id", state["upload"], news, self.told).changes
            or self.ingest.diff("id", state["ingest"], given, self.told).changes
        )

    def stage(self, news):
        """Only the upload, as an `up` that is killed before the start has left it."""
        return {"upload": self.upload.create(self.checked(news), self.told).outputs}

    def journal(self, upload):
        return journal_of(self.services).find(current_job(upload))


def make_append(veracity, source, **settings):
    dataset = veracity.new_dataset(like="keyless", **settings)
    return {
        "workspace_id": veracity.demo["workspaceId"],
        "dataset_id": dataset,
        "source": source(wind_readings()),
        "operation": "Append",
        "preflight": "header",
        "job_timeout_seconds": 600.0,
    }


def starts(veracity, news):
    return [job["startCount"] for job in veracity.jobs(news["dataset_id"])]


def end_job(veracity, news, which=0):
    """One of the dataset's jobs takes effect, and ends."""
    job_id = veracity.jobs(news["dataset_id"])[which]["jobId"]
    veracity.post(f"/_emulator/jobs/{job_id}/end", {"status": "Completed", "applies": True})


def rows(veracity, news):
    return len(veracity.rows(news["dataset_id"]))
