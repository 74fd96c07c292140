"""Every program, stack file and command of README and guides: run, or named here with the test that runs it."""

import dataclasses
import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.engine.project import copy_template, make_template
from tests.examples.blocks import blocks
from tests.examples.shell import ROOT
from tests.rows import noon_report, noon_reports, wind_readings
from tests.veracity import Veracity
from veracity_emulator.testing import spawn_emulator
from veracity_provider.description.stack_schema import stack_schema

pytestmark = pytest.mark.slow

RUN_BY = {
    ("README.md", "console"): "tests/examples/test_installed.py",
    ("docs/tutorial.md", "console"): "tests/examples/test_tutorial.py",
    ("docs/tutorial.md", "yaml"): "tests/examples/test_tutorial.py",
    ("docs/guide/ci.md", "yaml"): "tests/examples/test_ci.py",
    ("docs/guide/command-line.md", "console"): "tests/cli/test_guide.py",
    ("docs/guide/environments.md", "python"): "tests/examples/test_environments.py",
    ("docs/guide/environments.md", "console"): "tests/examples/test_environments.py",
    ("docs/guide/local-veracity.md", "console"): "tests/emulator/test_guide.py",
    ("docs/guide/patterns.md", "console"): "tests/examples/test_single_commands.py",
    ("docs/guide/schemas.md", "console"): "tests/examples/test_single_commands.py",
    ("docs/guide/schemas.md", "json"): "tests/examples/test_single_commands.py",
    ("docs/guide/shared-state.md", "console"): "tests/examples/test_shared_state.py",
    ("docs/guide/workflow.md", "console"): "tests/engine/test_local_stack.py, tests/engine/test_clone.py",
    ("docs/guide/testing.md", "python"): "tests/dynamic/test_mocked_programs.py, tests/engine/test_programs.py",
}
"""Blocks that tests of their own run, by page and kind."""
PAGES = [
    "README.md",
    "docs/tutorial.md",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs/guide").glob("*.md")),
]


_WORKSPACE = '"Local workspace"'


def of_kind(kind):
    return [
        pytest.param(page, block, id=f"{page}-{number}")
        for page in PAGES
        if (page, kind) not in RUN_BY
        for number, block in enumerate(blocks(page))
        if block.kind == kind
    ]


def test_every_command_is_run_by_a_test():
    commands = {page for page in PAGES for block in blocks(page) if block.kind in ("console", "bash", "sh")}
    assert {page for page in commands if (page, "console") not in RUN_BY} == set()


def test_the_tests_that_are_named_exist_and_read_their_page():
    for (page, _), tests in RUN_BY.items():
        for name in re.findall(r"[\w/]+\.py", tests):
            found = list((ROOT / "tests").rglob(name.rpartition("/")[2]))
            assert found, (page, name)


@pytest.mark.parametrize(("page", "block"), of_kind("yaml"))
def test_a_stack_file_fits_its_schema(page, block):
    shown = yaml.safe_load(re.sub(r"…\w*…?", "22222222-0000-4000-8000-000000000001", block.text))
    config = shown.get("config", shown)
    if block.name == "Pulumi.yaml":
        config = {key: one["value"] for key, one in config.items()}
    of_ours = {key: value for key, value in config.items() if key.startswith("veracity:")}
    assert of_ours
    errors = Draft202012Validator(stack_schema()).iter_errors({"config": of_ours})
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []


@pytest.fixture(scope="module")
def veracity():
    with spawn_emulator(job_seconds=0.1) as emulator:
        yield Veracity(emulator.url)


@pytest.fixture(scope="module")
def environment(tmp_path_factory, veracity):
    """A project with the files that the programs name, and the schema."""
    folder = tmp_path_factory.mktemp("pages")
    make_template(folder / "template")
    made = copy_template(folder / "template", folder / "project", veracity.config)
    made.write("data/noon_reports.csv", noon_reports(noon_report(1)))
    made.write("data/noon/2026-01.csv", noon_reports(noon_report(1)))
    made.write("data/wind.csv", wind_readings())
    made.write("docs/manual.pdf", "%PDF-1.7")
    veracity.post(f"/_emulator/datasets/{veracity.demo['datasets']['keyless']}/rename", {"name": "Wind"})
    columns = [{"name": name, "type": "String"} for name in noon_reports().split("\n")[0].split(",")]
    made.write("schemas/noon_reports.json", json.dumps({"columns": columns}))
    made.program('Schema("noon", schema_name="Noon reports", definition="schemas/noon_reports.json")')
    done = made.up()
    assert done.succeeded, done.text
    return made


@pytest.mark.parametrize(("page", "block"), of_kind("python"))
def test_a_program_can_be_previewed(environment, veracity, page, block):
    thing = veracity.demo["containers"]["owned"] if "container_id" in block.text else veracity.demo["datasets"]["keyed"]
    text = block.text.replace("…uuid…", thing).replace('description="…"', 'description="Text."')
    if '"Turbines"' in text:  # the local Veracity has one workspace, which a program may name in one way
        named = {"veracity:workspaceName": "Local workspace"}
        unnamed = {key: value for key, value in environment.config.items() if key != "veracity:workspaceId"}
        environment = dataclasses.replace(environment, config=unnamed | named)
    environment.program(text.replace('"Turbines"', _WORKSPACE).replace('"Ships"', _WORKSPACE))
    previewed = environment.preview()
    assert previewed.succeeded, previewed.text
    assert "create" in previewed or "update" in previewed or "unchanged" in previewed


@pytest.mark.parametrize(("page", "block"), of_kind("json"))
def test_json_is_json(page, block):
    json.loads(block.text)
