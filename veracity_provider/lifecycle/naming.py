"""From the names of a workspace and a dataset among the inputs of a resource to their ids."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.protocols import UNKNOWN, JsonObject, Reporter, Unknown
from veracity_provider.lifecycle.run import Naming
from veracity_provider.lifecycle.services import Services
from veracity_provider.texts import shown

if TYPE_CHECKING:
    from veracity_provider.settings import Settings


@dataclass(frozen=True)
class Given:
    """How inputs give a *kind* (a `workspace`, `dataset` or `schema`): by its id, its name, both or neither."""

    kind: str
    id: str | Unknown | None
    name: str | Unknown | None

    @classmethod
    def of(cls, kind: str, inputs: JsonObject) -> Self:
        """Read `<kind>_id` and `<kind>_name` among *inputs*."""
        return cls(kind, inputs.get(f"{kind}_id"), inputs.get(f"{kind}_name"))

    @property
    def is_left_out(self) -> bool:
        """Whether there is neither."""
        return self.id is None and self.name is None

    @property
    def key(self) -> str:
        """The property that gives it."""
        return f"{self.kind}_id" if self.name is None else f"{self.kind}_name"

    @property
    def problems(self) -> tuple[InputProblem, ...]:
        """What is wrong where there are both."""
        if self.id is None or self.name is None:
            return ()
        return (InputProblem(f"{self.kind}_name", f"must be left out where {self.kind}_id is given"),)


def workspace_problems(inputs: JsonObject, settings: "Settings") -> tuple[InputProblem, ...]:
    """What is wrong with how the workspace is given, as far as it shows without asking the platform."""
    given = Given.of("workspace", inputs)
    if not given.is_left_out or settings.workspace_id or settings.workspace_name:
        return given.problems
    return (InputProblem("workspace_id", "is missing; set it, or veracity:workspaceId"),)


def either_problems(inputs: JsonObject, kind: str) -> tuple[InputProblem, ...]:
    """What is wrong with how a thing in a workspace is given, a `dataset` or a `schema`: by id or by name."""
    given = Given.of(kind, inputs)
    if given.is_left_out:
        return (InputProblem(f"{kind}_id", f"must be given, or {kind}_name"),)
    return given.problems


def with_workspace(inputs: JsonObject, services: Services, reporter: Reporter) -> dict[str, Any]:
    """
    Checked *inputs* with the id of their workspace in lower case: of the one they give, or of that of the settings.

    It is `UNKNOWN` while the id or the name is.

    Raises:
        InputError: No workspace has the name, or several have it; or another resource gives the same one otherwise.
        VeracityError: The platform does not say which workspaces there are.
    """
    given, settings = Given.of("workspace", inputs), services.settings
    is_default = given.is_left_out
    if is_default:
        given = Given("workspace", settings.workspace_id, settings.workspace_name)
    id_ = given.id
    if isinstance(given.name, str):
        try:
            id_ = services.directory.workspace(given.name).id
        except InputError as error:
            if not is_default:
                raise
            raise InputError([InputProblem("veracity:workspaceName", one.reason) for one in error.problems]) from None
    return _with_id(inputs, given, id_, services, reporter)


def with_dataset(inputs: JsonObject, olds: JsonObject, services: Services, reporter: Reporter) -> dict[str, Any]:
    """
    The same for the dataset of an ingest, with the id of its workspace among the *inputs*.

    Args:
        olds: The inputs at the last `pulumi up`, by which a dataset that was renamed since is known.
    Raises:
        InputError, VeracityError: As for the workspace.
    """
    workspace_id, given = Given.of("workspace", inputs).id, Given.of("dataset", inputs)
    id_ = given.id
    if isinstance(given.name, str) and isinstance(workspace_id, str):
        try:
            id_ = services.directory.dataset(workspace_id, given.name).id
        except InputError as error:
            before = Given.of("dataset", olds)
            is_known = before.name == given.name and Given.of("workspace", olds).id == workspace_id
            if not is_known or not isinstance(before.id, str):
                raise
            now = services.directory.dataset_names(workspace_id).get(before.id)
            is_called = "no longer exists" if now is None else f'is called "{shown(now)}" now'
            told = f". The dataset that had this name at the last `pulumi up`, {before.id}, {is_called}"
            raise InputError([InputProblem(one.property, one.reason + told) for one in error.problems]) from None
    return _with_id(inputs, given, id_, services, reporter)


def _with_id(
    inputs: JsonObject, given: Given, id_: str | Unknown | None, services: Services, reporter: Reporter
) -> dict[str, Any]:
    kind = given.kind
    if not isinstance(id_, str):
        return {**inputs, f"{kind}_id": UNKNOWN}
    id_ = id_.lower()
    how = given.key if given.name is None else f'{given.key} "{shown(given.name)}"'
    other = services.run.name(id_, Naming(how=how, urn=reporter.urn))
    if other is not None:
        reason = (
            f'must be replaced by {other.how}, which "{other.resource}" uses for {kind} {id_}: a program must refer to '
            f"a {kind} in one way"
        )
        raise InputError([InputProblem(given.key, reason)])
    return {**inputs, f"{kind}_id": id_}
