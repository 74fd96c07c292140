"""Everything the services share."""

import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from veracity_emulator.clock import Clock
from veracity_emulator.config import Config
from veracity_emulator.database import Database
from veracity_emulator.disk import Disk
from veracity_emulator.faults import Faults
from veracity_emulator.request_log import RequestLog
from veracity_emulator.storage.store import FileStore
from veracity_emulator.violations import Violations

TABLES: Final = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS settings (scope TEXT, name TEXT, value TEXT, PRIMARY KEY (scope, name));
"""
_SETTINGS: Final = {
    "jobSeconds": "job_seconds",
    "idleStatus": "idle_status",
    "secondStart": "second_start",
    "tokenSeconds": "token_seconds",
    "sasSeconds": "sas_seconds",
    "strict": "strict",
    "writeSas": "write_sas",
    "readerSas": "reader_sas",
    "headerOnlyCreate": "header_only_create",
    "nameTaken": "name_taken",
}


@dataclass(kw_only=True)
class Backend:
    """
    The local Veracity's insides.

    *base_url* is known once the port is.
    """

    config: Config
    clock: Clock
    database: Database
    files: FileStore
    disk: Disk
    faults: Faults = field(default_factory=Faults)
    requests: RequestLog = field(default_factory=RequestLog)
    violations: Violations = field(default_factory=Violations)
    base_url: str = ""
    signing_key: bytes = b""

    def __post_init__(self) -> None:
        with self.database.transaction():
            if self.fact("signing key") is None:
                self.set_fact("signing key", secrets.token_bytes(32))
        self.signing_key = self.fact("signing key") or b""

    def setting(self, name: str, dataset_id: str = "") -> Any:
        """A setting by its wire name: the dataset's own, else the server's, else as started."""
        rows = self.database.read().execute(
            "SELECT scope, value FROM settings WHERE name = ? AND scope IN (?, '')", (name, dataset_id)
        )
        found = {row["scope"]: row["value"] for row in rows}
        started: Any = getattr(self.config, _SETTINGS[name])
        value = found.get(dataset_id, found.get("", started))
        return str(value) == str(True) if isinstance(started, bool) else type(started)(value)

    def set_setting(self, name: str, value: object, dataset_id: str = "") -> None:
        """Keep a setting for one dataset, or for the server."""
        with self.database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (dataset_id, name, str(value)))

    def fact(self, name: str) -> bytes | None:
        """What is kept under a name, beyond settings."""
        row = self.database.read().execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else None

    def set_fact(self, name: str, value: bytes) -> None:
        """Keep it."""
        with self.database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))
