"""Programs on the real engine: other people's dynamic providers beside ours, and options that cannot be meant."""

from tests.engine.project import CONTAINER

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
