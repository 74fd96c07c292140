"""The life of a `DatasetUpload`: where no dataset has the name, a job is registered, and its first file uploaded."""

from typing import Any, Final, final

from veracity_provider.api.answers import Presence
from veracity_provider.api.models import Dataset, RegisteredJob, SchemaVersion
from veracity_provider.description.dataset import DatasetInputs, DatasetUploadOutputs
from veracity_provider.errors import (
    AuthenticationFailed,
    DatasetError,
    IngestJobTimeout,
    InputError,
    InputProblem,
    RequestRefused,
    SchemaError,
    SchemaVersionNotFound,
    SourceError,
    VeracityError,
)
from veracity_provider.lifecycle.dataset.creation import Creation
from veracity_provider.lifecycle.dataset.finding import find_dataset, find_schema_version
from veracity_provider.lifecycle.dataset.plan import Step, plan_job
from veracity_provider.lifecycle.dataset.state import DeclaredDataset, check_dataset
from veracity_provider.lifecycle.ingest.header_check import check_header
from veracity_provider.lifecycle.ingest.history import JobHistory, find_job
from veracity_provider.lifecycle.ingest.inputs import with_content
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.jobs.job import CREATE, Job, JobReference
from veracity_provider.lifecycle.jobs.observer import JobObserver, Observation
from veracity_provider.lifecycle.jobs.outcome import Outcome
from veracity_provider.lifecycle.jobs.questions import Questions
from veracity_provider.lifecycle.jobs.starter import JobStarter
from veracity_provider.lifecycle.jobs.waiting import look_up
from veracity_provider.lifecycle.naming import with_workspace
from veracity_provider.lifecycle.protocols import UNKNOWN, Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.run import IS_PREVIEW
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S
from veracity_provider.storage.csv_header import read_header
from veracity_provider.storage.fingerprint import Fingerprints

_NOTHING_UPLOADED: Final = "nothing was uploaded"


