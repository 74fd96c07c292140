"""The life of a `Schema`: it is adopted or made, given the declared columns by versions, and forgotten."""

from collections.abc import Sequence
from typing import Any, TypeVar, final

from veracity_provider.api.schema_models import Schema, SchemaColumn, SchemaVersionDetails
from veracity_provider.description.schema import SchemaInputs, SchemaOutputs
from veracity_provider.errors import (
    AnswerLost,
    Conflict,
    InputError,
    InputProblem,
    RequestRefused,
    SchemaError,
    SchemaNotFound,
)
from veracity_provider.lifecycle.naming import with_workspace, workspace_problems
from veracity_provider.lifecycle.protocols import Checked, Created, Difference, Found, JsonObject, Reporter
from veracity_provider.lifecycle.schema.definition import read_definition
from veracity_provider.lifecycle.schema.plan import (
    SchemaPlan,
    SchemaProperties,
    Step,
    compare_columns,
    next_version_name,
    plan_schema,
)
from veracity_provider.lifecycle.schema.state import DeclaredSchema, SchemaState
from veracity_provider.lifecycle.schema.texts import plan_text
from veracity_provider.lifecycle.services import Services
from veracity_provider.unknown import require_known

_T = TypeVar("_T")


@final
class SchemaLifecycle:
    """A schema and its active version; implements `Lifecycle`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._schemas = services.clients.schemas

    def check(self, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Checked:
        """Judge the inputs and read the definition; of a schema that is new, say what `up` does."""
        completed: JsonObject = news
        try:
            completed = with_workspace(self._with_columns(news), self._services, reporter)
        except InputError as error:
            return Checked(inputs=completed, problems=error.problems)
        declared = DeclaredSchema.from_properties(completed)
        if olds or declared.workspace_id is None or declared.managed is None or declared.columns is None:
            return Checked(inputs=completed)
        try:
            self._say_what_create_does(declared, reporter)
        except SchemaError as error:
            return Checked(inputs=completed, problems=(InputProblem("schema_name", str(error)),))
        return Checked(inputs=completed)

    def _with_columns(self, inputs: JsonObject) -> dict[str, Any]:
        """
        The inputs with the columns of their definition.

        Raises:
            InputError: Everything that is wrong.
        """
        given = SchemaInputs.from_state(inputs)
        problems: list[InputProblem] = []
        completed = dict(inputs)
        if isinstance(given.definition, str):
            try:
                completed["columns"] = read_definition(self._services.project / given.definition)
            except InputError as error:
                problems += error.problems
        elif given.definition is None and given.columns is None:
            problems.append(InputProblem("definition", "must be given, or columns"))
        problems += workspace_problems(inputs, self._services.settings)
        try:
            SchemaInputs.from_properties(completed)
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError(problems)
        return completed

    def _say_what_create_does(self, declared: DeclaredSchema, reporter: Reporter) -> None:
        found = self._find(declared)
        if found is None:
            locks = "; locks its version, and there is no way back" if declared.locks else ""
            reporter.info(f"creates the schema{locks}")
            return
        plan, users = self._plan(found, declared, None)
        text = plan_text(plan, users)
        reporter.info(f'adopts schema "{found.name}" ({found.id}){f", and {text}" if text else ""}')

    def diff(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> Difference:
        """Compare with the live schema; a change of the workspace is another schema."""
        state, declared = SchemaState.from_properties(olds), DeclaredSchema.from_properties(news)
        if declared.workspace_id is not None and declared.workspace_id != state.declared.workspace_id:
            return Difference(changes=True, replaces=SchemaInputs.replacing())
        if declared.workspace_id is None or declared.managed is None or declared.columns is None:
            return Difference(changes=True)
        live = self._schemas.get_schema(declared.workspace_id, id_)
        plan, users = self._plan(live, declared, state)
        if plan.is_update_due:
            reporter.info(plan_text(plan, users))
        is_recorded = plan.version is not None and plan.version.id == state.outputs.schema_version_id
        return Difference(changes=plan.is_update_due or not is_recorded or state.declared.locks != declared.locks)

    def create(self, news: JsonObject, reporter: Reporter) -> Created:
        """Adopt the schema of this name, or make it; found again by its name after whatever became of an answer."""
        declared = DeclaredSchema.from_properties(news)
        live = self._find(declared)
        is_made = live is None
        if live is None:
            live = self._make(declared)
            reporter.info(f'created schema "{live.name}" ({live.id})')
        outputs = self._apply(live, declared, None, reporter, is_made=is_made)
        return Created(id=live.id, outputs=outputs)

    def update(self, id_: str, olds: JsonObject, news: JsonObject, reporter: Reporter) -> JsonObject:
        """Make it what is declared, from what it is now."""
        declared = DeclaredSchema.from_properties(news)
        live = self._schemas.get_schema(_workspace(declared), id_)
        return self._apply(live, declared, SchemaState.from_properties(olds), reporter)

    def read(self, id_: str, olds: JsonObject, reporter: Reporter) -> Found | None:
        """Look it up; what is declared shows as the platform has it."""
        state = SchemaState.from_properties(olds)
        try:
            live = self._schemas.get_schema(_workspace(state.declared), id_)
        except SchemaNotFound:
            reporter.info(f"schema {id_} no longer exists")
            return None
        seen = {"schema_name": live.name, "short_name": live.short_name, "description": live.description}
        observed = {name: value for name, value in seen.items() if olds.get(name) is not None}
        declared = {name: value for name, value in olds.items() if name in SchemaInputs.model_fields}
        inputs = {**declared, **observed}
        return Found(id=id_, outputs={**olds, **inputs}, inputs=inputs)

    def delete(self, id_: str, olds: JsonObject, reporter: Reporter) -> None:
        """Forget it: the platform has no call that deletes a schema."""
        name = SchemaInputs.from_state(olds).schema_name
        reporter.info(f'removed from the state; schema "{name}" stays on the platform, whose API cannot delete it')

    def _find(self, declared: DeclaredSchema) -> Schema | None:
        """
        The one schema of the declared name, with its versions; None where there is none.

        Raises:
            SchemaError: There are two, or it is one that the platform brings along.
        """
        workspace_id, name = _workspace(declared), require_known(declared.inputs.schema_name)
        named = [one for one in self._schemas.list_schemas(workspace_id) if one.name == name]
        own = [one for one in named if not one.is_predefined]
        if len(own) > 1:
            ids = ", ".join(one.id for one in own)
            message = f"must be the name of one schema of workspace {workspace_id}, and {len(own)} have it: {ids}"
            raise SchemaError(f"{message}. Rename all but one in the portal")
        if named and not own:
            message = f'"{name}" is a predefined schema of the platform, which nobody can change; choose another name'
            raise SchemaError(message)
        return self._schemas.get_schema(workspace_id, own[0].id) if own else None

    def _make(self, declared: DeclaredSchema) -> Schema:
        managed = _managed(declared)
        try:
            made = self._schemas.add_schema(
                _workspace(declared),
                name=managed.name,
                short_name=managed.short_name or "",
                description=managed.description or "",
                columns=_columns(declared),
            )
        except AnswerLost:
            found = self._find(declared)
            if found is None:
                raise
            return found
        return self._schemas.get_schema(_workspace(declared), made.id)

    def _plan(
        self, live: Schema, declared: DeclaredSchema, state: SchemaState | None
    ) -> tuple[SchemaPlan, Sequence[str]]:
        """The plan, and the names of the datasets that use the version before."""
        users: list[str] = []

        def plan(*, is_used: bool) -> SchemaPlan:
            return plan_schema(
                live,
                _columns(declared),
                _managed(declared),
                version_id=state.outputs.schema_version_id if state else "",
                is_own=state is not None and state.outputs.is_own_version,
                is_used=is_used,
                lock=declared.locks,
                is_locked=state is not None and state.outputs.is_locked,
            )

        first = plan(is_used=False)
        if first.step in {Step.CHANGE, Step.ADD} and first.version is not None:
            users = [one.name for one in self._schemas.list_datasets(_workspace(declared), first.version.id)]
        return (plan(is_used=True) if users else first), users

    def _apply(
        self,
        live: Schema,
        declared: DeclaredSchema,
        state: SchemaState | None,
        reporter: Reporter,
        *,
        is_made: bool = False,
    ) -> dict[str, Any]:
        workspace_id = _workspace(declared)
        plan, users = self._plan(live, declared, state)
        if plan.is_update_due:
            reporter.info(plan_text(plan, users))
        if plan.properties:
            self._schemas.change_schema(
                workspace_id,
                live.id,
                name=plan.properties.name,
                short_name=plan.properties.short_name or "",
                description=plan.properties.description or "",
            )
        version_id, is_own = self._version(live, plan, declared, state, reporter)
        is_locked = plan.version is not None and plan.version.id == version_id and plan.version.is_locked is True
        if plan.locks:
            self._schemas.lock_version(workspace_id, live.id, version_id)
        now = self._schemas.get_schema(workspace_id, live.id)
        version = next((one for one in now.versions if one.id == version_id), None)
        if version is None:
            message = f'schema "{now.name}" must have version {version_id} by now, and has not; run `pulumi up` again'
            raise SchemaError(message)
        outputs = SchemaOutputs(
            schema_id=now.id,
            schema_version_id=version_id,
            schema_version_name=version.name,
            is_own_version=is_own or is_made,
            is_locked=plan.locks or is_locked or (state is not None and _keeps_lock(state, version_id)),
        )
        return {**declared.properties, **outputs.given()}

    def _version(
        self, live: Schema, plan: SchemaPlan, declared: DeclaredSchema, state: SchemaState | None, reporter: Reporter
    ) -> tuple[str, bool]:
        """Id of the version that has the declared columns and is active now, and whether this resource made it."""
        workspace_id = _workspace(declared)
        recorded = state.outputs.schema_version_id if state else ""
        was_own = state is not None and state.outputs.is_own_version
        if plan.version is not None and plan.step in {Step.NONE, Step.ACTIVATE}:
            if plan.step is Step.ACTIVATE:
                self._schemas.activate_version(workspace_id, live.id, plan.version.id)
            return plan.version.id, was_own and plan.version.id == recorded
        if plan.version is not None and plan.step is Step.CHANGE:
            try:
                self._schemas.change_version(workspace_id, plan.version, columns=_columns(declared))
            except (Conflict, RequestRefused) as error:
                # No response says whether a version is locked; the refusal does.
                reporter.info(f'version "{plan.version.name}" cannot be changed, so a new one is created ({error})')
            else:
                if plan.version.is_active is False:
                    self._schemas.activate_version(workspace_id, live.id, plan.version.id)
                return plan.version.id, True
        version_id = self._add_version(live, declared)
        self._schemas.activate_version(workspace_id, live.id, version_id)
        return version_id, True

    def _add_version(self, live: Schema, declared: DeclaredSchema) -> str:
        workspace_id, managed = _workspace(declared), _managed(declared)
        try:
            return self._schemas.add_version(
                workspace_id,
                live.id,
                name=next_version_name(live, managed.name),
                description=live.description if managed.description is None else managed.description,
                columns=_columns(declared),
            )
        except AnswerLost:
            known = {one.id for one in live.versions}
            now = self._schemas.get_schema(workspace_id, live.id)
            added = _with_these_columns(now.versions, known, _columns(declared))
            if added is None:
                raise
            return added.id


def _with_these_columns(
    versions: Sequence[SchemaVersionDetails], known: set[str], columns: Sequence[SchemaColumn]
) -> SchemaVersionDetails | None:
    new = [one for one in versions if one.id not in known]
    return next((one for one in new if not compare_columns(one.columns, columns)), None)


def _keeps_lock(state: SchemaState, version_id: str) -> bool:
    return state.outputs.is_locked and state.outputs.schema_version_id == version_id


def _workspace(declared: DeclaredSchema) -> str:
    return _require(declared.workspace_id)


def _managed(declared: DeclaredSchema) -> SchemaProperties:
    return _require(declared.managed)


def _columns(declared: DeclaredSchema) -> tuple[SchemaColumn, ...]:
    return _require(declared.columns)


def _require(value: _T | None) -> _T:
    """*value*, where the engine promises that all values are known."""
    if value is None:
        message = "a value is not known yet, where the engine gives known values only"
        raise TypeError(message)
    return value
