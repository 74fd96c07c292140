"""`DatasetIngests` on the real engine: the files of a pattern as they come and go, and what is said of them."""

import pytest

from tests.rows import WIND_COLUMNS, wind_readings

COMPONENT = "urn:pulumi:test::veracity::veracity:index:DatasetIngests::"
INGEST = "urn:pulumi:test::veracity::pulumi-python:dynamic/veracity:DatasetIngest::"
UPLOAD = "urn:pulumi:test::veracity::pulumi-python:dynamic/veracity:IngestUpload::"


def succeed(outcome):
    assert outcome.succeeded, outcome.text
    return outcome


@pytest.fixture
def dataset(veracity):
    return veracity.new_dataset(like="keyless")


@pytest.fixture
def declare(project, dataset):
    """Declares the files in `data/`, by the pattern or by another source, in a stack file."""

    def write(source="data/*.csv", *, name="noon", operation="Append", **options):
        entry = {"name": name, "datasetId": dataset, "source": source, "operation": operation, **options}
        project.declare(datasets=[entry])

    write()
    return write


def turbines(veracity, dataset):
    return [row["turbine_id"] for row in veracity.rows(dataset)]


def test_files_come_and_go_and_each_is_ingested_once_in_the_order_of_names(project, declare, veracity, dataset):
    for name in ("d", "a", "c"):
        project.write(f"data/{name}.csv", wind_readings(1, turbine=name))
    succeed(project.up())
    assert turbines(veracity, dataset) == ["a-0", "c-0", "d-0"]

    project.write("data/b.csv", wind_readings(1, turbine="b"))
    preview = succeed(project.preview())
    assert '"noon" ingests 1 of its 4 files: one job, about 30 to 40 s on the platform' in preview
    assert preview.lines_with("+ 2 to create"), preview.text
    assert preview.lines_with("8 unchanged"), preview.text
    assert succeed(project.up()).lines_with("+ 2 created")
    assert turbines(veracity, dataset) == ["a-0", "c-0", "d-0", "b-0"]

    (project.folder / "data/c.csv").unlink()
    gone = succeed(project.up())
    assert gone.lines_with('c.csv: removed from the state; its rows stay in "of a test, keyless"'), gone.text
    assert set(project.resources()) - {"default"} == {f"noon-{x}.csv{y}" for x in "abd" for y in ("", "-upload")}

    declare(name="readings", aliases=["noon"])
    renamed = succeed(project.up())
    assert renamed.lines_with("8 unchanged"), renamed.text
    assert [job["startCount"] for job in veracity.jobs(dataset)] == [1, 1, 1, 1]


def test_a_file_that_becomes_a_pattern_is_told_as_a_rename_and_can_be_renamed(project, declare, veracity, dataset):
    project.write("data/a.csv", wind_readings(1, turbine="a"))
    declare("data/a.csv")
    succeed(project.up())
    project.write("data/b.csv", wind_readings(1, turbine="b"))
    declare()
    preview = succeed(project.preview())
    assert preview.lines_with("a.csv: a file of the same bytes was ingested into this dataset on ", "that is a rename")
    assert '"noon" ingests 2 of its 2 files: 2 jobs, one after the other, about 60 to 80 s on the platform' in preview

    for urn, name in ((f"{UPLOAD}noon-upload", "noon-a.csv-upload"), (f"{INGEST}noon", "noon-a.csv")):
        succeed(project.pulumi("state", "rename", urn, name, "--yes"))
    up = succeed(project.up())
    assert up.lines_with("+ 3 created"), up.text  # the component, and the ingest of b
    assert turbines(veracity, dataset) == ["a-0", "b-0"]


def test_what_is_said_of_many_files_stays_within_twenty_lines(project, declare):
    for i in range(30):
        project.write(f"data/{i:02}.csv", f"{WIND_COLUMNS}\n")
    preview = succeed(project.pulumi("preview"))
    said = preview.text.partition("DatasetIngests (noon):\n")[2].partition("\n\n")[0].splitlines()
    assert [line.strip() for line in said] == [
        *(f"{i:02}.csv: {i:02}.csv has no row below its header, so Append changes nothing" for i in range(7)),
        "… and more, which are not shown",
        '"noon" ingests 30 of its 30 files: 30 jobs, one after the other, about 15 to 20 min on the platform',
    ]
