"""The signatures that editors and type checkers see say what the descriptions say."""

import ast
import collections.abc
import dataclasses
import inspect
import os
import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pulumi
import pytest
from pulumi import Input, Output

from veracity_provider import (
    ColumnArgs,
    ContainerMetadata,
    Dataset,
    DatasetIngest,
    IconArgs,
    Schema,
    StorageFile,
    StorageFolder,
)
from veracity_provider.description.container_metadata import Icon
from veracity_provider.description.dataset import DatasetInputs, DatasetOutputs
from veracity_provider.description.dataset_ingest import TextSource
from veracity_provider.description.functions import FUNCTIONS
from veracity_provider.description.schema import Column
from veracity_provider.description.stack_file import CONTAINERS, DATASETS, FILES, FOLDERS, SCHEMAS, STACK_LISTS
from veracity_provider.dynamic import functions
from veracity_provider.unknown import Unknown

RESOURCES = [
    pytest.param(ContainerMetadata, CONTAINERS, id="ContainerMetadata"),
    pytest.param(DatasetIngest, DATASETS, id="DatasetIngest"),
    pytest.param(Schema, SCHEMAS, id="Schema"),
    pytest.param(StorageFolder, FOLDERS, id="StorageFolder"),
    pytest.param(StorageFile, FILES, id="StorageFile"),
    pytest.param(Dataset, SimpleNamespace(inputs=DatasetInputs, outputs=DatasetOutputs), id="Dataset"),
]


def members_of(annotation):
    """The types within *annotation* that a program may give: without marks, and without the value not known yet."""
    if get_origin(annotation) is Annotated:
        return members_of(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return [member for one in get_args(annotation) for member in members_of(one)]
    return [] if annotation is Unknown else [annotation]


def as_argument(annotation):
    """The type of an argument for an input that is described by *annotation*."""
    members = members_of(annotation)
    if TextSource in members:  # assets take the place of a text
        argument = Input[str] | os.PathLike[str] | pulumi.FileAsset | pulumi.StringAsset
        return argument | None if NoneType in members else argument
    (known,) = [one for one in members if one is not NoneType]
    argument = Input[IconArgs] if known is Icon else Input[as_item_argument(known)]
    return argument | None if NoneType in members else argument


def as_item_argument(known):
    if get_origin(known) is collections.abc.Mapping:
        return Mapping[str, Input[str]]
    if get_origin(known) is dict:
        (value,) = members_of(get_args(known)[1])
        return Mapping[str, Input[as_item_argument(value)]]
    if get_origin(known) is not tuple:
        return known
    (item,) = members_of(get_args(known)[0])
    return Sequence[Any if item is Any else Input[ColumnArgs if item is Column else item]]


def as_output(annotation):
    """The type of the attribute for an input or output that is described by *annotation*."""
    if TextSource in members_of(annotation):  # beside a string it is a union that the SDK misreads
        return Output[Any]
    plain = {Icon: Mapping[str, str], Column: Mapping[str, Any]}
    return Output[Union[tuple(as_list(plain.get(one, one)) for one in members_of(annotation))]]  # noqa: UP007 — made of a list


def as_list(known):
    if get_origin(known) is collections.abc.Mapping and get_origin(get_args(known)[0]) is Annotated:
        return Mapping[str, str]
    if get_origin(known) is dict:
        (value,) = members_of(get_args(known)[1])
        return Mapping[str, as_list(value)]
    if get_origin(known) is not tuple:
        return known
    (item,) = members_of(get_args(known)[0])
    return Sequence[Mapping[str, Any] if item is Column else item]


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
def test_the_type_of_each_argument_is_that_of_its_description(resource, described):
    annotations = resource.__init__.__annotations__
    expected = {name: as_argument(field.annotation) for name, field in described.inputs.model_fields.items()}
    assert {name: annotations[name] for name in expected} == expected


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_the_type_of_each_attribute_is_that_of_its_description(resource, described):
    fields = {**described.inputs.model_fields, **described.outputs.model_fields}
    assert resource.__annotations__ == {name: as_output(field.annotation) for name, field in fields.items()}


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_a_docstring_says_of_each_input_what_its_description_says(resource, described):
    summary, _, source = inspect.getdoc(described.inputs).rpartition("\n\nSource:")
    inputs = [f"{name}: {field.description}" for name, field in described.inputs.model_fields.items()]
    expected = "\n".join([summary, "Args:", *inputs, "Source:" + source])
    assert inspect.getdoc(resource).split() == expected.split()


@pytest.mark.parametrize(("resource", "described"), RESOURCES)
def test_each_output_is_explained_where_editors_look(resource, described):
    documented = attribute_docstrings(resource)
    assert documented == {name: field.description for name, field in described.outputs.model_fields.items()}


LOOKED_UP = [
    pytest.param(one, function, get_args(function.__annotations__["return"])[0], id=one.name)
    for one in FUNCTIONS
    for function in [getattr(functions, one.name)]
]


@pytest.mark.parametrize(("described", "function", "result"), LOOKED_UP)
def test_a_function_takes_and_gives_what_its_description_says(described, function, result):
    parameters = inspect.signature(function).parameters.values()
    assert {one.name: (one.kind, one.default, one.annotation) for one in parameters} == {
        name: (inspect.Parameter.KEYWORD_ONLY, None, as_argument(field.annotation))
        for name, field in described.inputs.model_fields.items()
    }
    assert {one.name: one.type for one in dataclasses.fields(result)} == {
        name: field.annotation for name, field in described.outputs.model_fields.items()
    }
    assert result() == result(**{name: field.default for name, field in described.outputs.model_fields.items()})


@pytest.mark.parametrize(("described", "function", "result"), LOOKED_UP)
def test_a_function_says_what_its_description_says(described, function, result):
    summary, _, source = inspect.getdoc(described.inputs).rpartition("\n\nSource:")
    arguments = [f"{name}: {field.description}" for name, field in described.inputs.model_fields.items()]
    assert inspect.getdoc(function).split() == "\n".join([summary, "Args:", *arguments, "Source:" + source]).split()
    documented = {name: field.description for name, field in described.outputs.model_fields.items()}
    assert attribute_docstrings(result) == documented


def test_another_thing_of_the_platform_is_another_resource():
    assert CONTAINERS.inputs.replacing() == ("container_id",)
    assert DATASETS.inputs.replacing() == ("dataset_id", "workspace_id")
    assert SCHEMAS.inputs.replacing() == ("workspace_id",)
    assert DatasetInputs.replacing() == ("dataset_name", "workspace_id")


@pytest.mark.parametrize(
    "model", [one for stack_list in STACK_LISTS for one in (stack_list.inputs, stack_list.outputs)]
)
def test_every_property_is_described_by_a_sentence(model):
    assert [name for name, field in model.model_fields.items() if not (field.description or "").endswith(".")] == []
