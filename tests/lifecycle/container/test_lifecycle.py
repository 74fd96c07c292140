"""A container's life, on the local Veracity."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from veracity_provider.errors import (
    AuthenticationFailed,
    MetadataConflict,
    MetadataError,
    MetadataNotApplied,
    PermissionDenied,
    PlatformFailed,
    PlatformUnreachable,
    RateLimited,
    RequestRefused,
    UnexpectedAnswer,
)
from veracity_provider.lifecycle.container.lifecycle import ContainerMetadataLifecycle
from veracity_provider.lifecycle.protocols import UNKNOWN

DEFAULTS = {"on_destroy": "retain", "on_conflict": "overwrite"}


CONFLICT_TABLE = [
    "  field  declared  last applied  live",
    '  title  "B"       "A"           "Somebody\'s"',
]


@pytest.fixture
def life(services):
    return ContainerMetadataLifecycle(services)


@pytest.fixture
def container(veracity):
    return veracity.new_container()


def inputs(container, **fields):
    return {"container_id": container, **DEFAULTS, **fields}


def with_answer(read, **values):
    """*read*, with some of its answer replaced."""
    return lambda container_id: replace(read(container_id), **values)


def requests_of(veracity, method, container):
    return [one for one in veracity.requests_to(container) if one["method"] == method]


def test_adoption_sends_one_operation_for_each_field_that_differs(life, told, veracity, container):
    declared = inputs(container, title="A", icon={"background_color": "#000000"}, tags=["draft"])
    made = life.create(declared, told)
    assert made.outputs["patch"] == [
        {"op": "replace", "path": "/icon/backgroundColor", "value": "#000000"},
        {"op": "replace", "path": "/title", "value": "A"},
    ]
    assert made.id == container
    assert datetime.fromisoformat(made.outputs["adopted_at"]).utcoffset() == timedelta()
    assert made.outputs["previous"]["title"] == "Untitled container"
    assert made.outputs["applied"] == {"title": "A", "icon": {"background_color": "#000000"}, "tags": ["draft"]}
    live = veracity.container(container)["metadata"]
    assert live["icon"]["id"] == "Automatic_Information_Display"
    assert live["description"] == "Made by the local Veracity."


def test_an_unchanged_container_costs_one_get_and_no_patch(life, told, veracity, container):
    declared = inputs(container, title="A")
    state = life.create(declared, told).outputs
    before = len(veracity.requests_to(container))
    assert life.check(declared, declared, told).problems == ()
    assert not life.diff(container, state, declared, told).changes
    assert len(veracity.requests_to(container)) == before + 1


def test_system_tags_survive_a_change_of_tags(life, told, veracity, container):
    life.create(inputs(container, tags=["b", "a"]), told)
    titles = [tag["title"] for tag in veracity.container(container)["metadata"]["tags"]]
    assert titles == ["b", "a", "veracity"]


def test_the_published_spelling_works_as_well(make_services, told, veracity, container):
    life = ContainerMetadataLifecycle(make_services(patchStyle="documented"))
    life.create(inputs(container, title="A", tags=["x"], icon={"background_color": "#000000"}), told)
    live = veracity.container(container)["metadata"]
    assert (live["title"], live["icon"]["backgroundColor"]) == ("A", "#000000")
    assert [tag["title"] for tag in live["tags"]] == ["x", "veracity"]


def test_drift_is_told_apart_from_an_edit(life, told, veracity, container):
    state = life.create(inputs(container, title="A", description="one"), told).outputs
    veracity.somebody_sets(container, title="Somebody's")
    assert life.diff(container, state, inputs(container, title="A", description="two"), told).changes
    said = "\n".join(told.infos)
    assert 'changed in Veracity since the last up: title\n  title: "Somebody\'s" → "A"' in said
    assert 'edited in the program: description\n  description: "one" → "two"' in said


def test_overwriting_says_what_was_overwritten(life, told, veracity, container):
    declared = inputs(container, title="A")
    state = life.create(declared, told).outputs
    veracity.somebody_sets(container, title="Somebody's")
    state = life.update(container, state, declared, told)
    assert told.warnings == ['overwrote what somebody else had written: title\n  title: "Somebody\'s" → "A"']
    assert veracity.container(container)["metadata"]["title"] == "A"
    assert state["previous"]["title"] == "Untitled container"


def test_a_conflict_stops_and_shows_three_values(life, told, veracity, container):
    state = life.create(inputs(container, title="A"), told).outputs
    veracity.somebody_sets(container, title="Somebody's")
    declared = {**inputs(container, title="B"), "on_conflict": "fail"}
    with pytest.raises(MetadataConflict) as conflict:
        life.update(container, state, declared, told)
    headline, *table = str(conflict.value).splitlines()
    assert headline == (
        f"container {container}: somebody else has changed what is declared here since the last up, and on_conflict is "
        "fail; nothing was written. Take their value into the program, or set on_conflict to overwrite."
    )
    assert table == CONFLICT_TABLE
    assert veracity.container(container)["metadata"]["title"] == "Somebody's"


def test_a_change_between_our_read_and_our_write_is_caught_by_the_server(services, told, veracity, container):
    life = ContainerMetadataLifecycle(services)
    declared = {**inputs(container, title="A"), "on_conflict": "fail"}
    state = life.create(declared, told).outputs
    read = services.clients.data.get_container

    def read_and_be_overtaken(container_id):
        found = read(container_id)
        veracity.somebody_sets(container, title="Somebody's")
        return found

    services.clients.data.get_container = read_and_be_overtaken
    with pytest.raises(MetadataConflict, match="while this up was running") as conflict:
        life.update(container, state, {**declared, "title": "B"}, told)
    assert str(conflict.value).splitlines()[1:] == CONFLICT_TABLE
    assert veracity.container(container)["metadata"]["title"] == "Somebody's"


@pytest.mark.parametrize(
    "news",
    [
        pytest.param({"on_destroy": "restore"}, id="another on_destroy"),
        pytest.param({"on_conflict": "fail"}, id="another on_conflict"),
        pytest.param({"description": "Made by the local Veracity."}, id="a field that is managed now, and is right"),
    ],
)
def test_what_only_the_state_has_to_learn_is_a_change_without_a_patch(life, told, veracity, container, news):
    state = life.create(inputs(container, title="A"), told).outputs
    declared = {**inputs(container, title="A"), **news}
    assert life.diff(container, state, declared, told).changes
    state = life.update(container, state, declared, told)
    assert not life.diff(container, state, declared, told).changes
    assert len(requests_of(veracity, "PATCH", container)) == 1
    assert state["patch"] == [{"op": "replace", "path": "/title", "value": "A"}]


def test_an_edit_is_what_was_last_applied(life, told, container):
    state = life.create(inputs(container, title="A", description="B"), told).outputs
    state = life.update(container, state, inputs(container, title="C", description="B"), told)
    assert state["applied"] == {"title": "C", "description": "B"}
    assert not life.diff(container, state, inputs(container, title="C", description="B"), told).changes


def test_a_field_that_is_managed_no_longer_is_forgotten_and_left_as_it_is(life, told, veracity, container):
    state = life.create(inputs(container, title="A", description="B"), told).outputs
    state = life.update(container, state, inputs(container, title="A"), told)
    assert state["applied"] == {"title": "A"}
    assert state["previous"] == {"title": "Untitled container"}
    assert veracity.container(container)["metadata"]["description"] == "B"


def test_what_is_not_known_yet_is_a_change(life, told, container):
    state = life.create(inputs(container, title="A"), told).outputs
    assert life.check({}, inputs(container, title=UNKNOWN), told).problems == ()
    assert life.diff(container, state, inputs(container, title=UNKNOWN), told).changes
    found = life.diff(container, state, inputs(UNKNOWN, title="A"), told)
    assert (found.changes, found.replaces) == (True, ("container_id",))


class TestChecking:
    def test_a_container_that_is_not_known_yet_is_not_looked_at(self, life, told, veracity):
        veracity.forget_requests()
        assert life.check({}, inputs(UNKNOWN, title="A"), told).problems == ()
        assert veracity.requests_to("/resources/") == []

    def test_an_adoption_that_is_checked_twice_is_told_once(self, life, told, container):
        for _ in range(2):
            assert life.check({}, inputs(container, title="A"), told).problems == ()
        assert len(told.infos) == 1


class TestDestroy:
    def test_restore_puts_back_what_was_found(self, life, told, veracity, container):
        before = veracity.container(container)["metadata"]
        declared = {**inputs(container, title="A", description="B", tags=["x"]), "on_destroy": "restore"}
        declared["icon"] = {"id": "Ship"}
        state = life.create(declared, told).outputs
        life.delete(container, state, told)
        assert veracity.container(container)["metadata"] == before
        assert "restored" in told.infos[-1]

    def test_what_somebody_changed_since_stays(self, life, told, veracity, container):
        declared = {**inputs(container, title="A", description="B"), "on_destroy": "restore"}
        state = life.create(declared, told).outputs
        veracity.somebody_sets(container, title="Somebody's")
        life.delete(container, state, told)
        live = veracity.container(container)["metadata"]
        assert (live["title"], live["description"]) == ("Somebody's", "Made by the local Veracity.")
        assert "title" in told.warnings[0]

    def test_what_is_as_it_was_before_is_not_written_again(self, life, told, veracity, container):
        state = life.create({**inputs(container, title="A"), "on_destroy": "restore"}, told).outputs
        veracity.somebody_sets(container, title=state["previous"]["title"])
        veracity.forget_requests()
        life.delete(container, state, told)
        assert veracity.requests_to("PATCH") == []
        assert told.infos[-1] == "nothing to restore"

    def test_retain_leaves_everything_and_asks_nobody(self, life, told, veracity, container):
        state = life.create(inputs(container, title="A"), told).outputs
        before = len(veracity.requests_to(container))
        life.delete(container, state, told)
        assert len(veracity.requests_to(container)) == before

    def test_a_container_that_is_gone_is_a_success(self, life, told, veracity, container):
        declared = {**inputs(container, title="A"), "on_destroy": "restore"}
        state = life.create(declared, told).outputs
        veracity.fault(path=f"*/resources/{container}", effect={"kind": "status", "status": 404})
        life.delete(container, state, told)
        assert "no longer exists" in told.infos[-1]


class TestRead:
    def test_drift_is_read_as_the_program_would_spell_it(self, life, told, veracity, container):
        state = life.create(inputs(container, title="A", tags=["x", "y"]), told).outputs
        veracity.somebody_sets(container, title="Somebody's", tags=[{"title": "y"}, {"title": "x"}])
        found = life.read(container, state, told)
        assert found.inputs["title"] == found.outputs["title"] == "Somebody's"
        assert found.inputs["tags"] == ["x", "y"]
        assert "description" not in found.inputs
        assert found.outputs["applied"] == state["applied"]

    def test_gone_means_gone(self, life, told, veracity, container):
        state = life.create(inputs(container, title="A"), told).outputs
        veracity.fault(path=f"*/resources/{container}", effect={"kind": "status", "status": 404})
        assert life.read(container, state, told) is None

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            ({"kind": "status", "status": 403}, PermissionDenied),
            ({"kind": "status", "status": 429, "retryAfter": 0}, RateLimited),
            ({"kind": "status", "status": 500}, PlatformFailed),
            ({"kind": "status", "status": 502, "html": True}, PlatformFailed),
            ({"kind": "html"}, UnexpectedAnswer),
            ({"kind": "cutBefore"}, PlatformUnreachable),
            ({"kind": "expireToken"}, AuthenticationFailed),
        ],
    )
    def test_any_other_failure_to_read_is_no_absence(self, life, told, veracity, container, effect, error):
        state = life.create(inputs(container, title="A"), told).outputs
        veracity.fault(path=f"*/resources/{container}", count=None, effect=effect)
        with pytest.raises(error):
            life.read(container, state, told)

    def test_a_passing_failure_is_not_even_noticed(self, life, told, veracity, container):
        state = life.create(inputs(container, title="A"), told).outputs
        veracity.fault(path=f"*/resources/{container}", count=2, effect={"kind": "status", "status": 503})
        assert life.read(container, state, told) is not None


class TestErrors:
    @pytest.mark.parametrize("is_replacement", [False, True])
    def test_a_foreign_container_is_refused_before_anything_is_sent(
        self, life, told, veracity, container, is_replacement
    ):
        foreign = veracity.new_container(like="foreign")
        olds = inputs(container, title="Mine") if is_replacement else {}
        (problem,) = life.check(olds, inputs(foreign, title="Mine"), told).problems
        assert problem.property == "container_id"
        assert "44444444-0000-4000-8000-000000000009" in problem.reason
        assert veracity.demo["clientId"] in problem.reason
        assert "consumer" in problem.reason

    def test_a_preview_warns_of_a_change_that_is_no_longer_ours_to_make(self, life, told, veracity):
        foreign = veracity.new_container(like="foreign")
        state = {**inputs(foreign, title="Mine"), "applied": {"title": "Mine"}}
        assert life.diff(foreign, state, inputs(foreign, title="Mine"), told).changes
        assert "changed only by its owner" in told.warnings[0]

    @pytest.mark.parametrize("access_level", ["owner", "Owner", ""])
    def test_an_owner_may_write_and_so_may_try_an_account_whose_access_the_platform_does_not_tell(
        self, services, told, container, access_level
    ):
        data = services.clients.data
        data.get_container = with_answer(data.get_container, access_level=access_level)
        life = ContainerMetadataLifecycle(services)
        assert life.check({}, inputs(container, title="A"), told).problems == ()
        assert told.infos == [
            'adopts the container, and changes: title\n  title: "Untitled container" → "A"',
        ]

    @pytest.mark.parametrize("access_level", ["consumer", "dataSteward", "none"])
    def test_any_other_access_is_refused_in_check(self, services, told, container, access_level):
        data = services.clients.data
        data.get_container = with_answer(data.get_container, access_level=access_level)
        life = ContainerMetadataLifecycle(services)
        (problem,) = life.check({}, inputs(container, title="A"), told).problems
        assert problem.property == "container_id"
        assert f"has access level {access_level}" in problem.reason

    def test_a_patch_that_the_platform_accepts_and_does_not_apply_is_an_error(self, services, told, container):
        read = services.clients.data.get_container
        services.clients.provisioning.update_metadata = lambda container_id, _: read(container_id)
        life = ContainerMetadataLifecycle(services)
        with pytest.raises(MetadataNotApplied) as failed:
            life.create(inputs(container, title="A"), told)
        assert str(failed.value) == (
            f'container {container} is not as declared after the patch (title: "Untitled container" → "A"); '
            "run `pulumi up` again"
        )

    def test_inputs_that_are_wrong_are_reported_without_a_request(self, life, told, veracity, container):
        before = len(veracity.requests_to(container))
        checked = life.check({}, inputs(container, title=7, tags="a"), told)
        assert [str(problem) for problem in checked.problems] == [
            "title: must be a string, not 7",
            "tags: must be a list, not 'a'",
        ]
        assert len(veracity.requests_to(container)) == before

    def test_a_missing_container_is_told_by_its_id(self, life, told):
        (problem,) = life.check({}, inputs("99999999-0000-4000-8000-000000000000", title="A"), told).problems
        assert "99999999" in problem.reason

    @pytest.mark.parametrize(
        ("effect", "error"),
        [
            ({"kind": "status", "status": 400}, RequestRefused),
            ({"kind": "status", "status": 403}, PermissionDenied),
            ({"kind": "status", "status": 500}, PlatformFailed),
            ({"kind": "html"}, UnexpectedAnswer),
            ({"kind": "cutBefore"}, MetadataError),
        ],
    )
    def test_a_patch_that_is_not_applied_leaves_everything(self, life, told, veracity, container, effect, error):
        before = veracity.container(container)
        veracity.fault(method="PATCH", path=f"*{container}*", effect=effect)
        with pytest.raises(error) as failed:
            life.create(inputs(container, title="A"), told)
        assert container in str(failed.value)
        assert veracity.container(container) == before

    def test_a_lost_answer_to_a_patch_is_settled_by_looking(self, life, told, veracity, container):
        veracity.fault(method="PATCH", path=f"*{container}*", effect={"kind": "cutAfter"})
        state = life.create(inputs(container, title="A"), told).outputs
        assert state["metadata"]["title"] == "A"
        assert len(requests_of(veracity, "PATCH", container)) == 1

    def test_a_supplied_token_that_has_expired_says_how_to_get_another(self, make_services, told, container):
        life = ContainerMetadataLifecycle(make_services(accessToken="expired.token"))
        with pytest.raises(AuthenticationFailed, match="accessToken") as refused:
            life.create(inputs(container, title="A"), told)
        assert "expired.token" not in str(refused.value)
