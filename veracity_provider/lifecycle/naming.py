"""From the names of a workspace and a dataset among the inputs of a resource to their ids."""

from typing import TYPE_CHECKING, Any

from veracity_provider.errors import InputError, InputProblem
from veracity_provider.lifecycle.protocols import UNKNOWN, JsonObject, Reporter
from veracity_provider.lifecycle.run import Naming
from veracity_provider.lifecycle.services import Services
from veracity_provider.texts import shown

if TYPE_CHECKING:
    from veracity_provider.settings import Settings


def workspace_problems(inputs: JsonObject, settings: "Settings") -> tuple[InputProblem, ...]:
    """What is wrong with how the workspace is given, as far as it shows without asking the platform."""
    if inputs.get("workspace_id") is not None or inputs.get("workspace_name") is not None:
        return both_given_problems(inputs, "workspace")
    if settings.workspace_id or settings.workspace_name:
        return ()
    return (InputProblem("workspace_id", "is missing; set it, or veracity:workspaceId"),)


def either_problems(inputs: JsonObject, kind: str) -> tuple[InputProblem, ...]:
    """What is wrong with how a thing in a workspace is given, a `dataset` or a `schema`: by id or by name."""
    if inputs.get(f"{kind}_id") is None and inputs.get(f"{kind}_name") is None:
        return (InputProblem(f"{kind}_id", f"must be given, or {kind}_name"),)
    return both_given_problems(inputs, kind)


def both_given_problems(inputs: JsonObject, kind: str) -> tuple[InputProblem, ...]:
    """What is wrong where both the id and the name of a *kind* are given."""
    if inputs.get(f"{kind}_id") is None or inputs.get(f"{kind}_name") is None:
        return ()
    return (InputProblem(f"{kind}_name", f"must be left out where {kind}_id is given"),)


def with_workspace(inputs: JsonObject, services: Services, reporter: Reporter) -> dict[str, Any]:
    """
    Checked *inputs* with the id of their workspace in lower case: of the one they give, or of that of the settings.

    It is `UNKNOWN` while the id or the name is.

    Raises:
        InputError: No workspace has the name, or several have it; or another resource gives the same one otherwise.
        VeracityError: The platform does not say which workspaces there are.
    """
    settings, id_, name = services.settings, inputs.get("workspace_id"), inputs.get("workspace_name")
    is_default = id_ is None and name is None
    if is_default:
        id_, name = settings.workspace_id, settings.workspace_name
    if isinstance(name, str):
        try:
            id_ = services.directory.workspace(name).id
        except InputError as error:
            if not is_default:
                raise
            raise InputError([InputProblem("veracity:workspaceName", one.reason) for one in error.problems]) from None
    return _with_id(inputs, "workspace", id_, name, services, reporter)


def with_dataset(inputs: JsonObject, olds: JsonObject, services: Services, reporter: Reporter) -> dict[str, Any]:
    """
    The same for the dataset of an ingest, with the id of its workspace among the *inputs*.

    Args:
        olds: The inputs at the last `pulumi up`, by which a dataset that was renamed since is known.
    Raises:
        InputError, VeracityError: As for the workspace.
    """
    workspace_id, id_, name = (inputs.get(key) for key in ("workspace_id", "dataset_id", "dataset_name"))
    if isinstance(name, str) and isinstance(workspace_id, str):
        try:
            id_ = services.directory.dataset(workspace_id, name).id
        except InputError as error:
            had_it = olds.get("dataset_id") if olds.get("dataset_name") == name else None
            if had_it is None or olds.get("workspace_id") != workspace_id:
                raise
            now = services.directory.dataset_names(workspace_id).get(had_it)
            is_called = "no longer exists" if now is None else f'is called "{shown(now)}" now'
            told = f". The dataset that had this name at the last `pulumi up`, {had_it}, {is_called}"
            raise InputError([InputProblem(one.property, one.reason + told) for one in error.problems]) from None
    return _with_id(inputs, "dataset", id_, name, services, reporter)


def _with_id(
    inputs: JsonObject, kind: str, id_: Any, name: Any, services: Services, reporter: Reporter
) -> dict[str, Any]:
    if not isinstance(id_, str):
        return {**inputs, f"{kind}_id": UNKNOWN}
    id_ = id_.lower()
    how = f"{kind}_id" if name is None else f'{kind}_name "{shown(name)}"'
    other = services.run.name(id_, Naming(how=how, urn=reporter.urn))
    if other is not None:
        reason = (
            f'must be replaced by {other.how}, which "{other.resource}" uses for {kind} {id_}: a program must refer to '
            f"a {kind} in one way"
        )
        raise InputError([InputProblem(f"{kind}_id" if name is None else f"{kind}_name", reason)])
    return {**inputs, f"{kind}_id": id_}
