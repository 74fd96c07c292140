"""
The provider classes that a stack's state names.

Their import paths are a public format: `read` and `delete` of a stack made by an earlier release import them from here.
They hold no attributes, since what a provider holds is written to the state.
"""

import os
from abc import abstractmethod
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

from veracity_provider.dynamic import process, sdk
from veracity_provider.dynamic.check_failures import check_failures
from veracity_provider.dynamic.translation import from_engine, to_engine
from veracity_provider.errors import AuthenticationFailed, VeracityError
from veracity_provider.lifecycle.ingest.previewed import URN
from veracity_provider.lifecycle.services import Services
from veracity_provider.lifecycle.values import Lifecycle

_STORED_SETTINGS: Final = (
    ". These are the settings of the last `pulumi up`, kept in the state: if they have changed since, "
    "use --run-program, or set PULUMI_RUN_PROGRAM=true"
)


class LifecycleProvider(ResourceProvider):
    """One adapter for all: the engine's calls, put to a typed lifecycle."""

    serialize_as_secret_always = False

    @abstractmethod
    def lifecycle(self, services: Services) -> Lifecycle:
        """The lifecycle that answers."""

    def configure(self, req: ConfigureRequest) -> None:
        with _told_to_people():
            process.make_ready(req.config)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        with _told_to_people():
            checked = self._answering().check(from_engine(_olds), from_engine(news), process.current().row())
        return CheckResult(to_engine(checked.inputs), check_failures(checked.problems, news))

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        with _told_to_people():
            found = self._answering().diff(_id, from_engine(_olds), from_engine(_news), process.current().row())
        return DiffResult(changes=found.changes, replaces=list(found.replaces), delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        with _told_to_people():
            created = self._answering().create(from_engine(props), process.current().row())
        return CreateResult(created.id, to_engine(created.outputs))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        with _told_to_people(with_stored_settings=True):
            found = self._answering().read(id_, from_engine(props), process.current().row())
        if found is None:
            return ReadResult("", {})  # a blank id tells the engine that it is gone
        return ReadResult(found.id, to_engine(found.outputs), to_engine(found.inputs))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        with _told_to_people():
            outputs = self._answering().update(_id, from_engine(_olds), from_engine(_news), process.current().row())
        return UpdateResult(to_engine(outputs))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        with _told_to_people(with_stored_settings=True):
            self._answering().delete(_id, from_engine(_props), process.current().row())

    def _answering(self) -> Lifecycle:
        return process.lifecycle(self.lifecycle)


class ContainerMetadataProvider(LifecycleProvider):
    """Metadata of a container."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.container.lifecycle import ContainerMetadataLifecycle

        return ContainerMetadataLifecycle(services)


class IngestUploadProvider(LifecycleProvider):
    """A file, uploaded for an ingest job that is not started yet."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return super().check(_olds, {**news, URN: sdk.current_urn()})

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle

        return IngestUploadLifecycle(services)


class DatasetIngestProvider(LifecycleProvider):
    """An ingest job, started and awaited."""

    def lifecycle(self, services: Services) -> Lifecycle:
        from veracity_provider.lifecycle.ingest.ingest import DatasetIngestLifecycle

        return DatasetIngestLifecycle(services)


@contextmanager
def _told_to_people(*, with_stored_settings: bool = False) -> Generator[None]:
    """
    Let an error reach the engine as its name and its text.

    *with_stored_settings*: the engine may have configured us with the settings that the state holds (`refresh` and
    `destroy` do, unless the program is run).

    The SDK words an exception with the traceback module, which prints the path of its class and everything that it was
    caused by. A class without a path, raised from nothing, leaves the part that is for people.
    """
    try:
        yield
    except VeracityError as error:
        shown = type(type(error).__name__, (Exception,), {"__module__": "builtins"})
        more = _STORED_SETTINGS if with_stored_settings and _may_be_outdated(error) else ""
        raise shown(f"{error}{more}") from (error if _debugging() else None)


def _may_be_outdated(error: VeracityError) -> bool:
    runs_program = os.environ.get("PULUMI_RUN_PROGRAM", "").lower() in {"1", "true"}
    return isinstance(error, AuthenticationFailed) and not runs_program


def _debugging() -> bool:
    return bool(os.environ.get("VERACITY_DEBUG"))
