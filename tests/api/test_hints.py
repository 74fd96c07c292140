"""What a refusal of each request can mean, and that its error says so. Faults of the emulator stand for the cause."""

from datetime import UTC, datetime

import pytest

from veracity_provider.api.clients import Clients
from veracity_provider.api.hints import (
    ACTIVE_VERSION_LOCKED,
    ADMIN_ROLE,
    FILE_STORAGE,
    ID_IN_PLACE_OF_NAME,
    KEY_COLUMNS,
    LOCKED_VERSION,
    NAME_TAKEN,
    READING_STORAGE,
    SCHEMA_MANAGEMENT,
    SELECTED_DATASETS,
    UPLOADED,
    Cause,
    hints,
)
from veracity_provider.api.ingest import NewDataset
from veracity_provider.api.schema_models import SchemaVersionDetails
from veracity_provider.errors import Conflict, PermissionDenied, PlatformError, RequestRefused

ID = "99999999-0000-4000-8000-000000000001"
VERSION = SchemaVersionDetails(
    id=ID, schema_id=ID, name="V1", description="", columns=(), is_active=None, is_locked=None
)
NEW = NewDataset(name="new", schema_version_id=ID, tags={})
EXPIRES = datetime(2099, 1, 1, tzinfo=UTC)
COLUMNS = [{"name": "a", "type": "String"}]

REQUESTS = {
    "register an update": lambda c, w: c.ingest.register_ingest_job(w, ID, file_name="a.csv", operation="Upsert"),
    "register a creation": lambda c, w: c.ingest.register_create_job(w, NEW, file_name="a.csv"),
    "look up a job": lambda c, w: c.ingest.get_ingest_job(w, ID),
    "read a dataset": lambda c, w: c.datasets.get_dataset(w, ID),
    "find datasets": lambda c, w: c.datasets.find_datasets(w, "a"),
    "list datasets": lambda c, w: c.datasets.list_dataset_names(w),
    "read rows": lambda c, w: c.datasets.count_rows(w, ID),
    "read a schema version": lambda c, w: c.datasets.get_schema_version(w, ID),
    "list schemas": lambda c, w: list(c.schemas.list_schemas(w)),
    "read a schema": lambda c, w: c.schemas.get_schema(w, ID),
    "list the datasets of a version": lambda c, w: list(c.schemas.list_datasets(w, ID)),
    "make a schema": lambda c, w: c.schemas.add_schema(w, name="a", short_name="", description="", columns=COLUMNS),
    "change a schema": lambda c, w: c.schemas.change_schema(w, ID, name="a", short_name="", description=""),
    "add a version": lambda c, w: c.schemas.add_version(w, ID, name="a", description="", columns=COLUMNS),
    "change a version": lambda c, w: c.schemas.change_version(w, VERSION, columns=COLUMNS),
    "activate a version": lambda c, w: c.schemas.activate_version(w, ID, ID),
    "lock a version": lambda c, w: c.schemas.lock_version(w, ID, ID),
    "get a SAS that reads": lambda c, w: c.filestorage.get_sas(w, "Read", EXPIRES),
    "get a SAS that writes": lambda c, w: c.filestorage.get_sas(w, "Write", EXPIRES),
    "look up workspaces": lambda c, _: c.workspaces.list_workspaces(),
}
ADMIN = [ADMIN_ROLE, SELECTED_DATASETS]
SCHEMA_WRITE = [ADMIN_ROLE, SCHEMA_MANAGEMENT, SELECTED_DATASETS]
MEANS = {
    ("register an update", 400): [KEY_COLUMNS, UPLOADED],
    ("register an update", 403): ADMIN,
    ("register a creation", 400): [NAME_TAKEN, ACTIVE_VERSION_LOCKED],
    ("register a creation", 403): ADMIN,
    ("look up a job", 403): [SELECTED_DATASETS],
    ("read a dataset", 403): [SELECTED_DATASETS],
    ("find datasets", 403): [SELECTED_DATASETS],
    ("list datasets", 403): [SELECTED_DATASETS],
    ("read rows", 403): [SELECTED_DATASETS],
    ("read a schema version", 403): [SCHEMA_MANAGEMENT, SELECTED_DATASETS],
    ("list schemas", 400): [SCHEMA_MANAGEMENT],
    ("list schemas", 403): [SCHEMA_MANAGEMENT, SELECTED_DATASETS],
    ("read a schema", 403): [SCHEMA_MANAGEMENT, SELECTED_DATASETS],
    ("list the datasets of a version", 403): [SELECTED_DATASETS],
    ("make a schema", 400): [SCHEMA_MANAGEMENT],
    ("make a schema", 403): SCHEMA_WRITE,
    ("change a schema", 403): SCHEMA_WRITE,
    ("add a version", 403): SCHEMA_WRITE,
    ("change a version", 400): [LOCKED_VERSION, SCHEMA_MANAGEMENT],
    ("change a version", 403): SCHEMA_WRITE,
    ("change a version", 409): [LOCKED_VERSION],
    ("activate a version", 403): SCHEMA_WRITE,
    ("lock a version", 403): SCHEMA_WRITE,
    ("get a SAS that reads", 400): [FILE_STORAGE],
    ("get a SAS that reads", 403): [READING_STORAGE, FILE_STORAGE, SELECTED_DATASETS],
    ("get a SAS that writes", 400): [FILE_STORAGE],
    ("get a SAS that writes", 403): [ADMIN_ROLE, FILE_STORAGE, SELECTED_DATASETS],
    ("look up workspaces", 403): [ID_IN_PLACE_OF_NAME],
    ("look up workspaces", 404): [ID_IN_PLACE_OF_NAME],
}


