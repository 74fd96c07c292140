"""`StorageFolder`, and what `StorageFile` has too. Source of the limits: docs/platform.md, "The blob dialect"."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from veracity_provider.description.kinds import Text, Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Inputs, MaybeUnknown, Outputs
from veracity_provider.description.problems import found
from veracity_provider.unknown import Unknown

MAX_PATH_LENGTH: Final = 1024
MAX_METADATA_BYTES: Final = 8 * 1024
_RESERVED: Final = "hdi_isfolder"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VALUE: Final = re.compile(r"[!-~]([ -~]*[!-~])?")
# A part of a path: no control characters, and no dot at the end, which the storage drops.
_PART: Final = r"[^/\\\u0000-\u001f\u007f-\u009f]*[^/\\.\u0000-\u001f\u007f-\u009f]"
_PATH: Final = re.compile(rf"{_PART}(/{_PART})*")


def _require_path(value: str) -> str:
    if not value:
        message = "must be the path of something below the root of file storage, not empty"
        raise refusal(message)
    if value.startswith("/") or value.endswith("/") or "//" in value:
        message = f"must be names with one slash between them and none at the ends, not {found(value)}"
        raise refusal(message)
    if not _PATH.fullmatch(value):
        message = (
            "must have no control character, no backslash, and no name that ends in a dot, which the storage drops, "
            f"not {found(value)}"
        )
        raise refusal(message)
    return value


def _require_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        message = (
            f"must be a name of letters (A to Z), digits and underscores that begins with no digit, not {found(name)}"
        )
        raise refusal(message)
    if name.lower() == _RESERVED:
        message = f"cannot be declared: the storage gives {_RESERVED} to each folder itself"
        raise refusal(message)
    return name


def _require_value(value: str) -> str:
    if not value:
        message = "must not be empty; leave the key out if it is not to be managed"
        raise refusal(message)
    if strange := next((one for one in value if not " " <= one <= "~"), None):
        message = f"must be printable ASCII characters, which are all that the storage keeps, and has {_named(strange)}"
        raise refusal(message)
    if not _VALUE.fullmatch(value):
        message = f"must have no leading or trailing space, which the storage removes, not {found(value)}"
        raise refusal(message)
    return value


def _named(character: str) -> str:
    shown = f"'{character}' " if character.isprintable() else ""
    return f"{shown}(U+{ord(character):04X})"


def _require_storable(metadata: Mapping[str, str | Unknown]) -> Mapping[str, str | Unknown]:
    first: dict[str, str] = {}
    for name in metadata:
        other = first.setdefault(name.lower(), name)
        if other != name:
            message = f"differs from the key {other} only by case, which the storage does not distinguish"
            raise refusal(message, item=name)
    size_bytes = metadata_bytes(metadata)
    if size_bytes > MAX_METADATA_BYTES:
        message = f"must have at most {MAX_METADATA_BYTES:,} bytes in all, names and values, not {size_bytes:,}"
        raise refusal(message)
    return metadata


def metadata_bytes(metadata: Mapping[str, str | Unknown]) -> int:
    """What the storage counts against its limit, `MAX_METADATA_BYTES`."""
    return sum(len(name) + (len(value) if isinstance(value, str) else 0) for name, value in metadata.items())


StoragePath = Annotated[
    str,
    AfterValidator(_require_path),
    Field(max_length=MAX_PATH_LENGTH),
    WithJsonSchema({"type": "string", "maxLength": MAX_PATH_LENGTH, "pattern": f"^{_PATH.pattern}$"}),
]
"""Names with slashes between them, from the root of a workspace's file storage."""
Metadata = Annotated[
    Mapping[
        Annotated[str, AfterValidator(_require_name)], MaybeUnknown[Annotated[str, AfterValidator(_require_value)]]
    ],
    AfterValidator(_require_storable),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"pattern": f"^{_NAME.pattern}$"},
            "additionalProperties": {"type": "string", "pattern": f"^{_VALUE.pattern}$"},
        }
    ),
]
"""Keys and values as HTTP headers can carry them."""


class StorageFolderInputs(Inputs):
    """
    A folder that a workspace's file storage should have, with metadata.

    An existing folder is adopted; otherwise it is created, together with missing parent folders. Of the metadata only
    the declared keys are managed: the others stay as they are. The folder's content is not managed.

    Source: Veracity Data Platform, "Files".
    """

    path: Annotated[MaybeUnknown[StoragePath], Replaces(), Hint("it begins at the root of file storage")] = Field(
        description="Path from the root of file storage. A change replaces the resource."
    )
    metadata: MaybeUnknown[Metadata] | None = Field(
        None, description="Values by key, ASCII only; keys are case-insensitive. At most 8 KiB in all."
    )
    on_destroy: MaybeUnknown[Literal["retain", "restore", "delete"]] = Field(
        "retain",
        description="`retain` leaves the folder as it is; `restore` restores the original metadata; "
        "`delete` removes the folder if it is empty.",
    )
    on_conflict: MaybeUnknown[Literal["overwrite", "fail"]] = Field(
        "overwrite",
        description="`overwrite` writes the declared value over a change by somebody else, and reports it; `fail` "
        "stops.",
    )
    workspace_id: Annotated[
        MaybeUnknown[Uuid] | None, Replaces(), Hint("it is in the portal's address, after `ws/`")
    ] = Field(None, description="UUID; default: stack config `veracity:workspaceId`.")
    workspace_name: MaybeUnknown[Text] | None = Field(
        None, description="Name of the workspace, exactly as in the portal; instead of *workspace_id*."
    )


class StorageFolderOutputs(Outputs):
    """What the state keeps besides the inputs: the folder as the storage last described it, and what was done."""

    url: str = Field("", description="Address of the folder in Azure, without a SAS.")
    last_modified: str = Field("", description="When the folder was last changed, in UTC, ISO 8601.")
    live_metadata: Mapping[str, str] = Field({}, description="All of the folder's metadata, declared or not.")
    patch: Sequence[Mapping[str, Any]] = Field(
        (), description="The last change of the metadata, as an RFC 6902 document."
    )
    previous: Mapping[str, Any] = Field({}, description="The managed keys as they were found at adoption.")
    applied: Mapping[str, Any] = Field({}, description="The managed keys as last written by this resource.")
