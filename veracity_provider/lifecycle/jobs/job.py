"""An ingest job, and what it was made for."""

from dataclasses import dataclass
from typing import Any, Final, Self

from veracity_provider.lifecycle.protocols import JsonObject

CREATE: Final = "Create"
REPEATABLE: Final = frozenset({CREATE, "Upsert", "Delete", "Overwrite"})
"""
A second time changes nothing; an `Append` doubles its rows. A second `Create` is refused, since a name is used once in
a workspace. Source: docs/platform.md, "Ingest jobs".
"""


@dataclass(frozen=True, kw_only=True)
class JobReference:
    """
    Which job it is, and what has to be known to ask about it.

    *operation* is empty where nobody wrote it down. The platform tells the id of the dataset that a `Create` makes only
    at its end, so *dataset_id* is one of ours until then (`lifecycle/dataset`).
    """

    job_id: str
    workspace_id: str
    dataset_id: str
    operation: str

    @property
    def is_repeatable(self) -> bool:
        """Whether running it a second time changes nothing. One whose operation is not known counts as an Append."""
        return self.operation in REPEATABLE

    @property
    def purpose(self) -> str:
        """What it does, in words: `Upsert into dataset 2222…`."""
        if self.operation == CREATE:
            return "Create of a dataset"
        operation = self.operation or "of an operation that nobody wrote down,"
        return f"{operation} into dataset {self.dataset_id}"

    def reference(self) -> "JobReference":
        """The job without what it was made for."""
        return JobReference(
            job_id=self.job_id,
            workspace_id=self.workspace_id,
            dataset_id=self.dataset_id,
            operation=self.operation,
        )


@dataclass(frozen=True, kw_only=True)
class Job(JobReference):
    """
    An ingest job with its inputs.

    Args:
        content_hash: SHA-256 of the file's bytes, in hex; *size_bytes* is how many they are.
        triggers: The JSON value that was declared; None for none.
        follows: Ids of the Overwrite jobs of this dataset that it was made to come after.
        ingests_before: Names of the ingests into this dataset that were declared before it; None where nobody wrote
            that down (0.1.0).
        rows_before: Rows of the dataset when the file was uploaded; None where they were not counted.
        rows_in_file: Rows of the file; likewise.
    """

    content_hash: str
    size_bytes: int | None = None
    triggers: Any = None
    follows: tuple[str, ...] = ()
    ingests_before: tuple[str, ...] | None = None
    rows_before: int | None = None
    rows_in_file: int | None = None

    @classmethod
    def from_properties(cls, properties: JsonObject) -> Self:
        """From a state; ids are brought into one form, since old states hold them as they were typed."""
        before = properties.get("ingests_before")
        return cls(
            job_id=str(properties["job_id"]),
            workspace_id=str(properties["workspace_id"]).lower(),
            dataset_id=str(properties["dataset_id"]).lower(),
            operation=str(properties["operation"]),
            content_hash=str(properties["content_hash"]),
            size_bytes=_count(properties, "size_bytes"),
            triggers=properties.get("triggers"),
            follows=tuple(properties.get("follows") or ()),
            ingests_before=None if before is None else tuple(before),
            rows_before=_count(properties, "rows_before"),
            rows_in_file=_count(properties, "rows_in_file"),
        )

    def asks_the_same_as(self, other: "Job") -> bool:
        """Whether both were made for the same inputs."""
        return (
            self.dataset_id == other.dataset_id
            and self.operation == other.operation
            and self.content_hash == other.content_hash
            and self.triggers == other.triggers
            and set(self.follows) == set(other.follows)
        )

    def to_properties(self) -> dict[str, Any]:
        """For a state; what is not known is left out."""
        properties: JsonObject = {
            "job_id": self.job_id,
            "workspace_id": self.workspace_id,
            "dataset_id": self.dataset_id,
            "operation": self.operation,
            "content_hash": self.content_hash,
            "size_bytes": self.size_bytes,
            "triggers": self.triggers,
            "follows": list(self.follows) or None,
            "ingests_before": None if self.ingests_before is None else list(self.ingests_before),
            "rows_before": self.rows_before,
            "rows_in_file": self.rows_in_file,
        }
        return {name: value for name, value in properties.items() if value is not None}


def _count(properties: JsonObject, name: str) -> int | None:
    value = properties.get(name)
    return None if value is None else int(value)