@pytest.mark.parametrize(("request_", "status"), MEANS, ids=str)
def test_a_refusal_ends_in_what_it_can_mean(client, clients, fault, request_, status):
    fault("*/gateway/api/v2/*", {"kind": "status", "status": status})
    with pytest.raises(PlatformError) as refused:
        REQUESTS[request_](clients, client.workspace)
    texts = " ".join(one.text for one in MEANS[request_, status])
    assert str(refused.value).partition(" (trace id: ")[0].endswith(f". {texts}")


@pytest.fixture
def connected(client, emulator, make_settings):
    """Clients of one of the demo's accounts: `client` is the Admin."""

    def make(account):
        names = {"admin": "clientId", "reader": "readerClientId", "scoped": "scopedClientId"}
        name = names[account]
        return Clients(
            make_settings(
                clientId=emulator.demo[name], clientSecret=emulator.demo[name.replace("lientId", "lientSecret")]
            )
        )

    return make


@pytest.mark.parametrize(
    ("account", "refuse", "error", "cause"),
    [
        pytest.param("reader", REQUESTS["register a creation"], PermissionDenied, ADMIN_ROLE, id="a Reader writes"),
        pytest.param("scoped", REQUESTS["read a dataset"], PermissionDenied, SELECTED_DATASETS, id="another dataset"),
        pytest.param("scoped", REQUESTS["list schemas"], PermissionDenied, SELECTED_DATASETS, id="a workspace's list"),
    ],
)
def test_an_account_that_may_not_is_told_what_it_lacks(client, connected, account, refuse, error, cause):
    with pytest.raises(error, match=cause.text.partition(";")[0]):
        refuse(connected(account), client.workspace)


def test_a_derived_dataset_is_told_from_one_of_type_uploaded(client, emulator, clients):
    dataset = emulator.demo["datasets"]["derived"]
    with pytest.raises(RequestRefused, match=UPLOADED.text[:40]):
        clients.ingest.register_ingest_job(client.workspace, dataset, file_name="a.csv", operation="Upsert")


def test_a_locked_version_is_named_as_the_reason(client, clients):
    made = clients.schemas.add_schema(
        client.workspace, name="locked of a test", short_name="", description="", columns=COLUMNS
    )
    (version,) = clients.schemas.get_schema(client.workspace, made.id).versions
    clients.schemas.lock_version(client.workspace, made.id, version.id)
    with pytest.raises(Conflict, match=LOCKED_VERSION.text):
        clients.schemas.change_version(client.workspace, version, columns=[{"name": "b", "type": "String"}])


@pytest.mark.parametrize(
    ("request_", "cause"), [("make a schema", SCHEMA_MANAGEMENT), ("get a SAS that writes", FILE_STORAGE)]
)
def test_a_subscription_that_is_missing_is_named(client, clients, fault, request_, cause):
    fault("*/gateway/api/v2/*", {"kind": "noSubscription"})
    with pytest.raises(PermissionDenied, match=cause.text):
        REQUESTS[request_](clients, client.workspace)


def test_texts_of_one_status_are_joined_in_order_and_a_text_of_one_request_is_added():
    one, two = Cause(frozenset({400, 403}), "One."), Cause(frozenset({403}), "Two.")
    assert hints(one, two, other={404: "Three."}) == {400: "One.", 403: "One. Two.", 404: "Three."}
