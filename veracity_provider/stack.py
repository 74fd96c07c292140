"""From stack config to resources: everything is checked before the first one is registered."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.runtime.config import get_config_env, is_config_secret

from veracity_provider.api.clients import Clients
from veracity_provider.declaration import Declaration, Declared, read_declaration
from veracity_provider.description.problems import unknown_key
from veracity_provider.description.stack_file import (
    CONTAINERS,
    DATASETS,
    FILES,
    FOLDERS,
    SCHEMAS,
    STACK_LISTS,
    StackList,
)
from veracity_provider.dynamic import program, sdk
from veracity_provider.dynamic.dataset import Dataset
from veracity_provider.dynamic.dataset_ingests import DatasetIngests
from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.dynamic.resources import ContainerMetadata, DatasetIngest
from veracity_provider.dynamic.schema import Schema
from veracity_provider.dynamic.storage_file import StorageFile
from veracity_provider.dynamic.storage_folder import StorageFolder
from veracity_provider.errors import InputError, InputProblem
from veracity_provider.settings import KEYS, OBSOLETE_KEYS, Settings, default_workspace
from veracity_provider.texts import shown

DATASET_SUFFIX: Final = "-dataset"
"""What the name of a `Dataset` ends in that an entry of `veracity:datasets` has made."""


_InWorkspace = tuple[tuple[str, str], str]
"""Workspace and name."""


def declare_stack() -> None:
    """
    Declare the resources that the stack config lists under `veracity:containers`, `veracity:schemas`,
    `veracity:datasets`, `veracity:folders` and `veracity:files`, and export stack outputs for them.

    Call it from a Pulumi program, which may declare further resources. In a process that `pulumi` has started for the
    program, this function calls `gc.freeze` at its end; `gc.unfreeze` takes that back. All problems of the config,
    connection settings included, are reported at once, and then nothing is declared.
    """
    config = pulumi.Config(NAMESPACE)
    workspace_id, workspace_name = default_workspace(config.get, os.environ)
    declaration = read_declaration(
        {stack_list.key: _read_list(config, stack_list) for stack_list in STACK_LISTS},
        workspace_id=workspace_id,
        workspace_name=workspace_name,
        project=Path.cwd(),
        set_command=program.set_command(),
    )
    program.running_program().is_checked = True
    environment_problems = program.environment_problems(os.environ)
    absent = [] if environment_problems else _find_absent(config, declaration)
    problems = [
        *environment_problems,
        *_unknown_keys(),
        *_secrets_in_lists(),
        *declaration.problems,
    ]
    if problems:
        program.refuse(program.settings_error([*problems, *absent]))
    if absent:
        # No refusal: `refresh` and `destroy` run the program too, and are the way out when a container is gone.
        pulumi.log.warn(str(InputError(absent, headline="the platform does not have what these entries name:")))
    program.warn_of_obsolete_keys()
    for warning in declaration.warnings:
        pulumi.log.warn(str(warning))
    _declare(declaration)
    program.keep_declared()


def _declare(declaration: Declaration) -> None:
    containers = {
        declared.name: ContainerMetadata(declared.name, **declared.arguments, opts=_options(declared))
        for declared in declaration.entries[CONTAINERS.key]
    }
    schemas = {
        declared.name: Schema(declared.name, **declared.arguments, opts=_options(declared))
        for declared in declaration.entries[SCHEMAS.key]
    }
    made = _make_datasets(declaration, schemas)
    ingests = {
        declared.name: (DatasetIngests if declared.is_pattern else DatasetIngest)(
            declared.name, **_ingest_arguments(declared, made), opts=_options(declared)
        )
        for declared in declaration.entries[DATASETS.key]
    }
    folders = {
        declared.name: StorageFolder(declared.name, **declared.arguments, opts=_options(declared))
        # Those above others first: what lies in a folder is let go before it.
        for declared in sorted(declaration.entries[FOLDERS.key], key=lambda one: str(one.arguments["path"]))
    }
    files = {
        declared.name: StorageFile(declared.name, **declared.arguments, opts=_options(declared))
        for declared in declaration.entries[FILES.key]
    }
    pulumi.export("containers", sdk.read_outputs(containers, ("container_id", "url")))
    pulumi.export("schemas", sdk.read_outputs(schemas, ("schema_id", "schema_version_id")))
    pulumi.export("datasets", _ingest_outputs(ingests))
    pulumi.export("folders", sdk.read_outputs(folders, ("path", "url")))
    pulumi.export("files", sdk.read_outputs(files, ("path", "url", "content_hash")))


def _ingest_outputs(declared: Mapping[str, DatasetIngest | DatasetIngests]) -> pulumi.Output[dict[str, Any]]:
    """Of a pattern the number of its files alone: the outputs of a stack are shown after each `up`."""
    ingests = {name: one for name, one in declared.items() if isinstance(one, DatasetIngest)}
    counts = {name: {"files": len(one.ingests)} for name, one in declared.items() if isinstance(one, DatasetIngests)}
    return sdk.read_outputs(ingests, ("job_id", "status", "content_hash")).apply(lambda read: {**read, **counts})


def _make_datasets(declaration: Declaration, schemas: Mapping[str, Schema]) -> dict[_InWorkspace, Dataset]:
    """The datasets that entries name, each made once; the first entry that names it gives the resource its name."""
    by_name = {_schema_key(one): schemas[one.name] for one in declaration.entries[SCHEMAS.key]}
    made: dict[_InWorkspace, Dataset] = {}
    for declared in declaration.entries[DATASETS.key]:
        key = _dataset_key(declared)
        if key is None or key in made:
            continue
        arguments = dict(declared.dataset)
        schema = by_name.get((key[0], str(arguments.get("schema_name"))))
        if schema is not None:
            del arguments["schema_name"]
            arguments["schema_version_id"] = schema.schema_version_id
        made[key] = Dataset(declared.name + DATASET_SUFFIX, **arguments, opts=_options(declared, DATASET_SUFFIX))
    return made


def _ingest_arguments(declared: Declared, made: Mapping[_InWorkspace, Dataset]) -> dict[str, Any]:
    """With the id of the dataset that the entry makes."""
    key = _dataset_key(declared)
    return dict(declared.arguments) if key is None else {**declared.arguments, "dataset_id": made[key].dataset_id}


def _dataset_key(declared: Declared) -> _InWorkspace | None:
    """Workspace, empty for that of the stack, and name."""
    given = declared.dataset
    return (_workspace(given), given["dataset_name"]) if given else None


def _schema_key(declared: Declared) -> _InWorkspace:
    return _workspace(declared.arguments), declared.arguments["schema_name"]


def _workspace(given: Mapping[str, Any]) -> tuple[str, str]:
    """What tells a workspace that is given from others; the stack's is given by nothing."""
    return str(given.get("workspace_id", "")).lower(), given.get("workspace_name", "")


