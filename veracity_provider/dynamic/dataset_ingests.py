"""The component `DatasetIngests`: an ingest for each file that a pattern matches."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi import Alias, Input, ResourceOptions

from veracity_provider.dynamic import program
from veracity_provider.dynamic.arguments import OperationOfFiles, Preflight
from veracity_provider.dynamic.in_workspace import InWorkspace
from veracity_provider.dynamic.ingest_options import INGESTS_TYPE
from veracity_provider.dynamic.refusals import option_problems, text_problems
from veracity_provider.dynamic.resources import DatasetIngest, claim_file, dataset_problems
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.claims import claim_resource
from veracity_provider.lifecycle.ingest.pattern import OVERWRITE_REFUSED, MatchedFile, find_files
from veracity_provider.lifecycle.units import time_range
from veracity_provider.settings import DEFAULT_JOB_TIMEOUT_S
from veracity_provider.texts import shown

_JOB_S: Final = (30, 40)
"""How long a job takes on the platform, in seconds. Source: docs/platform.md, "Ingest jobs"."""


class DatasetIngests(pulumi.ComponentResource):
    """
    Files whose rows a dataset should have received: a `DatasetIngest` for each file that a glob pattern matches.

    An ingest is named `NAME-PATH`, where the path is relative to the folders before the first wildcard; they run in the
    order of these names. A new file is one more ingest; the ingest of a deleted file is removed from the state, and its
    rows stay.

    Args:
        source: A glob pattern such as `data/noon/*.csv`: relative to the project, absolute, or with `~`. It matches 1
            to 500 files.
        operation: As for a `DatasetIngest`. `Overwrite` is not allowed: each file would replace the rows of the one
            before.

    The other arguments are those of a `DatasetIngest`, and are given to each.
    """

    ingests: Mapping[str, DatasetIngest]
    """The ingests, by the path of their file below the pattern's fixed part."""

    def __init__(
        self,
        resource_name: str,
        *,
        dataset_id: Input[str] | None = None,
        dataset_name: Input[str] | None = None,
        source: str | os.PathLike[str],
        operation: Input[OperationOfFiles],
        workspace_id: Input[str] | None = None,
        workspace_name: Input[str] | None = None,
        triggers: Input[Sequence[Any]] | None = None,
        preflight: Input[Preflight] = "header",
        job_timeout_seconds: Input[float] = DEFAULT_JOB_TIMEOUT_S,
        opts: ResourceOptions | None = None,
    ) -> None:
        running = program.running_program()
        running.check_once()
        files = _files(resource_name, source)
        workspace = InWorkspace.of(resource_name, workspace_id, workspace_name)
        program.refuse_any(
            [
                *option_problems(resource_name, opts, when_imported="an ingest is created from its file only"),
                *text_problems(resource_name, {}),
                *_operation_problems(resource_name, operation),
                *workspace.problems,
                *dataset_problems(resource_name, dataset_id, dataset_name),
            ]
        )
        dataset = running.destination(dataset_id, dataset_name, workspace)
        for file in files:
            running.claims.claim(resource_name, "source", claim_resource(file.resource_name(resource_name)))
            claim_file(running.claims, resource_name, dataset, file.source, operation)
        super().__init__(INGESTS_TYPE, resource_name, None, opts)
        self.ingests = {
            file.path: DatasetIngest(
                file.resource_name(resource_name),
                dataset_id=dataset_id,
                dataset_name=dataset_name,
                source=file.source,
                operation=_without_overwrite(resource_name, operation),
                workspace_id=workspace_id,
                workspace_name=workspace_name,
                triggers=triggers,
                preflight=preflight,
                job_timeout_seconds=job_timeout_seconds,
                opts=_options_of_ingest(self, opts),
            )
            for file in files
        }
        if pulumi.runtime.is_dry_run():
            _say_what_runs(self, list(self.ingests.values()))
        self.register_outputs({})


def _files(name: str, source: str | os.PathLike[str]) -> tuple[MatchedFile, ...]:
    if not isinstance(source, str | os.PathLike):  # pyright: ignore[reportUnnecessaryIsInstance] — not every program is checked
        reason = "must be the path of a pattern, which the program knows: there is a resource for each file"
        program.refuse(InputError([InputProblem(f"{name}.source", reason)]))
    try:
        return find_files(os.fsdecode(source), Path.cwd())
    except InputError as error:
        program.refuse(InputError(one.within(name) for one in error.problems))


def _operation_problems(name: str, operation: object) -> list[InputProblem]:
    return [InputProblem(f"{name}.operation", OVERWRITE_REFUSED)] if operation == "Overwrite" else []


def _without_overwrite(name: str, operation: Input[OperationOfFiles]) -> Input[OperationOfFiles]:
    """*operation*, which is an error once it is known to be an Overwrite."""
    if isinstance(operation, str):
        return operation

    def require(found: OperationOfFiles) -> OperationOfFiles:
        problems = _operation_problems(name, found)
        if problems:
            raise program.ProgramRefused(problems)
        return found

    return pulumi.Output.from_input(operation).apply(require)


def _options_of_ingest(component: DatasetIngests, opts: ResourceOptions | None) -> ResourceOptions:
    """
    What Pulumi does not pass on from a component to its children.

    An ingest of the same name that was declared beside the component becomes its child without being run again.
    """
    given = opts or ResourceOptions()
    beside = given.parent if given.parent is not None else pulumi.ROOT_STACK_RESOURCE
    return ResourceOptions(
        parent=component,
        depends_on=given.depends_on,
        ignore_changes=given.ignore_changes,
        replace_on_changes=given.replace_on_changes,
        retain_on_delete=given.retain_on_delete,
        deleted_with=given.deleted_with,
        aliases=[Alias(parent=beside)],
    )


def _say_what_runs(component: DatasetIngests, ingests: Sequence[DatasetIngest]) -> None:
    """How many jobs there will be, and for how long: in a preview, what is to be done has a status not known yet."""
    are_done = [pulumi.Output.from_input(ingest.status.is_known()) for ingest in ingests]

    def say(done: list[bool]) -> None:
        if jobs := done.count(False):
            pulumi.log.info(jobs_text(component.pulumi_resource_name, jobs, len(ingests)), component)

    pulumi.Output.all(*are_done).apply(say)


def jobs_text(name: str, jobs: int, files: int) -> str:
    """What a preview says of the *jobs* that there will be for the *files* of the pattern *name*."""
    in_order = "one job" if jobs == 1 else f"{jobs} jobs, one after the other"
    expected = time_range(*(jobs * seconds for seconds in _JOB_S))
    return f'"{shown(name)}" ingests {jobs} of its {files} files: {in_order}, about {expected} on the platform'
