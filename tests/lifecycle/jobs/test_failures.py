"""What a person is told about a job that the platform ended without success, or with warnings."""

import pytest

from veracity_provider.api.models import JobPhase, JobReport, ValidationItem
from veracity_provider.lifecycle.jobs.failures import failure_text, warnings_text
from veracity_provider.lifecycle.jobs.job import JobReference

JOB = JobReference(workspace_id="w", dataset_id="d", job_id="j", operation="Upsert")


def text(*items, message="", status="Failed", warnings=()):
    report = JobReport(
        job_id="j",
        status=status,
        phase=JobPhase.FAILED,
        error_message=message,
        validation_errors=items,
        validation_warnings=warnings,
    )
    return failure_text(JOB, report).splitlines()


@pytest.mark.parametrize(
    ("item", "line"),
    [
        pytest.param(ValidationItem(text="bad"), "bad", id="a message"),
        pytest.param(ValidationItem(text="bad", places=("row 3", "column c")), "row 3  column c  bad", id="places"),
        pytest.param(
            ValidationItem(text="'\x1b[31mred\n' is no number", places=("row 1", "column c\x1b[2J")),
            r"row 1  column c\x1b[2J  '\x1b[31mred\n' is no number",
            id="escape sequences and line breaks of a cell",
        ),
        pytest.param(
            ValidationItem(text="x" * 999, places=("row 1",)), "row 1  " + "x" * 299 + "…", id="a long message"
        ),
        pytest.param(
            ValidationItem(text="bad", places=("column " + "c" * 999,)),
            "column " + "c" * 52 + "…  bad",
            id="a long place",
        ),
    ],
)
def test_an_item_is_one_line(item, line):
    assert text(item)[1:] == ["  " + line]


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        pytest.param("Failed", "cluster lost.", "Failed: cluster lost", id="a message"),
        pytest.param("Failed", "", "Failed", id="no message"),
        pytest.param("Fai\x1bled", "a\x1b[2J\nb", r"Fai\x1bled: a\x1b[2J\nb", id="escape sequences"),
        pytest.param("Failed", "x" * 999, "Failed: " + "x" * 299 + "…", id="a long message"),
    ],
)
def test_the_first_line_names_job_and_dataset_and_says_what_to_do(status, message, told):
    (line,) = text(status=status, message=message)
    what_to_do = "Fix the file and run `pulumi up` again, which registers a new job."
    assert line == f"ingest job j into dataset d ended as {told}. {what_to_do}"


def test_rows_of_different_lengths_are_aligned_column_by_column():
    items = [
        ValidationItem(text="bad", places=("row 10", "column c")),
        ValidationItem(text="worse", places=("row 9",)),
        ValidationItem(text="worst"),
    ]
    assert text(*items)[1:] == [
        "  row 10  column c  bad",
        "  row 9   worse",
        "  worst",
    ]


@pytest.mark.parametrize(("count", "rest"), [(10, []), (11, ["  … and 1 more"])])
def test_only_what_is_not_shown_is_counted(count, rest):
    assert text(*[ValidationItem(text="bad")] * count)[11:] == rest


def test_ten_are_shown_in_columns_and_the_rest_is_counted():
    lines = text(*(ValidationItem(text="bad", places=(f"row {i}", "column speed")) for i in range(1, 1201)))
    assert lines[1] == "  row 1   column speed  bad"
    assert lines[10] == "  row 10  column speed  bad"
    assert lines[11:] == ["  … and 1,190 more"]


def test_errors_stand_before_warnings():
    warning = ValidationItem(text="rounded", places=("row 1",))
    assert text(ValidationItem(text="bad", places=("row 2",)), warnings=(warning,))[1:] == [
        "  row 2  bad",
        "  row 1  rounded",
    ]


def test_warnings_of_a_job_that_took_effect_are_a_table_of_their_own():
    warning = ValidationItem(text="Property 'x' doesn't exist in schema", places=("row 0",))
    report = JobReport(job_id="j", status="Completed", phase=JobPhase.SUCCEEDED, validation_warnings=(warning,))
    assert warnings_text(JOB, report).splitlines() == [
        "ingest job j ended as Completed, with warnings:",
        "  row 0  Property 'x' doesn't exist in schema",
    ]
