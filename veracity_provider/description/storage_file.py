"""`StorageFile`. Source of the limits: docs/platform.md, "The blob dialect"."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from veracity_provider.description.dataset_ingest import TextSource, text_source
from veracity_provider.description.kinds import Text, Uuid, refusal
from veracity_provider.description.marks import Hint, Replaces
from veracity_provider.description.model import Inputs, MaybeUnknown, Outputs
from veracity_provider.description.problems import found_in_file
from veracity_provider.description.storage_folder import Metadata, StoragePath

MAX_FILE_BYTES: Final = 5000 * 1024 * 1024
"""What one request can put in place at once."""


def _require_source(value: object) -> object:
    return text_source(value) or require_file_path(value)


def require_file_path(value: object) -> str:
    """*value* if it can be the path of one file."""
    if not isinstance(value, str) or not value:
        message = f"must be the path of a file, not {'empty' if value == '' else found_in_file(value)}"
        raise refusal(message)
    return value


class StorageFileInputs(Inputs):
    """
    A file that a workspace's file storage should have, with its content and metadata.

    Content and metadata are replaced in one request: the old file stays until the new one has arrived completely. The
    file is uploaded when the bytes of its source change, or when somebody else has changed its content, and only then.
    Of the metadata only the declared keys are managed: the others stay as they are.

    Source: Veracity Data Platform, "Files".
    """

    path: Annotated[MaybeUnknown[StoragePath], Replaces(), Hint("it begins at the root of file storage")] = Field(
        description="Path from the root of file storage. A change replaces the resource."
    )
    source: Annotated[
        MaybeUnknown[
            Annotated[
                str | TextSource, BeforeValidator(_require_source), WithJsonSchema({"type": "string", "minLength": 1})
            ]
        ],
        Hint("it is the path of a file", when_refused=False),
    ] = Field(
        description="Path of a file of any kind (relative to the project, absolute, or with `~`), a `FileAsset`, or a "
        "`StringAsset` of at most 1 MiB; at most 5,000 MiB."
    )
    metadata: MaybeUnknown[Metadata] | None = Field(
        None, description="Values by key, ASCII only; keys are case-insensitive. At most 8 KiB in all."
    )
    on_destroy: MaybeUnknown[Literal["retain", "delete"]] = Field(
        "retain",
        description="`retain` leaves the file; `delete` removes it, unless somebody else has changed its content.",
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


class StorageFileOutputs(Outputs):
    """What the state keeps besides the inputs: the file as the storage last described it, and what was done."""

    content_hash: str = Field("", description="SHA-256 of the bytes, in hex.")
    size_bytes: int = Field(0, description="Size of the file, in bytes.")
    content_md5: str = Field("", description="MD5 of the bytes, in Base64, which the storage checks and keeps.")
    etag: str = Field("", description="ETag of the file at the last write; any change gives another.")
    url: str = Field("", description="Address of the file in Azure, without a SAS.")
    last_modified: str = Field("", description="When the file was last changed, in UTC, ISO 8601.")
    live_metadata: Mapping[str, str] = Field({}, description="All of the file's metadata, declared or not.")
    patch: Sequence[Mapping[str, Any]] = Field(
        (), description="The last change of the metadata, as an RFC 6902 document."
    )
    previous: Mapping[str, Any] = Field({}, description="The managed keys as they were found at adoption.")
    applied: Mapping[str, Any] = Field({}, description="The managed keys as last written by this resource.")
