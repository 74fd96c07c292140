"""Container metadata on the real engine: what a person sees, and what stays when the platform does not answer."""

import pytest

from tests.engine.project import CONTAINER


@pytest.fixture
def described(project, veracity):
    """A project that declares one container, by a program."""
    project.container = veracity.new_container()

    def declare(**arguments):
        given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        project.program(f'ContainerMetadata("c", container_id="{project.container}", {given})')

    project.declared = declare
    declare(title="A", description="one", tags=["b", "a"])
    return project


def patches(veracity, container):
    return [one for one in veracity.requests_to(container) if one["method"] == "PATCH"]


def test_preview_says_per_field_what_will_be_and_whose_change_it_is(described, veracity):
    adopts = described.preview()
    assert adopts.lines_with('title: "Untitled container" → "A"'), adopts.text
    assert described.up().succeeded
    assert described.outputs("c")["previous"]["title"] == "Untitled container"

    veracity.somebody_sets(described.container, description="theirs")
    described.declared(title="B", description="one", tags=["b", "a"])
    shown = described.preview()
    assert shown.lines_with("edited in the program: title"), shown.text
    assert shown.lines_with("changed in Veracity since the last up: description"), shown.text
    assert shown.lines_with('description: "theirs" → "one"'), shown.text
    up = described.up()
    assert "overwrote what somebody else had written: description" in up, up.text
    assert [one["path"] for one in described.outputs("c")["patch"]] == ["/description", "/title"]
    assert described.is_unchanged()


def test_a_conflict_stops_with_a_table_and_is_solved_by_taking_their_value(described, veracity):
    described.declared(title="A", on_conflict="fail")
    assert described.up().succeeded
    veracity.somebody_sets(described.container, title="Theirs")
    described.declared(title="B", on_conflict="fail")
    stopped = described.up()
    assert not stopped.succeeded
    assert stopped.lines_with("field", "declared", "last applied", "live"), stopped.text
    assert stopped.lines_with("title", '"B"', '"A"', '"Theirs"'), stopped.text
    described.declared(title="Theirs", on_conflict="fail")
    assert described.up().succeeded
    assert described.is_unchanged()
    assert described.outputs("c")["applied"] == {"title": "Theirs"}


def test_restore_puts_back_what_was_there_and_says_so(described, veracity):
    before = veracity.container(described.container)["metadata"]
    described.declared(title="A", description="", tags=["x"], icon={"id": "Ship"}, on_destroy="restore")
    assert described.up().succeeded
    veracity.somebody_sets(described.container, description="theirs")
    destroyed = described.destroy()
    assert destroyed.succeeded, destroyed.text
    assert "not restored, since somebody has changed it meanwhile: description" in destroyed
    assert 'title: "A" → "Untitled container"' in destroyed
    assert veracity.container(described.container)["metadata"] == {**before, "description": "theirs"}


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param({"kind": "status", "status": 403}, id="403"),
        pytest.param({"kind": "cutBefore"}, id="nothing"),
        pytest.param({"kind": "status", "status": 429, "retryAfter": 0}, id="429", marks=pytest.mark.extended),
        pytest.param({"kind": "status", "status": 500}, id="500", marks=pytest.mark.extended),
        pytest.param({"kind": "html"}, id="HTML", marks=pytest.mark.extended),
    ],
)
def test_a_refresh_that_cannot_read_keeps_the_state(described, veracity, effect):
    assert described.up().succeeded
    before = described.resources()
    veracity.fault(path=f"*/resources/{described.container}", count=None, effect=effect)
    failed = described.refresh()
    assert not failed.succeeded
    assert failed.lines_with(f"reading container {described.container} failed"), failed.text
    assert "Traceback" not in failed
    assert described.resources() == before


@pytest.mark.parametrize(("run_program", "is_told"), [("", True), ("true", False)])
def test_a_refusal_says_when_it_may_be_for_the_settings_of_the_last_up(described, veracity, run_program, is_told):
    assert described.up().succeeded
    veracity.fault(path="*/oauth2/token", count=None, effect={"kind": "status", "status": 401})
    failed = described.refresh(environ={"PULUMI_RUN_PROGRAM": run_program})
    assert not failed.succeeded
    assert failed.lines_with("AuthenticationFailed")
    assert bool(failed.lines_with("settings of the last", "--run-program")) is is_told, failed.text


def test_a_container_that_is_gone_leaves_the_state_at_refresh(described, veracity):
    assert described.up().succeeded
    veracity.fault(path=f"*/resources/{described.container}", count=None, effect={"kind": "status", "status": 404})
    assert described.refresh().succeeded
    assert "c" not in described.resources()


def test_inputs_that_are_outputs_of_others_preview_as_unknown_and_work(project, veracity):
    one, two = veracity.new_container(), veracity.new_container()
    project.program(
        f'one = ContainerMetadata("one", container_id="{one}", title="First")\n'
        f'ContainerMetadata("two", container_id="{two}", title=one.reference, tags=[one.region])'
    )
    previewed = project.preview()
    assert previewed.succeeded, previewed.text
    assert previewed.lines_with("title", "[unknown]"), previewed.text
    up = project.up()
    assert up.succeeded, up.text
    assert veracity.container(two)["metadata"]["title"] == veracity.container(one)["reference"]
    assert project.is_unchanged()


