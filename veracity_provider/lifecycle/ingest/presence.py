"""Whether an ingest's dataset is still there. Forgetting an ingest whose rows are there would bring them twice."""

from collections.abc import Iterable
from typing import Final

from veracity_provider.api.answers import Presence
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.inputs import is_known
from veracity_provider.lifecycle.protocols import Found, JsonObject, Reporter
from veracity_provider.lifecycle.run import COMPONENT
from veracity_provider.lifecycle.services import Services

INPUTS: Final = (
    *("dataset_id", "workspace_id", "content_hash", "operation", "triggers", "source", "size_bytes", "file_name"),
    *("preflight", "job_timeout_seconds", "follows", "ingests_before", "keeps_content_hash", "job_id", "job_history"),
    *("supersedes", COMPONENT),
)
"""Properties of the state of either resource that are inputs."""
INPUTS_OF_UPLOAD: Final = (*INPUTS, "dataset_name", "workspace_name")
"""With the names, from which the upload has found the ids; an ingest has the dataset's name as an output."""


def read(
    services: Services, id_: str, olds: JsonObject, reporter: Reporter, *, inputs: Iterable[str] = INPUTS
) -> Found | None:
    """
    The state as it is, as long as the dataset is there; None only where it surely is gone.

    Args:
        inputs: Properties of the state that are inputs, where it has them.
    Raises:
        VeracityError: The platform did not answer, or not in its own words.
    """
    recorded = IngestInputs.from_properties(olds)
    found = services.clients.datasets.check_presence(str(recorded.workspace_id), str(recorded.dataset_id))
    if found.presence is Presence.GONE:
        reporter.info(f"dataset {recorded.dataset_id} no longer exists")
        return None
    if found.presence is Presence.UNPROVEN:
        reporter.warning(
            f"dataset {recorded.dataset_id} was not found, but {found.reason}; its ingest is kept in the state. If the "
            "dataset was deleted, remove its entry from the program and run `pulumi up`"
        )
    given = {name: olds[name] for name in inputs if is_known(olds.get(name))}
    return Found(id=id_, outputs=olds, inputs=given)
