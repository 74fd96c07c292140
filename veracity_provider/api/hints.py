"""What a refusal of Data Workbench can mean, where the platform does not say it: one place for all requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cause:
    """Something that a request may be refused for: the HTTP statuses that can mean it, and what to do about it."""

    statuses: frozenset[int]
    text: str


_REFUSED: Final = frozenset({400})
_FORBIDDEN: Final = frozenset({403})
_EITHER: Final = _REFUSED | _FORBIDDEN

ADMIN_ROLE: Final = Cause(
    _FORBIDDEN,
    "Writing needs the Admin role in the workspace; a service account starts as Reader. An administrator of the "
    "workspace can change it in the portal under API management, or ask Veracity support for the Admin role, naming "
    "the service account id and the workspace id.",
)
SELECTED_DATASETS: Final = Cause(
    _FORBIDDEN,
    "An account that is limited to selected datasets can use only those; an administrator of the workspace sees in "
    "the portal, under API management, which ones.",
)
SCHEMA_MANAGEMENT: Final = Cause(
    _EITHER,
    "The workspace also needs the subscription to Schema management; Veracity support knows whether it has one.",
)
FILE_STORAGE: Final = Cause(
    _EITHER, "The workspace also needs the subscription to File storage; Veracity support knows whether it has one."
)
READING_STORAGE: Final = Cause(
    _FORBIDDEN,
    "The API's page says that any account of the workspace gets a SAS that reads, and the portal's page that only "
    "administrators do: use an account with the Admin role, which an administrator of the workspace gives in the "
    "portal under API management.",
)
KEY_COLUMNS: Final = Cause(
    _REFUSED, "Upsert and Delete need a schema with key columns, Append one without; Overwrite takes both."
)
UPLOADED: Final = Cause(
    _REFUSED,
    "Only a dataset of type Uploaded can be updated: none that is shared with the workspace or derived from another "
    "one. The portal shows the type in the data catalogue.",
)
NAME_TAKEN: Final = Cause(
    _REFUSED, "A dataset needs a name that no other one of the workspace has, and a schema version of the workspace."
)
ACTIVE_VERSION_LOCKED: Final = Cause(
    _REFUSED,
    "The portal takes a schema only if its active version is locked: lock it in the portal, or with `lock` of a "
    "`Schema`.",
)
LOCKED_VERSION: Final = Cause(frozenset({400, 409}), "A locked version cannot be changed; add a new one.")
ID_IN_PLACE_OF_NAME: Final = Cause(
    frozenset({400, 403, 404}),
    "Whether a service account may list its workspaces is not documented: use the id instead of the name.",
)


def hints(*causes: Cause, other: Mapping[int, str] | None = None) -> dict[int, str]:
    """
    For `Action`: to each status the texts of the *causes* that it can mean, in their order.

    Args:
        other: Texts that hold for one request alone.
    """
    statuses = sorted({status for cause in causes for status in cause.statuses})
    return {
        **{status: " ".join(one.text for one in causes if status in one.statuses) for status in statuses},
        **(other or {}),
    }
