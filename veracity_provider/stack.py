"""From stack config to resources: everything is checked before the first one is registered."""

import os
from pathlib import Path

import pulumi
from pulumi.runtime.config import get_config_env

from veracity_provider.declaration import Declaration, read_declaration
from veracity_provider.description.problems import unknown_key
from veracity_provider.description.stack_file import STACK_LISTS
from veracity_provider.dynamic import program
from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.dynamic.resources import ContainerMetadata, DatasetIngest
from veracity_provider.errors import InputProblem
from veracity_provider.settings import KEYS, OBSOLETE_KEYS, is_placeholder


def declare_stack() -> None:
    """
    Declare what `veracity:containers` and `veracity:datasets` of the stack's config list.

    Everything wrong with the config, connection settings included, is shown at once, and then nothing is declared.
    Exports `datasets`: for each, its `job_id`, `status` and `content_hash`.
    """
    config = pulumi.Config(NAMESPACE)
    declaration = read_declaration(
        config.get_object("containers"),
        config.get_object("datasets"),
        workspace_id=_workspace_id(config),
        project=Path.cwd(),
        set_command=program.set_command(),
    )
    running = program.current()
    running.is_checked = True
    problems = [
        *program.checkpoint_problems(os.environ),
        *program.connection_problems(os.environ),
        *_unknown_keys(),
        *declaration.problems,
    ]
    if problems:
        program.refuse(program.settings_error(problems))
    program.warn_of_obsolete_keys()
    _declare(declaration)


def _declare(declaration: Declaration) -> None:
    for declared in declaration.containers:
        ContainerMetadata(declared.name, **declared.arguments)
    ingests = {declared.name: DatasetIngest(declared.name, **declared.arguments) for declared in declaration.datasets}
    pulumi.export(
        "datasets",
        {
            name: {"job_id": ingest.job_id, "status": ingest.status, "content_hash": ingest.content_hash}
            for name, ingest in ingests.items()
        },
    )


def _workspace_id(config: pulumi.Config) -> str | None:
    value = config.get("workspaceId") or os.environ.get("VERACITY_WORKSPACE_ID") or ""
    return None if is_placeholder(value) else value


def _unknown_keys() -> list[InputProblem]:
    known = [*(key.name for key in KEYS), *(one.key for one in STACK_LISTS)]
    accepted = {*known, *OBSOLETE_KEYS}
    given = [key.partition(":")[2] for key in get_config_env() if key.startswith(f"{NAMESPACE}:")]
    return [InputProblem(f"{NAMESPACE}:{key}", unknown_key(key, known)) for key in given if key not in accepted]
