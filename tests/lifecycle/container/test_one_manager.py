"""Who manages a container, and what was there first, when one resource follows another; without an engine."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from veracity_provider.api.listing import MAX_SINGLE_READS
from veracity_provider.lifecycle.container.lifecycle import ContainerMetadataLifecycle
from veracity_provider.lifecycle.container.notes import AdoptionNotes
from veracity_provider.lifecycle.run import Run

FIRST = "Untitled container"
TAKES_OVER = (
    'takes the container over from "a"; a restore will put back the original values: title: "Untitled container"'
)
ALREADY = (
    "already as declared, so a restore will leave as it is: title. If another resource of this stack has written it, "
    "and this is a rename or a move, declare an alias, which keeps the original values"
)
GIVEN_UP = (
    'these original values can no longer be restored: title: "Untitled container". An alias of the old '
    "name would have kept it"
)
RESTORED = (
    'restored description: "Declared" → "Made by the local Veracity."; '
    'icon: {"background_color": "#000000"} → {"background_color": "#5594aa"}'
)


def urn(name, stack="dev"):
    return f"urn:pulumi:{stack}::project::pulumi-python:dynamic/veracity:ContainerMetadata::{name}"


@pytest.fixture
def container(veracity):
    return veracity.new_container()


@pytest.fixture
def inputs(container):
    return {"container_id": container, "title": "Declared", "on_destroy": "restore", "on_conflict": "fail"}


@pytest.fixture
def in_a_run(services, told, make_services):
    """A lifecycle in a process of its own; *home* is another machine's."""

    def begin(home="home"):
        return ContainerMetadataLifecycle(replace(make_services(home=home), run=Run()))

    return begin


@pytest.fixture
def adopted(in_a_run, inputs, told):
    """The state of the resource `a`, which an earlier run made."""
    told.urn = urn("a")
    return in_a_run().create(inputs, told).outputs


@pytest.fixture
def title(veracity, container):
    return lambda: veracity.container(container)["metadata"]["title"]


def as_resource(told, name, **place):
    told.urn, told.infos, told.warnings = urn(name, **place), [], []
    return told


