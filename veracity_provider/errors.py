"""
What can go wrong, one class a cause.

    VeracityError                     the family; its text is one line for people, a table may follow
    ├── InputError                    what was asked for is wrong; nothing was sent
    │   └── SettingsError             connection settings are missing or wrong
    ├── SourceError                   the file to ingest cannot be read as it should
    │   └── SourceChanged             its bytes are not those that were planned
    ├── PlatformError                 Veracity answered, and the answer is no
    │   ├── AuthenticationFailed      401, or the token endpoint refused
    │   ├── PermissionDenied          403
    │   ├── NotFound                  404
    │   │   ├── ContainerNotFound
    │   │   ├── DatasetNotFound
    │   │   ├── SchemaNotFound
    │   │   ├── SchemaVersionNotFound
    │   │   ├── IngestJobNotFound
    │   │   └── WorkspaceNotFound
    │   ├── Conflict                  409
    │   ├── RequestRefused            any other 4xx
    │   ├── RateLimited               429, after the retries; or the quota of calls is used up
    │   └── PlatformFailed            5xx, after the retries
    ├── UnexpectedAnswer              an answer that is not what the platform documents (HTML, missing members)
    ├── PlatformUnreachable           no answer, and nothing can have been done
    ├── AnswerLost                    no answer; the request may have been carried out
    ├── StorageError                  Azure Data Lake answered, and the answer is no
    │   ├── SasRejected               403: expired, or its signature is refused
    │   ├── SasRightMissing           403: the SAS does not include the right that a request needs
    │   ├── StoragePathChanged        409, 412: somebody else made or changed the path since it was read
    │   ├── StorageFolderNotEmpty     409: a folder cannot be removed with what is in it
    │   └── StorageUnavailable        no answer, or 5xx, after the retries
    ├── MetadataError
    │   ├── PatchRefusedBySelfCheck   the patch would not give what is declared; it was not sent
    │   ├── MetadataConflict          somebody else changed a managed field
    │   ├── ContainerBusy             another process of this machine is changing the container
    │   └── MetadataNotApplied        the platform said yes, and the container differs all the same
    ├── SchemaError                   a schema cannot be made what is declared
    ├── StoragePathError              a path of file storage is not what is declared: a file for a folder, or changed
    ├── DatasetError                  a dataset cannot be made or found as declared
    └── IngestError
        ├── IngestJobFailed           the platform ended the job without success
        ├── IngestJobTimeout          still running at the deadline
        ├── IngestJobInDoubt          it may or may not have taken effect, and only a person can tell
        ├── NewJobNeeded              the job will not do, and the next `pulumi up` makes a new one
        ├── DatasetBusy               another process of this machine is starting a job of the dataset
        ├── JournalError              the journal of jobs cannot be read or written
        └── EngineGone                the engine that asked for the work is no longer there

Misuse by a programmer raises Python's own errors, never these.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_MAX_PROBLEMS_SHOWN: Final = 40


@dataclass(frozen=True)
class InputProblem:
    """One thing wrong with one property, as the user spells it (`tags[1]`)."""

    property: str
    reason: str

    def __str__(self) -> str:
        return f"{self.property}: {self.reason}"

    def within(self, name: str) -> "InputProblem":
        """The same problem of the property of *name*: a resource, or a function."""
        return InputProblem(f"{name}.{self.property}", self.reason)


class VeracityError(Exception):
    """Something a person has to know about. `str()` gives the text that is shown."""

    def __init__(self, message: str, *, trace_id: str | None = None) -> None:
        super().__init__(f"{message} (trace id: {trace_id})" if trace_id else message)
        self.trace_id = trace_id


class InputError(VeracityError):
    """What was asked for is wrong. All problems are told at once; of very many, the text lists the first ones."""

    def __init__(self, problems: Iterable[InputProblem], *, headline: str = "") -> None:
        self.problems = tuple(problems)
        self.headline = headline
        lines = [str(problem) for problem in self.problems[:_MAX_PROBLEMS_SHOWN]]
        if len(self.problems) > len(lines):
            lines.append(f"… and {len(self.problems) - len(lines)} more")
        super().__init__("\n".join([headline, *(f"  - {line}" for line in lines)]) if headline else "\n".join(lines))


class SettingsError(InputError):
    """Connection settings are missing or wrong."""


class SourceError(VeracityError):
    """The file to ingest is missing, unreadable, empty or not a file."""


class SourceChanged(SourceError):
    """The bytes read are not those that were planned."""


class PlatformError(VeracityError):
    """
    Veracity answered, and the answer is no. Carries the HTTP status, and the seconds that `Retry-After` asks for.

    *is_from_gateway*: API Management, which stands in front of the service, has refused; the service was not asked.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        trace_id: str | None = None,
        retry_after_s: float | None = None,
        is_from_gateway: bool = False,
    ) -> None:
        super().__init__(message, trace_id=trace_id)
        self.status = status
        self.retry_after_s = retry_after_s
        self.is_from_gateway = is_from_gateway


