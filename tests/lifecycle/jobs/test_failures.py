"""What a person is told about a job: the shape of a validation error is not published, so anything may come."""

import pytest

from veracity_provider.api.models import JobPhase, JobReport
from veracity_provider.lifecycle.jobs.failures import failure_text
from veracity_provider.lifecycle.jobs.job import JobReference

JOB = JobReference(workspace_id="w", dataset_id="d", job_id="j", operation="Upsert")


def text(*items, message=""):
    report = JobReport(
        job_id="j", status="Failed", phase=JobPhase.FAILED, error_message=message, validation_errors=items
    )
    return failure_text(JOB, report).splitlines()


@pytest.mark.parametrize(
    ("item", "line"),
    [
        pytest.param({"column": "c", "row": 3, "message": "bad"}, "row 3  column c  bad", id="as the local one has it"),
        pytest.param({"line": 7, "error": "bad"}, "line 7  bad", id="a line and an error"),
        pytest.param("in words", "in words", id="a text"),
        pytest.param({"code": 17}, '{"code": 17}', id="members that nobody knows"),
        pytest.param({"row": [1, 2], "message": "bad"}, "row [1, 2]  bad", id="rows in a list"),
        pytest.param([1, None], "[1, null]", id="a list"),
        pytest.param(None, "null", id="nothing"),
        pytest.param({"row": "", "column": 0, "description": "bad"}, "column 0  bad", id="an empty place is none"),
        pytest.param(["må"], '["må"]', id="a list, as it is spelt"),
        pytest.param({"code": "må"}, '{"code": "må"}', id="members, as they are spelt"),
        pytest.param({"row": 3, "code": 1}, '{"row": 3, "code": 1}', id="a place without a word"),
    ],
)
def test_an_item_of_any_shape_is_one_line(item, line):
    assert text(item)[1:] == [f"  {line}"]


@pytest.mark.parametrize(
    ("message", "said"),
    [("cluster lost.", ": cluster lost"), ("X.Y.X", ": X.Y.X"), ("", "")],
    ids=["why", "a version", "no word"],
)
def test_the_first_line_names_job_and_dataset_and_says_what_to_do(message, said):
    (line,) = text(message=message)
    assert line == (
        f"ingest job j into dataset d ended as Failed{said}. Mend the file and run `pulumi up` again; "
        "a new job will take its place."
    )


def test_rows_of_different_lengths_are_aligned_column_by_column():
    assert text({"row": 1, "column": "c", "message": "bad"}, {"message": "worse"})[1:] == [
        "  row 1  column c  bad",
        "  worse",
    ]


@pytest.mark.parametrize(("count", "rest"), [(10, []), (11, ["  … and 1 more"])])
def test_only_what_is_not_shown_is_counted(count, rest):
    assert text(*["bad"] * count)[11:] == rest


def test_ten_are_shown_in_columns_and_the_rest_is_counted():
    lines = text(*({"row": i, "column": "speed", "message": "bad"} for i in range(1, 1201)))
    assert lines[1] == "  row 1   column speed  bad"
    assert lines[10] == "  row 10  column speed  bad"
    assert lines[11:] == ["  … and 1,190 more"]
