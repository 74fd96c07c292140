"""The preflight of an ingest: reads schema and header, with a Reader's rights."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import final

from veracity_provider.api.models import SchemaVersion
from veracity_provider.errors import AuthenticationFailed, DatasetNotFound, InputProblem, SourceError, VeracityError
from veracity_provider.lifecycle.ingest.header_check import check_header, check_operation
from veracity_provider.lifecycle.ingest.inputs import Target
from veracity_provider.lifecycle.protocols import Reporter
from veracity_provider.lifecycle.services import Services
from veracity_provider.storage.csv_header import read_header
from veracity_provider.storage.sources import Source
from veracity_provider.texts import shown


@final
class Preflight:
    """
    Checks a file once for each content and schema version.

    Args:
        only_warns: Whether what the platform would refuse is reported, and stops nothing.
    """

    def __init__(self, services: Services, *, only_warns: bool) -> None:
        self._only_warns = only_warns
        self._datasets = services.clients.datasets
        self._passed = services.home / "preflight"

    def problems(self, target: Target, source: Source, reporter: Reporter) -> tuple[InputProblem, ...]:
        """
        Everything that the platform would refuse; a dataset that is not there even where others are warnings.

        Where the schema cannot be read it warns and finds nothing; an account that is refused altogether is an error.
        """
        try:
            return tuple(self._found(target, source, reporter))
        except DatasetNotFound as error:
            return (InputProblem("dataset_id", str(error)),)
        except AuthenticationFailed:
            raise
        except VeracityError as error:
            reporter.warning(f"the file is not checked against the schema: {error}")
            return ()

    def _found(self, target: Target, source: Source, reporter: Reporter) -> Iterator[InputProblem]:
        dataset = self._datasets.get_dataset(target.workspace_id, target.dataset_id)
        if dataset.schema_version_id is None:
            reporter.warning(f'the file is not checked: dataset "{shown(dataset.name)}" names no schema version')
            return
        mark = self._mark(target, dataset.schema_version_id)
        if mark.exists():
            return
        schema = self._datasets.get_schema_version(target.workspace_id, dataset.schema_version_id)
        problems = find_misfits(source, schema, target.operation)
        if not problems:
            _touch(mark)
        elif self._only_warns:
            lines = [f"the platform may refuse {shown(source.name)}:", *(f"  {problem}" for problem in problems)]
            reporter.warning("\n".join(lines))
        else:
            yield from problems

    def _mark(self, target: Target, schema_version_id: str) -> Path:
        seen = f"{target.content_hash} {target.operation} {schema_version_id}"
        return self._passed / hashlib.sha256(seen.encode()).hexdigest()


def find_misfits(source: Source, schema: SchemaVersion, operation: str) -> list[InputProblem]:
    """Everything that the platform would refuse about the header of *source*, and about the *operation*."""
    problems = list(check_operation(schema, operation))
    try:
        problems += check_header(read_header(source), schema, operation)
    except SourceError as error:
        problems.append(InputProblem("source", str(error)))
    return problems


def _touch(mark: Path) -> None:
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        # Not remembering that a check has passed costs two requests.
        return
