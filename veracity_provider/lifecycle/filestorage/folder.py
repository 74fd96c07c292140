"""The life of a `StorageFolder`: it is adopted or made, its metadata kept as declared, and let go."""

from typing import Any, final

from veracity_provider.description.storage_folder import StorageFolderInputs, StorageFolderOutputs
from veracity_provider.errors import (
    InputError,
    InputProblem,
    MetadataConflict,
    MetadataNotApplied,
    StorageFolderNotEmpty,
    StoragePathError,
)
from veracity_provider.lifecycle.filestorage.metadata import (
    changed_metadata,
    first_values,
    given_up_keys,
    observed_values,
    plan_keys,
    plan_keys_restore,
    released_keys,
)
from veracity_provider.lifecycle.filestorage.state import DeclaredFolder, FolderState, Place
from veracity_provider.lifecycle.filestorage.workspace_storage import WorkspaceStorage, repeat_while_changed
from veracity_provider.lifecycle.inputs import is_known
from veracity_provider.lifecycle.metadata import texts
from veracity_provider.lifecycle.metadata.plan import ChangeCause, Managed, MetadataPlan, RestorePlan
from veracity_provider.lifecycle.naming import with_workspace, workspace_problems
from veracity_provider.lifecycle.protocols import Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.run import IS_PREVIEW, Manager
from veracity_provider.lifecycle.services import Services
from veracity_provider.storage.remote_paths import PathProperties


