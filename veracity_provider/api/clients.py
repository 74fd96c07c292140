"""All clients of one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from veracity_provider.api.data import DataClient
    from veracity_provider.api.datasets import DatasetsClient
    from veracity_provider.api.ingest import IngestClient
    from veracity_provider.api.provisioning import ProvisioningClient
    from veracity_provider.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Clients:
    """The platform's APIs."""

    ingest: IngestClient
    datasets: DatasetsClient
    data: DataClient
    provisioning: ProvisioningClient


def connect(settings: Settings) -> Clients:
    """Clients that share connections and tokens. Sends nothing."""
    # Late: the HTTP library is for whoever connects, not for whoever imports the types.
    from veracity_provider.api.auth import Tokens
    from veracity_provider.api.data import DataClient
    from veracity_provider.api.datasets import DatasetsClient
    from veracity_provider.api.ingest import IngestClient
    from veracity_provider.api.provisioning import ProvisioningClient
    from veracity_provider.api.transport import Transport, open_session

    session = open_session(settings)
    tokens = Tokens(settings, session)
    gateway = Transport(settings, session, tokens, audience="data workbench", base_url=settings.data_workbench_url)
    return Clients(
        ingest=IngestClient(gateway),
        datasets=DatasetsClient(gateway),
        data=DataClient(Transport(settings, session, tokens, audience="data fabric", base_url=settings.data_api_url)),
        provisioning=ProvisioningClient(
            Transport(settings, session, tokens, audience="data fabric", base_url=settings.provisioning_url),
            settings.patch_style,
        ),
    )