class AuthenticationFailed(PlatformError):
    """401, or a refusal by the token endpoint."""


class PermissionDenied(PlatformError):
    """403: the account is known and may not do this."""


class NotFound(PlatformError):
    """404: the platform answered, and the thing is not there."""


class ContainerNotFound(NotFound):
    """No such container."""


class DatasetNotFound(NotFound):
    """No such dataset in this workspace."""


class SchemaNotFound(NotFound):
    """No such schema in this workspace."""


class SchemaVersionNotFound(NotFound):
    """No such schema version in this workspace."""


class IngestJobNotFound(NotFound):
    """No such ingest job in this workspace."""


class WorkspaceNotFound(NotFound):
    """No such workspace, or none of the account's."""


class Conflict(PlatformError):
    """409: the thing is in a state that forbids this."""


class RequestRefused(PlatformError):
    """Any other 4xx: the platform does not accept the request."""


class RateLimited(PlatformError):
    """429, and still 429 after the retries; or the subscription's quota of calls is used up."""


class PlatformFailed(PlatformError):
    """5xx, and still 5xx after the retries."""


class UnexpectedAnswer(VeracityError):
    """
    An answer that is not what the platform documents: HTML in place of JSON, a missing member, or a 404 that comes from
    whatever stands at a wrong address.
    """


class PlatformUnreachable(VeracityError):
    """No answer, and nothing can have been done: no connection, or a read that failed."""


class AnswerLost(VeracityError):
    """No answer to a request that changes something: it may have been carried out."""


class StorageError(VeracityError):
    """Azure Data Lake answered, and the answer is no."""


class SasRejected(StorageError):
    """403 of the storage: the SAS has expired or is refused. A fresh ingest job brings a fresh one."""


class SasRightMissing(StorageError):
    """403 of the storage: the SAS is good, and does not include the right that the request needs."""


class StoragePathChanged(StorageError):
    """409 or 412 of the storage: the path was made or changed by somebody else since it was last read."""


class StorageFolderNotEmpty(StorageError):
    """409 of the storage: the folder holds something, and no request that removes it all is ever sent."""


class StorageUnavailable(StorageError):
    """The storage gave no answer, or a 5xx, after the retries."""


class MetadataError(VeracityError):
    """Container metadata could not be made what is declared."""


class PatchRefusedBySelfCheck(MetadataError):
    """Applied to the live document, the patch would not give what is declared. Nothing was sent."""


class MetadataConflict(MetadataError):
    """A managed field is neither what was last applied nor what is declared."""


class ContainerBusy(MetadataError):
    """Another process of this machine has been changing the container for too long."""


class MetadataNotApplied(MetadataError):
    """The platform accepted the patch, and the container is not as declared."""


class SchemaError(VeracityError):
    """A schema cannot be made what is declared: two have its name, or it is one that the platform brings along."""


class StoragePathError(VeracityError):
    """A path of file storage cannot be made what is declared: there is a folder for a file, or a file for a folder."""


class DatasetError(VeracityError):
    """A dataset cannot be made or found as declared: two have its name, or it went away in between."""


class IngestError(VeracityError):
    """An ingest did not do what was declared."""


class IngestJobFailed(IngestError):
    """The platform ended the job without success, and says why."""


class IngestJobTimeout(IngestError):
    """The job was still running at the deadline. It was not cancelled and may yet complete."""


class IngestJobInDoubt(IngestError):
    """The job may or may not have taken effect, and only a person can tell."""


class NewJobNeeded(IngestError):
    """The job will not do what is declared; the next `pulumi up` uploads again, for a new one."""


class DatasetBusy(IngestError):
    """Another process of this machine has been about to start a job of the dataset for too long."""


class JournalError(IngestError):
    """The journal of ingest jobs cannot be read or written; nothing is started without it."""


class EngineGone(IngestError):
    """The engine that asked for the work is no longer there; nothing more is started for it."""