@final
class StorageFolderLifecycle:
    """A folder of file storage and its metadata; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._run = services.run

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs; of a folder that no `diff` will look at, say what `up` does with it."""
        completed = dict(news)
        self._run.is_preview = bool(completed.pop(IS_PREVIEW, False))
        try:
            self._require_valid(completed)
            completed = with_workspace(completed, self._services, reporter)
        except InputError as error:
            return Checked(inputs=completed, problems=error.problems)
        declared = DeclaredFolder.from_properties(completed)
        place = declared.place
        if place is None:
            return Checked(inputs=completed)
        self._run.declare(place.id, Manager(urn=reporter.urn, values=declared.metadata))
        if place == DeclaredFolder.from_properties(olds).place:
            return Checked(inputs=completed)
        try:
            self._say_what_create_does(place, declared, reporter)
        except StoragePathError as error:
            return Checked(inputs=completed, problems=(InputProblem("path", str(error)),))
        return Checked(inputs=completed)

    def _require_valid(self, inputs: JsonObject) -> None:
        StorageFolderInputs.from_properties(inputs)
        if problems := workspace_problems(inputs, self._services.settings):
            raise InputError(problems)

    def _say_what_create_does(self, place: Place, declared: DeclaredFolder, reporter: Reporter) -> None:
        live = self._find(place)
        if live is None:
            reporter.info("creates the folder")
            return
        plan = plan_keys(live.metadata, declared.metadata, {})
        changed_metadata(live.metadata, plan, _what(place))
        if plan.changes:
            reporter.info(texts.changes_text("adopts the folder, and changes", plan.changes))
        changed = {change.field.name for change in plan.changes}
        already = [name for name, value in declared.metadata.items() if is_known(value) and name not in changed]
        if already and declared.inputs.on_destroy == "restore":
            reporter.info(texts.already_text(already))

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """One request; a change when metadata is to be written, or the folder is gone."""
        state, declared = FolderState.from_properties(olds), DeclaredFolder.from_properties(news)
        place = declared.place
        if place is None or place != state.declared.place:
            return Difference(changes=True, replaces=StorageFolderInputs.replacing())
        live = self._find(place)
        if live is None:
            reporter.info("the folder was deleted, and is created again")
            return Difference(changes=True)
        plan = plan_keys(live.metadata, declared.metadata, state.outputs.applied)
        changed_metadata(live.metadata, plan, _what(place))
        self._say_changes(place, plan, declared, reporter)
        return Difference(
            changes=bool(plan.operations)
            or declared.is_metadata_unknown
            or state.declared.settings != declared.settings
            or dict(state.outputs.applied) != dict(declared.metadata)
        )

    def _say_changes(self, place: Place, plan: MetadataPlan, declared: DeclaredFolder, reporter: Reporter) -> None:
        will_stop = self._run.is_preview and bool(plan.drifted) and declared.is_guarded
        if will_stop:
            reporter.warning(texts.will_stop_text(_what(place), plan.drifted))
        for cause in ChangeCause:
            changes = [one for one in plan.changes if one.cause is cause]
            if changes and not (will_stop and cause is ChangeCause.DRIFTED):
                reporter.info(texts.changes_text(cause.value, changes))

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt the folder, or make it, and give it the declared metadata."""
        declared = DeclaredFolder.from_properties(news)
        outputs = self._apply(declared, FolderState.from_properties({}), reporter)
        return Created(id=declared.known_place.id, outputs={**news, **outputs.given()})

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Make it what is declared, from what it is now."""
        outputs = self._apply(DeclaredFolder.from_properties(news), FolderState.from_properties(olds), reporter)
        return {**news, **outputs.given()}

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; what was declared shows as the storage has it."""
        state = FolderState.from_properties(olds)
        place = state.declared.known_place
        live = self._find(place)
        if live is None:
            reporter.info(f"{_what(place)} no longer exists")
            return None
        inputs = state.declared.inputs.given()
        if "metadata" in inputs:
            inputs["metadata"] = observed_values(live.metadata, state.declared.metadata)
        return Found(
            id=id_, outputs={**inputs, **state.outputs.given(), **self._live_outputs(place, live)}, inputs=inputs
        )

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go: put back its metadata, or remove it if it is empty; nothing that somebody else manages now."""
        state = FolderState.from_properties(olds)
        on_destroy, place = state.declared.inputs.on_destroy, state.declared.known_place
        successor = self._run.manager_of(place.id)
        if on_destroy == "restore":
            managed = Managed(previous=state.outputs.previous, applied=state.outputs.applied)
            self._restore(place, released_keys(managed, successor.values) if successor else managed, reporter)
            if successor and (lost := given_up_keys(managed, successor.values)):
                reporter.warning(texts.given_up_text(lost))
        elif on_destroy == "delete" and not successor:
            self._remove(place, reporter)
        if successor and on_destroy != "retain":
            reporter.info(texts.left_to_text("folder", successor.urn, reporter.urn))

    def _remove(self, place: Place, reporter: Reporter) -> None:
        try:
            self._storage(place).remove(place.path)
        except StorageFolderNotEmpty:
            reporter.warning(f"{_what(place)} is not removed, since it contains what is not managed here")

    def _restore(self, place: Place, managed: Managed, reporter: Reporter) -> None:
        plan = repeat_while_changed(lambda: self._put_back(place, managed))
        if plan is None:
            reporter.info(f"{_what(place)} no longer exists")
            return
        if plan.kept:
            reporter.warning(texts.kept_text(plan))
        reporter.info(texts.restored_text("restored", plan) if plan.restored else "nothing to restore")

    def _put_back(self, place: Place, managed: Managed) -> RestorePlan | None:
        live = self._find(place)
        if live is None:
            return None
        plan = plan_keys_restore(live.metadata, managed)
        if plan.operations:
            metadata = changed_metadata(live.metadata, plan, _what(place))
            self._storage(place).set_metadata(place.path, metadata, etag=live.etag)
        return plan

    def _apply(self, declared: DeclaredFolder, state: FolderState, reporter: Reporter) -> StorageFolderOutputs:
        place = declared.known_place
        found: list[PathProperties | None] = []

        def write() -> MetadataPlan:
            found.append(self._find(place))
            return self._write(place, found[-1], declared, state)

        plan = repeat_while_changed(write)
        if plan.drifted:
            reporter.warning(texts.changes_text("overwrote what somebody else had written", plan.drifted))
        there = found[0].metadata if found[0] else dict[str, str]()
        previous = first_values(there, declared.metadata, state.outputs.previous)
        return self._outputs(place, plan, declared, previous, state)

    def _write(
        self, place: Place, live: PathProperties | None, declared: DeclaredFolder, state: FolderState
    ) -> MetadataPlan:
        """
        Send what is missing, in one request; nothing where nothing is.

        Raises:
            StoragePathChanged: Somebody else was faster.
            MetadataConflict: Somebody has changed a managed key, and *on_conflict* is `fail`.
        """
        storage = self._storage(place)
        if live is None:
            plan = plan_keys({}, declared.metadata, {})
            storage.make_folder(place.path, changed_metadata({}, plan, _what(place)))
            return plan
        plan = plan_keys(live.metadata, declared.metadata, state.outputs.applied)
        if plan.drifted and declared.is_guarded:
            raise MetadataConflict(texts.conflict_text(_what(place), plan.drifted))
        if plan.operations:
            metadata = changed_metadata(live.metadata, plan, _what(place))
            storage.set_metadata(place.path, metadata, etag=live.etag)
        return plan

    def _outputs(
        self,
        place: Place,
        plan: MetadataPlan,
        declared: DeclaredFolder,
        previous: dict[str, Any],
        state: FolderState,
    ) -> StorageFolderOutputs:
        now = self._find(place)
        if now is None:
            raise StoragePathError(f"{_what(place)} was deleted right after it was created; run `pulumi up` again")
        if left := plan_keys(now.metadata, declared.metadata, {}).changes:
            raise MetadataNotApplied(texts.not_applied_text(_what(place), left))
        outputs = {
            **self._live_outputs(place, now),
            "patch": list(plan.operations) or list(state.outputs.patch),
            "previous": previous,
            "applied": dict(declared.metadata),
        }
        return StorageFolderOutputs.from_state(outputs)

    def _live_outputs(self, place: Place, live: PathProperties) -> dict[str, Any]:
        return {
            "url": self._storage(place).address_of(place.path),
            "last_modified": live.last_modified,
            "live_metadata": dict(live.metadata),
        }

    def _find(self, place: Place) -> PathProperties | None:
        live = self._storage(place).find(place.path)
        if live is not None and not live.is_folder:
            raise StoragePathError(f"{place.path} must be a folder, and is a file; choose another path, or remove it")
        return live

    def _storage(self, place: Place) -> WorkspaceStorage:
        return WorkspaceStorage(self._services, place.workspace_id)


def _what(place: Place) -> str:
    return f"folder {place.path}"
