"""Programs on the real engine: other people's dynamic providers beside ours, and options that cannot be meant."""

import subprocess
import sys

from tests.engine.project import CONTAINER, environment
from tests.guide import write_files_of_the_guide

NO_CONFIG = "an explicit provider is given no stack config, and so no connection settings"
THEIRS = '''
"""Somebody else's dynamic provider."""
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("theirs", {"colour": look_up({}, "blue")})


def look_up(colours, name):
    return colours[name]


class Theirs(Resource):
    def __init__(self, name, opts=None):
        super().__init__(Provider(), name, {}, opts)
'''


def test_another_dynamic_provider_keeps_its_traceback(project, veracity):
    project.write("theirs.py", THEIRS)
    project.program(f"""
from theirs import Theirs
ours = ContainerMetadata("ours", container_id="{veracity.new_container()}", title="A")
Theirs("theirs", opts=pulumi.ResourceOptions(depends_on=[ours]))
""")
    failed = project.up()
    assert project.outputs("ours")["applied"] == {"title": "A"}, failed.text
    for line in ("Traceback (most recent call last):", "return colours[name]", "KeyError: 'blue'"):
        assert line in failed, failed.text


def test_an_error_of_ours_has_no_traceback_unless_it_is_asked_for(project, veracity):
    project.config["veracity:clientSecret"] = "not-this-one"
    project.program(f'ContainerMetadata("ours", container_id="{veracity.new_container()}", title="A")')
    refused = project.preview()
    assert refused.lines_with("AuthenticationFailed: "), refused.text
    assert "Traceback" not in refused, refused.text
    assert "veracity_provider.errors" not in refused, refused.text
    debugged = project.preview(environ={"VERACITY_DEBUG": "1"})
    assert debugged.lines_with("veracity_provider.errors.AuthenticationFailed: "), debugged.text
    assert "Traceback" in debugged, debugged.text


def test_a_refused_program_ends_with_the_reasons_alone(project, veracity):
    project.program(f"""
provider = pulumi.ProviderResource("pulumi-python", "explicit", {{}})
container = "{veracity.new_container()}"
opts = pulumi.ResourceOptions(import_=container, provider=provider)
ContainerMetadata("ours", container_id=container, title="A", opts=opts)
""")
    refused = project.preview()
    assert [line.strip() for line in refused.lines_with("ours")] == [
        "error: ours.opts.import_: a container is adopted when its resource is created; leave `import_` out",
        f"ours.opts.provider: {NO_CONFIG}; leave `provider` out",
    ]
    assert "Traceback" not in refused, refused.text
    assert "unhandled" not in refused, refused.text


def test_a_provider_that_a_transformation_sets_is_named(project, veracity):
    project.program(f"""
provider = pulumi.ProviderResource("pulumi-python", "explicit", {{}})

def set_provider(args):
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(provider=provider))
    return pulumi.ResourceTransformationResult(args.props, opts)

opts = pulumi.ResourceOptions(transformations=[set_provider])
ContainerMetadata("ours", container_id="{veracity.new_container()}", title="A", opts=opts)
""")
    refused = project.preview()
    assert refused.lines_with("Not one veracity: key is set, as for an explicit provider"), refused.text


def test_a_transform_changes_what_is_declared(project, veracity):
    container = veracity.new_container()
    project.program(f"""
def set_title(args):
    if args.type_ == "{CONTAINER}":
        return pulumi.ResourceTransformResult({{**args.props, "title": "B"}}, args.opts)

pulumi.runtime.register_resource_transform(set_title)
ContainerMetadata("ours", container_id="{container}", title="A")
""")
    assert project.up().succeeded
    assert veracity.container(container)["metadata"]["title"] == "B"
    assert project.is_unchanged()


def test_nothing_is_restored_where_the_container_goes_with_something_else(project, veracity):
    container = veracity.new_container()
    project.program(f"""
gone = ContainerMetadata("gone", container_id="{veracity.new_container()}")
opts = pulumi.ResourceOptions(deleted_with=gone)
ContainerMetadata("ours", container_id="{container}", title="A", on_destroy="restore", opts=opts)
""")
    assert project.up().succeeded
    project.program("")
    assert project.up().succeeded
    assert project.resources() == {}
    assert veracity.container(container)["metadata"]["title"] == "A"


def run_pytest(folder, name):
    """Run a user's test module that uses the Automation API."""
    ours = {name: value for name, value in environment(folder).items() if not name.startswith("PULUMI_")}
    environ = {**ours, "PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, name]
    ran = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stdout


def test_the_page_about_testing_shows_an_up_that_passes(tmp_path):
    assert "test_applied.py" in write_files_of_the_guide(tmp_path)
    run_pytest(tmp_path, "test_applied.py")


INLINE = """
import pytest
from pulumi import automation
from veracity_provider import ContainerMetadata


def declare():
    ContainerMetadata("ours", container_id="7")


def test_refused(tmp_path):
    backend = automation.ProjectBackend(url=f"file://{tmp_path}")
    settings = automation.ProjectSettings("inline", "python", backend=backend)
    environ = {"PULUMI_CONFIG_PASSPHRASE": "of a test"}
    opts = automation.LocalWorkspaceOptions(project_settings=settings, env_vars=environ)
    stack = automation.create_stack("test", project_name="inline", program=declare, opts=opts)
    with pytest.raises(automation.CommandError) as refused:
        stack.preview()
    assert "stack config of `test` cannot be used; nothing was changed:" in str(refused.value)
    assert "Traceback" not in str(refused.value)
"""


def test_an_inline_program_that_is_refused_leaves_its_process_running(tmp_path):
    (tmp_path / "test_inline.py").write_text(INLINE)
    run_pytest(tmp_path, "test_inline.py")


def test_resources_that_a_program_declares_late_are_all_registered(project, veracity):
    """The SDK is told to wait for less (`sdk.await_registration_alone`): the program must not end before they are."""
    ids = [veracity.new_container() for _ in range(3)]
    project.program(f"""
def declare(_):
    for number, one in enumerate({ids}):
        ContainerMetadata(f"late-{{number}}", container_id=one, title="Late")

async def wait():
    await asyncio.sleep(0.1)

import asyncio
pulumi.Output.from_input(wait()).apply(declare)
""")
    up = project.up()
    assert up.succeeded, up.text
    assert [veracity.container(one)["metadata"]["title"] for one in ids] == ["Late"] * 3
    assert "Task was destroyed" not in up
