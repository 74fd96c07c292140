"""What each command prints, by what it can be filtered, and how it ends."""

import csv
import io

import pytest

from tests.rows import noon_reports
from tests.veracity import Veracity
from veracity_provider.settings import KEYS

WORKSPACE = "11111111-0000-4000-8000-000000000001"
NOON, WIND, SHIP = (f"22222222-0000-4000-8000-00000000000{i}" for i in (1, 2, 3))
OWNED, FOREIGN = (f"33333333-0000-4000-8000-00000000000{i}" for i in (1, 2))
NOON_SCHEMA = "55555555-0000-4000-8000-000000000001"
NOTHING = "99999999-0000-4000-8000-000000000000"


def ids(outcome):
    return {one["id"] for one in outcome.json}


def test_datasets_as_a_table(veracity):
    assert veracity("datasets").out == (
        "ID                                    NAME               SCHEMA             TAGS\n"
        f"{SHIP}  Noon reports of …  Noon reports V1\n"
        f"{WIND}  Wind turbine rea…  Wind turbine rea…\n"
        f"{NOON}  Noon reports       Noon reports V1\n"
    )


def test_a_dataset_with_its_columns(veracity):
    assert veracity("dataset", "noon reports").out == (
        "Noon reports\n"
        f"id       {NOON}\n"
        "schema   Noon reports V1\n"
        "version  66666666-0000-4000-8000-000000000001\n"
        "rows     0\n"
        "\n"
        "COLUMN               TYPE\n"
        "imo_number           String    key\n"
        "report_time          DateTime  key\n"
        "latitude             Decimal   required\n"
        "longitude            Decimal   required\n"
        "distance_nm          Decimal   required\n"
        "speed_knots          Decimal   required\n"
        "main_engine_fuel_mt  Decimal   required\n"
        "wind_force_bft       Int32     required\n"
        "remarks              String\n"
    )


