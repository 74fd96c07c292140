"""What the preview of a `pulumi up` saw is known to the update of the same run, and to no other."""

import os
import shutil
import time

import pytest

from tests.rows import wind_readings
from veracity_provider.lifecycle.ingest.upload import IngestUploadLifecycle
from veracity_provider.lifecycle.previewed import PreviewedContent

URN = "urn:pulumi:test::veracity::pulumi-python:dynamic/veracity:IngestUpload::wind-upload"


def test_a_note_is_for_one_run_and_one_resource(tmp_path):
    PreviewedContent(tmp_path, "run").note(URN, "hash")
    PreviewedContent(tmp_path, "run").note("second", "other")
    assert PreviewedContent(tmp_path, "run").of(URN) == "hash"
    assert PreviewedContent(tmp_path, "run").of("second") == "other"
    assert PreviewedContent(tmp_path, "run").of("another") is None
    assert PreviewedContent(tmp_path, "later").of(URN) is None


def test_the_latest_note_about_a_resource_counts(tmp_path):
    notes = PreviewedContent(tmp_path, "run")
    notes.note(URN, "hash")
    notes.note(URN, "later")
    assert notes.of(URN) == PreviewedContent(tmp_path, "run").of(URN) == "later"
    notes.note(URN, "latest")
    assert notes.of(URN) == "latest"


@pytest.mark.parametrize(
    "line", ["", '["urn', '["urn", 5]', '[["urn"], "hash"]', '{"urn": "hash"}', "[]", '"hash"', "1"]
)
def test_a_line_that_is_no_note_is_passed_over(tmp_path, line):
    PreviewedContent(tmp_path, "run").note(URN, "hash")
    with (tmp_path / "run.jsonl").open("a") as file:
        file.write(line)
    PreviewedContent(tmp_path, "run").note("second", "other")
    notes = PreviewedContent(tmp_path, "run")
    assert (notes.of(URN), notes.of("second")) == ("hash", "other")


def test_a_line_that_is_no_text_is_passed_over(tmp_path):
    PreviewedContent(tmp_path, "run").note(URN, "hash")
    with (tmp_path / "run.jsonl").open("ab") as file:
        file.write(b"\xff")
    assert PreviewedContent(tmp_path, "run").of(URN) == "hash"


def test_notes_that_could_not_be_read_once_are_read_again(tmp_path):
    notes, file = PreviewedContent(tmp_path, "run"), tmp_path / "run.jsonl"
    file.mkdir()
    assert notes.of(URN) is None
    file.rmdir()
    PreviewedContent(tmp_path, "run").note(URN, "hash")
    assert notes.of(URN) == "hash"


def test_a_folder_that_is_removed_meanwhile_is_made_again(tmp_path):
    notes = PreviewedContent(tmp_path / "previews", "run")
    notes.note("first", "hash")
    shutil.rmtree(tmp_path / "previews")
    notes.note(URN, "hash")
    assert PreviewedContent(tmp_path / "previews", "run").of(URN) == "hash"


def test_where_the_run_is_not_known_nothing_is_noted(tmp_path):
    PreviewedContent(tmp_path, None).note(URN, "hash")
    assert PreviewedContent(tmp_path, None).of(URN) is None
    assert list(tmp_path.iterdir()) == []


def test_a_note_that_cannot_be_written_or_read_counts_as_none(tmp_path):
    (tmp_path / "previews").write_text("a file in the way")
    notes = PreviewedContent(tmp_path / "previews", "run")
    notes.note(URN, "hash")
    assert notes.of(URN) is None


def test_runs_that_have_long_ended_are_forgotten(tmp_path):
    PreviewedContent(tmp_path, "old").note(URN, "hash")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(tmp_path / "old.jsonl", (long_ago, long_ago))
    PreviewedContent(tmp_path, "new").note(URN, "hash")
    assert [one.name for one in tmp_path.iterdir()] == ["new.jsonl"]


def test_runs_that_have_long_ended_are_looked_for_once_in_a_process(tmp_path):
    notes = PreviewedContent(tmp_path, "new")
    notes.note(URN, "hash")
    PreviewedContent(tmp_path, "old").note(URN, "hash")
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(tmp_path / "old.jsonl", (long_ago, long_ago))
    notes.note("second", "hash")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new.jsonl", "old.jsonl"]


def test_runs_that_may_still_be_at_work_are_kept(tmp_path):
    PreviewedContent(tmp_path, "recent").note(URN, "hash")
    PreviewedContent(tmp_path, "new").note(URN, "hash")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new.jsonl", "recent.jsonl"]


class TestCheck:
    @pytest.fixture
    def append(self, veracity, tmp_path):
        (tmp_path / "data.csv").write_text(wind_readings())
        return {
            "workspace_id": veracity.demo["workspaceId"],
            "dataset_id": veracity.demo["datasets"]["keyless"],
            "source": "data.csv",
            "operation": "Append",
            "preflight": "off",
        }

    @pytest.fixture
    def check(self, make_services, told, append):
        told.urn = URN

        def check(run, **inputs):
            return IngestUploadLifecycle(make_services(cli_run=run)).check({}, {**append, **inputs}, told)

        return check

    def test_a_file_that_changes_between_preview_and_update_stops_the_ingest(self, check, tmp_path):
        seen = check("run", is_preview=True).inputs["content_hash"]
        (tmp_path / "data.csv").write_text(wind_readings(3))
        (problem,) = check("run", is_preview=False).problems
        assert problem.property == "source"
        assert problem.reason.startswith(
            f"the source changed after the preview of this `pulumi up`, which saw {seen[:12]}…"
        )
        assert problem.reason.endswith("nothing was sent. Run `pulumi up` again, and look at what its preview shows")

    @pytest.mark.parametrize("run", ["another run", None], ids=["another run", "no preview of which it knows"])
    def test_without_a_preview_of_its_own_the_file_as_it_is_counts(self, check, tmp_path, run):
        check("run", is_preview=True)
        (tmp_path / "data.csv").write_text(wind_readings(3))
        assert check(run, is_preview=False).problems == ()

    def test_of_a_resource_that_cannot_be_told_from_others_nothing_is_noted(self, check, tmp_path, told):
        told.urn = ""
        check("run", is_preview=True)
        (tmp_path / "data.csv").write_text(wind_readings(3))
        assert check("run", is_preview=False).problems == ()

    def test_what_tells_the_phase_leaves_no_trace(self, check):
        assert "is_preview" not in check("run", is_preview=True).inputs
