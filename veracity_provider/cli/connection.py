"""The settings that a command works with, and the clients that it asks: of a stack's config, or of the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from veracity_provider.api.clients import Clients
from veracity_provider.cli.stack_config import StackConfig, find_project, read_stack_config
from veracity_provider.errors import InputError, InputProblem, SettingsError
from veracity_provider.lifecycle.directory import Directory
from veracity_provider.settings import KEYS, Settings

_VARIABLES: Final = {f"veracity:{key.name}": key.environment_variable for key in KEYS}
_KEY_IN_TEXT: Final = re.compile(r"veracity:[A-Za-z]+")


@dataclass(frozen=True, kw_only=True)
class Connection:
    """
    Where the platform is, who we are, and how to ask.

    Args:
        config: The stack's config; None where the settings come from the environment alone.
        workspace: The one that was named with `--workspace`.
    """

    settings: Settings
    clients: Clients
    config: StackConfig | None
    workspace: str | None

    @property
    def workspace_id(self) -> str:
        """
        The workspace to look at.

        Raises:
            SettingsError: None is named, or the name is not that of one workspace.
        """
        found = self.named_workspace_id
        if not found:
            raise SettingsError(
                [InputProblem("veracity:workspaceId", "is missing; set it, or name one with --workspace")]
            )
        return found

    @cached_property
    def named_workspace_id(self) -> str | None:
        """The workspace to look at; None where none is named. Raises `SettingsError` as `workspace_id` does."""
        if self.workspace or not self.settings.workspace_name:
            return self.workspace or self.settings.workspace_id
        try:
            return Directory(self.clients).workspace(self.settings.workspace_name).id
        except InputError as error:
            problems = [InputProblem("veracity:workspaceName", one.reason) for one in error.problems]
            raise SettingsError(problems) from None


def connect_to(stack: str | None, workspace: str | None) -> Connection:
    """
    Read the settings of *stack*, or of the environment where it is None; sends nothing.

    Raises:
        SettingsError: They are missing or wrong.
    """
    config = read_config(stack)
    settings = resolve_settings(config, os.environ)
    return Connection(settings=settings, clients=Clients(settings), config=config, workspace=workspace)


def read_config(stack: str | None) -> StackConfig | None:
    """The config of *stack*; None where none is named. Raises `SettingsError`."""
    return read_stack_config(stack, Path.cwd(), os.environ) if stack else None


def resolve_settings(config: StackConfig | None, environ: Mapping[str, str]) -> Settings:
    """
    The settings of a stack's config and, for keys that it does not have, of the environment.

    Raises:
        SettingsError: They are missing or wrong.
    """
    if config is not None:
        return Settings.resolve(
            config.get,
            environ,
            set_command=f"pulumi config set --stack {config.stack}",
            is_secret=config.secrets.__contains__,
        )
    return Settings.resolve(lambda _: None, environ, set_command=None)


def where_else(error: SettingsError) -> str:
    """What helps somebody without a stack, where settings are missing; empty where nothing of the kind is wrong."""
    if not any(problem.property in _VARIABLES for problem in error.problems):
        return ""
    project = find_project(Path.cwd())
    known = f" (here: {', '.join(stacks)})" if project and (stacks := project.stacks()) else ""
    return f"Or name a stack that has the settings, with --stack or PULUMI_STACK{known}."


def fitting(text: str, *, has_stack: bool) -> str:
    """
    *text* with settings called as the reader sets them.

    Our errors name settings by their keys, `veracity:clientId`; without a stack they are environment variables.
    """
    if has_stack:
        return text
    return _KEY_IN_TEXT.sub(lambda found: _VARIABLES.get(found[0], found[0]), text)
