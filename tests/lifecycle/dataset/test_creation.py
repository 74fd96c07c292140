"""What the job that makes a dataset is made for: its name, schema, description, tags, and first file."""

import hashlib
import uuid
from types import SimpleNamespace

import pytest

from veracity_provider.api.ingest import NewDataset
from veracity_provider.api.models import Column, SchemaVersion
from veracity_provider.errors import SourceError
from veracity_provider.lifecycle.dataset.creation import Creation, stand_in_id
from veracity_provider.lifecycle.dataset.state import DeclaredDataset
from veracity_provider.lifecycle.ingest.inputs import IngestInputs
from veracity_provider.lifecycle.jobs.job import Job
from veracity_provider.lifecycle.protocols import UNKNOWN
from veracity_provider.storage.fingerprint import Fingerprint

SCHEMA = SchemaVersion(
    id="0F000000-0000-4000-8000-000000000001",
    name="1.0",
    columns=tuple(
        Column(name=name, type="String", is_key=False, is_required=False) for name in ("imo", 'power "kW", mean', "at")
    ),
)
HEADER = 'imo,"power ""kW"", mean",at\n'


@pytest.fixture
def services(tmp_path):
    return SimpleNamespace(home=tmp_path / "home", project=tmp_path)


@pytest.fixture
def make(services):
    """The creation of what is declared, in workspace `w`."""

    def make(**given):
        properties = {"dataset_name": "Noon", "workspace_id": "W", **given}
        return Creation.of(services, DeclaredDataset.from_properties(properties), SCHEMA)

    return make


def fingerprint(text):
    return Fingerprint(hashlib.sha256(text.encode()).hexdigest(), len(text))


def test_the_stand_in_for_its_id_tells_names_and_workspaces_apart():
    assert stand_in_id("w", "Noon") == stand_in_id("w", "Noon")
    assert len({stand_in_id(workspace, name) for workspace in ("w", "v") for name in ("Noon", "noon")}) == 4


def test_the_stand_in_for_its_id_stays_the_same_in_each_release():
    """The journal of a machine files jobs by it."""
    assert stand_in_id("w", "Noon") == str(uuid.uuid5(uuid.UUID("5f1d7c0e-8b7a-5e0c-9d55-3a9c6a0d4b11"), "w/Noon"))


def test_without_a_file_it_is_the_header_of_the_schema_alone(make):
    assert make() == Creation(
        workspace_id="w",
        new=NewDataset(name="Noon", schema_version_id=SCHEMA.id.lower(), description="", tags={}),
        source={"text": HEADER, "name": "header.csv"},
        content=fingerprint(HEADER),
    )


def test_all_that_is_declared_is_asked_for(make, tmp_path):
    (tmp_path / "first.csv").write_text("imo\n1\n")
    made = make(source="first.csv", description="Reports.", tags={"Site": ["1", "2"]})
    assert made == Creation(
        workspace_id="w",
        new=NewDataset(
            name="Noon", schema_version_id=SCHEMA.id.lower(), description="Reports.", tags={"Site": ("1", "2")}
        ),
        source="first.csv",
        content=fingerprint("imo\n1\n"),
    )


@pytest.mark.parametrize(
    ("given", "content"),
    [
        pytest.param({"content_hash": "ab", "size_bytes": 7.0}, Fingerprint("ab", 7), id="with its size"),
        pytest.param({"content_hash": "ab"}, Fingerprint("ab", 0), id="without a size"),
    ],
)
def test_the_content_that_was_planned_is_not_read_again(make, given, content):
    assert make(source="none.csv", **given).content == content


@pytest.mark.parametrize("name", ["content_hash", "size_bytes"])
def test_a_content_that_is_not_known_is_a_mistake_of_the_caller(make, name):
    with pytest.raises(TypeError, match="a value is not known yet, where the engine gives known values only"):
        make(**{"content_hash": "ab", "size_bytes": 7, name: UNKNOWN})


def test_a_file_that_is_not_there_is_an_error(make, tmp_path):
    with pytest.raises(SourceError) as refused:
        make(source="none.csv")
    assert str(refused.value) == f"{tmp_path / 'none.csv'} does not exist"


def test_an_upload_for_it_is_that_of_a_create(make):
    made = make(content_hash="ab", size_bytes=7, source="first.csv", tags={"Site": ["1", "2"]})
    assert made.to_ingest() == IngestInputs(
        workspace_id="w",
        dataset_id=stand_in_id("w", "Noon"),
        operation="Create",
        source="first.csv",
        content_hash="ab",
        size_bytes=7,
        file_name=None,
        triggers={
            "dataset_name": "Noon",
            "schema_version_id": SCHEMA.id.lower(),
            "description": "",
            "tags": {"Site": ["1", "2"]},
        },
        follows=(),
        ingests_before=None,
        keeps_content=False,
        preflight="off",
        timeout_s=0.0,
        job_id=None,
    )


@pytest.mark.parametrize(
    ("changes", "is_served"),
    [
        pytest.param({}, True, id="the same"),
        pytest.param({"size_bytes": 8}, True, id="another size of the same hash"),
        pytest.param({"content_hash": "cd"}, False, id="other bytes"),
        pytest.param({"dataset_name": "noon"}, False, id="another name"),
        pytest.param({"description": "Reports."}, False, id="another description"),
        pytest.param({"tags": {"Site": ["1"]}}, False, id="other tags"),
    ],
)
def test_a_job_serves_what_it_was_made_for(make, changes, is_served):
    given = {"content_hash": "ab", "size_bytes": 7, "source": "a.csv", "tags": {"Site": ["1", "2"]}}
    made_for = make(**given).to_ingest()
    job = Job(
        job_id="j",
        workspace_id="w",
        dataset_id=made_for.dataset_id,
        operation="Create",
        content_hash=made_for.content_hash,
        triggers=made_for.triggers,
    )
    assert make(**{**given, **changes}).is_served_by(job) is is_served
