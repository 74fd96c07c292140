"""What the job that makes a dataset is made for."""

import csv
import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from veracity_provider.api.ingest import NewDataset
from veracity_provider.api.models import SchemaVersion
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.jobs.job import CREATE, Job
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.sources import resolve_source
from veracity_provider.storage.fingerprint import Fingerprint, Fingerprints
from veracity_provider.unknown import require_known

_NAMESPACE: Final = uuid.UUID("5f1d7c0e-8b7a-5e0c-9d55-3a9c6a0d4b11")
_HEADER_FILE: Final = "header.csv"


def stand_in_id(workspace_id: str, name: str) -> str:
    """
    What stands for the id of a dataset that is still to be made, where jobs are filed by their dataset.

    The platform tells the id at the end of the job. A name is used once in a workspace, so it tells datasets apart.
    """
    return str(uuid.uuid5(_NAMESPACE, f"{workspace_id}/{name}"))


@dataclass(frozen=True, kw_only=True)
class Creation:
    """
    Args:
        source: As the inputs of an ingest have it; the header alone where no file is declared.
        content: Of the source.
    """

    workspace_id: str
    new: NewDataset
    source: str | Mapping[str, Any]
    content: Fingerprint

    @classmethod
    def of(cls, services: Services, declared: DeclaredDataset, schema: SchemaVersion) -> Self:
        """
        What is declared, of a dataset with the columns of *schema*. All of it is known.

        Raises:
            SourceError: The file cannot be read.
        """
        workspace_id, name = declared.known_place
        source = declared.source or _header_of(schema)
        return cls(
            workspace_id=workspace_id,
            new=NewDataset(
                name=name,
                schema_version_id=schema.id.lower(),
                description=declared.description or "",
                tags=declared.tags or {},
            ),
            source=source,
            content=_content(services, declared, source),
        )

    def is_served_by(self, job: Job) -> bool:
        """Whether *job* was made for this."""
        return job.content_hash == self.content.content_hash and job.triggers == self._asked()

    def to_ingest(self) -> IngestInputs:
        """The inputs of an upload that is made for this."""
        return IngestInputs(
            workspace_id=self.workspace_id,
            dataset_id=stand_in_id(self.workspace_id, self.new.name),
            operation=CREATE,
            source=self.source,
            content_hash=self.content.content_hash,
            size_bytes=self.content.size_bytes,
            file_name=None,
            triggers=self._asked(),
            follows=(),
            ingests_before=None,
            keeps_content=False,
            preflight="off",
            timeout_s=0.0,
            job_id=None,
        )

    def _asked(self) -> dict[str, Any]:
        """What the job was asked for besides its file, as JSON."""
        return {
            "dataset_name": self.new.name,
            "schema_version_id": self.new.schema_version_id,
            "description": self.new.description,
            "tags": {name: list(values) for name, values in self.new.tags.items()},
        }


def _header_of(schema: SchemaVersion) -> dict[str, str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(column.name for column in schema.columns)
    return {"text": text.getvalue(), "name": _HEADER_FILE}


def _content(services: Services, declared: DeclaredDataset, source: str | Mapping[str, Any]) -> Fingerprint:
    """That which `check` has found, which `up` must not change any more."""
    planned, size_bytes = declared.inputs.content_hash, declared.inputs.size_bytes
    if planned is not None:
        return Fingerprint(require_known(planned), int(require_known(size_bytes) or 0))
    return Fingerprints(services.home / "fingerprints").of(resolve_source(source, services.project))
