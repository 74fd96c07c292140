"""The life of a `ContainerMetadata`: a container is adopted, kept as declared, and let go."""

from collections.abc import Mapping, Sequence
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
from veracity_provider.lifecycle.container.fields import FIELDS
from veracity_provider.lifecycle.container.plan import (
    ChangeCause,
    FieldChange,
    MetadataPlan,
    RestorePlan,
    plan_metadata,
    plan_restore,
)
from veracity_provider.lifecycle.container.state import ContainerState, Declared, live_outputs
from veracity_provider.lifecycle.container.texts import (
    changes_text,
    conflict_text,
    not_applied_text,
    not_owner_text,
    shown,
)
from veracity_provider.lifecycle.inputs import has_unknown
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.unknown import Unknown, require_known


@final
class ContainerMetadataLifecycle:
    """Descriptive metadata of a container that exists; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._clients = services.clients
        self._account = services.settings.client_id

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs; of a container that is still to be adopted, it too, since no `diff` will look at it."""
        try:
            declared = Declared.from_properties(news)
        except InputError as error:
            return Checked(inputs=news, problems=error.problems)
        container_id = declared.inputs.container_id
        if isinstance(container_id, Unknown) or _is_same(Declared.from_state(olds).inputs.container_id, container_id):
            return Checked(inputs=news)
        return Checked(inputs=news, problems=self._check_adoption(container_id, declared, reporter))

    def _check_adoption(self, container_id: str, declared: Declared, reporter: Reporter) -> tuple[InputProblem, ...]:
        try:
            live = self._clients.data.get_container(container_id)
        except ContainerNotFound as error:
            return (InputProblem("container_id", str(error)),)
        plan = plan_metadata(live.metadata, declared.known, {})
        if plan.operations and not _may_write(live):
            return (InputProblem("container_id", not_owner_text(live, self._account)),)
        if plan.changes:
            reporter.info(changes_text("adopts the container, and changes", plan.changes))
        return ()

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """One GET; a change when the patch to be sent is not empty."""
        state, declared = ContainerState.from_properties(olds), Declared.from_properties(news)
        if not _is_same(id_, declared.inputs.container_id):
            return Difference(changes=True, replaces=ContainerMetadataInputs.replacing())
        live = self._clients.data.get_container(id_)
        plan = _plan(live, state, declared)
        if plan.operations and not _may_write(live):
            reporter.warning(not_owner_text(live, self._account))
        for cause in ChangeCause:
            if changes := [one for one in plan.changes if one.cause is cause]:
                reporter.info(changes_text(cause.value, changes))
        return Difference(
            changes=bool(plan.operations)
            or has_unknown(declared.values)
            or _settings(state.declared) != _settings(declared)
            or state.outputs.applied != declared.values
        )

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt: note what is there, and make it what is declared."""
        declared = Declared.from_properties(news)
        container_id = require_known(declared.inputs.container_id)
        live = self._clients.data.get_container(container_id)
        state = self._apply_declared(live, ContainerState.from_properties({}), declared, reporter)
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
            reporter.info(f"container {id_} is gone")
            return None
        state = ContainerState.from_properties(olds)
        observed = {
            field.name: field.observe(live.metadata, like=value) for field, value in state.declared.fields.items()
        }
        inputs = {**state.declared.inputs.given(), **observed}
        return Found(id=id_, outputs={**inputs, **state.outputs.given(), **live_outputs(live)}, inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go; with `restore`, put back what was there before."""
        state = ContainerState.from_properties(olds)
        if state.declared.inputs.on_destroy != "restore":
            return
        try:
            plan = self._restore(id_, state, reporter)
        except ContainerNotFound:
            reporter.info(f"container {id_} is gone already")
            return
        was, before = state.outputs.applied, state.outputs.previous
        restored = "; ".join(
            f"{field.name}: {shown(was[field.name])} → {shown(before[field.name])}" for field in plan.restored
        )
        reporter.info(f"restored {restored}" if restored else "nothing to restore")

    def _restore(self, id_: str, state: ContainerState, reporter: Reporter) -> RestorePlan:
        live = self._clients.data.get_container(id_)
        plan = plan_restore(live.metadata, FIELDS, state.outputs.previous, state.outputs.applied)
        if plan.kept:
            names = ", ".join(field.name for field in plan.kept)
            reporter.warning(f"not restored, since somebody has changed it meanwhile: {names}")
        if plan.operations:
            self._send_patch(live, plan.operations)
        return plan

    def _apply_declared(
        self, live: Container, state: ContainerState, declared: Declared, reporter: Reporter
    ) -> ContainerState:
        plan = _plan(live, state, declared)
        if plan.drifted and declared.inputs.on_conflict == "fail":
            raise MetadataConflict(conflict_text(live.id, plan.drifted, "since the last up"))
        now = self._patch_or_conflict(live, plan, state, declared) if plan.operations else live
        if plan.drifted:
            reporter.warning(changes_text("overwrote what somebody else had written", plan.drifted))
        if left := plan_metadata(now.metadata, declared.fields, {}).changes:
            raise MetadataNotApplied(not_applied_text(now.id, left))
        return _next_state(now, plan, declared, found=live, state=state)

    def _patch_or_conflict(
        self, live: Container, plan: MetadataPlan, state: ContainerState, declared: Declared
    ) -> Container:
        try:
            return self._send_patch(live, plan.operations)
        except RequestRefused:
            if overtaken := self._find_overtaken(live, plan, state, declared):
                raise MetadataConflict(conflict_text(live.id, overtaken, "while this up was at work")) from None
            raise

    def _find_overtaken(
        self, seen: Container, plan: MetadataPlan, state: ContainerState, declared: Declared
    ) -> Sequence[FieldChange]:
        """What somebody changed between our read and our write, of the fields that were to be written."""
        live = self._clients.data.get_container(seen.id)
        members = (change.field.member for change in plan.changes)
        changed = {name for name in members if live.metadata.get(name) != seen.metadata.get(name)}
        return [one for one in _plan(live, state, declared).changes if one.field.member in changed]

    def _send_patch(self, live: Container, operations: Sequence[Mapping[str, Any]]) -> Container:
        try:
            return self._clients.provisioning.update_metadata(live.id, operations)
        except AnswerLost:
            # Whether it was applied shows in the container; the caller compares.
            return self._clients.data.get_container(live.id)
        except PermissionDenied as error:
            raise PermissionDenied(
                not_owner_text(live, self._account), status=error.status, trace_id=error.trace_id
            ) from None


def _is_same(container_id: str | Unknown, other: str | Unknown) -> bool:
    return isinstance(container_id, str) and isinstance(other, str) and container_id.lower() == other.lower()


def _may_write(live: Container) -> bool:
    """Only the owner may; where the platform does not say who we are, it will when we try."""
    return live.access_level.casefold() in {"owner", ""}


def _settings(declared: Declared) -> tuple[object, ...]:
    return declared.inputs.on_destroy, declared.inputs.on_conflict


def _plan(live: Container, state: ContainerState, declared: Declared) -> MetadataPlan:
    guarded = declared.inputs.on_conflict == "fail"
    return plan_metadata(live.metadata, declared.known, state.outputs.applied, guarded=guarded)


def _next_state(
    live: Container, plan: MetadataPlan, declared: Declared, *, found: Container, state: ContainerState
) -> ContainerState:
    before = state.outputs.previous
    outputs = {
        **live_outputs(live),
        "patch": plan.operations or state.outputs.patch,
        "previous": {
            field.name: before[field.name] if field.name in before else field.before(found.metadata, value)
            for field, value in declared.fields.items()
        },
        "applied": declared.values,
    }
    return ContainerState(declared=declared, outputs=ContainerMetadataOutputs.from_state(outputs))
