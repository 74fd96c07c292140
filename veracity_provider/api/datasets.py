"""Data Workbench gateway: datasets and the schemas that shape them. Source: "Datasets", "Schema management"."""

from veracity_provider.api import models
from veracity_provider.api.models import Dataset, RowPage, SchemaVersion
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import DatasetNotFound, SchemaVersionNotFound


class DatasetsClient:
    """Reads datasets; a Reader's rights suffice."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_dataset(self, workspace_id: str, dataset_id: str) -> Dataset:
        """
        Read what a dataset is; its rows are another matter.

        Raises:
            DatasetNotFound: No such dataset in this workspace.
        """
        action = Action(
            label=f"reading dataset {dataset_id}",
            not_found=DatasetNotFound,
            hints={404: f"Check dataset_id, and that it is in workspace {workspace_id}."},
        )
        path = f"/workspaces/{workspace_id}/datasets/{dataset_id}"
        return models.dataset(self._transport.read("GET", path, action), action.label)

    def get_schema_version(self, workspace_id: str, schema_version_id: str) -> SchemaVersion:
        """
        Read the columns that a dataset has.

        Raises:
            SchemaVersionNotFound: No such version in this workspace.
        """
        action = Action(label=f"reading schema version {schema_version_id}", not_found=SchemaVersionNotFound)
        path = f"/workspaces/{workspace_id}/schemas/schemaversions/{schema_version_id}"
        return models.schema_version(self._transport.read("GET", path, action), action.label)

    def query_rows(self, workspace_id: str, dataset_id: str, *, page_index: int, page_size: int) -> RowPage:
        """
        Read a page of rows; the first *page_index* is 1.

        Raises:
            DatasetNotFound: No such dataset in this workspace.
        """
        action = Action(label=f"reading rows of dataset {dataset_id}", not_found=DatasetNotFound)
        path = f"/workspaces/{workspace_id}/datasets/{dataset_id}/query"
        body = {"pageIndex": page_index, "pageSize": page_size}
        return models.row_page(self._transport.read("POST", path, action, body=body), action.label)
