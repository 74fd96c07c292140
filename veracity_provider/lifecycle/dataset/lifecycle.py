"""The life of a `Dataset`: it is adopted or made, compared with what is declared, and forgotten."""

from typing import Any, Final, final

from veracity_provider.api.answers import Presence
from veracity_provider.api.models import Dataset
from veracity_provider.description.dataset import DatasetInputs, DatasetOutputs
from veracity_provider.errors import DatasetError, DatasetNotFound, InputError, InputProblem, SchemaError, VeracityError
from veracity_provider.lifecycle.dataset.finding import find_dataset, find_namesakes, find_schema_version
from veracity_provider.lifecycle.dataset.making import Making
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.dataset.texts import difference_text
from veracity_provider.lifecycle.ingest.history import JobHistory, find_job
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.jobs.observer import JobObserver
from veracity_provider.lifecycle.jobs.outcome import UNENDED
from veracity_provider.lifecycle.naming import with_workspace
from veracity_provider.lifecycle.protocols import Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S
from veracity_provider.texts import shown

_FROM_UPLOAD: Final = ("job_id", "job_history")


@final
class DatasetLifecycle:
    """A dataset; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Its inputs have been judged as those of its upload; of a dataset that is new, say what `up` does."""
        try:
            inputs = with_workspace(news, self._services, reporter)
        except InputError as error:
            return Checked(inputs=news, problems=error.problems)
        declared = DeclaredDataset.from_properties(inputs)
        if olds or declared.place is None:
            return Checked(inputs=inputs)
        try:
            self._say_what_create_does(declared, find_job(inputs), reporter)
        except DatasetError as error:
            return Checked(inputs=inputs, problems=(InputProblem("dataset_name", str(error)),))
        return Checked(inputs=inputs)

    def _say_what_create_does(self, declared: DeclaredDataset, job: Job | None, reporter: Reporter) -> None:
        workspace_id, name = declared.known_place
        live = find_dataset(self._services, workspace_id, name)
        if live is not None:
            unused = "; its source is used only for a new dataset" if declared.inputs.source is not None else ""
            reporter.info(f'adopts dataset "{shown(live.name)}" ({live.id}){unused}')
            self._warn_of_differences(live, declared, self._schema_to_compare(live, declared), reporter)
            return
        reporter.info("creates the dataset")
        for other in find_namesakes(self._services, workspace_id, name):
            reporter.warning(
                f'dataset "{shown(other.name)}" ({other.id}) differs from the declared name only by case; the '
                "platform may refuse such a name as taken"
            )
        if job and self._observer(reporter).look(job).outcome in UNENDED:
            reporter.warning(f"ingest job {job.job_id}may be creating it; `pulumi up` waits for it to end")

    def _schema_to_compare(self, live: Dataset, declared: DeclaredDataset) -> str | None:
        """The schema version that an adopted dataset should have; None where that cannot be said."""
        if declared.schema_version_id is not None or not declared.is_schema_known:
            return declared.schema_version_id
        try:
            return find_schema_version(self._services, declared).id.lower()
        except (SchemaError, VeracityError):
            return None  # of a dataset that is there, the schema makes no difference

    def _warn_of_differences(
        self, live: Dataset, declared: DeclaredDataset, schema_version_id: str | None, reporter: Reporter
    ) -> None:
        text = difference_text(live, declared, schema_version_id)
        if text:
            reporter.warning(text)

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """Another name or workspace is another dataset; whatever else differs, no call can change."""
        before, declared = DeclaredDataset.from_properties(olds), DeclaredDataset.from_properties(news)
        if declared.place is None:
            return Difference(changes=True)
        live = self._get(before, id_)
        if declared.place != before.place:
            workspace_id, name = declared.place
            if workspace_id == before.workspace_id and name == live.name:
                return Difference(changes=True)  # it was renamed in the portal, and now in the program
            reporter.warning(f'another name is another dataset; "{shown(live.name)}" ({live.id}) stays as it is')
            return Difference(changes=True, replaces=self._replaced(before, declared))
        self._warn_of_differences(live, declared, declared.schema_version_id, reporter)
        if declared.source is not None and declared.source != before.source:
            reporter.warning(
                "source is read when the dataset is created, and not again; declare a DatasetIngest for more rows"
            )
        return Difference(changes=False)

    def _replaced(self, before: DeclaredDataset, declared: DeclaredDataset) -> tuple[str, ...]:
        moved = {"dataset_name": before.name != declared.name}
        moved["workspace_id"] = before.workspace_id != declared.workspace_id
        return tuple(name for name in DatasetInputs.replacing() if moved[name])

    def _get(self, declared: DeclaredDataset, dataset_id: str) -> Dataset:
        workspace_id, name = declared.known_place
        try:
            return self._services.clients.datasets.get_dataset(workspace_id, dataset_id)
        except DatasetNotFound as error:
            message = f'dataset "{shown(name)}" ({dataset_id}) is not found in workspace {workspace_id}'
            hint = (
                "If it was deleted, run `pulumi refresh`, which removes it from the state; `pulumi up` then "
                "creates it again"
            )
            raise DatasetNotFound(f"{message}. {hint}", status=error.status, trace_id=error.trace_id) from None

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt the dataset of this name; else start the job of its upload, unless it was started, and wait."""
        declared, job = DeclaredDataset.from_properties(news), find_job(news)
        if job is None:
            live = self._adopted(declared)
        else:
            left_behind = JobHistory.from_properties(news).left_behind
            live = Making(self._services, declared, job, left_behind, reporter).finish()
        return Created(id=live.id, outputs=_state(news, live))

    def _adopted(self, declared: DeclaredDataset) -> Dataset:
        live = find_dataset(self._services, *declared.known_place)
        if live is None:
            _, name = declared.known_place
            message = f'dataset "{shown(name)}" existed before, and no longer does'
            raise DatasetError(f"{message}. Run `pulumi refresh`, then `pulumi up`, which creates it")
        return live

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Note what it is called now; nothing else of a dataset that is there can be changed."""
        return _state(news, self._get(DeclaredDataset.from_properties(olds), id_))

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; gone only when it surely is. What is declared stays, since no call could put it back."""
        declared = DeclaredDataset.from_properties(olds)
        workspace_id, name = declared.known_place
        datasets = self._services.clients.datasets
        found = datasets.check_presence(workspace_id, id_)
        inputs = _inputs_of(declared)
        if found.presence is Presence.GONE:
            reporter.info(f'dataset "{shown(name)}" ({id_}) no longer exists')
            return None
        if found.presence is Presence.UNPROVEN:
            reporter.warning(f"dataset {id_} was not found, but {found.reason}; it is kept in the state")
            return Found(id=id_, outputs=olds, inputs=inputs)
        live = datasets.get_dataset(workspace_id, id_)
        self._warn_of_differences(live, declared, None, reporter)
        return Found(id=id_, outputs=_state(olds, live), inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: the platform has no call that deletes a dataset."""
        _, name = DeclaredDataset.from_properties(olds).known_place
        reporter.info(
            f'removed from the state; dataset "{shown(name)}" stays on the platform, whose API cannot delete it'
        )

    def _observer(self, reporter: Reporter) -> JobObserver:
        return JobObserver(self._services, reporter, timeout_s=DEFAULT_JOB_TIMEOUT_S)


def _inputs_of(declared: DeclaredDataset) -> dict[str, Any]:
    """The properties that were inputs; a schema version is an output where the schema was given by its name."""
    names = {*DatasetInputs.model_fields, *_FROM_UPLOAD}
    if declared.inputs.schema_name is not None:
        names.discard("schema_version_id")
    given = declared.properties.items()
    return {name: value for name, value in given if name in names and value is not None and not has_unknown(value)}


def _state(news: JsonObject, live: Dataset) -> dict[str, Any]:
    outputs = DatasetOutputs(
        dataset_id=live.id,
        columns=live.columns,
        schema_version_id=live.schema_version_id or "",
    )
    return {**news, **outputs.given()}
