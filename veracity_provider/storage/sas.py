"""The address of an upload folder, with the signature that opens it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from veracity_provider.errors import StorageError
from veracity_provider.loopback import is_loopback

_NO_SAS_URI: Final = "the platform gave an upload URL that is not the SAS URL of a folder"


@dataclass(frozen=True, kw_only=True)
class UploadFolder:
    """
    A folder that a SAS opens, in the parts that the Azure library takes. Source: "Update Datasets", step 3.

    Args:
        account_url: Scheme, host and port of the Data Lake endpoint.
        file_system: Plain, not percent-encoded; likewise *folder*.
        expires_at: When the SAS ends; None where it does not say, since a stored access policy does.
    """

    account_url: str
    file_system: str
    folder: str
    sas_token: str = field(repr=False)
    expires_at: datetime | None = None

    def path_of(self, file_name: str) -> str:
        """Path of a file in the folder, within the file system."""
        return f"{self.folder}/{file_name}" if self.folder else file_name

    @property
    def blob_url(self) -> str:
        """Address of the file system at the account's blob endpoint, which is the same storage."""
        scheme, _, host = self.account_url.partition("://")
        return f"{scheme}://{_with_label(host, 'dfs', 'blob')}/{quote(self.file_system)}"

    @property
    def is_loopback(self) -> bool:
        """Whether the storage is on this machine."""
        return is_loopback(self.account_url)


def parse_sas_uri(sas_uri: str) -> UploadFolder:
    """
    Take a folder's SAS URI apart.

    The address of an account's blob endpoint becomes that of its Data Lake endpoint, as Microsoft's own clients do.

    Raises:
        StorageError: It is not one; the text does not repeat it.
    """
    parts = _split(sas_uri.strip().strip('"'))
    file_system, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not file_system or "sig=" not in parts.query:
        raise StorageError(_NO_SAS_URI)
    found = UploadFolder(
        account_url=f"{parts.scheme}://{_with_label(parts.netloc, 'blob', 'dfs')}",
        file_system=unquote(file_system),
        folder=unquote(folder),
        sas_token=parts.query,
        expires_at=_expiry(parts.query),
    )
    if parts.scheme == "http" and not found.is_loopback:
        raise StorageError(f"the upload URL at {parts.hostname} is not encrypted; nothing is sent there")
    return found


def _split(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError:
        raise StorageError(_NO_SAS_URI) from None


def _with_label(host: str, label: str, other: str) -> str:
    """*host* with its *label*, which follows the account's name, as the *other*."""
    account, *labels = host.split(".")
    if label in labels:
        labels[labels.index(label)] = other
    return ".".join([account, *labels])


def _expiry(query: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(parse_qs(query)["se"][0])
    except (KeyError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
