"""A file's header against the schema: every fault is named, shortly, and in words that say what to do."""

import sys
import time

import pytest

from veracity_provider.api.models import Column, SchemaVersion
from veracity_provider.lifecycle.ingest.header_check import check_header, check_operation
from veracity_provider.storage.csv_header import parse_header


def schema(**columns):
    made = tuple(
        Column(name=name, type="String", is_key=kind == "key", is_required=kind in {"key", "required"})
        for name, kind in columns.items()
    )
    return SchemaVersion(id="v", name="Noon", columns=made)


KEYED = schema(imo="key", speed="required", remarks="optional")
KEYLESS = schema(turbine="required", power="optional")
WITH_UNITS = schema(**{"turbine": "required", "power (kW; mean; 10 min)": "optional", "wind (m/s; mean)": "optional"})


def reasons(line, made=KEYED, operation="Upsert"):
    problems = list(check_header(parse_header(f"{line}\n1,2\n".encode(), "noon.csv"), made, operation))
    assert {problem.property for problem in problems} <= {"source"}
    return [problem.reason for problem in problems]


@pytest.mark.parametrize(
    ("made", "operation", "reason"),
    [
        pytest.param(
            KEYED,
            "Append",
            'Append is for schemas without key columns, and "Noon" has "imo"; use Upsert or Overwrite',
            id="Append with key columns",
        ),
        *(
            pytest.param(
                KEYLESS,
                operation,
                f'{operation} needs key columns, and schema "Noon" has none; use Append or Overwrite',
                id=f"{operation} without key columns",
            )
            for operation in ("Upsert", "Delete")
        ),
    ],
)
def test_an_operation_that_the_schema_forbids_is_told(made, operation, reason):
    (problem,) = check_operation(made, operation)
    assert (problem.property, problem.reason) == ("operation", reason)


@pytest.mark.parametrize(("made", "operation"), [(KEYED, "Upsert"), (KEYED, "Overwrite"), (KEYLESS, "Append")])
def test_an_operation_that_fits_the_schema_passes(made, operation):
    assert list(check_operation(made, operation)) == []


@pytest.mark.parametrize(
    ("line", "made", "operation"),
    [
        pytest.param("imo,speed,remarks", KEYED, "Upsert", id="all columns"),
        pytest.param("imo,speed", KEYED, "Upsert", id="without an optional column"),
        pytest.param("imo", KEYED, "Delete", id="the keys alone, of rows to delete"),
        pytest.param(
            "turbine,power (kW; mean; 10 min),wind (m/s; mean)", WITH_UNITS, "Append", id="more semicolons than commas"
        ),
        pytest.param(
            "[mm],imo", schema(**{"[mm]": "required", "imo": "key"}), "Upsert", id="a name that looks like JSON"
        ),
    ],
)
def test_a_header_that_fits_gives_no_reason_to_guess(line, made, operation):
    assert reasons(line, made, operation) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(
            "imo,speed,remark",
            'has the column "remark", which is not in the schema; did you mean "remarks"?',
            id="an unknown column, with the nearest that is missing",
        ),
        pytest.param(
            "imo,speed,speeed", 'has the column "speeed", which is not in the schema', id="an unknown column, with none"
        ),
        pytest.param("imo,remarks", 'lacks the required column "speed" of schema "Noon"', id="a missing column"),
        pytest.param("speed,remarks", 'lacks the key column "imo" of schema "Noon"', id="a missing key"),
        pytest.param("imo,speed,speed", 'has the column "speed" 2 times', id="a doubled column"),
        pytest.param("IMO,speed", 'has the column "IMO", which the schema spells "imo"', id="a column in another case"),
        pytest.param(
            "imo,speed,,", "has a column without a name (3, 4); name it, or remove its comma", id="commas at the end"
        ),
        pytest.param(
            "imo,speed,\x1b[2J\x1b[31mred",
            r'has the column "\x1b[2J\x1b[31mred", which is not in the schema',
            id="an escape sequence for a terminal",
        ),
        pytest.param(
            'imo,speed,"remarks\n' + "1,2\n" * 2000,
            r'has the column "remarks\n' + 10 * r"1,2\n" + '…", which is not in the schema',
            id="a quote that is never closed",
        ),
        pytest.param(
            "imo,speed,rem\u200barks",
            r'has the column "rem\u200barks", which is not in the schema; did you mean "remarks"?',
            id="a character that cannot be seen",
        ),
        pytest.param(
            "imo,speed,rem\u0430rks",
            'has the column "rem\u0430rks (U+0430)", which is not in the schema; did you mean "remarks (U+0061)"?',
            id="a letter of another alphabet",
        ),
        pytest.param("imo;speed", "is semicolon-separated; the platform takes commas", id="semicolons"),
        pytest.param("a;b", "is semicolon-separated; the platform takes commas", id="semicolons and strange names"),
        pytest.param("imo\tspeed,in knots", "is tab-separated; the platform takes commas", id="tabs, and a comma"),
        pytest.param('{"imo": 1}', "looks like JSON; export it as CSV", id="JSON"),
        pytest.param(
            "voyage,port",
            'none of its 2 columns ("voyage", "port") is in schema "Noon" ("imo", "speed", "remarks"); is this the '
            "right file?",
            id="another file",
        ),
        pytest.param(
            "voyage",
            'its only column ("voyage") is not in schema "Noon" ("imo", "speed", "remarks"); is this the right file?',
            id="another file of one column",
        ),
    ],
)
def test_a_header_that_the_platform_would_refuse_is_told(line, reason):
    assert reasons(line) == [reason]


