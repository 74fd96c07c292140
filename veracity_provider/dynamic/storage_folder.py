"""The resource `StorageFolder`, as a Pulumi program declares it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import OnConflict, OnDestroyFolder
from veracity_provider.dynamic.declared import DeclaredResource
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.providers import StorageFolderProvider
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.lifecycle.claims import claim_storage_path


class StorageFolder(DeclaredResource, module="veracity", name="StorageFolder"):
    """
    A folder that a workspace's file storage should have, with metadata.

    An existing folder is adopted; otherwise it is created, together with missing parent folders. Of the metadata only
    the declared keys are managed: the others stay as they are. The folder's content is not managed.

    Args:
        path: Path from the root of file storage. A change replaces the resource.
        metadata: Values by key, ASCII only; keys are case-insensitive. At most 8 KiB in all.
        on_destroy: `retain` leaves the folder as it is; `restore` restores the original metadata;
            `delete` removes the folder if it is empty.
        on_conflict: `overwrite` writes the declared value over a change by somebody else, and reports it; `fail` stops.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Files".
    """

    path: Output[str]
    metadata: Output[Mapping[str, str] | None]
    on_destroy: Output[OnDestroyFolder]
    on_conflict: Output[OnConflict]
    workspace_id: Output[str | None]
    workspace_name: Output[str | None]

    url: Output[str]
    """Address of the folder in Azure, without a SAS."""
    last_modified: Output[str]
    """When the folder was last changed, in UTC, ISO 8601."""
    live_metadata: Output[Mapping[str, str]]
    """All of the folder's metadata, declared or not."""
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
        metadata: Input[Mapping[str, Input[str]]] | None = None,
        on_destroy: Input[OnDestroyFolder] = "retain",
        on_conflict: Input[OnConflict] = "overwrite",
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        inputs = {
            "path": path,
            "metadata": metadata,
            "on_destroy": on_destroy,
            "on_conflict": on_conflict,
            **workspace.inputs,
        }
        program.refuse_any(
            [
                *option_problems(resource_name, opts, when_imported="a folder is adopted when its resource is created"),
                *text_problems(resource_name, inputs),
                *workspace.problems,
            ]
        )
        above: list[pulumi.Resource] = []
        if isinstance(path, str) and workspace.key is not None:
            running.claims.claim(resource_name, "path", claim_storage_path(path, workspace.key))
            above = running.folders.above(path, workspace.key)
            running.folders.add(path, workspace.key, self)
        super().__init__(
            StorageFolderProvider(),
            resource_name,
            {**inputs, **program.preview_input()},
            ResourceOptions.merge(opts, ResourceOptions(depends_on=above)),
        )
