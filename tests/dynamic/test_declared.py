"""A resource's outputs are the attributes that its class declares."""

import pulumi
from pulumi import Output, ResourceOptions
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from tests.dynamic.mocks import run_program
from veracity_provider.dynamic.declared import DeclaredResource


class Ship(DeclaredResource, module="veracity", name="Ship"):
    """Stands for a resource."""

    imo: Output[str]
    mass: Output[float]

    def __init__(self, name, inputs, opts=None):
        super().__init__(ResourceProvider(), name, inputs, opts)


def test_an_output_that_is_no_input_is_an_attribute_all_the_same():
    made = []
    run_program(lambda: made.append(Ship("s", {"imo": "9300001"})))
    [ship] = made
    assert not {"imo", "mass"} & vars(ship).keys()  # each is made when it is asked for
    assert (type(ship.imo), type(ship.mass)) == (Output, Output)


def test_inputs_are_declared_as_they_are_given():
    declared = run_program(lambda: Ship("s", {"imo": "9300001", "other": [1]}))
    assert declared["s"].typ == "pulumi-python:dynamic/veracity:Ship"
    given = dict(declared["s"].inputs)
    assert serialize_provider(ResourceProvider()) in str(given.pop("__provider"))
    assert given == {"imo": "9300001", "other": [1]}


def test_options_are_those_that_are_given():
    made = []

    def program():
        parent = pulumi.ComponentResource("my:Fleet", "fleet")
        made.extend([parent, Ship("s", {}, ResourceOptions(parent=parent, protect=True))])

    run_program(program)
    parent, ship = made
    assert ship._protect
    assert parent._childResources == {ship}
