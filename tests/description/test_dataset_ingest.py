"""What may be asked of a `DatasetIngest`, as a program spells it."""

import pytest

from veracity_provider.description.dataset_ingest import DatasetIngestInputs, TextSource
from veracity_provider.errors import InputError
from veracity_provider.unknown import UNKNOWN

ID = "22222222-0000-4000-8000-000000000001"
GOOD = {"dataset_id": ID, "workspace_id": ID, "source": "a.csv", "operation": "Upsert"}


def test_a_time_out_is_a_number_as_the_engine_writes_it_and_has_a_default():
    assert DatasetIngestInputs.from_properties({**GOOD, "job_timeout_seconds": 60.0}).job_timeout_seconds == 60
    assert DatasetIngestInputs.from_properties(GOOD).job_timeout_seconds == 900


def test_a_text_is_a_source_too():
    text = {"text": "a\n1\n", "name": "d.csv"}
    inputs = DatasetIngestInputs.from_properties({**GOOD, "source": text})
    assert inputs.source == TextSource(text="a\n1\n", name="d.csv")
    assert inputs.given() == {**GOOD, "source": text}


def test_what_is_not_known_yet_passes():
    given = dict.fromkeys(DatasetIngestInputs.model_fields, UNKNOWN)
    assert DatasetIngestInputs.from_properties(given).given() == given


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        pytest.param(
            {"dataset_id": "d"},
            "dataset_id: must be a UUID, not 'd'; it is in the portal's address of the dataset",
            id="a dataset id that is no UUID",
        ),
        pytest.param(
            {"workspace_id": "w"},
            "workspace_id: must be a UUID, not 'w'; it is in the portal's address, after `ws/`",
            id="a workspace id that is no UUID",
        ),
        pytest.param({"source": None}, "source: is missing; it is the path of a CSV file", id="no source"),
        pytest.param({"source": ""}, "source: must be the path of a CSV file, not empty", id="an empty source"),
        pytest.param({"source": 7}, "source: must be the path of a CSV file, not 7", id="a source that is a number"),
        pytest.param(
            {"source": ["a.csv", "b.csv"]},
            "source: must be one file, not 2; declare one DatasetIngest for each (a job takes one file)",
            id="more than one file",
        ),
        pytest.param(
            {"operation": None},
            "operation: is missing; must be Upsert, Delete, Overwrite or Append",
            id="no operation",
        ),
        pytest.param(
            {"operation": "upsert"},
            "operation: must be Upsert, Delete, Overwrite or Append, not 'upsert'; did you mean Upsert?",
            id="an operation in another case",
        ),
        pytest.param(
            {"file_name": "日本"},
            "file_name: must have a letter (A to Z) or digit before the suffix of the file's name, not '日本'",
            id="a file name without letters",
        ),
        pytest.param(
            {"file_name": "../.."},
            "file_name: must not end in a dot, which the storage drops, not '../..'",
            id="a file name that is a folder",
        ),
        pytest.param(
            {"source": {"path": "a.csv"}},
            "source: must be the path of a CSV file, not a mapping",
            id="a source that is a mapping",
        ),
        pytest.param(
            {"triggers": ["a", float("nan")]},
            "triggers[1]: must be a value that is equal to itself, not NaN: "
            "it would count as changed at each `pulumi up`",
            id="a trigger that is never equal to itself",
        ),
        pytest.param(
            {"file_name": "x" * 201}, "file_name: must have at most 200 characters, not 201", id="a long file name"
        ),
        pytest.param({"triggers": "now"}, "triggers: must be a list, not 'now'", id="a trigger that is a string"),
        pytest.param(
            {"preflight": "full"}, "preflight: must be header, warn or off, not 'full'", id="another preflight"
        ),
        pytest.param(
            {"job_timeout_seconds": -1},
            "job_timeout_seconds: must be at least 1, not -1",
            id="a negative time-out",
        ),
        pytest.param(
            {"job_timeout_seconds": 86401},
            "job_timeout_seconds: must be at most 86400, not 86401",
            id="a time-out of more than a day",
        ),
        pytest.param({"job_timeout_seconds": True}, "job_timeout_seconds: must be a number, not True", id="no number"),
        pytest.param(
            {"job_timeout_seconds": "60"}, "job_timeout_seconds: must be a number, not '60'", id="a number as text"
        ),
    ],
)
def test_what_is_wrong_says_what_must_be_and_what_was_found(inputs, problem):
    with pytest.raises(InputError) as refused:
        DatasetIngestInputs.from_properties({**GOOD, **inputs})
    assert [str(one) for one in refused.value.problems] == [problem]
