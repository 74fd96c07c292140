"""The resource `Schema`, as a Pulumi program declares it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi import Input, Output, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import ColumnArgs
from veracity_provider.dynamic.check_failures import WHICH_ARE_SECRET, secret_inputs
from veracity_provider.dynamic.declared import DeclaredResource
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.providers import SchemaProvider
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.claims import claim_schema


class Schema(DeclaredResource, module="veracity", name="Schema"):
    """
    A schema that the workspace should have, and its active version.

    An existing schema of the same name is adopted; otherwise the schema is created. Changed columns make a new version,
    which becomes the active one; only a version that this resource created, that no dataset uses and that is not locked
    is changed in place. Nothing is deleted on the platform, whose API cannot delete schemas.

    Args:
        schema_name: Name of the schema in the workspace; a change renames it.
        definition: Path of a JSON file, a schema version as the portal exports it; instead of *columns*.
        columns: The columns, in order; instead of *definition*.
        description: What it is for; not managed if left out.
        short_name: Short name; not managed if left out.
        lock: Whether each version that is activated is locked. It cannot be unlocked.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Schema management".
    """

    schema_name: Output[str]
    definition: Output[str | None]
    columns: Output[Sequence[Mapping[str, Any]] | None]
    description: Output[str | None]
    short_name: Output[str | None]
    lock: Output[bool]
    workspace_id: Output[str | None]
    workspace_name: Output[str | None]

    schema_id: Output[str]
    """UUID of the schema."""
    schema_version_id: Output[str]
    """UUID of the version with the declared columns, the active one."""
    schema_version_name: Output[str]
    """Name of that version."""
    is_own_version: Output[bool]
    """Whether this resource created that version."""
    is_locked: Output[bool]
    """Whether that version is known to be locked."""

    def __init__(
        self,
        resource_name: str,
        *,
        schema_name: Input[str],
        definition: Input[str] | None = None,
        columns: Input[Sequence[Input[ColumnArgs]]] | None = None,
        description: Input[str] | None = None,
        short_name: Input[str] | None = None,
        lock: Input[bool] = False,
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        inputs: dict[str, Any] = {
            "schema_name": schema_name,
            "definition": definition,
            "columns": columns,
            "description": description,
            "short_name": short_name,
            "lock": lock,
            **workspace.inputs,
        }
        problems = [
            *option_problems(resource_name, opts, when_imported="a schema is adopted when its resource is created"),
            *text_problems(resource_name, inputs),
            *workspace.problems,
        ]
        if definition is not None and columns is not None:
            reason = "must be left out where definition is given; the definition has the columns"
            problems.append(InputProblem(f"{resource_name}.columns", reason))
        program.refuse_any(problems)
        if isinstance(schema_name, str) and workspace.key is not None:
            running.claims.claim(resource_name, "schema_name", claim_schema(schema_name, workspace.key))
        inputs[WHICH_ARE_SECRET] = secret_inputs(inputs)
        super().__init__(SchemaProvider(), resource_name, inputs, opts)
