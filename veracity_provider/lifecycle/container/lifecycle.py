"""The life of a `ContainerMetadata`: a container is adopted, kept as declared, and let go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, final

from veracity_provider.api.models import Container
from veracity_provider.description.container_metadata import ContainerMetadataInputs, ContainerMetadataOutputs
from veracity_provider.errors import (
    AnswerLost,
    ContainerNotFound,
    InputError,
    InputProblem,
    MetadataConflict,
    MetadataNotApplied,
    PermissionDenied,
    RequestRefused,
)
from veracity_provider.lifecycle.container import texts
from veracity_provider.lifecycle.container.fields import FIELDS
from veracity_provider.lifecycle.container.notes import AdoptionNotes
from veracity_provider.lifecycle.container.state import ContainerState, Declared, live_outputs
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.metadata import texts as metadata_texts
from veracity_provider.lifecycle.metadata.plan import (
    Adoption,
    ChangeCause,
    FieldChange,
    Managed,
    MetadataPlan,
    RestorePlan,
    first_values,
    given_up,
    inherited,
    plan_metadata,
    plan_restore,
    released,
)
from veracity_provider.lifecycle.protocols import Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.run import IS_PREVIEW, Manager
from veracity_provider.lifecycle.services import Services
from veracity_provider.unknown import Unknown, require_known


@final
class ContainerMetadataLifecycle:
    """Descriptive metadata of a container that exists; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._clients = services.clients
        self._account = services.settings.client_id
        self._run = services.run
        self._notes = AdoptionNotes(services.home / "containers", sleep=services.sleep)
        self._time: Callable[[], float] = services.time

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs; of a container that is still to be adopted, it too, since no `diff` will look at it."""
        inputs = dict(news)
        self._run.is_preview = bool(inputs.pop(IS_PREVIEW, False))
        try:
            declared = Declared.from_properties(inputs)
        except InputError as error:
            return Checked(inputs=inputs, problems=error.problems)
        container_id = declared.inputs.container_id
        if isinstance(container_id, Unknown):
            return Checked(inputs=inputs)
        manager = Manager(urn=reporter.urn, values=declared.values)
        is_news = self._run.declare(container_id.lower(), manager)
        if _is_same(Declared.from_state(olds).inputs.container_id, container_id):
            return Checked(inputs=inputs)
        return Checked(inputs=inputs, problems=self._check_adoption(container_id, declared, reporter, is_news=is_news))

    def _check_adoption(
        self, container_id: str, declared: Declared, reporter: Reporter, *, is_news: bool
    ) -> tuple[InputProblem, ...]:
        try:
            live = self._look(container_id)
        except ContainerNotFound as error:
            return (InputProblem("container_id", str(error)),)
        plan = plan_metadata(live.metadata, declared.known, {})
        if plan.operations and not _may_write(live):
            return (InputProblem("container_id", texts.not_owner_text(live, self._account)),)
        if is_news:  # a replacement is checked twice
            note = self._notes.find(container_id)
            first = inherited(live.metadata, declared.known, note)
            for line in texts.adoption_texts(plan, declared, note, first, reporter.urn):
                reporter.info(line)
        return ()

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """One GET; a change when the patch to be sent is not empty."""
        state, declared = ContainerState.from_properties(olds), Declared.from_properties(news)
        if not _is_same(id_, declared.inputs.container_id):
            return Difference(changes=True, replaces=ContainerMetadataInputs.replacing())
        live = self._look(id_)
        plan, back = _plan(live, state, declared)
        if plan.operations and not _may_write(live):
            reporter.warning(texts.not_owner_text(live, self._account))
        self._say_changes(plan, declared, live, reporter)
        for line in texts.released_texts(_released(state, declared), back):
            reporter.info(line)
        return Difference(
            changes=bool(plan.operations)
            or has_unknown(declared.values)
            or _settings(state.declared) != _settings(declared)
            or state.outputs.applied != _applied(state, declared)
        )

    def _say_changes(self, plan: MetadataPlan, declared: Declared, live: Container, reporter: Reporter) -> None:
        will_stop = self._run.is_preview and bool(plan.drifted) and declared.inputs.on_conflict == "fail"
        if will_stop:
            reporter.warning(metadata_texts.will_stop_text(_what(live), plan.drifted))
        for cause in ChangeCause:
            changes = [one for one in plan.changes if one.cause is cause]
            if changes and not (will_stop and cause is ChangeCause.DRIFTED):
                reporter.info(metadata_texts.changes_text(cause.value, changes))

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt: note what is there, and make it what is declared."""
        declared = Declared.from_properties(news)
        container_id = require_known(declared.inputs.container_id)
        with self._notes.locked(container_id):
            live = self._clients.data.get_container(container_id)
            note = self._notes.find(container_id)
            adopted_at = datetime.fromtimestamp(self._time(), UTC).isoformat(timespec="microseconds")
            found = {"previous": inherited(live.metadata, declared.fields, note), "adopted_at": adopted_at}
            state = self._apply_declared(live, ContainerState.from_properties(found), declared, reporter)
        return Created(id=container_id, outputs=state.to_properties())

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Make it what is declared, from what it is now."""
        state, declared = ContainerState.from_properties(olds), Declared.from_properties(news)
        live = self._clients.data.get_container(id_)
        return self._apply_declared(live, state, declared, reporter).to_properties()

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; what was declared shows as the platform has it."""
        try:
            live = self._clients.data.get_container(id_)
        except ContainerNotFound:
            reporter.info(f"container {id_} no longer exists")
            return None
        state = ContainerState.from_properties(olds)
        observed = {
            field.name: field.observe(live.metadata, like=value) for field, value in state.declared.fields.items()
        }
        inputs = {**state.declared.inputs.given(), **observed}
        return Found(id=id_, outputs={**inputs, **state.outputs.given(), **live_outputs(live)}, inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go: with `restore`, put back what was there before, of what nobody else manages from now on."""
        state = ContainerState.from_properties(olds)
        with self._notes.locked(id_):
            note = self._notes.find(id_)
            later = note if note and note.is_later_than(state.outputs.adopted_at) else None
            successor = self._run.manager_of(id_.lower()) or (later and _manager_by(later))
            if successor and not later:
                self._write_note(id_, state, reporter.urn)
            if state.declared.inputs.on_destroy == "restore":
                self._restore(id_, state, successor, reporter)
            if not successor:
                self._notes.remove(id_)

    def _look(self, container_id: str) -> Container:
        """Read it to compare, never to write: what is written is worked out from a read of its own."""
        data = self._clients.data
        return data.previewed.read(container_id) if self._run.is_preview else data.get_container(container_id)

    def _restore(self, id_: str, state: ContainerState, successor: Manager | None, reporter: Reporter) -> None:
        """Put back what nobody manages from now on; say who manages the rest, and what of it nobody knows any more."""
        managed = released(FIELDS, state.managed, successor.values) if successor else state.managed
        if managed.applied or not successor:
            self._put_back(id_, managed, reporter)
        if successor:
            reporter.info(metadata_texts.left_to_text("container", successor.urn, reporter.urn))
            note = self._notes.find(id_) or Adoption()
            previous = {name: value for name, value in state.outputs.previous.items() if name in successor.values}
            if lost := given_up(previous, note.managed.previous):
                reporter.warning(metadata_texts.given_up_text(lost))

    def _put_back(self, id_: str, managed: Managed, reporter: Reporter) -> None:
        try:
            live = self._clients.data.get_container(id_)
            plan = plan_restore(live.metadata, FIELDS, managed)
            if plan.operations:
                self._send_patch(live, plan.operations)
        except ContainerNotFound:
            reporter.info(f"container {id_} no longer exists")
            return
        if plan.kept:
            reporter.warning(metadata_texts.kept_text(plan))
        reporter.info(metadata_texts.restored_text("restored", plan) if plan.restored else "nothing to restore")

    def _apply_declared(
        self, live: Container, state: ContainerState, declared: Declared, reporter: Reporter
    ) -> ContainerState:
        plan, _ = _plan(live, state, declared)
        if plan.drifted and declared.inputs.on_conflict == "fail":
            raise MetadataConflict(metadata_texts.conflict_text(_what(live), plan.drifted))
        previous = first_values(live.metadata, declared.fields, state.outputs.previous)
        if plan.operations:
            self._note_intent(live.id, state, Managed(previous=previous, applied=declared.values))
        now = self._patch_or_conflict(live, plan, state, declared) if plan.operations else live
        if plan.drifted:
            reporter.warning(metadata_texts.changes_text("overwrote what somebody else had written", plan.drifted))
        if left := plan_metadata(now.metadata, declared.to_apply, {}).changes:
            raise MetadataNotApplied(metadata_texts.not_applied_text(_what(now), left))
        following = _next_state(now, plan, declared, state, previous)
        self._write_note(live.id, following, reporter.urn)
        return following

    def _note_intent(self, container_id: str, state: ContainerState, managed: Managed) -> None:
        """A process that is killed between its patch and its state leaves behind what was there first."""
        note = self._notes.find(container_id) or Adoption()
        if not note.is_later_than(state.outputs.adopted_at):
            first = {**note.managed.previous, **managed.previous}
            intended = replace(note, managed=replace(note.managed, previous=first), about_to_apply=managed.applied)
            self._notes.write(container_id, intended)

    def _write_note(self, container_id: str, state: ContainerState, urn: str) -> None:
        adopted_at = state.outputs.adopted_at
        note = self._notes.find(container_id)
        if note is None or not note.is_later_than(adopted_at):
            self._notes.write(container_id, Adoption(adopted_at=adopted_at, manager=urn, managed=state.managed))

    def _patch_or_conflict(
        self, live: Container, plan: MetadataPlan, state: ContainerState, declared: Declared
    ) -> Container:
        try:
            return self._send_patch(live, plan.operations)
        except RequestRefused:
            if overtaken := self._find_overtaken(live, plan, state, declared):
                text = metadata_texts.conflict_text(_what(live), overtaken, "while this up was running")
                raise MetadataConflict(text) from None
            raise

    def _find_overtaken(
        self, seen: Container, plan: MetadataPlan, state: ContainerState, declared: Declared
    ) -> Sequence[FieldChange]:
        """What somebody changed between our read and our write, of the fields that were to be written."""
        live = self._clients.data.get_container(seen.id)
        members = (change.field.member for change in plan.changes)
        changed = {name for name in members if live.metadata.get(name) != seen.metadata.get(name)}
        now, _ = _plan(live, state, declared)
        return [one for one in now.changes if one.field.member in changed]

    def _send_patch(self, live: Container, operations: Sequence[Mapping[str, Any]]) -> Container:
        try:
            return self._clients.provisioning.update_metadata(live.id, operations)
        except AnswerLost:
            # Whether it was applied shows in the container; the caller compares.
            return self._clients.data.get_container(live.id)
        except PermissionDenied as error:
            text = texts.not_owner_text(live, self._account)
            raise PermissionDenied(text, status=error.status, trace_id=error.trace_id) from None


def _what(live: Container) -> str:
    return f"container {live.id}"


def _is_same(container_id: str | Unknown, other: str | Unknown) -> bool:
    return isinstance(container_id, str) and isinstance(other, str) and container_id.lower() == other.lower()


def _may_write(live: Container) -> bool:
    """Only the owner may; where the platform does not say who we are, it will when we try."""
    return live.access_level.casefold() in {"owner", ""}


def _manager_by(note: Adoption) -> Manager:
    return Manager(urn=note.manager, values=note.managed.applied)


def _settings(declared: Declared) -> tuple[object, ...]:
    return declared.inputs.on_destroy, declared.inputs.on_conflict


def _plan(live: Container, state: ContainerState, declared: Declared) -> tuple[MetadataPlan, RestorePlan]:
    """The whole patch, and what of it puts back fields that are managed no longer."""
    restores = declared.inputs.on_destroy == "restore"
    back = plan_restore(live.metadata, FIELDS, _released(state, declared)) if restores else RestorePlan()
    guarded = declared.inputs.on_conflict == "fail"
    plan = plan_metadata(live.metadata, declared.known, state.outputs.applied, put_back=back.desired, guarded=guarded)
    return plan, back


def _released(state: ContainerState, declared: Declared) -> Managed:
    return released(FIELDS, state.managed, declared.values)


def _applied(state: ContainerState, declared: Declared) -> Mapping[str, Any]:
    """What counts as last written once *declared* is in force; a field whose changes are ignored is not written."""
    was = state.outputs.applied
    return {
        name: was.get(name, value) if name in declared.ignored else value for name, value in declared.values.items()
    }


def _next_state(
    live: Container, plan: MetadataPlan, declared: Declared, state: ContainerState, previous: Mapping[str, Any]
) -> ContainerState:
    outputs = {
        **live_outputs(live),
        "patch": plan.operations or state.outputs.patch,
        "previous": previous,
        "applied": _applied(state, declared),
        "adopted_at": state.outputs.adopted_at or None,
    }
    return ContainerState(declared=declared, outputs=ContainerMetadataOutputs.from_state(outputs))
