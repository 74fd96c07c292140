"""The resources that a Pulumi program declares."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import IconArgs, OnConflict, OnDestroy, Operation, Preflight, Source
from veracity_provider.dynamic.check_failures import WHICH_ARE_SECRET, secret_inputs
from veracity_provider.dynamic.declared import DeclaredResource
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.ingest_options import component_of, source_property, upload_options
from veracity_provider.dynamic.providers import (
    ContainerMetadataProvider,
    DatasetIngestProvider,
    IngestUploadProvider,
)
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.claims import claim_container, claim_ingest, claim_ingest_by_name
from veracity_provider.lifecycle.naming import either_problems
from veracity_provider.lifecycle.run import COMPONENT, UPLOAD_SUFFIX
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S

_UPLOADED = ("dataset_id", "workspace_id", "job_id", "content_hash", "size_bytes", "job_history")
"""Outputs of the upload that the ingest works with. The ids are those that the names of both have led to."""


class ContainerMetadata(DeclaredResource, module="veracity", name="ContainerMetadata"):
    """
    The descriptive metadata that a container should have.

    The container itself exists already: creating this resource adopts it, and the difference between what is declared
    and what the container has is sent as one RFC 6902 patch. Fields that are not declared
    stay as they are.

    Args:
        container_id: UUID of the container. A change replaces the resource.
        title: Not empty. A field that is left out, here and below, is not managed.
        description: At most 500 characters; "" clears it.
        icon: The icon's id and its background color, such as `#5594aa`; either may be left out.
        tags: Titles of the user's tags, in the order they should have. System tags stay as they are.
        on_destroy: `retain` leaves the metadata as it is; `restore` restores the original values.
        on_conflict: `overwrite` writes the declared value over a change by somebody else, and reports it; `fail` stops.

    Source: Veracity Data Fabric, Provisioning API, "Update Metadata".
    """

    container_id: Output[str]
    title: Output[str | None]
    description: Output[str | None]
    icon: Output[Mapping[str, str] | None]
    tags: Output[Sequence[str] | None]
    on_destroy: Output[OnDestroy]
    on_conflict: Output[OnConflict]

    reference: Output[str]
    """Name of the container in Azure, given when it was created."""
    url: Output[str]
    """Address of the container in Azure; follows from its name."""
    last_modified_utc: Output[str]
    """When the container was last changed, as the platform writes it."""
    creation_date_time_utc: Output[str]
    """When the container was created, as the platform writes it."""
    owner_id: Output[str]
    """UUID of the owner, the only one who may change the metadata; handed over in the portal."""
    access_level: Output[str]
    """Access of the account in use: `owner`, `dataSteward` or `consumer`; given by the platform."""
    region: Output[str]
    """Azure region, chosen when the container was created."""
    key_status: Output[str]
    """Whether access keys have been claimed, which is done elsewhere."""
    may_contain_personal_data: Output[str]
    """Whether personal data may be in it, declared when the container was created."""
    metadata: Output[Mapping[str, Any]]
    """All of the container's metadata, declared or not."""
    patch: Output[Sequence[Mapping[str, Any]]]
    """The RFC 6902 document that was sent last."""
    previous: Output[Mapping[str, Any]]
    """The managed fields as they were before they were managed."""
    applied: Output[Mapping[str, Any]]
    """The managed fields as last written by this resource."""
    adopted_at: Output[str]
    """When this resource adopted the container, in UTC."""

    def __init__(
        self,
        resource_name: str,
        *,
        container_id: Input[str],
        title: Input[str] | None = None,
        description: Input[str] | None = None,
        icon: Input[IconArgs] | None = None,
        tags: Input[Sequence[Input[str]]] | None = None,
        on_destroy: Input[OnDestroy] = "retain",
        on_conflict: Input[OnConflict] = "overwrite",
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        inputs = {
            "container_id": container_id,
            "title": title,
            "description": description,
            "icon": icon,
            "tags": tags,
            "on_destroy": on_destroy,
            "on_conflict": on_conflict,
            **program.preview_input(),
        }
        program.refuse_any(
            [
                *option_problems(
                    resource_name, opts, when_imported="a container is adopted when its resource is created"
                ),
                *text_problems(resource_name, inputs),
            ]
        )
        if isinstance(container_id, str):
            running.claims.claim(resource_name, "container_id", claim_container(container_id))
        inputs[WHICH_ARE_SECRET] = secret_inputs(inputs)
        super().__init__(ContainerMetadataProvider(), resource_name, inputs, opts)


class IngestUpload(DeclaredResource, module="veracity", name="IngestUpload"):
    """
    The first half of an ingest: a registered job and the file uploaded for it. Created by `DatasetIngest`.

    A resource of its own, so that its `job_id` is in the state before anything is started.
    """

    dataset_id: Output[str]
    workspace_id: Output[str]
    workspace_name: Output[str | None]
    file_name: Output[str | None]
    content_hash: Output[str]
    size_bytes: Output[int]
    job_id: Output[str]
    job_history: Output[Mapping[str, Any]]

    def __init__(self, resource_name: str, inputs: Mapping[str, Any], opts: ResourceOptions) -> None:
        super().__init__(IngestUploadProvider(), resource_name, inputs, opts)


class DatasetIngest(DeclaredResource, module="veracity", name="DatasetIngest"):
    """
    A file whose rows a dataset should have received.

    When the file's bytes change (or the operation, or a trigger), and only then, it is uploaded and an ingest job runs.
    Deleting the resource removes it from the state only: rows stay, since the platform has no undo.

    Args:
        dataset_id: UUID of the dataset. A change, as of *workspace_id*, ingests the file into the other dataset;
            rows in the old one stay.
        dataset_name: Name of the dataset, exactly as in the portal; instead of *dataset_id*.
        source: Path of a CSV file (relative to the project, absolute, or with `~`), a `FileAsset`, or a `StringAsset`
            of at most 1 MiB.
        operation: `Upsert` or `Delete` (the schema has key columns), `Append` (it has none), `Overwrite`.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.
        file_name: Name in the upload folder; default: the source's name.
        triggers: A change of these values runs the ingest again for the same bytes.
        preflight: `header` checks the file's header against the schema before anything is sent; `warn` only reports
            what the platform may refuse; `off` does not check.
        job_timeout_seconds: Longest wait for the job, in seconds, 1 to 86400. The job is not cancelled then.
    Source: Veracity Data Platform, "Update Datasets".
    """

    # A string or, for an asset, a mapping. The SDK takes a union of the two for an input type, and refuses the mapping.
    source: Output[Any]
    operation: Output[Operation]
    workspace_id: Output[str | None]
    workspace_name: Output[str | None]
    file_name: Output[str | None]
    triggers: Output[Sequence[Any] | None]
    preflight: Output[Preflight]
    job_timeout_seconds: Output[float]

    dataset_id: Output[str]
    """UUID of the dataset, however it was given."""
    content_hash: Output[str]
    """SHA-256 of the bytes, in hex."""
    size_bytes: Output[int]
    """Size of the file, in bytes."""
    job_id: Output[str]
    """UUID of the ingest job."""
    job_history: Output[Mapping[str, Any]]
    """The job, the inputs it was registered for, and earlier jobs."""
    status: Output[str]
    """Final status of the job, as the platform reports it; `applied` if `veracity:answers` says so."""
    dataset_name: Output[str]
    """Name of the dataset, as the platform reported it."""
    started_at: Output[str]
    """When the job was started, in UTC, ISO 8601."""
    completed_at: Output[str]
    """When the job ended, in UTC, ISO 8601."""

    def __init__(
        self,
        resource_name: str,
        *,
        dataset_id: Input[str] | None = None,
        dataset_name: Input[str] | None = None,
        source: Source,
        operation: Input[Operation],
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        file_name: Input[str] | None = None,
        triggers: Input[Sequence[Any]] | None = None,
        preflight: Input[Preflight] = "header",
        job_timeout_seconds: Input[float] = DEFAULT_JOB_TIMEOUT_S,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        try:
            carried_source = source_property(resource_name, source)
        except InputError as error:
            program.refuse(error)
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        made = running.dataset_named(dataset_name, workspace)
        if made is not None and dataset_id is None:
            dataset_id, dataset_name = made, None
        component = component_of(opts)
        inputs = {
            "source": carried_source,
            "operation": operation,
            "triggers": triggers,
            "preflight": preflight,
            "job_timeout_seconds": job_timeout_seconds,
            COMPONENT: component,
        }
        # Inputs of the upload alone: the ingest has no use for the file's name, and takes the ids of what is named.
        of_upload = {
            "dataset_id": dataset_id,
            "dataset_name": dataset_name,
            **workspace.inputs,
            **inputs,
            "file_name": file_name,
        }
        program.refuse_any(
            [
                *option_problems(resource_name, opts, when_imported="an ingest is created from its file only"),
                *text_problems(resource_name, of_upload),
                *workspace.problems,
                *dataset_problems(resource_name, dataset_id, dataset_name),
            ]
        )
        dataset = running.destination(dataset_id, dataset_name, workspace)
        if component is None:  # a component claims its files itself, before the first ingest is made
            claim_file(running.claims, resource_name, dataset, carried_source, operation)

        may_overwrite = not isinstance(operation, str) or operation == "Overwrite"
        overwrites = running.order.overwrites_before(dataset)
        secrets = {WHICH_ARE_SECRET: secret_inputs(of_upload)}
        naming = (dataset_id, dataset_name, workspace.id, workspace.name)
        upload = IngestUpload(
            resource_name + UPLOAD_SUFFIX,
            {
                **of_upload,
                **secrets,
                "follows": program.jobs_to_follow(resource_name, naming, overwrites) or None,
                "ingests_before": running.order.names_before(dataset) if may_overwrite else None,
                **program.preview_input(),
            },
            upload_options(opts, running.order.predecessors(dataset)),
        )
        uploaded = {name: upload.output_when_answered(name) for name in _UPLOADED}
        properties = {**inputs, **uploaded, **secrets}
        super().__init__(DatasetIngestProvider(), resource_name, properties, opts)
        self.take_outputs(("file_name", "workspace_name"), of=upload)
        overwrite = (
            program.Overwrite(resource_name, self.job_id, upload.dataset_id, naming, self.job_history)
            if may_overwrite
            else None
        )
        running.order.add(resource_name, dataset, self, overwrite)


def dataset_problems(name: str, dataset_id: object, dataset_name: object) -> list[InputProblem]:
    """What is wrong with how an ingest names its dataset."""
    given = {"dataset_id": dataset_id, "dataset_name": dataset_name}
    return [problem.within(name) for problem in either_problems(given, "dataset")]


def claim_file(
    claims: program.Claims, name: str, dataset: program.Destination, source: object, operation: object
) -> None:
    """Have *name* manage the ingest of *source* into *dataset*, as far as the program can see what they are."""
    if not isinstance(source, str) or not isinstance(operation, str):
        return
    if isinstance(dataset, str):
        claims.claim(name, "source", claim_ingest(dataset, source, operation))
    elif dataset is not None:
        by_name = claim_ingest_by_name(dataset.name, dataset.workspace, source, operation)
        claims.claim(name, "source", by_name)
