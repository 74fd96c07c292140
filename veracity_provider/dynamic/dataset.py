"""The resource `Dataset`, as a Pulumi program declares it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import Source
from veracity_provider.dynamic.check_failures import WHICH_ARE_SECRET, secret_inputs
from veracity_provider.dynamic.declared import DeclaredResource
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.ingest_options import source_property, upload_options
from veracity_provider.dynamic.providers import DatasetProvider, DatasetUploadProvider
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.claims import claim_dataset
from veracity_provider.lifecycle.run import UPLOAD_SUFFIX


class DatasetUpload(DeclaredResource, module="veracity", name="DatasetUpload"):
    """
    The first half of making a dataset: a registered job and the first file uploaded for it. Made by `Dataset`.

    A resource of its own, so that its `job_id` is in the state before anything is started.
    """

    content_hash: Output[str | None]
    size_bytes: Output[int | None]
    dataset_id: Output[str]
    job_id: Output[str]
    job_history: Output[Mapping[str, Any]]

    def __init__(self, resource_name: str, inputs: Mapping[str, Any], opts: ResourceOptions) -> None:
        super().__init__(DatasetUploadProvider(), resource_name, inputs, opts)


class Dataset(DeclaredResource, module="veracity", name="Dataset"):
    """
    A dataset that the workspace should have.

    An existing dataset of the same name is adopted; otherwise the dataset is created, by one ingest job. The API cannot
    change or delete an existing dataset, so a difference is reported as a warning, and a changed name declares another
    dataset.

    Args:
        dataset_name: Name of the dataset in the workspace. Another name declares another dataset; the old one stays.
        schema_version_id: UUID of the schema version that the dataset is created with.
        schema_name: Name of a schema, whose active version is used; instead of *schema_version_id*.
        source: Path of the CSV file with the first rows, a `FileAsset`, or a `StringAsset`; default: a header row
            only, which the platform may refuse.
        description: Description; set only when the dataset is created.
        tags: Tags, such as `{"Site": ["123"]}`; set only when the dataset is created.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Datasets".
    """

    dataset_name: Output[str]
    schema_version_id: Output[str]
    """UUID of the schema version that it has."""
    schema_name: Output[str | None]
    # A string or, for an asset, a mapping. The SDK takes a union of the two for an input type, and refuses the mapping.
    source: Output[Any]
    description: Output[str | None]
    tags: Output[Mapping[str, Sequence[str]] | None]
    workspace_id: Output[str | None]
    workspace_name: Output[str | None]

    dataset_id: Output[str]
    """UUID of the dataset."""
    columns: Output[Sequence[str]]
    """Names of its columns."""
    job_id: Output[str]
    """UUID of the ingest job that created it; empty for an adopted dataset."""
    job_history: Output[Mapping[str, Any]]
    """That job and the inputs it was registered for."""

    def __init__(
        self,
        resource_name: str,
        *,
        dataset_name: Input[str],
        schema_version_id: Input[str] | None = None,
        schema_name: Input[str] | None = None,
        source: Source | None = None,
        description: Input[str] | None = None,
        tags: Input[Mapping[str, Input[Sequence[Input[str]]]]] | None = None,
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        try:
            carried_source = None if source is None else source_property(resource_name, source)
        except InputError as error:
            program.refuse(error)
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        inputs: dict[str, Any] = {
            "dataset_name": dataset_name,
            "schema_version_id": schema_version_id,
            "schema_name": schema_name,
            "source": carried_source,
            "description": description,
            "tags": tags,
            **workspace.inputs,
        }
        program.refuse_any(
            [
                *option_problems(
                    resource_name, opts, when_imported="a dataset is adopted when its resource is created"
                ),
                *text_problems(resource_name, inputs),
                *workspace.problems,
                *_schema_problems(resource_name, schema_version_id, schema_name),
            ]
        )
        named = None
        if isinstance(dataset_name, str) and workspace.key is not None:
            named = program.NamedDataset(workspace.key, dataset_name)
            running.claims.claim(resource_name, "dataset_name", claim_dataset(named.name, named.workspace))
        inputs[WHICH_ARE_SECRET] = secret_inputs(inputs)
        upload = DatasetUpload(
            resource_name + UPLOAD_SUFFIX,
            {**inputs, **program.preview_input()},
            upload_options(opts, []),
        )
        uploaded = {name: upload.output_when_answered(name) for name in ("job_id", "job_history")}
        super().__init__(DatasetProvider(), resource_name, {**inputs, **uploaded}, opts)
        if named is not None:
            running.note_dataset(self.dataset_id, named)


def _schema_problems(name: str, schema_version_id: object, schema_name: object) -> list[InputProblem]:
    if schema_version_id is None and schema_name is None:
        return [InputProblem(f"{name}.schema_version_id", "must be given, or schema_name")]
    if schema_version_id is not None and schema_name is not None:
        return [InputProblem(f"{name}.schema_name", "must be left out where schema_version_id is given")]
    return []
