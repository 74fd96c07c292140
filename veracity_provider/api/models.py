"""What the platform's responses hold. Wire names and status words stop here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Annotated, Any, Final, cast

from pydantic import AliasChoices, BeforeValidator, Field

from veracity_provider.api.wire import List, Named, Text, Wire, in_lower_case, parse, undocumented_error


class JobPhase(Enum):
    """What a status word means for somebody who waits."""

    ACTIVE = auto()
    """Look again later."""
    SUCCEEDED = auto()
    """Final."""
    FAILED = auto()
    """Final; the report says why."""


# Only Running and Completed are published; the words for failure are our reading (docs/decisions/status-words.md).
_FINAL: Final = {
    "completed": JobPhase.SUCCEEDED,
    "failed": JobPhase.FAILED,
    "error": JobPhase.FAILED,
    "cancelled": JobPhase.FAILED,
    "canceled": JobPhase.FAILED,
    "aborted": JobPhase.FAILED,
    "timedout": JobPhase.FAILED,
}
_NO_SEPARATORS: Final = str.maketrans("", "", " _-")
_RUNNING: Final = frozenset({"running", "started", "queued", "pending", "created", "notstarted", "validating"})
# Only these say that rows were left alone; any other end without success may have changed some.
_WITHOUT_EFFECT: Final = frozenset({"failed", "error"})
_HARMLESS: Final = frozenset({"warning", "information", "info"})


@dataclass(frozen=True, kw_only=True)
class RegisteredJob:
    """An ingest job that waits for its file. *sas_uri* is the upload folder's whole address, signature included."""

    job_id: str
    sas_uri: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ValidationItem:
    """
    What the platform has against a file: *places* such as `row 3` and `column c`, and *text*.

    The shape of an item is not published: one without a message that is known is its own JSON.
    """

    text: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JobReport:
    """
    How an ingest job stands. *dataset_name* and *dataset_id* are None until it has completed.

    *validation_warnings* are the validation items that call themselves warnings; all others are *validation_errors*.
    """

    job_id: str
    status: str
    phase: JobPhase
    error_message: str = ""
    validation_errors: tuple[ValidationItem, ...] = ()
    validation_warnings: tuple[ValidationItem, ...] = ()
    dataset_name: str | None = None
    dataset_id: str | None = None

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether it ended badly without a word that no row was changed: cancelled, or completed with error fields."""
        return self.phase is JobPhase.FAILED and _folded(self.status) not in _WITHOUT_EFFECT


def job_phase(status: str, *, has_errors: bool) -> JobPhase:
    """
    Translate a status word.

    An unknown word means "look again" (the deadline ends the wait, and its error names the word), unless error fields
    are filled: a job with errors that does not run is over.
    """
    word = _folded(status)
    phase = _FINAL.get(word, JobPhase.ACTIVE)
    return JobPhase.FAILED if has_errors and word not in _RUNNING else phase


def _folded(status: str) -> str:
    """`Timed Out`, `TimedOut` and `timed_out` are one word."""
    return status.casefold().translate(_NO_SEPARATORS)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A table in a workspace. *columns* are the names of its columns; *tags* are `{"Site": ["123"]}`."""

    id: str
    name: str
    schema_version_id: str | None
    schema_name: str = ""
    description: str = ""
    columns: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a schema."""

    name: str
    type: str
    is_key: bool
    is_required: bool


@dataclass(frozen=True, kw_only=True)
class SchemaVersion:
    """The shape of a dataset."""

    id: str
    name: str
    columns: tuple[Column, ...]

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Names of the columns that tell rows apart; empty for a dataset that can only grow."""
        return tuple(column.name for column in self.columns if column.is_key)


@dataclass(frozen=True, kw_only=True)
class DatasetNamesPage:
    """Id, in lower case, to name on one page of a workspace's datasets, and how many datasets all pages have."""

    names: Mapping[str, str]
    total_count: int


@dataclass(frozen=True, kw_only=True)
class RowPage:
    """One page of a dataset's rows."""

    rows: tuple[Mapping[str, Any], ...]
    total_count: int


