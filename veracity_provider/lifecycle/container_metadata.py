"""The life of a `ContainerMetadata`: a container is adopted, kept as declared, and let go."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, final

from veracity_provider.api.models import Resource
from veracity_provider.errors import (
    AnswerLost,
    ContainerNotFound,
    InputProblem,
    MetadataConflict,
    MetadataNotApplied,
    PermissionDenied,
    RequestRefused,
)
from veracity_provider.lifecycle.container_inputs import check_container, managed
from veracity_provider.lifecycle.container_plan import (
    ContainerPlan,
    FieldChange,
    Why,
    before_image,
    conflict_table,
    observed,
    plan_metadata,
    plan_restore,
    shown,
)
from veracity_provider.lifecycle.inputs import has_unknown, is_known
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Checked, Created, Difference, Found, JsonObject, Reporter

_SETTINGS = ("on_destroy", "on_conflict")


@final
class ContainerMetadataLifecycle:
    """Descriptive metadata of a container that exists; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._clients = services.clients
        self._account = services.settings.client_id

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs; of a container that is still to be adopted, it too, since no `diff` will look at it."""
        problems = check_container(news)
        if not problems and is_known(news["container_id"]) and not _is_same(olds.get("container_id"), news):
            problems = self._adoption_problems(news, reporter)
        return Checked(inputs=news, problems=problems)

    def _adoption_problems(self, news: JsonObject, reporter: Reporter) -> tuple[InputProblem, ...]:
        try:
            found = self._clients.data.get_resource(news["container_id"])
        except ContainerNotFound as error:
            return (InputProblem("container_id", str(error)),)
        plan = plan_metadata(found.metadata, _known(news), {})
        if plan.operations and not _may_write(found):
            return (InputProblem("container_id", _not_ours(found, self._account)),)
        if plan.changes:
            reporter.info(_told("adopts the container, and changes", plan.changes))
        return ()

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """One GET; a change when the patch to be sent is not empty."""
        if not is_known(news["container_id"]) or not _is_same(id_, news):
            return Difference(changes=True, replaces=("container_id",))
        live = self._clients.data.get_resource(id_)
        plan = self._plan(live, olds, news)
        if plan.operations and not _may_write(live):
            reporter.warning(_not_ours(live, self._account))
        for why in Why:
            if changes := [one for one in plan.changes if one.why is why]:
                reporter.info(_told(why.value, changes))
        return Difference(
            changes=bool(plan.operations)
            or has_unknown(managed(news))
            or any(olds.get(name) != news.get(name) for name in _SETTINGS)
            or _recorded(olds) != managed(news)
        )

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt: note what is there, and make it what is declared."""
        live = self._clients.data.get_resource(news["container_id"])
        return Created(id=news["container_id"], outputs=self._made_so(live, {}, news, reporter))

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Make it what is declared, from what it is now."""
        return self._made_so(self._clients.data.get_resource(id_), olds, news, reporter)

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; what was declared shows as the platform has it."""
        try:
            live = self._clients.data.get_resource(id_)
        except ContainerNotFound:
            reporter.info(f"container {id_} is gone")
            return None
        seen = {name: observed(live.metadata, name, like=value) for name, value in managed(olds).items()}
        inputs = {name: olds.get(name) for name in ("container_id", *_SETTINGS)} | seen
        kept = {name: olds[name] for name in ("patch", "previous", "applied") if name in olds}
        return Found(id=id_, outputs={**inputs, **_described(live), **kept}, inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Let it go; with `restore`, put back what was there before."""
        if olds.get("on_destroy") != "restore":
            return
        try:
            live = self._clients.data.get_resource(id_)
            operations, back, stay = plan_restore(live.metadata, olds.get("previous", {}), _recorded(olds))
            if stay:
                reporter.warning(f"not restored, since somebody has changed it meanwhile: {', '.join(stay)}")
            if operations:
                self._sent(live, operations)
        except ContainerNotFound:
            reporter.info(f"container {id_} is gone already")
            return
        restored = (f"{name}: {shown(olds['applied'][name])} → {shown(olds['previous'][name])}" for name in back)
        reporter.info("restored " + "; ".join(restored) if back else "nothing to restore")

    def _plan(self, live: Resource, olds: JsonObject, news: JsonObject) -> ContainerPlan:
        guarded = news.get("on_conflict") == "fail"
        return plan_metadata(live.metadata, _known(news), _recorded(olds), guarded=guarded)

    def _made_so(self, live: Resource, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        plan = self._plan(live, olds, news)
        if plan.drifted and news.get("on_conflict") == "fail":
            raise MetadataConflict(_conflict(live.id, plan.drifted, "since the last up"))
        now = self._applied(live, plan, olds, news) if plan.operations else live
        if plan.drifted:
            reporter.warning(_told("overwrote what somebody else had written", plan.drifted))
        _require_declared(now, managed(news))
        return _state(news, now, plan, found=live, olds=olds)

    def _applied(self, live: Resource, plan: ContainerPlan, olds: JsonObject, news: JsonObject) -> Resource:
        try:
            return self._sent(live, plan.operations)
        except RequestRefused:
            if overtaken := self._overtaken(live, plan, olds, news):
                raise MetadataConflict(_conflict(live.id, overtaken, "while this up was at work")) from None
            raise

    def _overtaken(
        self, seen: Resource, plan: ContainerPlan, olds: JsonObject, news: JsonObject
    ) -> Sequence[FieldChange]:
        """What somebody changed between our read and our write, of the fields that were to be written."""
        live = self._clients.data.get_resource(seen.id)
        changed = {one.name for one in plan.changes if live.metadata.get(one.name) != seen.metadata.get(one.name)}
        return [one for one in self._plan(live, olds, news).changes if one.name in changed]

    def _sent(self, live: Resource, operations: Sequence[Mapping[str, Any]]) -> Resource:
        try:
            return self._clients.provisioning.update_metadata(live.id, operations)
        except AnswerLost:
            # Whether it was applied shows in the container; the caller compares.
            return self._clients.data.get_resource(live.id)
        except PermissionDenied as error:
            raise PermissionDenied(
                _not_ours(live, self._account), status=error.status, trace_id=error.trace_id
            ) from None


def _is_same(container_id: str | None, news: JsonObject) -> bool:
    return container_id is not None and container_id.lower() == news["container_id"].lower()


def _may_write(live: Resource) -> bool:
    """Only the owner may; where the platform does not say who we are, it will when we try."""
    return live.access_level.casefold() in {"owner", ""}


def _known(news: JsonObject) -> dict[str, Any]:
    return {name: value for name, value in managed(news).items() if not has_unknown(value)}


def _recorded(olds: JsonObject) -> dict[str, Any]:
    return dict(olds.get("applied") or {})


def _told(what: str, changes: Sequence[FieldChange]) -> str:
    """One line for the resource's row, and the fields below it."""
    names = ", ".join(change.name for change in changes)
    return "\n".join([f"{what}: {names}", *(f"  {change}" for change in changes)])


def _not_ours(live: Resource, account: str | None) -> str:
    return (
        f"the metadata of container {live.id} can be changed by its owner alone, {live.owner_id or 'unknown'}; "
        f"{f'account {account}' if account else 'this account'} has access level "
        f"{live.access_level or 'none'}. Use the owner's account, or ask for ownership to be handed over"
    )


def _conflict(container_id: str, changes: Sequence[FieldChange], when: str) -> str:
    return (
        f"container {container_id}: somebody else has changed what is declared here {when}, and on_conflict is fail; "
        "nothing was written. Take their value into the program, or set on_conflict to overwrite.\n"
        f"{conflict_table(changes)}"
    )


def _require_declared(live: Resource, declared: Mapping[str, Any]) -> None:
    left = plan_metadata(live.metadata, declared, {}).changes
    if left:
        differing = "; ".join(map(str, left))
        message = f"container {live.id} is not as declared after the patch ({differing}); run `pulumi up` again"
        raise MetadataNotApplied(message)


def _state(news: JsonObject, live: Resource, plan: ContainerPlan, *, found: Resource, olds: JsonObject) -> JsonObject:
    declared = managed(news)
    before: dict[str, Any] = olds.get("previous") or {}
    previous = {
        name: before[name] if name in before else before_image(found.metadata, name, value)
        for name, value in declared.items()
    }
    patch = list(plan.operations) if plan.operations else list(olds.get("patch") or [])
    return {**news, **_described(live), "patch": patch, "previous": previous, "applied": declared}


def _described(live: Resource) -> dict[str, Any]:
    return {name: value for name, value in asdict(live).items() if name != "id"}
