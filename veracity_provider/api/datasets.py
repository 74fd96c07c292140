"""Data Workbench gateway: datasets and the schemas that shape them. Source: "Datasets", "Schema management"."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from veracity_provider.api import models
from veracity_provider.api.answers import DatasetPresence, Presence
from veracity_provider.api.hints import SCHEMA_MANAGEMENT, SELECTED_DATASETS, hints
from veracity_provider.api.models import Dataset, RowPage, SchemaVersion
from veracity_provider.api.paging import read_pages
from veracity_provider.api.responses import Action
from veracity_provider.api.transport import Transport
from veracity_provider.errors import DatasetNotFound, NotFound, PermissionDenied, SchemaVersionNotFound

_HINTS: Final = hints(SELECTED_DATASETS)
_PAGE_SIZE: Final = 1000
_MAX_PAGES: Final = 20


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
            hints=hints(
                SELECTED_DATASETS, other={404: f"Check dataset_id, and that it is in workspace {workspace_id}."}
            ),
        )
        path = f"/workspaces/{workspace_id}/datasets/{dataset_id}"
        return models.dataset(self._transport.read("GET", path, action), action.label)

    def find_datasets(self, workspace_id: str, name: str) -> list[Dataset]:
        """
        The datasets that a workspace lists under *name*, or under one that differs from it only by case.

        The platform's own filter finds names that contain the text, so names are compared here.
        """
        action = Action(label=f'looking for dataset "{name}" in workspace {workspace_id}', hints=_HINTS)
        listed = self._query(workspace_id, action, {"datasetName": name})
        return [one for one in listed if one.name.casefold() == name.casefold()]

    def list_datasets(
        self, workspace_id: str, *, name: str = "", tags: Mapping[str, Sequence[str]] | None = None
    ) -> Iterator[Dataset]:
        """
        The datasets that a workspace lists, page by page.

        Args:
            name: Only those whose name has this in it.
            tags: Only those with these tags, as the platform compares them.
        """
        action = Action(label=f"listing the datasets of workspace {workspace_id}", hints=_HINTS)
        by_tags = {key: list(values) for key, values in (tags or {}).items()}
        query = {**({"datasetName": name} if name else {}), **({"tags": by_tags} if by_tags else {})}
        return self._query(workspace_id, action, query)

    def _query(self, workspace_id: str, action: Action, query: Mapping[str, Any]) -> Iterator[Dataset]:
        items = read_pages(self._transport, f"/workspaces/{workspace_id}/datasets/query", action, query=query)
        return (models.dataset(item, action.label) for item in items)

    def check_presence(self, workspace_id: str, dataset_id: str) -> DatasetPresence:
        """
        Find out whether a dataset is surely gone.

        One 404 may be a slip of the platform, a wrong workspace, or rights that were taken away. So it counts only in
        the service's own words, twice, and with the workspace answering in between.

        Raises:
            PlatformError, PlatformUnreachable, UnexpectedAnswer: Something could not be read, for any other reason.
        """
        if self._is_there(workspace_id, dataset_id):
            return DatasetPresence(presence=Presence.PRESENT)
        reason = self._missing_witness(workspace_id)
        if self._is_there(workspace_id, dataset_id):
            return DatasetPresence(presence=Presence.PRESENT)
        if reason:
            return DatasetPresence(presence=Presence.UNPROVEN, reason=reason)
        return DatasetPresence(presence=Presence.GONE)

    def _is_there(self, workspace_id: str, dataset_id: str) -> bool:
        try:
            self.get_dataset(workspace_id, dataset_id)
        except DatasetNotFound:
            return False
        return True

    def _missing_witness(self, workspace_id: str) -> str:
        """Why nothing of the workspace can be read; empty where it can."""
        action = Action(label=f"reading workspace {workspace_id}")
        try:
            self._transport.read("GET", f"/workspaces/{workspace_id}", action)
        except NotFound:
            return (
                f"workspace {workspace_id} is not found either; check which workspace and environment this stack names"
            )
        except PermissionDenied:
            return self._missing_list(workspace_id)
        return ""

    def _missing_list(self, workspace_id: str) -> str:
        """The same for an account that is limited to selected datasets, and may not read the workspace itself."""
        action = Action(label=f"listing the datasets of workspace {workspace_id}", hints=_HINTS)
        body = {"pageIndex": 1, "pageSize": 1}
        try:
            self._transport.read("POST", f"/workspaces/{workspace_id}/datasets/query", action, body=body)
        except (NotFound, PermissionDenied) as error:
            return (
                f"the account may read neither workspace {workspace_id} nor the list of its datasets ({error.status})"
            )
        return ""

    def get_schema_version(self, workspace_id: str, schema_version_id: str) -> SchemaVersion:
        """
        Read the columns that a dataset has.

        Raises:
            SchemaVersionNotFound: No such version in this workspace.
        """
        action = Action(
            label=f"reading schema version {schema_version_id}",
            not_found=SchemaVersionNotFound,
            hints=hints(SCHEMA_MANAGEMENT, SELECTED_DATASETS),
        )
        path = f"/workspaces/{workspace_id}/schemas/schemaversions/{schema_version_id}"
        return models.schema_version(self._transport.read("GET", path, action), action.label)

    def query_rows(
        self, workspace_id: str, dataset_id: str, *, page_index: int, page_size: int, columns: Sequence[str] = ()
    ) -> RowPage:
        """
        Read a page of rows; the first *page_index* is 1.

        Args:
            columns: Those that are wanted; all where none is named.
        Raises:
            DatasetNotFound: No such dataset in this workspace.
        """
        action = Action(label=f"reading rows of dataset {dataset_id}", not_found=DatasetNotFound, hints=_HINTS)
        path = f"/workspaces/{workspace_id}/datasets/{dataset_id}/query"
        body = {"pageIndex": page_index, "pageSize": page_size}
        wanted = {"columnFilter": list(columns)} if columns else {}
        return models.row_page(self._transport.read("POST", path, action, body={**body, **wanted}), action.label)

    def read_rows(
        self, workspace_id: str, dataset_id: str, *, page_size: int, columns: Sequence[str] = ()
    ) -> Iterator[Mapping[str, Any]]:
        """All rows, page by page; arguments and errors as for `query_rows`."""
        index, read = 1, 0
        while True:
            page = self.query_rows(workspace_id, dataset_id, page_index=index, page_size=page_size, columns=columns)
            yield from page.rows
            read, index = read + len(page.rows), index + 1
            if not page.rows or read >= page.total_count:
                return

    def count_rows(self, workspace_id: str, dataset_id: str) -> int:
        """
        Count the rows that a dataset has now.

        Raises:
            DatasetNotFound: No such dataset in this workspace.
        """
        return self.query_rows(workspace_id, dataset_id, page_index=1, page_size=1).total_count

    def list_dataset_names(self, workspace_id: str) -> dict[str, str]:
        """
        The datasets that a workspace lists, id in lower case to name; those shared with it may not be among them.

        A workspace of more than 20,000 gives the first ones.
        """
        action = Action(label=f"listing the datasets of workspace {workspace_id}", hints=_HINTS)
        path = f"/workspaces/{workspace_id}/datasets/query"
        found: dict[str, str] = {}
        for index in range(1, _MAX_PAGES + 1):
            body = {"pageIndex": index, "pageSize": _PAGE_SIZE}
            page = models.dataset_names_page(self._transport.read("POST", path, action, body=body), action.label)
            found |= page.names
            if not page.names or len(found) >= page.total_count:
                break
        return found