@dataclass(frozen=True, kw_only=True)
class Container:
    """
    A container as Data Fabric describes it.

    *metadata* is a JSON document with only the members that are there, in the documented spelling whatever the wire's:
    `{"title", "description", "icon": {"id", "backgroundColor"}, "tags": [{"id", "title", "type"}]}`.
    """

    id: str
    reference: str
    url: str
    last_modified_utc: str
    creation_date_time_utc: str
    owner_id: str
    access_level: str
    region: str
    key_status: str
    may_contain_personal_data: str
    metadata: Mapping[str, Any]


def is_system_tag(tag: Mapping[str, Any]) -> bool:
    """Whether the platform keeps this tag (`systemTag`, in older responses `systemtag`)."""
    return str(tag.get("type") or "").casefold() == "systemtag"


def _mapping(value: object) -> Any:
    return {} if value is None else value


class _RegisteredJob(Wire):
    job_id: str = Field(pattern=r'^"?[\w-]{1,100}"?$')  # it becomes part of paths, and is shown
    sas_token: str = Field(min_length=1)


class _JobStatus(Wire):
    job_id: Text = ""
    status: str
    notebook_error_message: Text = ""
    validation_error: List = Field(default_factory=list)
    data_set_name: str | None = None
    dataset_id: str | None = None


class _SchemaInfo(Wire):
    schema_version_id: str | None = None
    schema_name: Text = ""


class _Dataset(Wire):
    id: str
    name: Text = ""
    description: Text = ""
    schema_info: _SchemaInfo | None = None
    columns: List = Field(default_factory=list)
    tags: Annotated[dict[str, List], BeforeValidator(_mapping)] = Field(default_factory=dict[str, list[Any]])


class _Column(Wire):
    name: str
    type: Text = ""
    is_key: bool | None = None
    is_required: bool | None = None


class _SchemaVersion(Wire):
    id: str
    name: Text = Field("", validation_alias=AliasChoices("schemaVersionName", "name"))
    columns: list[_Column]


class _DatasetPage(Wire):
    result: list[Named]
    total_count: int


class _Pagination(Wire):
    total_count: int


class _RowPage(Wire):
    data: list[dict[str, Any]]
    pagination: _Pagination


class _Container(Wire):
    id: str
    reference: Text = ""
    url: Text = ""
    last_modified_utc: Text = Field("", alias="lastmodifiedutc")
    creation_date_time_utc: Text = Field("", alias="creationdatetimeutc")
    owner_id: Text = Field("", alias="ownerid")
    access_level: Text = Field("", alias="accesslevel")
    region: Text = ""
    key_status: Text = Field("", alias="keystatus")
    may_contain_personal_data: Text = Field("", alias="maycontainpersonaldata")
    metadata: dict[str, Any] | None = None


def registered_job(body: object, action: str) -> RegisteredJob:
    """From the response of registering. Its `sasToken` is a whole address, at times in quotes (docs/platform.md)."""
    wire = parse(_RegisteredJob, body, action)
    return RegisteredJob(job_id=wire.job_id.strip('"'), sas_uri=wire.sas_token.strip('"'))


def job_report(body: object, job_id: str, action: str) -> JobReport:
    """From the response of the status endpoint."""
    wire = parse(_JobStatus, body, action)
    errors = tuple(_validation_item(item) for item in wire.validation_error if not _is_warning(item))
    has_errors = bool(wire.notebook_error_message or errors)
    return JobReport(
        job_id=wire.job_id or job_id,
        status=wire.status,
        phase=job_phase(wire.status, has_errors=has_errors),
        error_message=wire.notebook_error_message,
        validation_errors=errors,
        validation_warnings=tuple(_validation_item(item) for item in wire.validation_error if _is_warning(item)),
        dataset_name=wire.data_set_name,
        dataset_id=wire.dataset_id,
    )