def test_another_container_replaces_and_leaves_the_old_one(described, veracity):
    assert described.up().succeeded
    old, described.container = described.container, veracity.new_container()
    described.declared(title="A")
    previewed = described.preview()
    assert "1 to replace" in previewed
    assert previewed.lines_with('title: "Untitled container" → "A"'), previewed.text
    assert described.up().succeeded
    assert veracity.container(old)["metadata"]["title"] == "A"
    assert len(patches(veracity, old)) == 1


def test_everything_wrong_with_the_stack_config_is_told_at_once_and_nothing_is_changed(project, veracity):
    container = veracity.new_container()
    project.config["veracity:endpiont"] = "http://127.0.0.1:1"
    project.config["veracity:workspaceId"] = "<workspace id>"
    project.declare(
        containers=[
            {"name": "a", "containerId": container, "title": "", "region": "EU"},
            {"name": "a", "containerId": container.upper(), "tagz": []},
            {"name": "b", "containerId": "c-1", "tags": ["x", "X"]},
        ],
        datasets=[{"name": "d", "datasetId": "<dataset id>", "source": "none.csv", "operation": "Upsert"}],
    )
    refused = project.preview()
    assert not refused.succeeded
    for words in (
        ("veracity:endpiont", "did you mean endpoint?"),
        ("veracity:workspaceId", "pulumi config set --stack test veracity:workspaceId"),
        ('veracity:containers[0] "a".title', "empty"),
        ('veracity:containers[0] "a".region', "cannot be set"),
        ('veracity:containers[1] "a".tagz', "did you mean tags?"),
        ('veracity:containers[1] "a".name', "must be used once in the stack"),
        ('veracity:containers[1] "a".containerId', 'is managed by "a" as well'),
        ('veracity:containers[2] "b".containerId', "must be a UUID"),
        ('veracity:containers[2] "b".tags[1]', "only by case"),
        ('veracity:datasets[0] "d".datasetId', "is missing"),
    ):
        assert refused.lines_with(*words), (words, refused.text)
    assert "Traceback" not in refused
    assert veracity.requests_to(container) == []


def test_a_secret_in_the_clear_is_refused_for_an_endpoint_that_is_not_this_machine(project):
    project.config["veracity:endpoint"] = "https://veracity.invalid"
    project.declare(containers=[])
    refused = project.preview()
    assert not refused.succeeded
    assert refused.lines_with("veracity:clientSecret", "--secret"), refused.text
    assert refused.lines_with("veracity:subscriptionKey", "--secret"), refused.text


def test_two_resources_for_one_container_are_refused_by_both_names(described):
    described.program(
        f'ContainerMetadata("one", container_id="{described.container}", title="A")\n'
        f'ContainerMetadata("two", container_id="{described.container.upper()}", title="B")'
    )
    refused = described.preview()
    assert not refused.succeeded
    assert refused.lines_with("two", '"one"'), refused.text


def test_the_provider_in_the_state_holds_nothing(described):
    assert described.up().succeeded
    (found,) = [one for one in described.state()["resources"] if one["type"] == CONTAINER]
    assert len(found["outputs"]["__provider"]) < 200


def test_a_patch_without_an_answer_in_time_is_settled_by_looking(described, veracity):
    described.config["veracity:requestTimeoutSeconds"] = "1"
    veracity.fault(method="PATCH", path=f"*{described.container}*", effect={"kind": "delay", "seconds": 1.5})
    stopped = described.up()
    assert not stopped.succeeded
    assert stopped.lines_with("is not as declared after the patch", "run `pulumi up` again"), stopped.text
    assert "c" not in described.resources()
    again = described.up()
    assert again.succeeded, again.text
    assert described.is_unchanged()
    assert veracity.container(described.container)["metadata"]["title"] == "A"


def test_a_preview_says_what_an_up_will_do_about_drift_and_a_refresh_shows_only_what_differs(project, veracity):
    ids = {name: veracity.new_container() for name in ("fails", "ignores", "same")}
    project.program(
        f'ContainerMetadata("fails", container_id="{ids["fails"]}", title="A", on_conflict="fail")\n'
        f'ContainerMetadata("ignores", container_id="{ids["ignores"]}", title="A", tags=["x"],\n'
        f'    opts=pulumi.ResourceOptions(ignore_changes=["title"]))\n'
        f'ContainerMetadata("same", container_id="{ids["same"]}", title="A", icon={{"id": "Ship"}}, tags=["b", "a"])\n'
    )
    assert project.up().succeeded
    refreshed = project.refresh("--expect-no-changes")
    assert refreshed.succeeded, refreshed.text
    assert "→" not in refreshed.text
    assert "[diff:" not in refreshed.text, refreshed.text
    veracity.somebody_sets(ids["ignores"], title="Theirs")
    assert project.is_unchanged()
    assert project.up().succeeded
    refreshed = project.refresh("--diff")
    assert "→" not in refreshed.text, refreshed.text
    assert project.is_unchanged()
    assert veracity.container(ids["ignores"])["metadata"]["title"] == "Theirs"

    veracity.somebody_sets(ids["fails"], title="Theirs")
    previewed = project.preview()
    assert previewed.lines_with("`pulumi up` will stop here", ids["fails"], "on_conflict is fail"), previewed.text
    assert previewed.lines_with("title", '"A"', '"A"', '"Theirs"'), previewed.text
    assert not project.up().succeeded
