"""What a resource refuses in the program, whole texts: they are what a person sees."""

import os
from pathlib import Path

import pulumi
import pytest
from pulumi import ResourceOptions

from tests.dynamic.mocks import CONTAINER, DATASET, mocked
from veracity_provider import ContainerMetadata, DatasetIngest
from veracity_provider.errors import InputError

NO_CONFIG = "an explicit provider is given no stack config, and so no connection settings"
LATIN_1 = os.fsdecode(b"m\xe6lk.csv")


@pytest.fixture(autouse=True)
def mocks():
    with mocked() as made:
        yield made


def declare_container(**arguments):
    return ContainerMetadata("c", **{"container_id": CONTAINER, "title": "A", **arguments})


def declare_ingest(**arguments):
    return DatasetIngest("d", **{"dataset_id": DATASET, "source": "a.csv", "operation": "Upsert", **arguments})


def explicit(package="pulumi-python"):
    return pulumi.ProviderResource(package, "explicit", {})


def component(**options):
    return pulumi.ComponentResource("my:Component", "parent", None, ResourceOptions(**options))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        pytest.param(
            lambda: {"provider": explicit()}, f"opts.provider: {NO_CONFIG}; leave `provider` out", id="a provider"
        ),
        pytest.param(
            lambda: {"providers": [explicit()]},
            f"opts.providers: {NO_CONFIG}; leave pulumi-python out of `providers`",
            id="providers as a list",
        ),
        pytest.param(
            lambda: {"providers": {"pulumi-python": explicit()}},
            f"opts.providers: {NO_CONFIG}; leave pulumi-python out of `providers`",
            id="providers as a mapping",
        ),
        pytest.param(
            lambda: {"parent": component(providers=[explicit()])},
            f"opts.parent: {NO_CONFIG}; leave pulumi-python out of the parent's `providers`",
            id="a provider of the parent",
        ),
        pytest.param(
            lambda: {"id": CONTAINER},
            "opts.id: what is not managed here cannot be read; leave `id` out, and declare what is managed",
            id="an id to read",
        ),
    ],
)
@pytest.mark.parametrize(
    ("declare", "name"),
    [pytest.param(declare_container, "c", id="container"), pytest.param(declare_ingest, "d", id="ingest")],
)
def test_an_option_that_cannot_do_what_it_is_for_is_refused(declare, name, options, problem):
    given = options()
    with pytest.raises(InputError) as refused:
        declare(opts=ResourceOptions(**given))
    assert str(refused.value) == f"{name}.{problem}"


@pytest.mark.parametrize(
    ("declare", "problem"),
    [
        pytest.param(
            declare_container,
            "c.opts.import_: a container is adopted when its resource is created; leave `import_` out",
            id="container",
        ),
        pytest.param(
            declare_ingest, "d.opts.import_: an ingest is created from its file only; leave `import_` out", id="ingest"
        ),
    ],
)
def test_there_is_nothing_to_import(declare, problem):
    with pytest.raises(InputError) as refused:
        declare(opts=ResourceOptions(import_=CONTAINER))
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(lambda: {"provider": explicit("aws")}, id="the provider of another package"),
        pytest.param(lambda: {"providers": [explicit("aws")]}, id="providers of other packages"),
        pytest.param(lambda: {"parent": component(providers=[explicit("aws")])}, id="a parent with another provider"),
        pytest.param(lambda: {"parent": component()}, id="a parent"),
        pytest.param(lambda: {"protect": True, "retain_on_delete": True, "ignore_changes": ["title"]}, id="the rest"),
    ],
)
@pytest.mark.parametrize("declare", [declare_container, declare_ingest])
def test_other_options_are_taken(declare, options):
    declare(opts=ResourceOptions(**options()))


@pytest.mark.parametrize(
    ("declare", "problem"),
    [
        pytest.param(
            lambda: declare_ingest(source=LATIN_1),
            r"d.source: must be a text in UTF-8, not 'm\udce6lk.csv'; rename the file",
            id="the path of a file",
        ),
        pytest.param(
            lambda: declare_ingest(source=Path(LATIN_1)),
            r"d.source: must be a text in UTF-8, not 'm\udce6lk.csv'; rename the file",
            id="a path object",
        ),
        pytest.param(
            lambda: declare_ingest(source=pulumi.FileAsset(LATIN_1)),
            r"d.source: must be a text in UTF-8, not 'm\udce6lk.csv'; rename the file",
            id="a file asset",
        ),
        pytest.param(
            lambda: declare_ingest(source=pulumi.StringAsset("a\n\udce6\n")),
            r"d.source.text: must be a text in UTF-8, not 'a\n\udce6\n'; write it anew",
            id="a text to ingest",
        ),
        pytest.param(
            lambda: declare_ingest(source=pulumi.StringAsset("0123456789" * 5000 + "\udce6" + "9" * 1000)),
            rf"d.source.text: must be a text in UTF-8, not '…01234567890123456789\udce6{'9' * 33}…'; write it anew",
            id="a long text to ingest",
        ),
        pytest.param(
            lambda: declare_ingest(file_name=LATIN_1),
            r"d.file_name: must be a text in UTF-8, not 'm\udce6lk.csv'; rename the file",
            id="the name of a file",
        ),
        pytest.param(
            lambda: declare_ingest(triggers=[1, {"day": LATIN_1}]),
            r"d.triggers[1].day: must be a text in UTF-8, not 'm\udce6lk.csv'; write it anew",
            id="a trigger",
        ),
        pytest.param(
            lambda: declare_container(title="\udce6"),
            r"c.title: must be a text in UTF-8, not '\udce6'; write it anew",
            id="a title from the environment",
        ),
        pytest.param(
            lambda: declare_container(tags=["a", "\udce6"]),
            r"c.tags[1]: must be a text in UTF-8, not '\udce6'; write it anew",
            id="a tag",
        ),
        pytest.param(
            lambda: declare_container(icon={"id": "\udce6"}),
            r"c.icon.id: must be a text in UTF-8, not '\udce6'; write it anew",
            id="a member of the icon",
        ),
        pytest.param(
            lambda: ContainerMetadata("\udce6", container_id=CONTAINER),
            r"'\udce6': a resource must have a name in UTF-8; give it another",
            id="the name of a resource",
        ),
    ],
)
def test_a_text_that_is_not_utf_8_is_refused(declare, problem):
    with pytest.raises(InputError) as refused:
        declare()
    assert str(refused.value) == problem


def test_all_that_is_wrong_with_a_resource_is_reported_at_once():
    with pytest.raises(InputError) as refused:
        declare_container(title="\udce6", opts=ResourceOptions(import_=CONTAINER))
    assert [one.property for one in refused.value.problems] == ["c.opts.import_", "c.title"]
