"""Ingests of the local Veracity, and a machine to run them on."""

import pytest

from tests.lifecycle.ingest.machine import Machine, make_append
from tests.rows import noon_reports


@pytest.fixture
def machine(services, told):
    return Machine(services, told)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "data.csv"

    def write(text):
        path.write_text(text)
        return path.name

    return write


@pytest.fixture
def append(veracity, source):
    """An `Append` of two rows."""
    return make_append(veracity, source)


@pytest.fixture
def upsert(veracity, source):
    return {
        "workspace_id": veracity.demo["workspaceId"],
        "dataset_id": veracity.new_dataset(like="keyed"),
        "source": source(noon_reports()),
        "operation": "Upsert",
        "preflight": "header",
        "job_timeout_seconds": 600.0,
    }
