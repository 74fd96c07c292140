"""What has to be done so that a schema is as declared."""

import pytest

from veracity_provider.api.schema_models import Schema, SchemaVersionDetails
from veracity_provider.lifecycle.schema.plan import (
    ColumnChanges,
    SchemaProperties,
    Step,
    active_version,
    compare_columns,
    next_version_name,
    plan_schema,
)

A, B = {"name": "a", "type": "String"}, {"name": "b", "type": "Int32"}


def version(id_, columns, *, active=None, locked=None, name=""):
    return SchemaVersionDetails(
        id=id_,
        schema_id="s",
        name=name or id_,
        description="",
        columns=tuple(columns),
        is_active=active,
        is_locked=locked,
    )


def schema(*versions):
    return Schema(id="s", name="S", short_name="", description="", is_predefined=False, versions=versions)


def plan(live, columns, **known):
    return plan_schema(live, columns, SchemaProperties(name="S"), **known)


OURS = {"version_id": "1", "is_own": True}


@pytest.mark.parametrize(
    ("live", "columns", "known", "step", "id_"),
    [
        pytest.param(schema(version("1", [A], active=True)), [A], {}, Step.NONE, "1", id="as declared"),
        pytest.param(schema(version("1", [A])), [A], {}, Step.NONE, "1", id="nothing says what is active"),
        pytest.param(
            schema(version("1", [A], active=False), version("2", [A, B], active=True)),
            [A],
            {},
            Step.ACTIVATE,
            "1",
            id="another version has the columns",
        ),
        pytest.param(
            schema(version("1", [A], active=False), version("2", [A], active=True)),
            [A],
            OURS,
            Step.ACTIVATE,
            "1",
            id="somebody made another version active: ours is made active again",
        ),
        pytest.param(schema(version("1", [A], active=True)), [B], {}, Step.ADD, "1", id="not ours: a new version"),
        pytest.param(schema(version("1", [A], active=True)), [B], OURS, Step.CHANGE, "1", id="ours, and unused"),
        pytest.param(
            schema(version("1", [A], active=True)), [B], {**OURS, "is_used": True}, Step.ADD, "1", id="ours, in use"
        ),
        pytest.param(
            schema(version("1", [A], active=True, locked=True)), [B], OURS, Step.ADD, "1", id="ours, shown as locked"
        ),
        pytest.param(
            schema(version("1", [A], active=True)), [B], {**OURS, "is_locked": True}, Step.ADD, "1", id="locked by us"
        ),
        pytest.param(schema(version("2", [A], active=True)), [B], OURS, Step.ADD, "2", id="ours no longer exists"),
        pytest.param(schema(), [A], {}, Step.ADD, None, id="it has no version"),
    ],
)
def test_step(live, columns, known, step, id_):
    found = plan(live, columns, **known)
    assert (found.step, found.version.id if found.version else None) == (step, id_)


@pytest.mark.parametrize(
    ("live", "known", "locks"),
    [
        (schema(version("1", [A])), {}, True),
        (schema(version("1", [A], locked=False)), {}, True),
        (schema(version("1", [A], locked=True)), {}, False),
        (schema(version("1", [A])), {"version_id": "1", "is_locked": True}, False),
        (schema(version("1", [B])), {"version_id": "1", "is_locked": True}, True),
    ],
)
def test_a_version_is_locked_unless_it_is_known_to_be(live, known, locks):
    assert plan(live, [A], lock=True, **known).locks is locks


def test_properties_that_differ_are_sent_with_those_that_are_not_managed():
    live = Schema(id="s", name="S", short_name="short", description="d", is_predefined=False, versions=())
    assert plan_schema(live, [A], SchemaProperties(name="S", description="d")).properties is None
    assert plan_schema(live, [A], SchemaProperties(name="T", description="")).properties == SchemaProperties(
        name="T", short_name="short", description=""
    )


@pytest.mark.parametrize(
    ("before", "declared", "changes"),
    [
        pytest.param([A, B], [A, B], ColumnChanges(), id="the same"),
        pytest.param([A], [A, B], ColumnChanges(added=("b",)), id="added"),
        pytest.param([A, B], [B], ColumnChanges(removed=("a",)), id="removed"),
        pytest.param([A, B], [B, A], ColumnChanges(is_reordered=True), id="in another order"),
        pytest.param([{**A, "is_key": False, "format": "x"}], [A], ColumnChanges(), id="what is not declared"),
        pytest.param(
            [A], [{**A, "is_key": False, "display_name": ""}], ColumnChanges(), id="false and empty are absent"
        ),
        pytest.param([{**A, "type": "string"}], [A], ColumnChanges(), id="words in another case"),
        pytest.param(
            [{**A, "filter_types": ["List"]}],
            [{**A, "filter_types": ("List",)}],
            ColumnChanges(),
            id="a tuple is a list",
        ),
        pytest.param([A], [{**A, "order": 4}], ColumnChanges(), id="the order is that of the list"),
        pytest.param(
            [A],
            [{**A, "type": "Int64", "is_key": True}],
            ColumnChanges(changed=("a (type String → Int64, is_key none → True)",)),
            id="changed",
        ),
    ],
)
def test_how_columns_differ(before, declared, changes):
    assert compare_columns(before, declared) == changes


def test_the_active_version_is_the_one_that_is_said_to_be_else_the_last():
    assert active_version(schema(version("1", [A], active=True), version("2", [A], active=False))).id == "1"
    assert active_version(schema(version("1", [A]), version("2", [A]))).id == "2"
    assert active_version(schema(version("1", [A], active=False))) is None


def test_the_name_of_the_next_version_is_free():
    assert next_version_name(schema(version("1", [A], name="S V1")), "S") == "S V2"
    assert next_version_name(schema(version("1", [A], name="s v2")), "S") == "S V3"
