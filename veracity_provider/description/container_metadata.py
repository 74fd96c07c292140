"""`ContainerMetadata`. Source of the limits: docs/platform.md, "Containers"."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from veracity_provider.description.kinds import Colour, DistinctTexts, Text, Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Description, Inputs, MaybeUnknown, Outputs

MAX_DESCRIPTION_LENGTH: Final = 500


def _with_value(key: str) -> JsonDict:
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}


class Icon(Description):
    """The icon of a container. Members that are not given are not managed."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_with_value("id"), _with_value("backgroundColor")]})

    id: MaybeUnknown[Text] | None = Field(None, description="Name of the icon.")
    background_color: MaybeUnknown[Colour] | None = Field(None, description="Background color, such as `#5594aa`.")


def _require_members(icon: Icon) -> Icon:
    if icon.id is None and icon.background_color is None:
        message = "must have an id, a background color, or both"
        raise refusal(message)
    return icon


class ContainerMetadataInputs(Inputs):
    """
    The descriptive metadata that a container should have.

    The container itself exists already: creating this resource adopts it, and the difference between what is declared
    and what the container has is sent as one RFC 6902 patch. Fields that are not declared
    stay as they are.

    Source: Veracity Data Fabric, Provisioning API, "Update Metadata".
    """

    container_id: Annotated[MaybeUnknown[Uuid], Replaces(), Hint("it is in the portal's address of the container")] = (
        Field(description="UUID of the container. A change replaces the resource.")
    )
    title: Annotated[MaybeUnknown[Text] | None, Hint("leave it out to manage no title")] = Field(
        None, description="Not empty. A field that is left out, here and below, is not managed."
    )
    description: MaybeUnknown[Annotated[str, Field(max_length=MAX_DESCRIPTION_LENGTH)]] | None = Field(
        None, description=f'At most {MAX_DESCRIPTION_LENGTH} characters; "" clears it.'
    )
    icon: MaybeUnknown[Annotated[Icon, AfterValidator(_require_members)]] | None = Field(
        None, description="The icon's id and its background color, such as `#5594aa`; either may be left out."
    )
    tags: MaybeUnknown[DistinctTexts] | None = Field(
        None, description="Titles of the user's tags, in the order they should have. System tags stay as they are."
    )
    on_destroy: MaybeUnknown[Literal["retain", "restore"]] = Field(
        "retain", description="`retain` leaves the metadata as it is; `restore` restores the original values."
    )
    on_conflict: MaybeUnknown[Literal["overwrite", "fail"]] = Field(
        "overwrite",
        description="`overwrite` writes the declared value over a change by somebody else, and reports it; `fail` "
        "stops.",
    )


class ContainerMetadataOutputs(Outputs):
    """What the state keeps besides the inputs: the container as the platform last described it, and what was done."""

    reference: str = Field("", description="Name of the container in Azure, given when it was created.")
    url: str = Field("", description="Address of the container in Azure; follows from its name.")
    last_modified_utc: str = Field("", description="When the container was last changed, as the platform writes it.")
    creation_date_time_utc: str = Field("", description="When the container was created, as the platform writes it.")
    owner_id: str = Field(
        "", description="UUID of the owner, the only one who may change the metadata; handed over in the portal."
    )
    access_level: str = Field(
        "", description="Access of the account in use: `owner`, `dataSteward` or `consumer`; given by the platform."
    )
    region: str = Field("", description="Azure region, chosen when the container was created.")
    key_status: str = Field("", description="Whether access keys have been claimed, which is done elsewhere.")
    may_contain_personal_data: str = Field(
        "", description="Whether personal data may be in it, declared when the container was created."
    )
    metadata: Mapping[str, Any] = Field({}, description="All of the container's metadata, declared or not.")
    patch: Sequence[Mapping[str, Any]] = Field((), description="The RFC 6902 document that was sent last.")
    previous: Mapping[str, Any] = Field({}, description="The managed fields as they were before they were managed.")
    applied: Mapping[str, Any] = Field({}, description="The managed fields as last written by this resource.")
    adopted_at: str = Field("", description="When this resource adopted the container, in UTC.")