def _find_absent(config: pulumi.Config, declaration: Declaration) -> list[InputProblem]:
    """What the platform does not have, asked in a preview alone: the engine stops at the first check that fails."""
    names_something = declaration.named_containers or declaration.named_datasets
    if not names_something or not pulumi.runtime.is_dry_run() or sdk.is_mocked():
        return []
    # Late: it comes with the library for retries, which a stack without lists does not need.
    from veracity_provider.existence import find_absent

    return find_absent(declaration, Clients(Settings.resolve(config.get, os.environ)))


def _options(declared: Declared, suffix: str = "") -> pulumi.ResourceOptions | None:
    """Pulumi's options, where the entry has some; *suffix* is that of the resource's name."""
    if not declared.aliases and declared.protect is None:
        return None
    return pulumi.ResourceOptions(
        aliases=[pulumi.Alias(name=name + suffix) for name in declared.aliases] or None,
        protect=declared.protect,
    )


def _read_list(config: pulumi.Config, stack_list: StackList) -> object:
    """
    The list as it is in the file, None where there is none, or a text where the file has a text in its place.

    One that holds a secret is not read: what is wrong with it would be shown with its values.
    """
    text = config.get(stack_list.key)
    if text is None or not text.strip() or _is_secret(stack_list):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _is_secret(stack_list: StackList) -> bool:
    return is_config_secret(f"{NAMESPACE}:{stack_list.key}")


def _secrets_in_lists() -> list[InputProblem]:
    reason = (
        "must hold no secret, and a value in it was set with --secret: what is declared here is kept in the state in "
        "plain text. Set the value without --secret, or remove it"
    )
    return [InputProblem(f"{NAMESPACE}:{one.key}", reason) for one in STACK_LISTS if _is_secret(one)]


def _unknown_keys() -> list[InputProblem]:
    known = [*(key.name for key in KEYS), *(one.key for one in STACK_LISTS)]
    accepted = {*known, *OBSOLETE_KEYS}
    given = [key.partition(":")[2] for key in get_config_env() if key.startswith(f"{NAMESPACE}:")]
    return [InputProblem(f"{NAMESPACE}:{shown(key)}", unknown_key(key, known)) for key in given if key not in accepted]
