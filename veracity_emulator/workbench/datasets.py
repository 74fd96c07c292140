"""Datasets and their rows, as their own endpoints answer. Source: docs/platform.md, "Datasets and workspaces"."""

import json
import operator
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from veracity_emulator.backend import Backend
from veracity_emulator.clock import iso
from veracity_emulator.operations import Call, Flag, Moment, Number, Operation, Wire, endpoint
from veracity_emulator.workbench.errors import gateway_error
from veracity_emulator.workbench.paging import LARGEST_PAGE, LAST_PAGE, Paging, page_of, paging
from veracity_emulator.workbench.rows import Table, row_as_json
from veracity_emulator.workbench.schemas import WORKSPACE, columns_of, version_document

# ruff: noqa: N815 — members are spelled as on the wire

TABLES: Final = """
CREATE TABLE IF NOT EXISTS datasets (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, workspace_id TEXT, name TEXT, description TEXT,
    schema_version_id TEXT, created REAL, modified REAL, tags TEXT, version INTEGER DEFAULT 0,
    is_derived INTEGER DEFAULT 0
);
CREATE TABLE IF NOT EXISTS rows (dataset INTEGER, key TEXT, body TEXT, PRIMARY KEY (dataset, key)) WITHOUT ROWID;
"""
TAKEN: Final = "Ensure DatasetName is unique in the workspace."
ADDED_COLUMNS: Final = (("datasets", "is_derived", "INTEGER DEFAULT 0"),)
"""What tables of an earlier format lack: table, column, type."""
_FILTERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "List": operator.eq,
    "NonFromList": operator.eq,
    "Greater": operator.gt,
    "GreaterOrEqual": operator.ge,
    "Less": operator.lt,
    "LessOrEqual": operator.le,
    "StringContains": lambda mine, theirs: str(theirs).lower() in str(mine).lower(),
}
"""How a cell is compared with the values of a filter; one has to fit, and with `NonFromList` none may."""


class DatasetsQuery(Wire):
    """`POST …/datasets/query`; everything may be left out."""

    pageIndex: Number = Field(default=1, ge=0, le=LAST_PAGE)
    pageSize: Number = Field(default=10, ge=1, le=LARGEST_PAGE)
    sortColumn: str = "CreatedOn"
    sortDirection: str = "Descending"
    datasetName: str | None = None
    schemaId: str | None = None
    schemaVersionIds: list[str] | None = None
    tags: dict[str, list[str]] | None = None
    isBaseDataset: Flag | None = None
    createdAfter: Moment | None = None
    createdBefore: Moment | None = None


class DatasetsList(Wire):
    """`GET …/datasets`: what the query of the address can say, a hundred to a page."""

    pageIndex: int = Field(default=1, ge=0, le=LAST_PAGE)
    pageSize: int = Field(default=100, ge=1, le=LARGEST_PAGE)
    sortColumn: str = "CreatedOn"
    sortDirection: str = "Descending"
    isBaseDataset: bool = True


class DatasetLook(Wire):
    """`GET …/datasets/{id}`, in the query."""

    includeSchemaVersion: bool = False


class RowFilter(Wire):
    """One condition on a column."""

    column: str
    filterType: str = Field(default="Equals", json_schema_extra={"enum": list(_FILTERS)})
    filterValues: list[Any] = Field(default_factory=list)


class RowSorting(Wire):
    """The column to sort by; *order* is `Ascending` or `Descending`."""

    column: str
    order: str = "Ascending"


class RowsQuery(Wire):
    """`POST …/datasets/{id}/query`."""

    pageIndex: Number = Field(default=1, ge=0, le=LAST_PAGE)
    pageSize: Number = Field(default=100, ge=1, le=LARGEST_PAGE)
    columnFilter: list[str] | None = None
    queryFilters: list[RowFilter] | None = None
    sorting: RowSorting | None = None


class SchemaInfo(BaseModel):
    """Which version of a schema a dataset has; the whole version beside it, if that is asked for."""

    schemaVersionId: str
    schemaName: str


class Dataset(BaseModel):
    """A dataset."""

    id: str
    name: str
    description: str
    workspaceId: str
    createdOn: str
    lastModifiedOn: str
    schemaInfo: SchemaInfo
    queries: list[Any]
    columns: list[str]
    isBaseDataset: bool
    tags: dict[str, list[str]]


class DatasetsPage(Paging):
    """A page of datasets."""

    result: list[Dataset]


class RowsPage(BaseModel):
    """A page of rows; empty cells are null."""

    data: list[dict[str, str | int | float | bool | None]]
    pagination: Paging