def _validation_item(item: object) -> ValidationItem:
    if isinstance(item, str):
        return ValidationItem(text=item)
    members: Mapping[str, Any] = cast("Mapping[str, Any]", item) if isinstance(item, Mapping) else {}
    messages = [str(members[name]) for name in ("message", "error", "description") if members.get(name)]
    if not messages:
        return ValidationItem(text=json.dumps(item, ensure_ascii=False))
    places = (f"{name} {members[name]}" for name in ("row", "line", "column") if members.get(name) not in (None, ""))
    return ValidationItem(text="  ".join(messages), places=tuple(places))


def _is_warning(item: object) -> bool:
    """Whether a validation item refuses nothing by its own words. Source: docs/platform.md, "Ingest jobs"."""
    if not isinstance(item, Mapping):
        return False
    return str(in_lower_case(cast("Mapping[str, Any]", item)).get("severity")).casefold() in _HARMLESS


def dataset(body: object, action: str) -> Dataset:
    """From the response of the dataset's own GET, or from an item of the query of datasets."""
    wire = parse(_Dataset, body, action)
    version = wire.schema_info.schema_version_id if wire.schema_info else None
    return Dataset(
        id=wire.id,
        name=wire.name,
        schema_version_id=version,
        schema_name=wire.schema_info.schema_name if wire.schema_info else "",
        description=wire.description,
        columns=tuple(map(str, wire.columns)),
        tags={name: tuple(map(str, values)) for name, values in wire.tags.items()},
    )


def schema_version(body: object, action: str) -> SchemaVersion:
    """From the response of the schema version's own GET."""
    wire = parse(_SchemaVersion, body, action)
    columns = tuple(
        Column(name=one.name, type=one.type, is_key=bool(one.is_key), is_required=bool(one.is_required))
        for one in wire.columns
    )
    return SchemaVersion(id=wire.id, name=wire.name, columns=columns)


def dataset_names_page(body: object, action: str) -> DatasetNamesPage:
    """From the response of a workspace's query for datasets."""
    wire = parse(_DatasetPage, body, action)
    return DatasetNamesPage(names={one.id.lower(): one.name for one in wire.result}, total_count=wire.total_count)


def row_page(body: object, action: str) -> RowPage:
    """From the response of a dataset's query."""
    wire = parse(_RowPage, body, action)
    return RowPage(rows=tuple(wire.data), total_count=wire.pagination.total_count)


def container(body: object, action: str) -> Container:
    """From the response of the Data API or of a metadata patch; members in any case."""
    wire = parse(_Container, in_lower_case(body), action)
    values = {name: getattr(wire, name) for name in _Container.model_fields if name != "metadata"}
    try:
        metadata = _metadata(wire.metadata or {})
    except (TypeError, AttributeError):
        raise undocumented_error(action, "metadata: its icon or tags are of another shape") from None
    return Container(**values, metadata=metadata)


def containers(body: object, action: str) -> dict[str, Container]:
    """From the response of the Data API's list, by id in lower case."""
    if not isinstance(body, list):
        raise undocumented_error(action, "it must be a list")
    found = [container(one, action) for one in cast("list[object]", body)]
    return {one.id.lower(): one for one in found}


_MEMBERS: Final = frozenset({"title", "description", "icon", "tags"})
"""Those that are documented; any other keeps the spelling in which it comes."""


def _metadata(members: Mapping[str, Any]) -> dict[str, Any]:
    given = in_lower_case(members)
    found: dict[str, Any] = {name: given[name] for name in ("title", "description") if given.get(name) is not None}
    found |= {name: value for name, value in members.items() if name.lower() not in _MEMBERS and value is not None}
    if isinstance(given.get("icon"), Mapping):
        found["icon"] = _present(given["icon"], {"id": "id", "backgroundcolor": "backgroundColor"})
    if given.get("tags") is not None:
        found["tags"] = [_present(tag, {"id": "id", "title": "title", "type": "type"}) for tag in given["tags"]]
    return found


def _present(members: Mapping[str, Any], spelled: Mapping[str, str]) -> dict[str, Any]:
    given = in_lower_case(members)
    return {name: given[wire] for wire, name in spelled.items() if given.get(wire) is not None}
