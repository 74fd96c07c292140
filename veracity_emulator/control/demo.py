"""The demo, as a seed. Its ids and words are known to all; they open nothing but this machine."""

from typing import Any, Final

WORKSPACE: Final = "11111111-0000-4000-8000-000000000001"
KEYED: Final = "22222222-0000-4000-8000-000000000001"
KEYLESS: Final = "22222222-0000-4000-8000-000000000002"
DERIVED: Final = "22222222-0000-4000-8000-000000000003"
OWNED: Final = "33333333-0000-4000-8000-000000000001"
FOREIGN: Final = "33333333-0000-4000-8000-000000000002"
ADMIN: Final = "44444444-0000-4000-8000-000000000001"
READER: Final = "44444444-0000-4000-8000-000000000002"
SCOPED: Final = "44444444-0000-4000-8000-000000000003"
SOMEBODY_ELSE: Final = "44444444-0000-4000-8000-000000000009"
ADMIN_SECRET: Final = "local-admin-secret"  # noqa: S105 — public, for loopback
READER_SECRET: Final = "local-reader-secret"  # noqa: S105 — public, for loopback
SCOPED_SECRET: Final = "local-scoped-secret"  # noqa: S105 — public, for loopback
SUBSCRIPTION_KEY: Final = "local-subscription-key"

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
_ICON: Final = {"id": "Automatic_Information_Display", "backgroundColor": "#5594aa"}
_SYSTEM_TAG: Final = {"title": "veracity", "type": "systemTag"}


def _schema(number: int, name: str, columns: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    return {
        "id": f"55555555-0000-4000-8000-{number:012}",
        "versionId": f"66666666-0000-4000-8000-{number:012}",
        "name": name,
        "columns": [
            {"name": column, "type": kind, "isKey": mark == "key", "isRequired": mark in {"key", "required"}}
            for column, kind, mark in columns
        ],
    }


DEMO: Final[dict[str, Any]] = {
    "workspace": {"description": "The emulator's demo"},
    "accounts": [
        {"clientId": ADMIN, "clientSecret": ADMIN_SECRET, "role": "admin"},
        {"clientId": READER, "clientSecret": READER_SECRET, "role": "reader"},
        {"clientId": SCOPED, "clientSecret": SCOPED_SECRET, "role": "admin", "datasets": ["Noon reports"]},
    ],
    "schemas": [_schema(1, "Noon reports", _NOON), _schema(2, "Wind turbine readings", _WIND)],
    "datasets": [
        {"id": KEYED, "key": "keyed", "name": "Noon reports", "schema": "Noon reports"},
        {"id": KEYLESS, "key": "keyless", "name": "Wind turbine readings", "schema": "Wind turbine readings"},
        {
            "id": DERIVED,
            "key": "derived",
            "name": "Noon reports of one ship",
            "schema": "Noon reports",
            "isDerived": True,
        },
    ],
    "containers": [
        {
            "id": OWNED,
            "key": "owned",
            "title": "Untitled container",
            "description": "Made by the local Veracity.",
            "icon": _ICON,
            "tags": [{"title": "draft"}, _SYSTEM_TAG],
            "relations": {READER: "consumer"},
        },
        {
            "id": FOREIGN,
            "key": "foreign",
            "shortName": "foreign",
            "title": "Somebody else's container",
            "icon": _ICON,
            "tags": [_SYSTEM_TAG],
            "owner": SOMEBODY_ELSE,
            "relations": {ADMIN: "consumer", READER: "consumer"},
        },
    ],
}