@final
class DatasetUploadLifecycle:
    """First files of datasets that are not there yet; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs and find the first file's hash; where a dataset is to be made, check the file's header."""
        inputs = dict(news)
        is_preview = bool(inputs.pop(IS_PREVIEW, False))
        problems = check_dataset(inputs, self._services.settings)
        if problems:
            return Checked(inputs=inputs, problems=problems)
        try:
            inputs = with_workspace(inputs, self._services, reporter)
            completed = self._with_content(olds, inputs)
        except InputError as error:
            return Checked(inputs=inputs, problems=error.problems)
        except SourceError as error:
            return Checked(inputs=inputs, problems=(InputProblem("source", str(error)),))
        declared = DeclaredDataset.from_properties(completed)
        if not olds:
            problems = self._problems_of_a_new_one(declared, reporter)
        content_hash = declared.inputs.content_hash
        if not problems and isinstance(content_hash, str):
            problems = self._services.previewed.hold_to(reporter.urn, content_hash, is_preview=is_preview)
        return Checked(inputs=completed, problems=problems)

    def _with_content(self, olds: JsonObject, inputs: dict[str, Any]) -> dict[str, Any]:
        """A file that is not there any more has its hash of the last `up`: it is read once, when the job is made."""
        declared, before = DeclaredDataset.from_properties(inputs), DeclaredDataset.from_properties(olds)
        if declared.inputs.source is None:
            return inputs
        if declared.source is None:
            return with_content(inputs, UNKNOWN, UNKNOWN)
        source = resolve_source(declared.source, self._services.project)
        try:
            found = Fingerprints(self._services.home / "fingerprints").of(source)
        except SourceError:
            if isinstance(before.inputs.content_hash, str) and before.source == declared.source:
                return with_content(inputs, before.inputs.content_hash, before.inputs.size_bytes)
            raise
        return with_content(inputs, found.content_hash, found.size_bytes)

    def _problems_of_a_new_one(self, declared: DeclaredDataset, reporter: Reporter) -> tuple[InputProblem, ...]:
        """What would keep a dataset from being made; nothing where one is there, or where that is not known yet."""
        if declared.place is None or not declared.is_schema_known:
            return ()
        try:
            if find_dataset(self._services, *declared.place) is not None:
                return ()
            schema = find_schema_version(self._services, declared)
        except DatasetError as error:
            return (InputProblem("dataset_name", str(error)),)
        except SchemaError as error:
            return (InputProblem("schema_name", str(error)),)
        except SchemaVersionNotFound as error:
            return (InputProblem("schema_version_id", str(error)),)
        except AuthenticationFailed:
            raise
        except VeracityError as error:
            reporter.warning(f"the first file is not checked against the schema: {error}")
            return ()
        return self._problems_of_the_file(declared, schema)

    def _problems_of_the_file(self, declared: DeclaredDataset, schema: SchemaVersion) -> tuple[InputProblem, ...]:
        if declared.source is None:
            return ()
        try:
            header = read_header(resolve_source(declared.source, self._services.project))
        except SourceError as error:
            return (InputProblem("source", str(error)),)
        return tuple(check_header(header, schema, CREATE))

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """A new job only where none has made the dataset, and none that is declared can; another name is another."""
        before, declared = DeclaredDataset.from_properties(olds), DeclaredDataset.from_properties(news)
        if declared.place is None:
            return Difference(changes=True)
        if declared.place != before.place:
            return Difference(changes=True, replaces=DatasetInputs.replacing())
        job = find_job(olds)
        if job is None:
            return Difference(changes=False)
        seen = JobObserver(self._services, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S).look(job)
        step = self._plan(seen, job, declared)
        if step is Step.WAIT:
            reporter.warning(f"ingest job {job.job_id}may be creating it; `pulumi up` waits for it to end")
        elif step is Step.NEW and seen.outcome is not Outcome.NOT_SENT:
            reporter.info(f"ingest job {job.job_id} created no dataset; a new one will be registered")
        return Difference(changes=step is not Step.KEEP)

    def _plan(self, seen: Observation, job: Job, declared: DeclaredDataset) -> Step:
        """Asks the platform only for what the outcome leaves open."""
        outcome = seen.outcome
        is_there = (
            outcome is not Outcome.TOOK_EFFECT and find_dataset(self._services, *declared.known_place) is not None
        )
        is_served = outcome is Outcome.NOT_SENT and not is_there and self._is_served_by(job, declared)
        return plan_job(outcome, is_there=is_there, is_served=is_served)

    def _is_served_by(self, job: Job, declared: DeclaredDataset) -> bool:
        if not declared.is_fully_known:
            return False
        schema = find_schema_version(self._services, declared)
        return Creation.of(self._services, declared, schema).is_served_by(job)

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt the dataset of this name; else register a job and upload the first file, and start nothing."""
        outputs = self._adopt_or_stage(news, JobHistory(), reporter)
        made = DatasetUploadOutputs.from_state(outputs)
        return Created(id=made.job_id or made.dataset_id, outputs=outputs)

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """The same, once the job before has had its time."""
        job, declared = find_job(olds), DeclaredDataset.from_properties(news)
        if job is None:
            return self._adopt_or_stage(news, JobHistory(), reporter)
        observer = JobObserver(self._services, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S)
        seen = observer.settle(job)
        history = JobHistory.from_properties(olds)
        if self._plan(seen, job, declared) is Step.KEEP:
            return _state(news, job, history)
        questions = Questions(self._services, observer)
        if seen.outcome is Outcome.AT_WORK:
            raise IngestJobTimeout(questions.ask(seen, consequence=_NOTHING_UPLOADED))
        if seen.outcome is Outcome.NOT_SENT:
            starter = JobStarter(self._services, observer, questions, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S)
            if not starter.withdraw(job):
                return self.update(id_, olds, news, reporter)  # another process has sent it meanwhile
        may_be_at_work = (*history.left_behind, *([job] if seen.outcome is Outcome.MAY_BE_AT_WORK else []))
        return self._adopt_or_stage(news, JobHistory(left_behind=may_be_at_work), reporter)

    def _adopt_or_stage(self, news: JsonObject, history: JobHistory, reporter: Reporter) -> dict[str, Any]:
        declared = DeclaredDataset.from_properties(news)
        place = declared.known_place
        live = find_dataset(self._services, *place)
        if live is not None:
            return _state_of_adopted(news, live)
        creation = Creation.of(self._services, declared, find_schema_version(self._services, declared))
        try:
            job = self._stage(creation, reporter)
        except RequestRefused:
            # Whether a name is refused here or at the end of the job is not published.
            live = find_dataset(self._services, *place)
            if live is None:
                raise
            return _state_of_adopted(news, live)
        return _state(news, job, history)

    def _stage(self, creation: Creation, reporter: Reporter) -> Job:
        # Late: the Azure library is for those who upload.
        from veracity_provider.lifecycle.ingest.staging import Staging

        def register(file_name: str) -> RegisteredJob:
            ingest = self._services.clients.ingest
            return ingest.register_create_job(creation.workspace_id, creation.new, file_name=file_name)

        return Staging(self._services, creation.to_ingest(), reporter, register=register).stage()

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """
        Gone where its dataset surely is.

        Forgetting it wrongly costs nothing: a dataset is looked for by its name before it is made.
        """
        declared, job = DeclaredDataset.from_properties(olds), find_job(olds)
        workspace_id, name = declared.known_place
        dataset_id = DatasetUploadOutputs.from_state(olds).dataset_id or self._dataset_made_by(job)
        if dataset_id:
            found = self._services.clients.datasets.check_presence(workspace_id, dataset_id)
            is_gone = found.presence is Presence.GONE
        else:
            is_gone = self._took_effect(job, reporter) and find_dataset(self._services, workspace_id, name) is None
        if is_gone:
            return None
        inputs = {name: value for name, value in declared.inputs.given().items() if not has_unknown(value)}
        return Found(id=id_, outputs=olds, inputs=inputs)

    def _dataset_made_by(self, job: JobReference | None) -> str:
        report = look_up(self._services, job) if job else None
        return (report.dataset_id if report else None) or ""

    def _took_effect(self, job: JobReference | None, reporter: Reporter) -> bool:
        if job is None:
            return False
        seen = JobObserver(self._services, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S).look(job)
        return seen.outcome is Outcome.TOOK_EFFECT

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: the platform has no call that takes a job back."""


def _state(news: JsonObject, job: Job, history: JobHistory) -> dict[str, Any]:
    return {**news, **DatasetUploadOutputs(job_id=job.job_id).given(), **history.to_properties(job)}


def _state_of_adopted(news: JsonObject, live: Dataset) -> dict[str, Any]:
    return {**news, **DatasetUploadOutputs(dataset_id=live.id, job_id="").given()}
