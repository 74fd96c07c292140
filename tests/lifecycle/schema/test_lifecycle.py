"""A schema's life, on the local Veracity."""

import json
from dataclasses import replace

import pytest

from veracity_provider.errors import AnswerLost, PermissionDenied, SchemaError, SchemaNotFound
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.lifecycle.schema.lifecycle import SchemaLifecycle

COLUMNS = [{"name": "imo", "type": "Int32", "is_key": True}, {"name": "power", "type": "Decimal", "precision": 10}]
MORE = [*COLUMNS, {"name": "wind", "type": "Decimal"}]


@pytest.fixture
def life(services):
    return SchemaLifecycle(services)


@pytest.fixture
def schemas(services):
    return services.clients.schemas


@pytest.fixture
def workspace(veracity):
    return veracity.demo["workspaceId"]


@pytest.fixture
def name(request):
    return f"of {request.node.name}"[:100]


def checked(life, told, news, olds=None):
    found = life.check(olds or {}, news, told)
    assert found.problems == ()
    return found.inputs


def up(life, told, news, olds=None):
    """What the engine does: check, then create, or update where there is a difference."""
    inputs = checked(life, told, news, olds)
    if olds is None:
        return dict(life.create(inputs, told).outputs)
    if life.diff(olds["schema_id"], olds, inputs, told).changes:
        return dict(life.update(olds["schema_id"], olds, inputs, told))
    return olds


def is_unchanged(life, told, news, olds):
    return not life.diff(olds["schema_id"], olds, checked(life, told, news, olds), told).changes


def versions(schemas, workspace, state):
    return schemas.get_schema(workspace, state["schema_id"]).versions


def columns_of(schemas, workspace, state):
    [active] = [one for one in versions(schemas, workspace, state) if one.is_active]
    return [one["name"] for one in active.columns]


def make_dataset(veracity, state):
    """A dataset with the schema's version, behind the provider's back."""
    like, version = veracity.demo["datasets"]["keyed"], state["schema_version_id"]
    veracity.post("/_emulator/datasets", {"like": like, "name": "Noon reports 2026", "schemaVersionId": version})


def test_a_schema_that_is_not_there_is_made(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "Noon."})
    found = schemas.get_schema(workspace, state["schema_id"])
    assert (found.name, found.description) == (name, "Noon.")
    assert [(one.id, one.name, one.is_active) for one in found.versions] == [
        (state["schema_version_id"], state["schema_version_name"], True)
    ]
    assert told.infos == ["creates the schema", f'created schema "{name}" ({state["schema_id"]})']
    assert is_unchanged(life, told, {"schema_name": name, "columns": COLUMNS, "description": "Noon."}, state)


def test_one_of_the_same_name_is_adopted_with_a_version_that_has_the_columns(life, told, schemas, workspace, name):
    first = up(life, told, {"schema_name": name, "columns": COLUMNS})
    told.infos.clear()
    again = up(life, told, {"schema_name": name, "columns": COLUMNS})
    assert (again["schema_id"], again["schema_version_id"]) == (first["schema_id"], first["schema_version_id"])
    assert again["is_own_version"] is False
    assert told.infos == [f'adopts schema "{name}" ({first["schema_id"]})']
    assert len(versions(schemas, workspace, again)) == 1


def test_adopting_says_what_is_changed(life, told, name):
    up(life, told, {"schema_name": name, "columns": COLUMNS})
    told.infos.clear()
    now = up(life, told, {"schema_name": name, "columns": MORE, "description": "Noon."})
    changes = (
        "creates a new version, and activates it\n  added: wind\n"
        f'sets name "{name}", short_name "", description "Noon."'
    )
    assert told.infos == [f'adopts schema "{name}" ({now["schema_id"]}), and {changes}', changes]
    assert now["is_own_version"] is True


def test_a_version_of_somebody_else_stays_theirs_whatever_else_changes(life, told, schemas, workspace, name):
    up(life, told, {"schema_name": name, "columns": COLUMNS})
    adopted = up(life, told, {"schema_name": name, "columns": COLUMNS})
    now = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "Noon."}, adopted)
    assert now["is_own_version"] is False
    assert schemas.get_schema(workspace, now["schema_id"]).short_name == ""


def test_a_version_of_ours_stays_ours_whatever_else_changes(life, told, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    now = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "Noon."}, state)
    assert now["is_own_version"] is True


def test_a_new_version_has_the_description_of_its_schema(life, told, veracity, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "A"})
    make_dataset(veracity, state)
    now = up(life, told, {"schema_name": name, "columns": MORE, "description": "B"}, state)
    descriptions = {one.id: one.description for one in versions(schemas, workspace, now)}
    assert descriptions[now["schema_version_id"]] == "B"


