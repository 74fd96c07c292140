"""Commands that pages show by themselves, outside of a walk."""

import json
import sys

import pytest

from tests.engine.project import copy_template, make_template
from tests.examples.blocks import blocks, commands
from tests.examples.shell import ROOT
from tests.rows import noon_report, noon_reports
from tests.veracity import held_to_the_rules
from veracity_emulator.testing import spawn_emulator

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def commands_of(page):
    return [one for block in blocks(page) if block.kind == "console" for one in commands(block)]


def test_a_schema_is_inferred_from_a_file(shell):
    ((command, output),) = commands_of("docs/guide/schemas.md")
    (sample,) = (block.text for block in blocks("docs/guide/schemas.md") if block.kind == "json")
    (shell.folder / "data").symlink_to(ROOT / "data")
    (shell.folder / "schemas").mkdir()
    said = shell.run(f"{sys.prefix}/bin/{command}", environ={"PYTHONPATH": str(ROOT)})
    assert said == output
    written = (shell.folder / "schemas/noon_reports.json").read_text()
    shown = json.loads(sample.rstrip().rstrip(",") + "]}")
    assert json.loads(written)["columns"][: len(shown["columns"])] == shown["columns"]


def test_a_single_file_becomes_a_pattern_by_new_names_in_the_state(tmp_path):
    renames = [command for command, _ in commands_of("docs/guide/patterns.md")]
    make_template(tmp_path / "template")
    with spawn_emulator(job_seconds=0.1, strict=True) as emulator, held_to_the_rules(emulator.url) as veracity:
        project = copy_template(tmp_path / "template", tmp_path / "project", veracity.config)
        project.write("data/noon/2026-01.csv", noon_reports(noon_report(1)))
        dataset = veracity.new_dataset()

        def declare(source):
            entry = {"name": "noon", "datasetId": dataset, "source": source, "operation": "Upsert"}
            project.declare(datasets=[entry])

        declare("data/noon/2026-01.csv")
        assert project.up().succeeded
        for command in renames:
            urn, name = command.removeprefix("pulumi state rename ").replace("'", "").split()
            renamed = project.pulumi("state", "rename", urn.replace(":dev::", ":test::"), name, "--yes")
            assert renamed.succeeded, renamed.text
        declare("data/noon/*.csv")
        done = project.up()
        assert done.succeeded, done.text
        assert len(veracity.jobs(dataset)) == 1
