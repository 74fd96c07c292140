"""The life of an upload."""

import pytest

from tests.lifecycle.ingest.machine import START, rows
from tests.rows import wind_readings
from veracity_provider.errors import IngestJobFailed
from veracity_provider.lifecycle.ingest import upload
from veracity_provider.lifecycle.protocols import UNKNOWN


@pytest.mark.parametrize(
    "path",
    [pytest.param("~nobody-of-that-name/a.csv", id="nobody's home"), pytest.param("a\0b.csv", id="no path at all")],
)
def test_a_path_that_leads_nowhere_is_a_problem_of_the_source(machine, append, path):
    found = machine.upload.check({}, {**append, "source": path}, machine.told)
    assert [problem.property for problem in found.problems] == ["source"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"file_name": "noon report.csv"},
            ['"noon report.csv" is uploaded as "noon_report.csv", since the platform takes no special characters'],
            id="a name that is given",
        ),
        pytest.param(
            {"file_name": "a\x1b[2J.csv"},
            [r'"a\x1b[2J.csv" is uploaded as "a_2J.csv", since the platform takes no special characters'],
            id="a name with an escape sequence",
        ),
        pytest.param({"file_name": UNKNOWN}, [], id="a name that is not known yet"),
        pytest.param({"file_name": "noon.csv"}, [], id="a name that can stay"),
    ],
)
def test_a_name_that_the_platform_does_not_take_is_told(machine, append, given, said):
    machine.checked({**append, **given})
    assert machine.told.infos == said


@pytest.mark.parametrize(("limit", "is_told"), [(1, True), (10**9, False)])
def test_a_file_beyond_what_the_portal_takes_is_told(machine, append, monkeypatch, limit, is_told):
    monkeypatch.setattr(upload, "PORTAL_LIMIT_BYTES", limit)
    machine.checked(append)
    size = len(wind_readings())
    said = f"data.csv has {size} bytes; the portal takes 1 GB, the API's limit is not documented"
    assert machine.told.infos == [said] * is_told


def test_what_the_last_up_has_seen_is_not_compared_with_the_schema_again(machine, append, veracity):
    state = {}
    machine.up(state, append)
    veracity.forget_requests()
    found = machine.upload.check(state["upload"], append, machine.told)
    assert (found.problems, veracity.requests_to("workspaces")) == ((), [])


def test_inputs_that_are_wrong_are_told_before_the_file_is_looked_at(machine, append):
    found = machine.upload.check({}, {**append, "operation": "Insert", "source": "not-there.csv"}, machine.told)
    assert [problem.property for problem in found.problems] == ["operation"]
    assert "content_hash" not in found.inputs


def test_a_source_that_is_not_known_yet_has_no_content(machine, append):
    inputs = machine.checked({**append, "source": UNKNOWN})
    assert (inputs["content_hash"], inputs["size_bytes"]) == (UNKNOWN, UNKNOWN)


class TestAContentThatIsHeld:
    """`ignore_changes=["content_hash"]`: the engine puts the hash of the last up into the news."""

    @pytest.fixture
    def state(self, machine, append):
        found = {}
        machine.up(found, append)
        return found

    def held(self, state, append, **changes):
        return {**append, "content_hash": state["upload"]["content_hash"], **changes}

    def test_other_bytes_are_no_reason_to_ingest(self, machine, state, append, source):
        source(wind_readings(3))
        inputs = machine.checked(self.held(state, append), state["upload"])
        assert inputs["keeps_content_hash"]
        assert inputs["size_bytes"] == state["upload"]["size_bytes"]
        assert not machine.upload.diff("id", state["upload"], inputs, machine.told).changes

    def test_another_reason_to_ingest_needs_the_bytes_that_are_held(self, machine, state, append, source):
        assert machine.checked(self.held(state, append, triggers=[1]), state["upload"])["keeps_content_hash"]
        source(wind_readings(3))
        (problem,) = machine.upload.check(
            state["upload"], self.held(state, append, triggers=[1]), machine.told
        ).problems
        assert str(problem) == (
            "source: data.csv has other bytes than those that were ingested, and `ignore_changes` keeps their "
            "content_hash. Remove content_hash from ignore_changes, or restore the old file"
        )

    @pytest.mark.parametrize(("readings", "is_told"), [(2, False), (3, True)], ids=["the same bytes", "other bytes"])
    def test_a_job_that_failed_is_made_again_of_the_file_as_it_is(
        self, machine, veracity, append, source, readings, is_told
    ):
        veracity.fault(**START, effect={"kind": "failJob", "message": "cluster lost"})
        state = {}
        with pytest.raises(IngestJobFailed):
            machine.up(state, append)
        source(wind_readings(readings))
        machine.up(state, self.held(state, append))
        assert rows(veracity, append) == readings
        said = (
            "data.csv has other bytes than those that `ignore_changes` keeps the hash of; since a new job is "
            "needed, it is ingested as it is now"
        )
        assert (said in machine.told.infos) is is_told
