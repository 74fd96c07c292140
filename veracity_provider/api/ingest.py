"""Data Workbench gateway: ingest jobs. Source: "Update Datasets", steps 2, 4 and 5."""

from typing import Final

from veracity_provider.api import models
from veracity_provider.api.answers import Action
from veracity_provider.api.models import JobReport, RegisteredJob
from veracity_provider.api.transport import Transport
from veracity_provider.errors import DatasetNotFound, IngestJobNotFound

BECOME_ADMIN: Final = (
    "Writing needs the Admin role in the workspace; a service account starts as Reader. An administrator of the "
    "workspace can change it in the portal under API management, or ask Veracity support for the Admin role, naming "
    "the service account id and the workspace id."
)


class IngestClient:
    """Registers, starts and looks up ingest jobs."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def register_ingest_job(
        self, workspace_id: str, dataset_id: str, *, file_name: str, operation: str
    ) -> RegisteredJob:
        """
        Register a job that waits for one file, to be started by `start_ingest_job`.

        Raises:
            PermissionDenied: The account is a Reader.
            DatasetNotFound: No such dataset in this workspace.
            RequestRefused: The schema forbids the operation, or the file's name is refused.
            AnswerLost: A job may be registered that nobody will start; harmless.
        """
        action = Action(
            doing=f"registering an ingest job for dataset {dataset_id}",
            not_found=DatasetNotFound,
            hints={
                400: "Upsert and Delete need a schema with key columns, Append one without; Overwrite takes both.",
                403: BECOME_ADMIN,
                404: "Check dataset_id and workspace_id: both are in the portal's address of the dataset.",
            },
        )
        body = {"files": [{"fileName": file_name, "operation": operation}], "startAutomatically": False}
        path = f"/workspaces/{workspace_id}/ingest/dataset/{dataset_id}"
        return models.registered_job(self._transport.write("PUT", path, action, body=body), action.doing)

    def start_ingest_job(self, workspace_id: str, job_id: str) -> None:
        """
        Start a job whose file is uploaded. Never sent a second time by itself.

        Raises:
            AnswerLost: It may have been started.
            Conflict: It was started before.
            IngestJobNotFound: The platform does not know it.
        """
        action = Action(doing=f"starting ingest job {job_id}", not_found=IngestJobNotFound, hints={403: BECOME_ADMIN})
        self._transport.write("POST", f"/workspaces/{workspace_id}/ingest/job/{job_id}/start", action)

    def get_ingest_job(self, workspace_id: str, job_id: str) -> JobReport:
        """
        Look a job up.

        Raises:
            IngestJobNotFound: The platform does not know it, or no longer.
        """
        action = Action(doing=f"looking up ingest job {job_id}", not_found=IngestJobNotFound)
        path = f"/workspaces/{workspace_id}/ingest/job/{job_id}/status"
        return models.job_report(self._transport.read("GET", path, action), job_id, action.doing)