class TestRename:
    def test_a_successor_takes_over_what_was_first_and_its_predecessor_leaves_the_container(
        self, in_a_run, adopted, inputs, told, title
    ):
        run = in_a_run()
        assert run.check({}, inputs, as_resource(told, "b")).problems == ()
        assert told.infos == [TAKES_OVER]
        state = run.create(inputs, told).outputs
        assert state["previous"] == {"title": FIRST}
        run.delete(inputs["container_id"], adopted, as_resource(told, "a"))
        assert (told.infos, told.warnings) == (['left as it is, since "b" manages the container now'], [])
        assert title() == "Declared"
        in_a_run().delete(inputs["container_id"], state, as_resource(told, "b"))
        assert title() == FIRST

    def test_on_another_machine_the_values_that_are_given_up_are_told(self, in_a_run, adopted, inputs, told, title):
        run = in_a_run("another home")
        run.check({}, inputs, as_resource(told, "b"))
        assert told.infos == [ALREADY]
        assert run.create(inputs, told).outputs["previous"] == {"title": "Declared"}
        run.delete(inputs["container_id"], adopted, as_resource(told, "a"))
        assert told.warnings == [GIVEN_UP]
        assert title() == "Declared"

    def test_a_predecessor_that_goes_first_leaves_a_note_for_its_successor(self, in_a_run, adopted, inputs, told):
        run = in_a_run("another home")
        run.check({}, inputs, as_resource(told, "a"))
        run.delete(inputs["container_id"], adopted, as_resource(told, "a"))
        assert told.infos == ["left as it is, since its replacement manages the container now"]
        assert told.warnings == []
        assert run.create(inputs, told).outputs["previous"] == {"title": FIRST}

    def test_a_field_that_the_successor_does_not_manage_is_put_back_by_the_predecessor(
        self, in_a_run, inputs, told, veracity, container
    ):
        more = {**inputs, "description": "Declared", "icon": {"id": "Ship", "background_color": "#000000"}}
        adopted = in_a_run().create(more, as_resource(told, "a")).outputs
        run, less = in_a_run(), {**inputs, "icon": {"id": "Ship"}}
        run.check({}, less, as_resource(told, "b"))
        run.create(less, told)
        run.delete(container, adopted, as_resource(told, "a"))
        assert told.infos == [
            RESTORED,
            'left as it is, since "b" manages the container now',
        ]
        live = veracity.container(container)["metadata"]
        assert live["icon"] == {"id": "Ship", "backgroundColor": "#5594aa"}

    @pytest.mark.usefixtures("adopted")
    def test_what_somebody_else_has_written_since_is_what_the_successor_finds_first(
        self, in_a_run, inputs, told, veracity, container
    ):
        veracity.somebody_sets(container, title="Somebody's")
        state = in_a_run().create(inputs, as_resource(told, "b")).outputs
        assert state["previous"] == {"title": "Somebody's"}

    def test_a_create_that_was_killed_between_its_patch_and_its_note_finds_what_was_first(
        self, in_a_run, inputs, told, title, monkeypatch
    ):
        killed = in_a_run()
        monkeypatch.setattr(killed, "_write_note", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            killed.create(inputs, as_resource(told, "a"))
        assert title() == "Declared"
        assert in_a_run().create(inputs, as_resource(told, "a")).outputs["previous"] == {"title": FIRST}

    @pytest.mark.usefixtures("adopted")
    def test_a_create_that_was_killed_before_its_state_was_written_finds_what_was_first(self, in_a_run, inputs, told):
        assert in_a_run().create(inputs, as_resource(told, "a")).outputs["previous"] == {"title": FIRST}


class TestWithoutAnyCheck:
    """`--target` and `destroy`: the note alone tells."""

    def test_a_container_that_was_adopted_again_is_left(self, in_a_run, adopted, inputs, told, title):
        in_a_run().create(inputs, as_resource(told, "b", stack="prod"))
        in_a_run().delete(inputs["container_id"], adopted, as_resource(told, "a"))
        assert told.infos == ['left as it is, since "b" (stack prod of project project) manages the container now']
        assert title() == "Declared"

    @pytest.mark.parametrize(
        "renamed",
        [
            pytest.param(urn("b"), id="an alias, or `pulumi state rename`"),
            pytest.param(urn("a", stack="prod"), id="`pulumi stack rename`"),
        ],
    )
    def test_a_resource_that_was_renamed_with_its_state_still_restores(
        self, in_a_run, adopted, inputs, told, title, renamed
    ):
        told.urn = renamed
        in_a_run().delete(inputs["container_id"], adopted, told)
        assert title() == FIRST

    def test_of_two_states_of_one_container_the_later_restores_and_nobody_is_blamed(
        self, in_a_run, adopted, inputs, told, title
    ):
        later = in_a_run().create(inputs, as_resource(told, "b")).outputs
        in_a_run().delete(inputs["container_id"], later, as_resource(told, "b"))
        in_a_run().delete(inputs["container_id"], adopted, as_resource(told, "a"))
        assert (told.infos, told.warnings) == (["nothing to restore"], [])
        assert title() == FIRST

    def test_a_state_of_0_1_0_that_was_never_updated_restores(self, in_a_run, adopted, inputs, told, title):
        old = {name: value for name, value in adopted.items() if name != "adopted_at"}
        in_a_run("another home").delete(inputs["container_id"], old, as_resource(told, "a"))
        assert title() == FIRST


class TestUpdate:
    @pytest.mark.parametrize(
        ("on_destroy", "description", "line"),
        [
            pytest.param(
                "restore",
                "Made by the local Veracity.",
                'no longer managed, and put back: description: "Declared" → "Made by the local Veracity."',
                id="restore",
            ),
            pytest.param("retain", "Declared", "no longer managed, and left as it is: description", id="retain"),
        ],
    )
    def test_a_field_that_leaves_management_is_put_back_or_left_and_said(
        self, in_a_run, inputs, told, veracity, container, on_destroy, description, line
    ):
        given = {**inputs, "on_destroy": on_destroy}
        state = in_a_run().create({**given, "description": "Declared"}, told).outputs
        run = in_a_run()
        assert run.diff(container, state, given, as_resource(told, "a")).changes
        assert told.infos == [line]
        state = run.update(container, state, given, told)
        assert veracity.container(container)["metadata"]["description"] == description
        assert state["previous"] == {"title": FIRST}
        assert not run.diff(container, state, given, told).changes

    def test_a_field_that_leaves_after_somebody_changed_it_stays(self, in_a_run, inputs, told, veracity, container):
        state = in_a_run().create({**inputs, "description": "Declared"}, told).outputs
        veracity.somebody_sets(container, description="Somebody's")
        in_a_run().update(container, state, inputs, told)
        assert veracity.container(container)["metadata"]["description"] == "Somebody's"

    def test_a_member_of_an_icon_that_is_managed_later_is_put_back_too(
        self, in_a_run, inputs, told, veracity, container
    ):
        before = veracity.container(container)["metadata"]
        state = in_a_run().create({**inputs, "icon": {"id": "Ship"}}, told).outputs
        more = {**inputs, "icon": {"id": "Ship", "background_color": "#000000"}}
        state = in_a_run().update(container, state, more, told)
        in_a_run().delete(container, state, told)
        assert veracity.container(container)["metadata"] == before

    def test_an_update_by_one_whom_a_later_one_has_followed_leaves_the_note_of_the_later(
        self, in_a_run, services, adopted, inputs, told, container
    ):
        in_a_run().create(inputs, as_resource(told, "b"))
        notes = AdoptionNotes(services.home / "containers", sleep=services.sleep)
        before = notes.find(container)
        assert before.manager == urn("b")
        in_a_run().update(container, adopted, {**inputs, "title": "Edited"}, as_resource(told, "a"))
        assert notes.find(container) == before

    def test_when_it_was_adopted_stays(self, in_a_run, adopted, inputs, told, container):
        state = in_a_run().update(container, adopted, {**inputs, "title": "B"}, told)
        assert state["adopted_at"] == adopted["adopted_at"]


def test_a_preview_says_that_a_conflict_will_stop_an_up_and_an_up_just_stops(
    in_a_run, adopted, inputs, told, veracity, container
):
    veracity.somebody_sets(container, title="Somebody's")
    for is_preview in (True, False):
        run = in_a_run()
        run.check(inputs, {**inputs, "is_preview": is_preview}, as_resource(told, "a"))
        assert run.diff(container, adopted, inputs, told).changes
        assert bool(told.warnings) is is_preview
        assert bool(told.infos) is not is_preview


def test_nothing_that_a_check_needs_alone_is_in_the_inputs(in_a_run, inputs, told):
    assert in_a_run().check({}, {**inputs, "is_preview": True}, told).inputs == inputs


class TestIgnoredChanges:
    @pytest.mark.parametrize("ignored", [["title"], ["*"]])
    def test_drift_of_a_field_whose_changes_are_ignored_is_left(
        self, in_a_run, adopted, inputs, told, veracity, container, ignored
    ):
        veracity.somebody_sets(container, title="Somebody's")
        news = {**inputs, "ignored": ignored}
        run = in_a_run()
        assert not run.diff(container, adopted, news, told).changes
        state = run.update(container, adopted, news, told)
        assert veracity.container(container)["metadata"]["title"] == "Somebody's"
        assert (state["applied"], "ignored" in state) == ({"title": "Declared"}, False)

    def test_other_fields_are_written(self, in_a_run, adopted, inputs, told, veracity, container):
        veracity.somebody_sets(container, title="Somebody's")
        news = {**inputs, "description": "B", "ignored": ["title"]}
        in_a_run().update(container, adopted, news, told)
        live = veracity.container(container)["metadata"]
        assert (live["title"], live["description"]) == ("Somebody's", "B")


class TestManyAtOnce:
    def test_a_preview_of_many_reads_a_few_and_then_lists(self, in_a_run, inputs, told, veracity):
        ids = [veracity.new_container() for _ in range(12)]
        states = {one: in_a_run().create({**inputs, "container_id": one}, told).outputs for one in ids}
        veracity.somebody_sets(ids[-1], title="Somebody's")
        veracity.forget_requests()
        run = in_a_run()
        changed = []
        for one, state in states.items():
            news = {**inputs, "container_id": one}
            run.check(news, {**news, "is_preview": True}, told)
            changed += [one] if run.diff(one, state, news, told).changes else []
        assert changed == [ids[-1]]
        assert len(veracity.requests_to("GET /veracity/datafabric/data")) == MAX_SINGLE_READS + 1

    def test_what_is_written_is_read_anew(self, in_a_run, inputs, told, veracity):
        """In an `up` nothing is listed: a value read before a write is never used after it."""
        ids = [veracity.new_container() for _ in range(12)]
        states = {one: in_a_run().create({**inputs, "container_id": one}, told).outputs for one in ids}
        veracity.forget_requests()
        run = in_a_run()
        for one, state in states.items():
            news = {**inputs, "container_id": one}
            run.check(news, {**news, "is_preview": False}, told)
            run.diff(one, state, news, told)
        assert len(veracity.requests_to("GET /veracity/datafabric/data/api/1/resources/")) == len(ids)
        assert len(veracity.requests_to("GET /veracity/datafabric/data")) == len(ids)
