"""What must hold in a Pulumi program before its resources are registered, and the order among its ingests."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Never

import pulumi
from pulumi.runtime.config import is_config_secret

from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.errors import InputError, InputProblem, SettingsError
from veracity_provider.settings import KEYS, Settings

_ALREADY_TOLD: Final = 32
"""Exit code by which the language host knows that the error was shown; any other makes it say "unhandled error"."""


def refuse(error: InputError) -> Never:
    """Show *error* on the stack's row, without a traceback, and end the program."""
    pulumi.log.error(str(error))
    sys.exit(_ALREADY_TOLD)


def connection_problems(environ: Mapping[str, str]) -> tuple[InputProblem, ...]:
    """Everything wrong with the connection settings of this stack, as one list."""
    config = pulumi.Config(NAMESPACE)
    try:
        settings = Settings.resolve(config.get, environ, set_command=set_command())
    except SettingsError as error:
        return error.problems
    return () if settings.is_loopback else _secrets_in_the_clear(config)


def set_command() -> str:
    """The command that sets a key of this stack's config."""
    return f"pulumi config set --stack {pulumi.get_stack()}"


def checkpoint_problems(environ: Mapping[str, str]) -> tuple[InputProblem, ...]:
    """`PULUMI_SKIP_CHECKPOINTS` keeps the state unwritten until the end, and with it every promise about a kill."""
    if environ.get("PULUMI_SKIP_CHECKPOINTS", "").lower() not in {"1", "true"}:
        return ()
    reason = "a killed `pulumi up` would forget which ingest jobs it registered, and ingest again. Unset it."
    return (InputProblem("PULUMI_SKIP_CHECKPOINTS", reason),)


def _secrets_in_the_clear(config: pulumi.Config) -> tuple[InputProblem, ...]:
    return tuple(
        InputProblem(
            f"{NAMESPACE}:{key.name}",
            "is set without --secret, and would land in the state and its history in the clear. "
            f"Set it again with `{set_command()} --secret {NAMESPACE}:{key.name}`.",
        )
        for key in KEYS
        if key.is_secret and config.get(key.name) and not is_config_secret(f"{NAMESPACE}:{key.name}")
    )


@dataclass
class Claims:
    """Who manages what in this program: each container once, each file once a dataset and operation."""

    _owners: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])

    def claim(self, name: str, property_: str, key: tuple[str, ...], what: str) -> None:
        """Note that resource *name* manages *key*; refuse the program when another one does."""
        other = self._owners.setdefault(key, name)
        if other != name:
            refuse(InputError([InputProblem(f"{name}.{property_}", f'{what} is managed by "{other}" as well')]))


@dataclass
class Order:
    """
    Ingests into one dataset run one after the other, in the order in which they are declared.

    A dataset id that is not known yet may turn out to be any dataset, so such an ingest waits for all declared before
    it, and all declared after it wait for it.
    """

    _last_of: dict[tuple[str, str], pulumi.Resource] = field(default_factory=dict[tuple[str, str], pulumi.Resource])
    _last_unknown: pulumi.Resource | None = None

    def predecessors(self, dataset: tuple[str, str] | None) -> list[pulumi.Resource]:
        """The ingests that one into *dataset* has to wait for; None stands for one not known yet."""
        unknown = [self._last_unknown] if self._last_unknown else []
        if dataset is None:
            return [*self._last_of.values(), *unknown]
        return [self._last_of[dataset]] if dataset in self._last_of else unknown

    def add(self, dataset: tuple[str, str] | None, ingest: pulumi.Resource) -> None:
        """Put *ingest* behind the others."""
        if dataset is None:
            self._last_unknown = ingest
            self._last_of.clear()
        else:
            self._last_of[dataset] = ingest


@dataclass
class Program:
    """What this module remembers of the program that is running."""

    claims: Claims = field(default_factory=Claims)
    order: Order = field(default_factory=Order)
    is_checked: bool = False

    def check_once(self) -> None:
        """Refuse a program whose connection or environment cannot work; asked by each resource, done by the first."""
        if not self.is_checked:
            self.is_checked = True
            problems = [*checkpoint_problems(os.environ), *connection_problems(os.environ)]
            if problems:
                refuse(settings_error(problems))


def settings_error(problems: Sequence[InputProblem]) -> InputError:
    """All problems of the stack's config under one headline."""
    return InputError(problems, headline=f"stack config of `{pulumi.get_stack()}` cannot be used; nothing was sent:")


_PROGRAMS: dict[object, Program] = {}


def current() -> Program:
    """The program that is running: one a process, but one a stack where tests or the Automation API run several."""
    return _PROGRAMS.setdefault(pulumi.runtime.get_root_resource(), Program())
