"""The resource `StorageFile`, as a Pulumi program declares it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import OnConflict, OnDestroyFile, Source
from veracity_provider.dynamic.declared import DeclaredResource
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.ingest_options import source_property
from veracity_provider.dynamic.providers import StorageFileProvider
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.errors import InputError
from veracity_provider.lifecycle.claims import claim_storage_path


class StorageFile(DeclaredResource, module="veracity", name="StorageFile"):
    """
    A file that a workspace's file storage should have, with its content and metadata.

    Content and metadata are replaced in one request: the old file stays until the new one has arrived completely. The
    file is uploaded when the bytes of its source change, or when somebody else has changed its content, and only then.
    Of the metadata only the declared keys are managed: the others stay as they are.

    Args:
        path: Path from the root of file storage. A change replaces the resource.
        source: Path of a file of any kind (relative to the project, absolute, or with `~`), a `FileAsset`, or a
            `StringAsset` of at most 1 MiB; at most 5,000 MiB.
        metadata: Values by key, ASCII only; keys are case-insensitive. At most 8 KiB in all.
        on_destroy: `retain` leaves the file; `delete` removes it, unless somebody else has changed its content.
        on_conflict: `overwrite` writes the declared value over a change by somebody else, and reports it; `fail` stops.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Files".
    """

    path: Output[str]
    # A string or, for an asset, a mapping; see `DatasetIngest`.
    source: Output[Any]
    metadata: Output[Mapping[str, str] | None]
    on_destroy: Output[OnDestroyFile]
    on_conflict: Output[OnConflict]
    workspace_id: Output[str | None]
    workspace_name: Output[str | None]

    content_hash: Output[str]
    """SHA-256 of the bytes, in hex."""
    size_bytes: Output[int]
    """Size of the file, in bytes."""
    content_md5: Output[str]
    """MD5 of the bytes, in Base64, which the storage checks and keeps."""
    etag: Output[str]
    """ETag of the file at the last write; any change gives another."""
    url: Output[str]
    """Address of the file in Azure, without a SAS."""
    last_modified: Output[str]
    """When the file was last changed, in UTC, ISO 8601."""
    live_metadata: Output[Mapping[str, str]]
    """All of the file's metadata, declared or not."""
    patch: Output[Sequence[Mapping[str, Any]]]
    """The last change of the metadata, as an RFC 6902 document."""
    previous: Output[Mapping[str, Any]]
    """The managed keys as they were found at adoption."""
    applied: Output[Mapping[str, Any]]
    """The managed keys as last written by this resource."""

    def __init__(
        self,
        resource_name: str,
        *,
        path: Input[str],
        source: Source,
        metadata: Input[Mapping[str, Input[str]]] | None = None,
        on_destroy: Input[OnDestroyFile] = "retain",
        on_conflict: Input[OnConflict] = "overwrite",
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        try:
            carried_source = source_property(resource_name, source)
        except InputError as error:
            program.refuse(error)
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        inputs = {
            "path": path,
            "source": carried_source,
            "metadata": metadata,
            "on_destroy": on_destroy,
            "on_conflict": on_conflict,
            **workspace.inputs,
        }
        program.refuse_any(
            [
                *option_problems(resource_name, opts, when_imported="a file is adopted when its resource is created"),
                *text_problems(resource_name, inputs),
                *workspace.problems,
            ]
        )
        above: list[pulumi.Resource] = []
        if isinstance(path, str) and workspace.key is not None:
            running.claims.claim(resource_name, "path", claim_storage_path(path, workspace.key))
            above = running.folders.above(path, workspace.key)
        super().__init__(
            StorageFileProvider(),
            resource_name,
            {**inputs, **program.preview_input()},
            ResourceOptions.merge(opts, ResourceOptions(depends_on=above)),
        )
