"""The demo that a first start makes. Its ids and words are known to all; they open nothing but this machine."""

from typing import Any, Final

from veracity_emulator.backend import Backend
from veracity_emulator.fabric import containers
from veracity_emulator.workbench.datasets import add_dataset
from veracity_emulator.workbench.schemas import PREDEFINED, SchemaInput, add_schema

TENANT: Final = "a68572e3-63ce-4bc1-acdc-b64943502e9d"
WORKSPACE: Final = "11111111-0000-4000-8000-000000000001"
KEYED: Final = "22222222-0000-4000-8000-000000000001"
KEYLESS: Final = "22222222-0000-4000-8000-000000000002"
DERIVED: Final = "22222222-0000-4000-8000-000000000003"
OWNED: Final = "33333333-0000-4000-8000-000000000001"
FOREIGN: Final = "33333333-0000-4000-8000-000000000002"
ADMIN: Final = "44444444-0000-4000-8000-000000000001"
SCOPED: Final = "44444444-0000-4000-8000-000000000003"
READER: Final = "44444444-0000-4000-8000-000000000002"
SOMEBODY_ELSE: Final = "44444444-0000-4000-8000-000000000009"
ADMIN_SECRET: Final = "local-admin-secret"  # noqa: S105 — public, for loopback
READER_SECRET: Final = "local-reader-secret"  # noqa: S105 — public, for loopback
SCOPED_SECRET: Final = "local-scoped-secret"  # noqa: S105 — public, for loopback
SUBSCRIPTION_KEY: Final = "local-subscription-key"

PREDEFINED_IDS: Final = ("55555555-0000-4000-8000-000000000009", "66666666-0000-4000-8000-000000000009")

_NOON: Final = (
    ("imo_number", "String", "key"),
    ("report_time", "DateTime", "key"),
    ("latitude", "Decimal", "required"),
    ("longitude", "Decimal", "required"),
    ("distance_nm", "Decimal", "required"),
    ("speed_knots", "Decimal", "required"),
    ("main_engine_fuel_mt", "Decimal", "required"),
    ("wind_force_bft", "Int32", "required"),
    ("remarks", "String", ""),
)
_WIND: Final = (
    ("turbine_id", "String", "required"),
    ("measured_at", "DateTime", "required"),
    ("power_kw", "Decimal", "required"),
    ("wind_speed_ms", "Decimal", "required"),
    ("rotor_rpm", "Decimal", "required"),
    ("nacelle_temp_c", "Decimal", "required"),
    ("status", "String", ""),
)


def demo(backend: Backend) -> dict[str, Any]:
    """What somebody needs to know to use it, as `GET /_emulator/demo` answers."""
    return {
        "tokenUrl": f"{backend.base_url}/dnvglb2cprod.onmicrosoft.com/oauth2/token",
        "clientId": ADMIN,
        "clientSecret": ADMIN_SECRET,
        "subscriptionKey": SUBSCRIPTION_KEY,
        "workspaceId": WORKSPACE,
        "readerClientId": READER,
        "readerClientSecret": READER_SECRET,
        "scopedClientId": SCOPED,
        "scopedClientSecret": SCOPED_SECRET,
        "datasets": {"keyed": KEYED, "keyless": KEYLESS, "derived": DERIVED},
        "containers": {"owned": OWNED, "foreign": FOREIGN},
    }


def load(backend: Backend) -> None:
    """Make the demo, unless the state has one."""
    with backend.database.transaction() as connection:
        if connection.execute("SELECT 1 FROM workspaces").fetchone():
            return
        accounts = [(ADMIN, ADMIN_SECRET, "admin"), (READER, READER_SECRET, "reader"), (SCOPED, SCOPED_SECRET, "admin")]
        connection.executemany("INSERT INTO accounts (id, secret, role) VALUES (?, ?, ?)", accounts)
        connection.execute("INSERT INTO account_datasets VALUES (?, ?)", (SCOPED, KEYED))
        connection.execute("INSERT INTO subscription_keys VALUES (?)", (SUBSCRIPTION_KEY,))
        workspace = (WORKSPACE, TENANT, "Local workspace", "The emulator's demo", "EU")
        connection.execute("INSERT INTO workspaces VALUES (?, ?, ?, ?, ?)", workspace)
        _load_dataset(backend, KEYED, "Noon reports", _NOON)
        _load_dataset(backend, KEYLESS, "Wind turbine readings", _WIND)
        noon = KEYED.replace("22222222", "66666666")
        add_dataset(backend, WORKSPACE, "Noon reports of one ship", noon, dataset_id=DERIVED, is_derived=True)
        _load_predefined_schema(backend)
        _load_containers(backend)


def _load_dataset(backend: Backend, dataset_id: str, name: str, columns: tuple[tuple[str, str, str], ...]) -> None:
    described = [
        {"name": column, "type": kind, "isKey": mark == "key", "isRequired": mark in {"key", "required"}}
        for column, kind, mark in columns
    ]
    ids = (dataset_id.replace("22222222", "55555555"), dataset_id.replace("22222222", "66666666"))
    add_schema(backend, WORKSPACE, SchemaInput.model_validate({"name": name, "columns": described}), ids=ids)
    add_dataset(backend, WORKSPACE, name, ids[1], dataset_id=dataset_id)


def _load_predefined_schema(backend: Backend) -> None:
    columns = [{"name": "File_Name", "isRequired": True}, {"name": "File_Link"}]
    given = SchemaInput.model_validate({"name": "File Metadata Schema", "columns": columns})
    add_schema(backend, PREDEFINED, given, ids=PREDEFINED_IDS)


def _load_containers(backend: Backend) -> None:
    icon = {"id": "Automatic_Information_Display", "backgroundColor": "#5594aa"}
    tags = [{"title": "draft"}, {"title": "veracity", "type": "systemTag"}]
    owned = {"title": "Untitled container", "description": "Made by the local Veracity.", "icon": icon, "tags": tags}
    containers.add(
        backend,
        short_name="local",
        owner_id=ADMIN,
        metadata=owned,
        relations={READER: "consumer"},
        container_id=OWNED,
    )
    theirs = {"title": "Somebody else's container", "description": "", "icon": icon, "tags": tags[1:]}
    containers.add(
        backend,
        short_name="foreign",
        owner_id=SOMEBODY_ELSE,
        metadata=theirs,
        relations={ADMIN: "consumer", READER: "consumer"},
        container_id=FOREIGN,
    )
