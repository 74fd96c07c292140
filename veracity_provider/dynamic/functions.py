"""Functions of a program that look something up on the platform: `get_dataset`, `get_schema`, `get_workspace`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi
from pulumi import Input, Output

from veracity_provider.dynamic import program, sdk
from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.errors import InputError, InputProblem, VeracityError

if TYPE_CHECKING:
    from veracity_provider.lifecycle.functions import Functions

_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True)
class GetDatasetResult:
    """What is known of a dataset; its rows are another matter."""

    dataset_id: str = ""
    """UUID of the dataset."""
    dataset_name: str = ""
    """Name of the dataset."""
    description: str = ""
    """What it holds."""
    schema_version_id: str = ""
    """UUID of its schema version; empty where it has none."""
    columns: Sequence[str] = ()
    """Names of its columns."""
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """Tags, such as `{"Site": ["123"]}`."""
    workspace_id: str = ""
    """UUID of the workspace."""


@dataclass(frozen=True, kw_only=True)
class GetSchemaResult:
    """What is known of a schema."""

    schema_id: str = ""
    """UUID of the schema."""
    schema_name: str = ""
    """Name of the schema."""
    short_name: str = ""
    """Short name."""
    description: str = ""
    """What it is for."""
    is_predefined: bool = False
    """Whether it is predefined by the platform."""
    schema_version_id: str = ""
    """UUID of its active version, for *schema_version_id* of a `Dataset`."""
    schema_version_name: str = ""
    """Name of that version."""
    columns: Sequence[Mapping[str, Any]] = ()
    """Columns of that version, as a `Schema` takes them."""
    workspace_id: str = ""
    """UUID of the workspace that was searched."""


@dataclass(frozen=True, kw_only=True)
class GetWorkspaceResult:
    """What is known of a workspace."""

    workspace_id: str = ""
    """UUID of the workspace."""
    workspace_name: str = ""
    """Name of the workspace."""
    description: str = ""
    """What it is for."""
    region: str = ""
    """Region, `EU` or `US`."""
    role: str = ""
    """Role of the account in it, `Reader` or `Admin`; empty if the platform does not report it."""
    tenant_id: str = ""
    """UUID of the tenant."""


def get_dataset(
    *,
    dataset_name: Input[str] | None = None,
    dataset_id: Input[str] | None = None,
    workspace_id: Input[str] | None = None,
    workspace_name: Input[str] | None = None,
) -> Output[GetDatasetResult]:
    """
    An existing dataset, by its name or its id.

    Args:
        dataset_name: Name, exactly as in the portal.
        dataset_id: UUID; instead of *dataset_name*.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Datasets".
    """
    given = {
        "dataset_name": dataset_name,
        "dataset_id": dataset_id,
        "workspace_id": workspace_id,
        "workspace_name": workspace_name,
    }
    return _look_up("get_dataset", given, GetDatasetResult, lambda functions: functions.get_dataset)


def get_schema(
    *,
    schema_name: Input[str] | None = None,
    schema_id: Input[str] | None = None,
    workspace_id: Input[str] | None = None,
    workspace_name: Input[str] | None = None,
) -> Output[GetSchemaResult]:
    """
    An existing schema, by its name or its id, with its active version.

    Args:
        schema_name: Name, exactly as in the portal. A schema of the workspace takes precedence over a predefined one.
        schema_id: UUID; instead of *schema_name*.
        workspace_id: UUID; default: stack config `veracity:workspaceId`.
        workspace_name: Name of the workspace, exactly as in the portal; instead of *workspace_id*.

    Source: Veracity Data Platform, "Schema management".
    """
    given = {
        "schema_name": schema_name,
        "schema_id": schema_id,
        "workspace_id": workspace_id,
        "workspace_name": workspace_name,
    }
    return _look_up("get_schema", given, GetSchemaResult, lambda functions: functions.get_schema)


def get_workspace(
    *, workspace_name: Input[str] | None = None, workspace_id: Input[str] | None = None
) -> Output[GetWorkspaceResult]:
    """
    A workspace of the account, by its name or its id; without either, the one of the stack's config.

    Args:
        workspace_name: Name, exactly as in the portal.
        workspace_id: UUID; instead of *workspace_name*.

    Source: Veracity Data Platform, release notes of April 2026.
    """
    given = {"workspace_name": workspace_name, "workspace_id": workspace_id}
    return _look_up("get_workspace", given, GetWorkspaceResult, lambda functions: functions.get_workspace)


_Find = Callable[["Functions"], Callable[[Mapping[str, Any]], dict[str, Any]]]


def _look_up(name: str, given: Mapping[str, Any], result: type[_Result], find: _Find) -> Output[_Result]:
    """What *find* answers once the arguments are known; in a preview that may be never."""
    running = program.running_program()
    running.check_once()

    async def look(known: dict[str, Any]) -> _Result:
        if sdk.is_mocked():
            return await _mocked(name, known, result)
        try:
            return result(**await asyncio.to_thread(_ask, name, known, find(running.functions())))
        except InputError as error:
            program.refuse(error)

    return Output.all(**given).apply(look)


def _ask(name: str, known: Mapping[str, Any], find: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    from veracity_provider.retrying import silent_retries

    try:
        with silent_retries():
            return find(known)
    except InputError as error:
        problems = [one.within(name) for one in error.problems]
    except VeracityError as error:
        problems = [InputProblem(name, str(error))]
    raise InputError(problems)


async def _mocked(name: str, known: Mapping[str, Any], result: type[_Result]) -> _Result:
    """What `call` of the test's mocks answers; what it leaves out is as it was asked for, or empty."""
    given = {key: one for key, one in known.items() if one is not None}
    answered: dict[str, Any] = await pulumi.runtime.invoke_async(f"{NAMESPACE}:index:{name}", given) or {}
    names = [one.name for one in fields(result)]  # pyright: ignore[reportArgumentType] — the three are dataclasses
    return result(**{key: one for key, one in {**given, **answered}.items() if key in names})
