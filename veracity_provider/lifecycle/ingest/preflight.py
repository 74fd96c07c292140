"""The preflight of an ingest: reads schema and header, with a Reader's rights."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, final

from veracity_provider.api.models import SchemaVersion
from veracity_provider.errors import AuthenticationFailed, DatasetNotFound, InputProblem, SourceError, VeracityError
from veracity_provider.lifecycle.ingest.header_check import check_header, check_operation
from veracity_provider.lifecycle.inputs import is_known
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import JsonObject, Reporter
from veracity_provider.storage.csv_header import read_header
from veracity_provider.storage.sources import Source

_DECIDES: Final = ("content_hash", "operation", "dataset_id", "workspace_id")


def is_due(olds: JsonObject, news: JsonObject) -> bool:
    """Whether there is something to check that the last up has not checked."""
    if news.get("preflight") == "off" or not all(is_known(news.get(name)) for name in _DECIDES):
        return False
    return any(olds.get(name) != news.get(name) for name in _DECIDES)


@final
class Preflight:
    """Checks a file once for each content and schema version."""

    def __init__(self, services: Services) -> None:
        self._datasets = services.clients.datasets
        self._passed = services.home / "preflight"

    def problems(self, news: JsonObject, source: Source, reporter: Reporter) -> tuple[InputProblem, ...]:
        """
        Everything that the platform would refuse.

        Where the schema cannot be read it warns and finds nothing; an account that is refused altogether is an error.
        """
        try:
            return tuple(self._found(news, source, reporter))
        except DatasetNotFound as error:
            return (InputProblem("dataset_id", str(error)),)
        except SourceError as error:
            return (InputProblem("source", str(error)),)
        except AuthenticationFailed:
            raise
        except VeracityError as error:
            reporter.warning(f"the file is not checked against the schema: {error}")
            return ()

    def _found(self, news: JsonObject, source: Source, reporter: Reporter) -> Iterator[InputProblem]:
        dataset = self._datasets.get_dataset(news["workspace_id"], news["dataset_id"])
        if dataset.schema_version_id is None:
            reporter.warning(f'the file is not checked: dataset "{dataset.name}" names no schema version')
            return
        mark = self._mark(news, dataset.schema_version_id)
        if mark.exists():
            return
        schema = self._datasets.get_schema_version(news["workspace_id"], dataset.schema_version_id)
        problems = list(self._compared(news, source, schema, reporter))
        yield from problems
        if not problems:
            _touch(mark)

    def _compared(
        self, news: JsonObject, source: Source, schema: SchemaVersion, reporter: Reporter
    ) -> Iterator[InputProblem]:
        yield from check_operation(schema, news["operation"])
        header = read_header(source)
        reporter.info(f"{source.name}: {len(header.columns)} columns, {header.describe()}")
        yield from check_header(header, schema, news["operation"])

    def _mark(self, news: JsonObject, schema_version_id: str) -> Path:
        seen = f"{news['content_hash']} {news['operation']} {schema_version_id}"
        return self._passed / hashlib.sha256(seen.encode()).hexdigest()


def _touch(mark: Path) -> None:
    try:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError:
        # Not remembering that a check has passed costs two requests.
        return
