"""The address of an upload folder, with the signature that opens it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from veracity_provider.errors import StorageError
from veracity_provider.loopback import is_loopback


@dataclass(frozen=True, kw_only=True)
class UploadFolder:
    """A folder that a SAS opens, in the parts that the Azure library takes. Source: "Update Datasets", step 3."""

    account_url: str
    file_system: str
    folder: str
    sas_token: str = field(repr=False)

    def path_of(self, file_name: str) -> str:
        """Path of a file in the folder, within the file system."""
        return f"{self.folder}/{file_name}" if self.folder else file_name

    @property
    def is_loopback(self) -> bool:
        """Whether the storage is on this machine."""
        return is_loopback(self.account_url)


def parse_sas_uri(sas_uri: str) -> UploadFolder:
    """
    Take a folder's SAS URI apart.

    Raises:
        StorageError: It is not one; the text does not repeat it.
    """
    parts = urlsplit(sas_uri.strip().strip('"'))
    file_system, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not file_system or "sig=" not in parts.query:
        raise StorageError("the platform gave an upload address that is no SAS URI of a folder")
    found = UploadFolder(
        account_url=f"{parts.scheme}://{parts.netloc}",
        file_system=file_system,
        folder=folder,
        sas_token=parts.query,
    )
    if parts.scheme == "http" and not found.is_loopback:
        raise StorageError(f"the upload address at {parts.hostname} is not encrypted; nothing is sent there")
    return found
