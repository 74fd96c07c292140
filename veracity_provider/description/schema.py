"""`Schema`. Source of types and limits: docs/platform.md, "Schemas"."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from veracity_provider.description.kinds import Text, Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs
from veracity_provider.description.problems import found

MAX_COLUMN_NAME_LENGTH: Final = 100
COLUMN_TYPES: Final = ("String", "Int32", "Int64", "Decimal", "DateTime", "DateOnly", "Boolean")
"""Those that the platform's pages show; the list is not said to be complete."""


class Column(Description):
    """A column of a schema. What is left out is the platform's to choose, and is not compared."""

    name: MaybeUnknown[Annotated[Text, Field(max_length=MAX_COLUMN_NAME_LENGTH)]] = Field(
        description="Name, as the header of a CSV file has it; once in a schema."
    )
    type: MaybeUnknown[Literal["String", "Int32", "Int64", "Decimal", "DateTime", "DateOnly", "Boolean"]] = Field(
        description="Type of the values."
    )
    is_key: MaybeUnknown[bool] | None = Field(
        None, description="Whether it is a key column, by which `Upsert` and `Delete` match rows."
    )
    is_required: MaybeUnknown[bool] | None = Field(None, description="Whether each row has a value.")
    display_name: MaybeUnknown[str] | None = Field(None, description="Display name.")
    description: MaybeUnknown[str] | None = Field(None, description="What it holds.")
    format: MaybeUnknown[str] | None = Field(None, description="Format of dates and times, such as `YYYY-MM-DD`.")
    precision: MaybeUnknown[Annotated[int, Field(ge=1, le=28)]] | None = Field(
        None, description="Digits of a `Decimal`, 1 to 28."
    )
    scale: MaybeUnknown[Annotated[int, Field(ge=0, le=28)]] | None = Field(
        None, description="Digits after the decimal point of a `Decimal`, at most *precision*."
    )
    order: MaybeUnknown[int] | None = Field(None, description="Position, from 0; default: that in the list.")
    is_sortable: MaybeUnknown[bool] | None = Field(None, description="Whether rows can be sorted by it.")
    is_filterable: MaybeUnknown[bool] | None = Field(None, description="Whether rows can be filtered by it.")
    filter_type: MaybeUnknown[str] | None = Field(None, description="Filter that the portal offers first.")
    filter_types: MaybeUnknown[tuple[str, ...]] | None = Field(None, description="Filters that can be used.")
    validations: MaybeUnknown[tuple[Any, ...]] | None = Field(
        None, description="Checks of values: `{severity, validatorId}`."
    )
    meta_type: MaybeUnknown[str] | None = Field(
        None, description="Role of the column: `Timestamp`, `Validation` or `FallbackIndicator`."
    )


def _require_distinct_names(columns: Sequence[Column]) -> Sequence[Column]:
    names = [column.name for column in columns]
    if not names:
        message = "must have a column"
        raise refusal(message)
    for i, name in enumerate(names):
        if isinstance(name, str) and name in names[:i]:
            message = f"repeats the column {found(name)}"
            raise refusal(message, item=i)
    return columns


class SchemaInputs(Inputs):
    """
    A schema that the workspace should have, and its active version.

    An existing schema of the same name is adopted; otherwise the schema is created. Changed columns make a new version,
    which becomes the active one; only a version that this resource created, that no dataset uses and that is not locked
    is changed in place. Nothing is deleted on the platform, whose API cannot delete schemas.

    Source: Veracity Data Platform, "Schema management".
    """

    schema_name: Annotated[MaybeUnknown[Text], Hint("it is the schema's name in the portal", when_refused=False)] = (
        Field(description="Name of the schema in the workspace; a change renames it.")
    )
    definition: MaybeUnknown[Text] | None = Field(
        None, description="Path of a JSON file, a schema version as the portal exports it; instead of *columns*."
    )
    columns: (
        MaybeUnknown[
            Annotated[
                tuple[Column, ...], AfterValidator(_require_distinct_names), Field(json_schema_extra={"minItems": 1})
            ]
        ]
        | None
    ) = Field(None, description="The columns, in order; instead of *definition*.")
    description: MaybeUnknown[str] | None = Field(None, description="What it is for; not managed if left out.")
    short_name: MaybeUnknown[str] | None = Field(None, description="Short name; not managed if left out.")
    lock: MaybeUnknown[bool] = Field(
        default=False, description="Whether each version that is activated is locked. It cannot be unlocked."
    )
    workspace_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address, after `ws/`")
    ] = Field(None, description="UUID; default: stack config `veracity:workspaceId`.")
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )


class SchemaOutputs(Outputs):
    """What the state keeps besides the inputs."""

    schema_id: str = Field("", description="UUID of the schema.")
    schema_version_id: str = Field("", description="UUID of the version with the declared columns, the active one.")
    schema_version_name: str = Field("", description="Name of that version.")
    is_own_version: bool = Field(default=False, description="Whether this resource created that version.")
    is_locked: bool = Field(default=False, description="Whether that version is known to be locked.")
