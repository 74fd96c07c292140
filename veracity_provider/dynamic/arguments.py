"""Types of the arguments that resources take. Editors complete them, and type checkers refuse what a check would."""

import os
from typing import Literal, TypeAlias, TypedDict

import pulumi

Operation = Literal["Upsert", "Delete", "Overwrite", "Append"]
Preflight = Literal["header", "warn", "off"]
OnDestroy = Literal["retain", "restore"]
OnConflict = Literal["overwrite", "fail"]
Source: TypeAlias = pulumi.Input[str] | os.PathLike[str] | pulumi.FileAsset | pulumi.StringAsset


class IconArgs(TypedDict, total=False):
    """The icon of a container. Members that are left out are not managed."""

    id: pulumi.Input[str]
    background_color: pulumi.Input[str]
