"""
The provider classes that a stack's state names.

Their import paths are a public format: `read` and `delete` of a stack made by an earlier release import them from here.
They hold no attributes, since what a provider holds is written to the state.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final

from pulumi.dynamic import (
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)

from veracity_provider.collector import pause_collector
from veracity_provider.display.engine import Row
from veracity_provider.dynamic import sdk
from veracity_provider.dynamic.check_failures import WHICH_ARE_SECRET, check_failures
from veracity_provider.dynamic.process import get_plugin, make_ready
from veracity_provider.dynamic.translation import from_engine, to_engine
from veracity_provider.errors import AuthenticationFailed
from veracity_provider.lifecycle.protocols import Lifecycle
from veracity_provider.lifecycle.run import COMPONENT, IGNORED
from veracity_provider.lifecycle.services import Services

_STORED_SETTINGS: Final = (
    "These are the settings of the last `pulumi up`, kept in the state: if they have changed since, "
    "use --run-program, or set PULUMI_RUN_PROGRAM=true"
)


class LifecycleProvider(ResourceProvider, ABC):
    """One adapter for all: the engine's calls, put to a typed lifecycle."""

    serialize_as_secret_always = False

    @abstractmethod
    def lifecycle(self, services: Services) -> Lifecycle:
        """The lifecycle that answers."""

    def configure(self, req: ConfigureRequest) -> None:
        with pause_collector():
            make_ready(req.config)
            self.lifecycle(get_plugin().services)  # loads what it needs

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        lifecycle, row = self._answering(news)
        inputs = dict(from_engine(news))
        secrets: list[str] = inputs.pop(WHICH_ARE_SECRET, None) or []
        checked = lifecycle.check(from_engine(_olds), inputs, row)
        return CheckResult(to_engine(checked.inputs), check_failures(checked.problems, inputs, secrets))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        lifecycle, row = self._answering(_news)
        found = lifecycle.diff(_id, from_engine(_olds), from_engine(_news), row)
        return DiffResult(changes=found.changes, replaces=list(found.replaces), delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        lifecycle, row = self._answering(props)
        created = lifecycle.create(from_engine(props), row)
        return CreateResult(created.id, to_engine(created.outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        lifecycle, row = self._answering(props)
        with _noting_stored_settings():
            found = lifecycle.read(id_, from_engine(props), row)
        if found is None:
            return ReadResult("", {})  # a blank id tells the engine that it is gone
        return ReadResult(found.id, to_engine(found.outputs), to_engine(found.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        lifecycle, row = self._answering(_news)
        return UpdateResult(to_engine(lifecycle.update(_id, from_engine(_olds), from_engine(_news), row)))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        lifecycle, row = self._answering(_props)
        with _noting_stored_settings():
            lifecycle.delete(_id, from_engine(_props), row)

    def _answering(self, properties: dict[str, Any]) -> tuple[Lifecycle, Row]:
        plugin = get_plugin()
        return self.lifecycle(plugin.services), plugin.row(properties.get(COMPONENT))


class ContainerMetadataProvider(LifecycleProvider):
    """Metadata of a container."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        return super().diff(_id, _olds, {**_news, IGNORED: sdk.ignored_changes()})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        return super().update(_id, _olds, {**_news, IGNORED: sdk.ignored_changes()})

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.container.lifecycle import ContainerMetadataLifecycle

        return ContainerMetadataLifecycle(services)


class IngestUploadProvider(LifecycleProvider):
    """A file, uploaded for an ingest job that is not started yet."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle

        return IngestUploadLifecycle(services)


class DatasetIngestProvider(LifecycleProvider):
    """An ingest job, started and awaited."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.ingest.ingest import DatasetIngestLifecycle

        return DatasetIngestLifecycle(services)


class DatasetUploadProvider(LifecycleProvider):
    """The first file of a dataset, uploaded for a job that is not started yet."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.dataset.upload import DatasetUploadLifecycle

        return DatasetUploadLifecycle(services)


class DatasetProvider(LifecycleProvider):
    """A dataset, found by its name or made."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.dataset.lifecycle import DatasetLifecycle

        return DatasetLifecycle(services)


class SchemaProvider(LifecycleProvider):
    """A schema and its active version."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.schema.lifecycle import SchemaLifecycle

        return SchemaLifecycle(services)


class StorageFolderProvider(LifecycleProvider):
    """A folder of file storage and its metadata."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.filestorage.folder import StorageFolderLifecycle

        return StorageFolderLifecycle(services)


class StorageFileProvider(LifecycleProvider):
    """A file of file storage, its content and its metadata."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.filestorage.file import StorageFileLifecycle

        return StorageFileLifecycle(services)


@contextmanager
def _noting_stored_settings() -> Generator[None]:
    """
    Add to a refusal of who we are that `refresh` and `destroy` may use outdated settings.

    The engine configures us with those that the state holds then, unless the program is run.
    """
    try:
        yield
    except AuthenticationFailed as error:
        if os.environ.get("PULUMI_RUN_PROGRAM", "").lower() not in {"1", "true"}:
            error.add_note(_STORED_SETTINGS)
        raise
