"""The signatures that editors and type checkers see say what the descriptions say."""

import ast
import inspect
import textwrap
from itertools import pairwise

import pytest

from veracity_provider import ContainerMetadata, DatasetIngest
from veracity_provider.description.stack_file import CONTAINERS, DATASETS

RESOURCES = [
    pytest.param(ContainerMetadata, CONTAINERS, id="ContainerMetadata"),
    pytest.param(DatasetIngest, DATASETS, id="DatasetIngest"),
]


def attribute_docstrings(resource):
    (body,) = [node.body for node in ast.parse(textwrap.dedent(inspect.getsource(resource))).body]
    return {
        node.target.id: after.value.value
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_a_constructor_takes_the_inputs_in_their_order_with_their_defaults(resource, described):
    parameters = inspect.signature(resource.__init__).parameters.values()
    assert {one.name: one.default for one in parameters if one.name not in {"self", "resource_name", "opts"}} == {
        name: inspect.Parameter.empty if field.is_required() else field.default
        for name, field in described.inputs.model_fields.items()
    }


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_a_docstring_says_of_each_input_what_its_description_says(resource, described):
    summary, _, source = inspect.getdoc(described.inputs).rpartition("\n\nSource:")
    inputs = [f"{name}: {field.description}" for name, field in described.inputs.model_fields.items()]
    expected = "\n".join([summary, "Args:", *inputs, "Source:" + source])
    assert inspect.getdoc(resource).split() == expected.split()


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_a_resource_has_an_attribute_for_each_output(resource, described):
    assert set(described.outputs.model_fields) <= set(resource.__annotations__)


def test_each_output_of_a_container_is_explained_where_editors_look():
    documented = attribute_docstrings(ContainerMetadata)
    assert documented == {name: field.description for name, field in CONTAINERS.outputs.model_fields.items()}


def test_another_thing_of_the_platform_is_another_resource():
    assert CONTAINERS.inputs.replacing() == ("container_id",)
    assert DATASETS.inputs.replacing() == ("dataset_id", "workspace_id")


@pytest.mark.parametrize("model", [CONTAINERS.inputs, CONTAINERS.outputs, DATASETS.inputs, DATASETS.outputs])
def test_every_property_is_described_by_a_sentence(model):
    assert [name for name, field in model.model_fields.items() if not (field.description or "").endswith(".")] == []
