"""All clients of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veracity_provider.api.data import DataClient
    from veracity_provider.api.datasets import DatasetsClient
    from veracity_provider.api.filestorage import FileStorageClient
    from veracity_provider.api.ingest import IngestClient
    from veracity_provider.api.provisioning import ProvisioningClient
    from veracity_provider.api.schemas import SchemasClient
    from veracity_provider.api.workspaces import WorkspacesClient
    from veracity_provider.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The platform's APIs."""

    ingest: IngestClient
    datasets: DatasetsClient
    filestorage: FileStorageClient
    data: DataClient
    provisioning: ProvisioningClient
    schemas: SchemasClient
    workspaces: WorkspacesClient


def connect(settings: Settings) -> Clients:
    """Clients that share connections and tokens. Sends nothing."""
    # Late: the HTTP library is for whoever connects, not for whoever imports the types.
    from veracity_provider.api.auth import Tokens
    from veracity_provider.api.data import DataClient
    from veracity_provider.api.datasets import DatasetsClient
    from veracity_provider.api.filestorage import FileStorageClient
    from veracity_provider.api.ingest import IngestClient
    from veracity_provider.api.provisioning import ProvisioningClient
    from veracity_provider.api.schemas import SchemasClient
    from veracity_provider.api.service import Audience, Service
    from veracity_provider.api.transport import Transport, open_session
    from veracity_provider.api.workspaces import WorkspacesClient

    session = open_session(settings)
    tokens = Tokens(settings, session)

    def transport(audience: Audience, base_url: str, url_key: str) -> Transport:
        return Transport(settings, session, tokens, Service(audience=audience, base_url=base_url, url_key=url_key))

    workbench = transport("data workbench", settings.data_workbench_url, "veracity:dataWorkbenchUrl")
    data = transport("data fabric", settings.data_api_url, "veracity:dataApiUrl")
    provisioning = transport("data fabric", settings.provisioning_url, "veracity:provisioningUrl")
    return Clients(
        ingest=IngestClient(workbench),
        datasets=DatasetsClient(workbench),
        filestorage=FileStorageClient(workbench),
        data=DataClient(data),
        provisioning=ProvisioningClient(provisioning, settings.patch_style),
        schemas=SchemasClient(workbench),
        workspaces=WorkspacesClient(workbench),
    )
