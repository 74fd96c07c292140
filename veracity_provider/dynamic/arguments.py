"""Types of the arguments that resources take. Editors complete them, and type checkers refuse what a check would."""

import os
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, TypedDict

import pulumi

Operation = Literal["Upsert", "Delete", "Overwrite", "Append"]
OperationOfFiles = Literal["Upsert", "Delete", "Append"]
Preflight = Literal["header", "warn", "off"]
OnDestroy = Literal["retain", "restore"]
OnConflict = Literal["overwrite", "fail"]
OnDestroyFile = Literal["retain", "delete"]
OnDestroyFolder = Literal["retain", "restore", "delete"]
Source: TypeAlias = pulumi.Input[str] | os.PathLike[str] | pulumi.FileAsset | pulumi.StringAsset


ColumnType = Literal["String", "Int32", "Int64", "Decimal", "DateTime", "DateOnly", "Boolean"]


class _RequiredColumnArgs(TypedDict):
    name: pulumi.Input[str]
    type: pulumi.Input[ColumnType]


class ColumnArgs(_RequiredColumnArgs, total=False):
    """A column of a schema. What is left out is the platform's to choose, and is not compared."""

    is_key: pulumi.Input[bool]
    is_required: pulumi.Input[bool]
    display_name: pulumi.Input[str]
    description: pulumi.Input[str]
    format: pulumi.Input[str]
    precision: pulumi.Input[int]
    scale: pulumi.Input[int]
    order: pulumi.Input[int]
    is_sortable: pulumi.Input[bool]
    is_filterable: pulumi.Input[bool]
    filter_type: pulumi.Input[str]
    filter_types: pulumi.Input[Sequence[str]]
    validations: pulumi.Input[Sequence[Any]]
    meta_type: pulumi.Input[str]


class IconArgs(TypedDict, total=False):
    """The icon of a container. Members that are left out are not managed."""

    id: pulumi.Input[str]
    background_color: pulumi.Input[str]
