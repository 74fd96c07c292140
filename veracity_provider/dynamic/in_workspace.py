"""The workspace of a resource, as a program gives it: by id, by name, or by the stack's config and environment."""

import os
from dataclasses import dataclass
from typing import Self

import pulumi
from pulumi import Input

from veracity_provider.dynamic.process import NAMESPACE
from veracity_provider.errors import InputProblem
from veracity_provider.lifecycle.naming import Given
from veracity_provider.settings import default_workspace


@dataclass(frozen=True)
class InWorkspace:
    """
    Id and name of the workspace, of which one is given, or neither.

    Args:
        problems: What is wrong with them.
    """

    id: Input[str] | None
    name: Input[str] | None
    problems: tuple[InputProblem, ...] = ()

    @classmethod
    def of(cls, resource: str, workspace_id: Input[str] | None, workspace_name: Input[str] | None) -> Self:
        """The arguments of a resource, or the default that the config or the environment gives."""
        if workspace_id is None and workspace_name is None:
            return cls(*default_workspace(pulumi.Config(NAMESPACE).get, os.environ))
        given = {"workspace_id": workspace_id, "workspace_name": workspace_name}
        problems = tuple(problem.within(resource) for problem in Given.of("workspace", given).problems)
        return cls(workspace_id, workspace_name, problems)

    @property
    def inputs(self) -> dict[str, Input[str] | None]:
        """As inputs of a resource."""
        return {"workspace_id": self.id, "workspace_name": self.name}

    @property
    def key(self) -> str | None:
        """
        What tells it from another workspace in this program; None for an output, which may be any.

        The provider refuses a program that gives one workspace by its id and by its name.
        """
        if isinstance(self.name, str):
            return f'"{self.name}"'
        if isinstance(self.id, str):
            return self.id.lower()
        return "" if self.id is None and self.name is None else None