@pytest.mark.parametrize(
    ("command", "found"),
    [
        (["datasets", "--name", "TURBINE"], {WIND}),
        (["datasets", "--schema", "noon"], {NOON, SHIP}),
        (["datasets", "--tag", "Site=1"], set()),
        (["datasets", "--limit", "1", "--name", "turbine"], {WIND}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_lists_have_filters(veracity, command, found):
    assert ids(veracity(*command, "--json")) == found


def test_all_pages_of_a_list_are_read(veracity, platform):
    for i in range(120):
        platform.post("/_emulator/datasets", {"like": NOON, "name": f"page {i}"})
    assert len(ids(veracity("datasets", "--name", "page", "--json"))) == 120
    platform.forget_requests()
    assert len(veracity("datasets", "--limit", "3").lines) == 4
    assert len(platform.requests_to("/datasets/query")) == 1


@pytest.fixture
def rows(platform):
    """Three rows of noon reports, as the platform has them."""
    text = noon_reports()
    assert Veracity(platform.url).ingest(NOON, "Upsert", text)["status"] == "Completed"
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_as_csv_are_the_rows(veracity, rows):
    found = list(csv.DictReader(io.StringIO(veracity("rows", "Noon reports", "--csv").out)))
    assert [one["imo_number"] for one in found] == [one["imo_number"] for one in rows]
    assert list(found[0]) == list(rows[0])


def test_rows_of_some_columns(veracity, rows):
    found = veracity("rows", NOON, "-c", "report_time", "-c", "imo_number", "--limit", "2", "--json")
    assert [list(one) for one in found.json] == [["report_time", "imo_number"]] * 2
    assert found.err == "there are more; --limit 0 shows all\n"


def test_columns_that_do_not_fit_are_told(veracity, rows):
    found = veracity("rows", NOON, COLUMNS="40")
    assert found.lines[0] == "IMO_N…  REPOR…  LATIT…  LONGIT…  DISTAN…"
    assert max(map(len, found.lines)) <= 40
    assert found.err == "5 of 9 columns fit here; choose some with --column, or use --csv or --json\n"


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        (["container", NOTHING], 3, "there is no container {nothing} at {url}/veracity/datafabric/data/api/1"),
        (["dataset", NOTHING], 3, "there is no dataset {nothing} in workspace {ws}"),
        (
            ["dataset", "Noon reprots"],
            3,
            'there is no dataset "Noon reprots" in workspace {ws}; did you mean Noon reports?',
        ),
        (["schema", "show", NOTHING], 3, "there is no schema {nothing} in workspace {ws}"),
        (["schema", "show", "noon"], 3, 'there is no schema "noon" in workspace {ws}'),
        (["job", NOTHING], 3, "there is no ingest job {nothing} in workspace {ws}"),
        (["journal", NOTHING], 3, "the journal of this machine has no entry for ingest job {nothing}"),
        (["rows", "Noon reports", "-c", "imo"], 2, "--column: must be a column of dataset \"Noon reports\", not 'imo'"),
        (["datasets", "--tag", "Site"], 2, "--tag: must be KEY=VALUE, such as Site=123, not 'Site'"),
        (["preflight", "none.csv", "-d", NOON], 1, "none.csv does not exist"),
        (["discover", "--write"], 2, "--write: must come with --stack, whose file the entries are put into"),
        (["datasets", "-s", "dev"], 2, "--stack: must be used in a Pulumi project"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_told_in_a_line_and_by_the_exit_code(veracity, platform, command, code, error):
    found = veracity(*command)
    assert (found.code, found.out) == (code, "")
    assert found.err.startswith("error: " + error.format(nothing=NOTHING, ws=WORKSPACE, url=platform.url))


def test_settings_and_where_each_is_set(alone, veracity, stack):
    def sources(found):
        return {one["key"]: one["set_in"] for one in found.json}

    assert set(sources(alone("settings", "--json"))) == {f"veracity:{key.name}" for key in KEYS}
    assert sources(veracity("settings", "--json"))["veracity:clientId"] == "environment"
    assert sources(alone("settings", "-s", "dev", "--json"))["veracity:clientId"] == "stack"
    assert sources(alone("settings", "-s", "dev", "--json"))["veracity:uploadWorkers"] == "default"
    assert max(map(len, alone("settings").lines)) <= 80


def noon_file(folder, header=None):
    first, _, rest = noon_reports().partition("\n")
    (folder / "a.csv").write_text(f"{header or first}\n{rest}")
    return first


def test_a_preflight_that_finds_nothing(veracity, tmp_path):
    noon_file(tmp_path)
    found = veracity("preflight", "a.csv", "--dataset", "Noon reports")
    assert found.code == 0
    assert found.lines[2:] == [
        f"dataset    Noon reports ({NOON})",
        "schema     Noon reports V1",
        "keys       imo_number, report_time",
        "operation  Upsert",
        "",
        "The header fits the schema, and the operation is allowed.",
    ]


def test_a_preflight_that_finds_problems(veracity, tmp_path):
    header = noon_file(tmp_path)
    noon_file(tmp_path, header.replace("latitude", "Latitude"))
    found = veracity("preflight", "a.csv", "--dataset", NOON, "--operation", "Append")
    assert found.code == 4
    assert found.lines[-4:] == [
        "The platform would refuse it:",
        '  - operation: Append is for schemas without key columns, and "Noon reports V1"',
        '    has "imo_number", "report_time"; use Upsert or Overwrite',
        '  - a.csv: has the column "Latitude", which the schema spells "latitude"',
    ]
    as_json = veracity("preflight", "a.csv", "--dataset", NOON, "--json")
    assert (as_json.code, as_json.json["rows"], as_json.json["operation"]) == (4, 3, "Upsert")
    assert as_json.json["problems"] == [
        {"property": "source", "reason": 'has the column "Latitude", which the schema spells "latitude"'}
    ]
