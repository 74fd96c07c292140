"""What a preview says of a file before anything is sent."""

import pytest

from tests.rows import WIND_COLUMNS, wind_readings
from veracity_provider.api.models import Dataset
from veracity_provider.errors import AuthenticationFailed

RENAMED = wind_readings().replace("power_kw", "power_kW")
REASON = 'source: has the column "power_kW", which the schema spells "power_kw"'


def problems(machine, news):
    return [str(problem) for problem in machine.upload.check({}, news, machine.told).problems]


def test_a_file_that_fits_is_worth_no_word(machine, append):
    assert problems(machine, append) == []
    assert machine.told.infos + machine.told.warnings == []


@pytest.mark.parametrize(
    ("preflight", "stops", "warnings"),
    [
        pytest.param("header", [REASON], [], id="header stops"),
        pytest.param("warn", [], [f"the platform may refuse data.csv:\n  {REASON}"], id="warn reports and goes on"),
        pytest.param("off", [], [], id="off does not look"),
    ],
)
def test_a_header_that_does_not_fit(machine, append, source, preflight, stops, warnings):
    source(RENAMED)
    assert problems(machine, {**append, "preflight": preflight}) == stops
    assert machine.told.warnings == warnings


def test_a_warning_stays_one_as_long_as_the_file_is_as_it_is(machine, append, source):
    source(RENAMED)
    for _ in range(2):
        problems(machine, {**append, "preflight": "warn"})
    assert len(machine.told.warnings) == 2


def test_everything_that_is_wrong_is_told_at_once(machine, append, source):
    source(RENAMED)
    assert problems(machine, {**append, "operation": "Upsert"}) == [
        'operation: Upsert needs key columns, and schema "Wind turbine readings V1" has none; use Append or Overwrite',
        REASON,
    ]


@pytest.mark.parametrize("preflight", ["header", "warn"])
def test_a_dataset_that_is_not_there_stops(machine, append, preflight):
    unknown = "99999999-0000-4000-8000-000000000009"
    (problem,) = problems(machine, {**append, "dataset_id": unknown, "preflight": preflight})
    assert problem.startswith("dataset_id: ")
    assert unknown in problem


def test_a_file_that_is_no_csv_stops(machine, append, tmp_path):
    (tmp_path / "data.csv").write_bytes(b"\x1f\x8b\x08")
    assert problems(machine, append) == [
        "source: data.csv is compressed with gzip; unpack it, and give the CSV file",
    ]


def test_where_the_schema_cannot_be_read_preview_warns_and_goes_on(machine, veracity, append):
    veracity.fault(path="*/schemaversions/*", effect={"kind": "status", "status": 403})
    assert problems(machine, append) == []
    (warning,) = machine.told.warnings
    assert warning.startswith("the file is not checked against the schema: ")


def test_an_account_that_is_refused_altogether_is_an_error(machine, veracity, append):
    veracity.fault(path="*/schemaversions/*", count=None, effect={"kind": "status", "status": 401})
    with pytest.raises(AuthenticationFailed):
        problems(machine, append)


def test_a_preflight_passes_once_for_a_content_and_schema_version(machine, veracity, append):
    before = len(veracity.requests_to("/schemaversions/"))
    machine.checked(append)
    machine.checked(append)
    assert len(veracity.requests_to("/schemaversions/")) == before + 1


def test_what_has_not_passed_is_looked_at_again(machine, veracity, append, source):
    source(RENAMED)
    before = len(veracity.requests_to("/schemaversions/"))
    for _ in range(2):
        assert problems(machine, append) == [REASON]
    assert len(veracity.requests_to("/schemaversions/")) == before + 2


def test_where_a_pass_cannot_be_remembered_it_is_looked_at_again(machine, veracity, append):
    machine.services.home.mkdir()
    (machine.services.home / "preflight").write_text("a file in the way")
    before = len(veracity.requests_to("/schemaversions/"))
    for _ in range(2):
        assert problems(machine, append) == []
    assert len(veracity.requests_to("/schemaversions/")) == before + 2


def test_a_dataset_that_names_no_schema_is_not_checked(machine, append, monkeypatch):
    nameless = Dataset(id=append["dataset_id"], name="Noon", schema_version_id=None)
    monkeypatch.setattr(machine.services.clients.datasets, "get_dataset", lambda *_: nameless)
    assert problems(machine, append) == []
    assert machine.told.warnings == ['the file is not checked: dataset "Noon" names no schema version']


class TestAFileWithoutRows:
    EMPTY = WIND_COLUMNS + "\n"

    def say(self, machine, news):
        machine.told.infos.clear()
        machine.told.warnings.clear()
        machine.checked(news)
        return machine.told.infos, machine.told.warnings

    @pytest.mark.parametrize("preflight", ["header", "warn", "off"])
    def test_an_overwrite_warns_that_it_empties_the_dataset(self, machine, append, source, preflight):
        machine.up({}, append)
        source(self.EMPTY)
        overwrite = {**append, "operation": "Overwrite", "preflight": preflight}
        warning = "data.csv has no row below its header: Overwrite empties the dataset of its 2 rows"
        assert self.say(machine, overwrite) == ([], [warning])

    def test_an_overwrite_warns_also_where_the_dataset_has_no_rows(self, machine, append, source):
        source(self.EMPTY)
        warning = "data.csv has no row below its header: Overwrite empties the dataset, which has no rows now"
        assert self.say(machine, {**append, "operation": "Overwrite"}) == ([], [warning])

    def test_where_the_rows_cannot_be_counted_it_warns_without_a_number(self, machine, veracity, append, source):
        source(self.EMPTY)
        veracity.fault(path="*/query", effect={"kind": "status", "status": 403})
        warning = "data.csv has no row below its header: Overwrite empties the dataset"
        assert self.say(machine, {**append, "operation": "Overwrite"}) == ([], [warning])

    def test_another_operation_is_said_to_change_nothing(self, machine, append, source):
        source(self.EMPTY)
        assert self.say(machine, append) == (["data.csv has no row below its header, so Append changes nothing"], [])
