"""The preflight of an ingest: reads schema and header, with a Reader's rights."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import final

from veracity_provider.api.models import SchemaVersion
from veracity_provider.errors import AuthenticationFailed, DatasetNotFound, InputProblem, SourceError, VeracityError
from veracity_provider.lifecycle.ingest.header_check import check_header, check_operation
from veracity_provider.lifecycle.ingest.inputs import IngestInputs, Target
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Reporter
from veracity_provider.storage.csv_header import read_header
from veracity_provider.storage.sources import Source


def target_to_check(before: IngestInputs, declared: IngestInputs) -> Target | None:
    """What is to be checked that the last up has not checked; None where there is nothing, or not yet."""
    is_due = declared.preflight != "off" and declared.target != before.target
    return declared.target if is_due else None


@final
class Preflight:
    """Checks a file once for each content and schema version."""

    def __init__(self, services: Services) -> None:
        self._datasets = services.clients.datasets
        self._passed = services.home / "preflight"

    def problems(self, target: Target, source: Source, reporter: Reporter) -> tuple[InputProblem, ...]:
        """
        Everything that the platform would refuse.

        Where the schema cannot be read it warns and finds nothing; an account that is refused altogether is an error.
        """
        try:
            return tuple(self._found(target, source, reporter))
        except DatasetNotFound as error:
            return (InputProblem("dataset_id", str(error)),)
        except SourceError as error:
            return (InputProblem("source", str(error)),)
        except AuthenticationFailed:
            raise
        except VeracityError as error:
            reporter.warning(f"the file is not checked against the schema: {error}")
            return ()

    def _found(self, target: Target, source: Source, reporter: Reporter) -> Iterator[InputProblem]:
        dataset = self._datasets.get_dataset(target.workspace_id, target.dataset_id)
        if dataset.schema_version_id is None:
            reporter.warning(f'the file is not checked: dataset "{dataset.name}" names no schema version')
            return
        mark = self._mark(target, dataset.schema_version_id)
        if mark.exists():
            return
        schema = self._datasets.get_schema_version(target.workspace_id, dataset.schema_version_id)
        problems = list(self._compared(target, source, schema, reporter))
        yield from problems
        if not problems:
            _touch(mark)

    def _compared(
        self, target: Target, source: Source, schema: SchemaVersion, reporter: Reporter
    ) -> Iterator[InputProblem]:
        yield from check_operation(schema, target.operation)
        header = read_header(source)
        reporter.info(f"{source.name}: {len(header.columns)} columns, {header.describe()}")
        yield from check_header(header, schema, target.operation)

    def _mark(self, target: Target, schema_version_id: str) -> Path:
        seen = f"{target.content_hash} {target.operation} {schema_version_id}"
        return self._passed / hashlib.sha256(seen.encode()).hexdigest()


def _touch(mark: Path) -> None:
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        # Not remembering that a check has passed costs two requests.
        return
