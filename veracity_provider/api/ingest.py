"""Data Workbench gateway: ingest jobs. Source: "Update Datasets", steps 2, 4 and 5."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, final

import requests

from veracity_provider.api import models
from veracity_provider.api.answers import StartAnswer, StartOutcome
from veracity_provider.api.api_management import find_refusal
from veracity_provider.api.hints import (
    ACTIVE_VERSION_LOCKED,
    ADMIN_ROLE,
    KEY_COLUMNS,
    NAME_TAKEN,
    SELECTED_DATASETS,
    UPLOADED,
    hints,
)
from veracity_provider.api.models import JobReport, RegisteredJob
from veracity_provider.api.responses import Action, json_of
from veracity_provider.api.transport import Transport
from veracity_provider.errors import AnswerLost, DatasetNotFound, IngestJobNotFound, VeracityError

_READ_HINTS: Final = hints(SELECTED_DATASETS)
_PROVIDER: Final = "BYOD"
"""Required for now, and the only value that is published. Source: "Datasets", create."""


@dataclass(frozen=True, kw_only=True)
class NewDataset:
    """What a job is told about the dataset that it makes; *tags* are `{"Site": ["123"]}`."""

    name: str
    schema_version_id: str
    description: str = ""
    tags: Mapping[str, Sequence[str]]


@final
class PreparedStart:
    """A start request that is ready to be sent."""

    def __init__(
        self,
        send: Callable[[], requests.Response],
        action: Action,
        error_of: Callable[[requests.Response, Action], VeracityError],
    ) -> None:
        self._send = send
        self._action = action
        self._error_of = error_of

    def send(self) -> StartAnswer:
        """
        Send one POST, which no layer repeats; never raises a `VeracityError`.

        May be called again after NOT_SEEN: it connects again, and takes a fresh token, where that is needed by then.
        """
        try:
            response = self._send()
        except AnswerLost as error:
            return StartAnswer(outcome=StartOutcome.UNKNOWN, error=error)
        except VeracityError as error:
            return StartAnswer(outcome=StartOutcome.NOT_SEEN, error=error)
        error = self._error_in(response)
        return StartAnswer(outcome=_outcome_of(response, error), error=error)

    def _error_in(self, response: requests.Response) -> VeracityError | None:
        if not response.ok:
            return self._error_of(response, self._action)
        try:
            json_of(response, self._action)
        except VeracityError as error:
            return error
        return None


def _outcome_of(response: requests.Response, error: VeracityError | None) -> StartOutcome:
    if error is None:
        return StartOutcome.ACCEPTED
    is_refusal = find_refusal(response.status_code, response.content) is not None
    return StartOutcome.NOT_SEEN if is_refusal else StartOutcome.UNKNOWN


class IngestClient:
    """Registers, starts and looks up ingest jobs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def register_ingest_job(
        self, workspace_id: str, dataset_id: str, *, file_name: str, operation: str
    ) -> RegisteredJob:
        """
        Register a job that waits for one file, to be started by `prepare_start`.

        Raises:
            PermissionDenied: The account is a Reader.
            DatasetNotFound: No such dataset in this workspace.
            RequestRefused: The schema forbids the operation, or the file's name is refused.
            AnswerLost: A job may be registered that nobody will start; harmless.
        """
        action = Action(
            label=f"registering an ingest job for dataset {dataset_id}",
            not_found=DatasetNotFound,
            hints=hints(
                KEY_COLUMNS,
                UPLOADED,
                ADMIN_ROLE,
                SELECTED_DATASETS,
                other={404: "Check dataset_id and workspace_id: both are in the portal's address of the dataset."},
            ),
        )
        body = {"files": [{"fileName": file_name, "operation": operation}], "startAutomatically": False}
        path = f"/workspaces/{workspace_id}/ingest/dataset/{dataset_id}"
        return models.registered_job(self._transport.write("PUT", path, action, body=body), action.label)

    def register_create_job(self, workspace_id: str, new: NewDataset, *, file_name: str) -> RegisteredJob:
        """
        Register a job that waits for the first file of a dataset, and creates the dataset when it is done.

        Raises:
            PermissionDenied: The account is a Reader.
            RequestRefused: The name is taken, or the schema version is not the workspace's.
            AnswerLost: A job may be registered that nobody will start; harmless.
        """
        action = Action(
            label=f'registering an ingest job that creates dataset "{new.name}"',
            hints=hints(NAME_TAKEN, ACTIVE_VERSION_LOCKED, ADMIN_ROLE, SELECTED_DATASETS),
        )
        body = {
            "datasetName": new.name,
            "datasetDescription": new.description,
            "schemaVersionId": new.schema_version_id,
            "files": [{"fileName": file_name, "operation": "Create"}],
            "tags": [{"Key": key, "Values": list(values)} for key, values in new.tags.items()],
            "provider": _PROVIDER,
            "startAutomatically": False,
        }
        path = f"/workspaces/{workspace_id}/ingest/dataset"
        return models.registered_job(self._transport.write("POST", path, action, body=body), action.label)

    @contextmanager
    def prepare_start(self, workspace_id: str, job_id: str) -> Generator[PreparedStart]:
        """
        Get all ready to start a job whose file is uploaded: a token in hand, and a connection (TCP, the proxy's tunnel,
        TLS) that is closed at the end. Nothing of the request is sent before `PreparedStart.send`.

        Raises:
            PlatformUnreachable: There is no connection: refused, cut, a bad certificate, no proxy.
            AuthenticationFailed, PlatformFailed, RateLimited, UnexpectedAnswer: There is no token.
        """
        action = Action(label=f"starting ingest job {job_id}", not_found=IngestJobNotFound, hints=hints(ADMIN_ROLE))
        path = f"/workspaces/{workspace_id}/ingest/job/{job_id}/start"
        with self._transport.prepare("POST", path, action) as send:
            yield PreparedStart(send, action, self._transport.error_of)

    def get_ingest_job(self, workspace_id: str, job_id: str) -> JobReport:
        """
        Look a job up.

        Raises:
            IngestJobNotFound: The platform does not know it, or no longer.
        """
        action = Action(label=f"looking up ingest job {job_id}", not_found=IngestJobNotFound, hints=_READ_HINTS)
        path = f"/workspaces/{workspace_id}/ingest/job/{job_id}/status"
        return models.job_report(self._transport.read("GET", path, action), job_id, action.label)