def test_a_version_that_is_not_there_right_after_it_was_made_is_an_error(
    life, told, schemas, workspace, name, monkeypatch
):
    read = schemas.get_schema
    monkeypatch.setattr(schemas, "change_schema", lambda *_, **__: monkeypatch.setattr(schemas, "get_schema", forget))

    def forget(*arguments):
        return replace(read(*arguments), versions=())

    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    with pytest.raises(SchemaError) as failed:
        up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "B"}, state)
    assert str(failed.value) == (
        f'schema "{name}" must have version {state["schema_version_id"]} by now, and has not; run `pulumi up` again'
    )


def test_a_version_whose_answer_is_lost_is_found_by_its_columns(life, told, veracity, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    make_dataset(veracity, state)
    veracity.fault(method="POST", path="*/schemaversions/add", effect={"kind": "cutAfter"})
    now = up(life, told, {"schema_name": name, "columns": MORE}, state)
    assert columns_of(schemas, workspace, now) == ["imo", "power", "wind"]
    assert len(versions(schemas, workspace, now)) == 2


def test_other_columns_change_a_version_of_ours_that_no_dataset_uses(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    told.infos.clear()
    now = up(life, told, {"schema_name": name, "columns": MORE}, state)
    assert now["schema_version_id"] == state["schema_version_id"]
    assert columns_of(schemas, workspace, now) == ["imo", "power", "wind"]
    text = f'changes version "{name} V1", which no dataset uses\n  added: wind'
    assert told.infos == [text, text]


def test_other_columns_are_a_new_version_where_a_dataset_uses_the_one_before(
    life, told, veracity, schemas, workspace, name
):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    make_dataset(veracity, state)
    told.infos.clear()
    changed = [{**COLUMNS[0], "type": "Int64"}, MORE[2]]
    now = up(life, told, {"schema_name": name, "columns": changed}, state)
    assert now["schema_version_id"] != state["schema_version_id"]
    assert now["schema_version_name"] == f"{name} V2"
    assert columns_of(schemas, workspace, now) == ["imo", "wind"]
    assert told.infos[0] == (
        "creates a new version, and activates it\n"
        "  added: wind\n"
        "  removed: power\n"
        "  changed: imo (type Int32 → Int64)\n"
        f'  Noon reports 2026 stays with version "{name} V1"'
    )
    assert is_unchanged(life, told, {"schema_name": name, "columns": changed}, now)


def test_columns_of_an_earlier_version_make_that_one_active_again(life, told, veracity, schemas, workspace, name):
    first = up(life, told, {"schema_name": name, "columns": COLUMNS})
    make_dataset(veracity, first)
    second = up(life, told, {"schema_name": name, "columns": MORE}, first)
    third = up(life, told, {"schema_name": name, "columns": COLUMNS}, second)
    assert third["schema_version_id"] == first["schema_version_id"]
    assert third["is_own_version"] is False  # a dataset may have it by now, so it is not changed in place
    assert len(versions(schemas, workspace, third)) == 2
    assert columns_of(schemas, workspace, third) == ["imo", "power"]


def test_a_locked_version_is_not_changed_although_no_dataset_uses_it(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    schemas.lock_version(workspace, state["schema_id"], state["schema_version_id"])
    now = up(life, told, {"schema_name": name, "columns": MORE}, state)
    assert now["schema_version_id"] != state["schema_version_id"]


def test_the_refusal_of_a_change_says_that_a_version_is_locked(life, told, schemas, workspace, name, monkeypatch):
    """On a platform that does not show it."""
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    schemas.lock_version(workspace, state["schema_id"], state["schema_version_id"])
    read = schemas.get_schema

    def silent(*args):
        found = read(*args)
        return replace(found, versions=tuple(replace(one, is_locked=None) for one in found.versions))

    monkeypatch.setattr(schemas, "get_schema", silent)
    told.infos.clear()
    now = up(life, told, {"schema_name": name, "columns": MORE}, state)
    assert now["schema_version_id"] != state["schema_version_id"]
    assert "cannot be changed, so a new one is created" in told.infos[-1]


def test_name_and_description_are_changed_in_place(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    now = up(life, told, {"schema_name": f"{name}!", "columns": COLUMNS, "description": "New."}, state)
    found = schemas.get_schema(workspace, state["schema_id"])
    assert (now["schema_id"], found.name, found.description) == (state["schema_id"], f"{name}!", "New.")


def test_what_is_not_declared_is_left_alone(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "Kept."})
    up(life, told, {"schema_name": f"{name}!", "columns": COLUMNS}, state)
    assert schemas.get_schema(workspace, state["schema_id"]).description == "Kept."


def test_a_lock_is_announced_and_made_once(life, told, veracity, schemas, workspace, name):
    declared = {"schema_name": name, "columns": COLUMNS, "lock": True}
    state = up(life, told, declared)
    assert told.infos[0] == "creates the schema; locks its version, and there is no way back"
    assert state["is_locked"] is True
    assert [one.is_locked for one in versions(schemas, workspace, state)] == [True]
    assert is_unchanged(life, told, declared, state)


def test_columns_that_somebody_changed_are_put_back(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    [version] = versions(schemas, workspace, state)
    schemas.change_version(workspace, version, columns=MORE)
    now = up(life, told, {"schema_name": name, "columns": COLUMNS}, state)
    assert columns_of(schemas, workspace, now) == ["imo", "power"]


def test_a_schema_that_is_gone_is_forgotten_by_a_refresh(life, told, workspace):
    state = {"schema_id": workspace, "schema_name": "x", "workspace_id": workspace, "columns": COLUMNS}
    assert life.read(workspace, state, told) is None
    assert told.infos == [f"schema {workspace} no longer exists"]
    with pytest.raises(SchemaNotFound):
        life.diff(workspace, state, state, told)


def test_a_refresh_shows_what_is_declared_as_the_platform_has_it(life, told, schemas, workspace, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS, "description": "A"})
    assert dict(life.read(state["schema_id"], state, told).outputs) == state
    schemas.change_schema(workspace, state["schema_id"], name=f"{name}!", short_name="", description="B")
    found = life.read(state["schema_id"], state, told)
    assert (found.inputs["schema_name"], found.inputs["description"]) == (f"{name}!", "B")
    assert found.outputs == {**state, "schema_name": f"{name}!", "description": "B"}


def test_letting_go_says_that_the_schema_stays(life, told, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    told.infos.clear()
    life.delete(state["schema_id"], state, told)
    assert told.infos == [f'removed from the state; schema "{name}" stays on the platform, whose API cannot delete it']


def test_two_schemas_of_one_name_are_an_error_at_preview(life, told, schemas, workspace, name):
    ids = [
        schemas.add_schema(workspace, name=name, short_name="", description="", columns=COLUMNS).id for _ in range(2)
    ]
    checked = life.check({}, {"schema_name": name, "columns": COLUMNS}, told)
    assert checked.inputs == {"schema_name": name, "columns": COLUMNS, "workspace_id": workspace}
    [problem] = checked.problems
    assert str(problem) == (
        f"schema_name: must be the name of one schema of workspace {workspace}, and 2 have it: {ids[0]}, {ids[1]}. "
        "Rename all but one in the portal"
    )


def test_a_predefined_schema_is_refused_at_preview(life, told, schemas, workspace):
    [predefined, *_] = [one for one in schemas.list_schemas(workspace) if one.is_predefined]
    [problem] = life.check({}, {"schema_name": predefined.name, "columns": COLUMNS}, told).problems
    assert str(problem) == (
        f'schema_name: "{predefined.name}" is a predefined schema of the platform, which nobody can change; choose '
        "another name"
    )


def test_values_that_are_not_known_yet_are_a_change_and_ask_for_nothing(life, told, name):
    inputs = checked(life, told, {"schema_name": UNKNOWN, "columns": COLUMNS})
    assert life.diff("x", {"workspace_id": inputs["workspace_id"]}, inputs, told).changes
    assert told.infos == []


@pytest.mark.parametrize("path", ["*/schemas/add", "*/schemaversions/add", "*/activate", "*/lock"])
def test_an_up_after_a_lost_answer_ends_as_declared_and_makes_nothing_twice(
    life, told, veracity, schemas, workspace, name, path
):
    declared = {"schema_name": name, "columns": COLUMNS, "lock": True}
    state = None
    if "schemas/add" not in path:
        state = up(life, told, {"schema_name": name, "columns": COLUMNS})
        make_dataset(veracity, state)
        declared = {"schema_name": name, "columns": MORE, "lock": True}
    veracity.fault(method="POST", path=path, effect={"kind": "cutAfter"})
    try:
        now = up(life, told, declared, state)
    except AnswerLost:
        now = up(life, told, declared, state)
    assert columns_of(schemas, workspace, now) == [one["name"] for one in declared["columns"]]
    assert len(versions(schemas, workspace, now)) == (1 if state is None else 2)
    assert len([one for one in schemas.list_schemas(workspace) if one.name == name]) == 1
    assert is_unchanged(life, told, declared, now)


def test_a_reader_is_told_what_is_needed(veracity, make_services, told, name):
    reader = {"clientId": veracity.demo["readerClientId"], "clientSecret": veracity.demo["readerClientSecret"]}
    life = SchemaLifecycle(make_services(**reader))
    with pytest.raises(PermissionDenied, match="needs the Admin role in the workspace"):
        life.create(checked(life, told, {"schema_name": name, "columns": COLUMNS}), told)


def test_another_workspace_is_another_schema(life, told, name):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    other = "99999999-0000-4000-8000-000000000001"
    news = checked(life, told, {"schema_name": name, "columns": COLUMNS, "workspace_id": other}, state)
    found = life.diff(state["schema_id"], state, news, told)
    assert (found.changes, found.replaces) == (True, ("workspace_id",))


def test_what_is_wrong_is_told_at_once(make_services, told):
    life = SchemaLifecycle(make_services(workspaceId=""))
    problems = life.check({}, {"schema_name": "", "columns": [{"name": "a", "type": "Text"}]}, told).problems
    assert [one.property for one in problems] == ["workspace_id", "schema_name", "columns[0].type"]


def test_a_value_that_is_still_unknown_when_it_is_made_is_a_mistake_of_the_engine(life, told, workspace):
    with pytest.raises(TypeError, match="not known yet"):
        life.create({"schema_name": "x", "columns": UNKNOWN, "workspace_id": workspace}, told)


@pytest.mark.parametrize("path", ["*/schemas/add", "*/schemaversions/add"])
def test_what_never_arrived_is_an_error_and_the_next_up_makes_it(life, told, veracity, schemas, workspace, name, path):
    declared, state = {"schema_name": name, "columns": COLUMNS}, None
    if "schemas/add" not in path:
        state = up(life, told, declared)
        make_dataset(veracity, state)
        declared = {"schema_name": name, "columns": MORE}
    veracity.fault(method="POST", path=path, effect={"kind": "cutBefore"}, count=1)
    with pytest.raises(AnswerLost):
        up(life, told, declared, state)
    now = up(life, told, declared, state)
    assert columns_of(schemas, workspace, now) == [one["name"] for one in declared["columns"]]


def test_a_version_of_ours_that_somebody_made_inactive_is_changed_and_active_again(
    life, told, schemas, workspace, name
):
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    other = schemas.add_version(workspace, state["schema_id"], name="theirs", description="", columns=MORE)
    schemas.activate_version(workspace, state["schema_id"], other)
    now = up(life, told, {"schema_name": name, "columns": COLUMNS[:1]}, state)
    assert now["schema_version_id"] == state["schema_version_id"]
    assert columns_of(schemas, workspace, now) == ["imo"]


def test_another_order_and_a_hundred_columns_are_told_in_few_words(life, told, name):
    many = [{"name": f"c{i}", "type": "String"} for i in range(100)]
    state = up(life, told, {"schema_name": name, "columns": COLUMNS})
    told.infos.clear()
    up(life, told, {"schema_name": name, "columns": [*reversed(COLUMNS), *many]}, state)
    assert told.infos[0] == (
        f'changes version "{name} V1", which no dataset uses\n'
        "  added: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 … and 90 more\n"
        "  in another order"
    )


class TestDefinition:
    """The columns come from a file, in the platform's own form."""

    @pytest.fixture
    def file(self, services):
        path = services.project / "schema.json"

        def write(document):
            path.write_text(document if isinstance(document, str) else json.dumps(document))
            return path.name

        return write

    def test_a_version_as_the_portal_exports_it(self, life, told, schemas, workspace, name, file):
        exported = {
            "id": "x",
            "schemaVersionName": "Noon V1",
            "columns": [{"name": "imo", "displayName": "", "type": "Int32", "isKey": True, "unheardOf": 1}],
        }
        state = up(life, told, {"schema_name": name, "definition": file(exported)})
        [version] = versions(schemas, workspace, state)
        assert [(one["name"], one["type"], one["is_key"]) for one in version.columns] == [("imo", "Int32", True)]
        assert is_unchanged(life, told, {"schema_name": name, "definition": file(exported)}, state)

    def test_a_file_that_cannot_be_read_is_a_problem_of_the_property(self, life, told, services, name):
        problems = life.check({}, {"schema_name": name, "definition": "none.json"}, told).problems
        path = services.project / "none.json"
        assert [str(one) for one in problems] == [f"definition: {path} cannot be read (No such file or directory)"]

    def test_neither_definition_nor_columns(self, life, told, name):
        [problem] = life.check({}, {"schema_name": name}, told).problems
        assert str(problem) == "definition: must be given, or columns"