def test_names_that_look_the_same_are_told_apart():
    made = schema(imo="key", måling="optional")
    assert reasons("imo,ma\u030aling", made) == [
        'has the column "ma\u030aling (U+0061 U+030A)", which is not in the schema; did you mean "måling (U+00E5)"?'
    ]


def test_everything_is_told_at_once():
    assert reasons("remarks,remarks,spead,x") == [
        'has the column "remarks" 2 times',
        'has the column "spead", which is not in the schema; did you mean "speed"?',
        'has the column "x", which is not in the schema',
        'lacks the key column "imo" of schema "Noon"',
    ]


def test_another_delimiter_that_fits_no_better_explains_nothing():
    assert reasons("imo;x,speed") == ['has the column "imo;x", which is not in the schema; did you mean "imo"?']


class TestAWideFile:
    """Of 600 columns against a schema of 600: bounded in lines and in processor time."""

    NAMES = tuple(f"power of generator {i}, mean of ten minutes" for i in range(600))

    def reasons(self, suffix, kind="optional", first="imo"):
        made = schema(**{"imo": "key", **dict.fromkeys(self.NAMES, kind)})
        return reasons(",".join([first, *(f'"{name}{suffix}"' for name in self.NAMES)]), made)

    def test_ten_names_are_compared_and_the_rest_is_counted(self):
        found = self.reasons(" (kW)")
        assert found == [
            *(
                f'has the column "{name} (kW)", which is not in the schema; did you mean "{name}"?'
                for name in self.NAMES[:10]
            ),
            "… and 590 more columns that are not in the schema",
        ]

    @pytest.mark.parametrize(("count", "rest"), [(10, 0), (11, 1)])
    def test_no_more_than_ten_are_all_named(self, count, rest):
        found = reasons("imo", schema(**{"imo": "key", **dict.fromkeys(self.NAMES[:count], "required")}))
        assert found[10:] == [f"… and {rest} more columns that the schema requires"] * rest

    def test_names_that_are_missing_are_counted_beyond_ten(self):
        found = reasons("imo", schema(**{"imo": "key", **dict.fromkeys(self.NAMES, "required")}))
        assert found == [
            *(f'lacks the required column "{name}" of schema "Noon"' for name in self.NAMES[:10]),
            "… and 590 more columns that the schema requires",
        ]

    def test_names_that_are_doubled_are_counted_beyond_ten(self):
        made = schema(**{"imo": "key", **dict.fromkeys(self.NAMES, "optional")})
        found = reasons(",".join(["imo", *(f'"{name}"' for name in self.NAMES * 2)]), made)
        assert found == [
            *(f'has the column "{name}" 2 times' for name in self.NAMES[:10]),
            "… and 590 more columns that are there more than once",
        ]

    def test_names_of_another_file_are_one_line(self):
        made = schema(**dict.fromkeys(self.NAMES, "required"))
        assert reasons(",".join(f"x{i}" for i in range(300)), made) == [
            'none of its 300 columns ("x0", "x1", "x2", …) is in schema "Noon" ('
            + ", ".join(f'"{name}"' for name in self.NAMES[:3])
            + ", …); is this the right file?"
        ]

    @pytest.mark.skipif(sys.gettrace() is not None, reason="measuring what is covered takes longer")
    def test_it_takes_less_than_a_fifth_of_a_second_of_processor_time(self):
        begun = time.process_time()
        self.reasons(" (kW)", kind="required")
        assert time.process_time() - begun < 0.2
