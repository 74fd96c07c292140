"""All clients of one connection."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from veracity_provider.api.auth import Tokens
    from veracity_provider.api.data import DataClient
    from veracity_provider.api.datasets import DatasetsClient
    from veracity_provider.api.filestorage import FileStorageClient
    from veracity_provider.api.ingest import IngestClient
    from veracity_provider.api.provisioning import ProvisioningClient
    from veracity_provider.api.schemas import SchemasClient
    from veracity_provider.api.service import Audience
    from veracity_provider.api.transport import Transport
    from veracity_provider.api.workspaces import WorkspacesClient
    from veracity_provider.connections import Session
    from veracity_provider.settings import Settings


@final
class Clients:
    """
    The platform's APIs; they share connections and tokens. Safe for many threads.

    The HTTP library is loaded, and a session opened, when the first of them is asked for: a preview of unchanged
    ingests asks for none.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._shared: tuple[Session, Tokens] | None = None

    @cached_property
    def ingest(self) -> IngestClient:
        """Ingest jobs."""
        from veracity_provider.api.ingest import IngestClient

        return IngestClient(self._workbench())

    @cached_property
    def datasets(self) -> DatasetsClient:
        """Datasets, and the schema versions that shape them."""
        from veracity_provider.api.datasets import DatasetsClient

        return DatasetsClient(self._workbench())

    @cached_property
    def filestorage(self) -> FileStorageClient:
        """SAS of a workspace's file storage."""
        from veracity_provider.api.filestorage import FileStorageClient

        return FileStorageClient(self._workbench())

    @cached_property
    def schemas(self) -> SchemasClient:
        """Schemas and their versions."""
        from veracity_provider.api.schemas import SchemasClient

        return SchemasClient(self._workbench())

    @cached_property
    def workspaces(self) -> WorkspacesClient:
        """Workspaces of the account."""
        from veracity_provider.api.workspaces import WorkspacesClient

        return WorkspacesClient(self._workbench())

    @cached_property
    def data(self) -> DataClient:
        """Containers, read."""
        from veracity_provider.api.data import DataClient

        return DataClient(self._transport("data fabric", self._settings.data_api_url, "veracity:dataApiUrl"))

    @cached_property
    def provisioning(self) -> ProvisioningClient:
        """Metadata of containers, changed."""
        from veracity_provider.api.provisioning import ProvisioningClient

        settings = self._settings
        transport = self._transport("data fabric", settings.provisioning_url, "veracity:provisioningUrl")
        return ProvisioningClient(transport, settings.patch_style)

    def _workbench(self) -> Transport:
        return self._transport("data workbench", self._settings.data_workbench_url, "veracity:dataWorkbenchUrl")

    def _transport(self, audience: Audience, base_url: str, url_key: str) -> Transport:
        from veracity_provider.api.service import Service
        from veracity_provider.api.transport import Transport

        session, tokens = self._connection()
        service = Service(audience=audience, base_url=base_url, url_key=url_key)
        return Transport(self._settings, session, tokens, service)

    def _connection(self) -> tuple[Session, Tokens]:
        from veracity_provider.api.auth import Tokens
        from veracity_provider.api.transport import open_session

        with self._lock:
            if self._shared is None:
                session = open_session(self._settings)
                self._shared = session, Tokens(self._settings, session)
            return self._shared