def operations() -> list[Operation]:
    """The operations."""

    operation = endpoint(WORKSPACE, "workbench")
    return [
        operation("POST", "/datasets/query", _query, "Find datasets", DatasetsQuery, answer=DatasetsPage),
        operation("GET", "/datasets", _list, "List datasets", query=DatasetsList, answer=DatasetsPage),
        operation("GET", "/datasets/{dataset}", _get, "Read a dataset", query=DatasetLook, answer=Dataset),
        operation("POST", "/datasets/{dataset}/query", _query_rows, "Read rows", RowsQuery, answer=RowsPage),
    ]


def add_dataset(
    backend: Backend,
    workspace: str,
    name: str,
    version_id: str,
    *,
    dataset_id: str | None = None,
    description: str = "",
    tags: dict[str, list[str]] | None = None,
    is_derived: bool = False,
) -> str:
    """Make an empty dataset; returns its id."""
    made = dataset_id or str(uuid.uuid4())
    now = backend.clock.time()
    with backend.database.transaction() as connection:
        values = (made, workspace, name, description, version_id, now, now, json.dumps(tags or {}), int(is_derived))
        connection.execute(
            "INSERT INTO datasets (id, workspace_id, name, description, schema_version_id, created, modified, tags, "
            "is_derived) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
    return made


def insert_rows(backend: Backend, dataset_id: str, table: Table, run: int = 0) -> None:
    """Add the rows of *table*, each in the place of the one with its key; *run* is the one that brought them."""
    # Rows without keys are told apart by the run that brought them and their place in the file.
    keys = table.keys if any(table.keys) else [f"{run:010}:{i:010}" for i in range(len(table.rows))]
    with backend.database.transaction() as connection:
        (number,) = connection.execute("SELECT number FROM datasets WHERE id = ?", (dataset_id,)).fetchone()
        values = ((number, key, body) for key, body in zip(keys, table.rows, strict=True))
        connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", values)


def rename(backend: Backend, dataset_id: str, name: str) -> None:
    """Give a dataset another name; only the portal can."""
    with backend.database.transaction() as connection:
        connection.execute("UPDATE datasets SET name = ? WHERE id = ?", (name, dataset_id))


def delete(backend: Backend, dataset_id: str) -> None:
    """Delete a dataset and its rows; only the portal can."""
    with backend.database.transaction() as connection:
        connection.execute("DELETE FROM rows WHERE dataset = (SELECT number FROM datasets WHERE id = ?)", (dataset_id,))
        connection.execute("DELETE FROM datasets WHERE id = ?", (dataset_id,))


def is_taken(backend: Backend, workspace: str, name: str) -> bool:
    """Whether a dataset of that name is there."""
    found = backend.database.read().execute(
        "SELECT 1 FROM datasets WHERE workspace_id = ? AND lower(name) = lower(?)", (workspace, name)
    )
    return found.fetchone() is not None


def find(backend: Backend, dataset_id: str, workspace: str | None = None) -> dict[str, Any] | None:
    """The row of a dataset."""
    row = backend.database.read().execute("SELECT * FROM datasets WHERE id = ?", (dataset_id,)).fetchone()
    return dict(row) if row and workspace in {None, row["workspace_id"]} else None


def require(backend: Backend, dataset_id: str, workspace: str) -> dict[str, Any]:
    """The same, or a 404."""
    found = find(backend, dataset_id, workspace)
    if found is None:
        raise gateway_error(404, "The dataset was not found.")
    return found


def _get(backend: Backend, call: Call) -> Any:
    found = require(backend, call.path("dataset"), call.path("workspace"))
    described = _described(backend, found)
    if call.query_model(DatasetLook).includeSchemaVersion:
        described["schemaInfo"] |= version_document(backend, found["schema_version_id"])
    return described


def _list(backend: Backend, call: Call) -> Any:
    return _found(backend, call, DatasetsQuery(**call.query_model(DatasetsList).model_dump()))


def _query(backend: Backend, call: Call) -> Any:
    return _found(backend, call, call.model_or_defaults(DatasetsQuery))


def _found(backend: Backend, call: Call, given: DatasetsQuery) -> Any:
    """A page of the datasets that the account may see."""
    may_see = call.account.datasets
    rows = [one for one in _all(backend, call.path("workspace")) if may_see is None or one["id"] in may_see]
    found = [_described(backend, one) for one in rows if _matches(one, given)]
    key = "name" if given.sortColumn.lower() == "name" else "createdOn"
    found.sort(key=lambda one: str(one[key]), reverse=given.sortDirection.lower() == "descending")
    page, paging = page_of(found, given.pageIndex, given.pageSize)
    return {"result": page, **paging}


def _matches(row: dict[str, Any], given: DatasetsQuery) -> bool:
    created = row["created"]
    tags = json.loads(row["tags"])
    return all(
        (
            given.datasetName is None or given.datasetName.lower() in row["name"].lower(),
            given.schemaVersionIds is None or row["schema_version_id"] in given.schemaVersionIds,
            given.schemaId is None or row["schema_id"] == given.schemaId,
            given.createdAfter is None or created > _seconds(given.createdAfter),
            given.createdBefore is None or created < _seconds(given.createdBefore),
            given.isBaseDataset is not False,
            given.tags is None or all(set(values) <= set(tags.get(name, [])) for name, values in given.tags.items()),
        )
    )


def _seconds(moment: datetime) -> float:
    """*moment* since 1970; one without a zone is in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _all(backend: Backend, workspace: str) -> list[dict[str, Any]]:
    rows = backend.database.read().execute(
        "SELECT datasets.*, schema_id FROM datasets "
        "LEFT JOIN schema_versions ON schema_versions.id = schema_version_id WHERE datasets.workspace_id = ?",
        (workspace,),
    )
    return [dict(row) for row in rows]


def _described(backend: Backend, row: dict[str, Any]) -> dict[str, Any]:
    version = (
        backend.database.read()
        .execute("SELECT body FROM schema_versions WHERE id = ?", (row["schema_version_id"],))
        .fetchone()
    )
    body: dict[str, Any] = json.loads(version["body"]) if version else {"schemaVersionName": "", "columns": []}
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "workspaceId": row["workspace_id"],
        "createdOn": iso(row["created"]),
        "lastModifiedOn": iso(row["modified"]),
        "schemaInfo": {"schemaVersionId": row["schema_version_id"], "schemaName": body["schemaVersionName"]},
        "queries": [],
        "columns": [column["name"] for column in body["columns"]],
        "isBaseDataset": True,
        "tags": json.loads(row["tags"]),
    }


def _query_rows(backend: Backend, call: Call) -> Any:
    dataset = require(backend, call.path("dataset"), call.path("workspace"))
    given = call.model_or_defaults(RowsQuery)
    columns = columns_of(backend, dataset["schema_version_id"])
    _require_columns(given, {column["name"] for column in columns})
    if given.queryFilters or given.sorting:
        rows, total = _selected(backend, dataset["number"], columns, given)
    else:
        rows, total = _in_order(backend, dataset["number"], columns, given)
    if given.columnFilter:
        rows = [{name: row[name] for name in given.columnFilter} for row in rows]
    return {"data": rows, "pagination": paging(given.pageIndex, given.pageSize, total)}


def _in_order(backend: Backend, number: int, columns: Any, given: RowsQuery) -> tuple[list[dict[str, Any]], int]:
    """A page straight from the table."""
    connection = backend.database.read()
    (total,) = connection.execute("SELECT count(*) FROM rows WHERE dataset = ?", (number,)).fetchone()
    begin = (max(given.pageIndex, 1) - 1) * given.pageSize
    found = connection.execute(
        "SELECT body FROM rows WHERE dataset = ? ORDER BY key LIMIT ? OFFSET ?", (number, given.pageSize, begin)
    )
    return [row_as_json(row["body"], columns) for row in found], total


def _selected(backend: Backend, number: int, columns: Any, given: RowsQuery) -> tuple[list[dict[str, Any]], int]:
    bodies = backend.database.read().execute("SELECT body FROM rows WHERE dataset = ? ORDER BY key", (number,))
    tests = [_test_of(one) for one in given.queryFilters or []]
    found = (
        [row for body in bodies if all(test(row := row_as_json(body["body"], columns)) for test in tests)]
        if tests
        else [row_as_json(body["body"], columns) for body in bodies]
    )
    if given.sorting:
        name = given.sorting.column
        found.sort(
            key=lambda row: (row[name] is None, isinstance(row[name], str), row[name]),
            reverse=given.sorting.order.lower() == "descending",
        )
    page, _ = page_of(found, given.pageIndex, given.pageSize)
    return page, len(found)


def _require_columns(given: RowsQuery, known: set[str]) -> None:
    asked = [*(given.columnFilter or []), *(one.column for one in given.queryFilters or [])]
    if given.sorting:
        asked.append(given.sorting.column)
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise gateway_error(400, f"Unknown column: {', '.join(unknown)}.")


def _test_of(given: RowFilter) -> Callable[[dict[str, Any]], bool]:
    name, kind, values = given.column, given.filterType.lower(), given.filterValues

    def compares(row: dict[str, Any], accept: Callable[[Any, Any], bool]) -> bool:
        return row[name] is not None and any(accept(row[name], _like(value, row[name])) for value in values)

    accepted = {known.lower(): accept for known, accept in _FILTERS.items()}
    if kind not in accepted:
        raise gateway_error(400, f"Unknown filter type: {given.filterType}.")
    if kind == "nonfromlist":
        return lambda row: not compares(row, accepted[kind])
    return lambda row: compares(row, accepted[kind])


def _like(value: Any, mine: Any) -> Any:
    """A filter's value, as the column's type has it."""
    try:
        return type(mine)(value) if isinstance(mine, int | float) and not isinstance(mine, bool) else str(value)
    except (TypeError, ValueError, OverflowError):
        raise gateway_error(400, f"{value} does not fit the column's type.") from None
